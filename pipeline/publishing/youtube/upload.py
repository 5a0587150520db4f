"""The resumable upload: four requests, spoken as they are.

    start   POST, the film's description       -> the address of a session
    send    PUT, bytes first-last/total        -> 308 and how much is there, or the film
    ask     PUT, bytes */total                 -> the same
    resume  send, from where the answer says

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol

Where to go on is always what the server says, never what we have sent: it may keep a part of a chunk, all of it, or
nothing. The address of a session is as good as a key: it never gets into a message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from anyio import to_thread

from pipeline.errors import PermanentError, TransientError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.http import Reply
from pipeline.publishing.youtube.responses import id_at
from pipeline.publishing.youtube.video_file import Film

UPLOAD_PATH = "upload/youtube/v3/videos"
# A chunk is a multiple of this, but for the last.
CHUNK_UNIT_BYTES = 262_144
# Google's own client reads it without the unit, too.
_STORED = re.compile(r"(?:bytes=)?0-(\d{1,15})")
_GONE = frozenset({404, 410})
_GOOGLE = ".googleapis.com"
# Bytes that do not continue those that are there.
_ELSEWHERE = frozenset({400, 416})


class SessionGoneError(Exception):
    """The server does not know the session any more. Stays within this room."""


class Upload:
    """Uploads of one channel. Every method raises a `ProviderError`, and waits by the retry policy first."""

    def __init__(self, calls: Calls, *, while_allowed: Callable[[], None] = lambda: None) -> None:
        """`while_allowed` is asked before a session is begun, and before each chunk; it raises what is in the way."""
        self._calls = calls
        self._while_allowed = while_allowed
        # Whether all bytes of the session may have arrived, and so a film have come of it; None: it was begun before.
        self.may_be_whole: bool | None = None

    async def start(self, video: Mapping[str, Any], *, size_bytes: int, notify_subscribers: bool) -> str:
        """The address of a new session. Costs one of the day's uploads."""
        parameters = {
            "uploadType": "resumable",
            "part": ",".join(video),
            "notifySubscribers": str(notify_subscribers).lower(),
        }
        url = self._calls.address(UPLOAD_PATH, parameters)
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Upload-Content-Length": str(size_bytes),
            "X-Upload-Content-Type": "video/mp4",
        }
        body = json.dumps(video, ensure_ascii=False).encode()

        async def ask() -> str:
            self._while_allowed()
            reply = await self._calls.send("POST", url, headers=headers, body=body)
            if reply.status != 200:
                raise self._calls.error(reply)
            return self._session(url, reply)

        session = await self._calls.patiently(ask)
        self.may_be_whole = False
        return session

    async def finish(self, session: str, film: Film, *, chunk_bytes: int) -> str:
        """Send what is not there yet; the id of the film. Raises `SessionGoneError`, too.

        All chunks of a session are equal, but for the last one: whoever goes on sends such as were sent before.
        Patience is counted from the last byte that arrived: an upload of an hour may meet more than a few bad moments.
        """
        assert chunk_bytes > 0
        assert chunk_bytes % CHUNK_UNIT_BYTES == 0
        most = -1

        async def go_on() -> str:
            nonlocal most
            stands = await self._ask(session, film.size_bytes)
            while isinstance(stands, int):
                most = max(most, stands)
                stands = await self._send(session, film, stands, chunk_bytes)
            return stands

        while True:
            before = most
            try:
                return await self._calls.patiently(go_on)
            except TransientError:
                if most <= before:
                    raise

    async def outcome(self, session: str, size_bytes: int) -> str | None:
        """The id of the film, if the session has come to its end; nothing is sent. Raises `SessionGoneError`, too."""
        stands = await self._calls.patiently(lambda: self._ask(session, size_bytes))
        return stands if isinstance(stands, str) else None

    async def _ask(self, session: str, size_bytes: int) -> int | str:
        """How many bytes are there, or the id of the film."""
        if not self._is_trusted(session):
            # Begun at another youtube.root_url, which is none of today's business.
            raise SessionGoneError
        reply = await self._calls.send("PUT", session, headers={"Content-Range": f"bytes */{size_bytes}"})
        return self._standing(reply, size_bytes)

    async def _send(self, session: str, film: Film, first: int, chunk_bytes: int) -> int | str:
        """One chunk; how many bytes are there now, or the id of the film."""
        size = min(chunk_bytes, film.size_bytes - first)
        if size <= 0:
            raise self._passing("has all bytes, and no film yet")
        self._while_allowed()
        chunk = await to_thread.run_sync(film.read, first, size)
        if first + size == film.size_bytes:
            self.may_be_whole = True
        headers = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes {first}-{first + size - 1}/{film.size_bytes}",
        }
        reply = await self._calls.send("PUT", session, headers=headers, body=chunk, repeat=False)
        if reply.status == 401:
            # The token is a new one by now; how much has arrived is asked first.
            raise self._passing("did not take the token")
        if reply.status in _ELSEWHERE and isinstance(error := self._calls.error(reply), PermanentError):
            # What a killed process had sent may have arrived since we asked.
            raise self._passing(error.message)
        stands = self._standing(reply, film.size_bytes)
        if isinstance(stands, int) and stands <= first:
            raise self._passing("takes no more bytes")
        return stands

    def _standing(self, reply: Reply, size_bytes: int) -> int | str:
        if reply.status in _GONE:
            raise SessionGoneError
        if reply.status == 308:
            # No header: nothing is there.
            told = reply.headers.get("range", "")
            match = _STORED.fullmatch(told)
            stored = int(match[1]) + 1 if match else 0
            if (told and not match) or stored > size_bytes:
                raise self._passing("does not say how much is there")
            return stored
        if reply.status not in {200, 201}:
            raise self._calls.error(reply)
        video_id = id_at(reply.content, "id")
        if not video_id:
            # Asked again, the server repeats what it said when the film was there.
            raise self._passing("does not say what the film is called")
        return video_id

    def _session(self, url: str, reply: Reply) -> str:
        location = reply.headers.get("location", "")
        if not location:
            raise self._passing("does not say where to send the film")
        try:
            session = urljoin(url, location)
        except ValueError:
            session = ""
        if not self._is_trusted(session):
            # Not asked again: each session costs one of the day's uploads.
            raise PermanentError(
                "wants the film to be sent to another host", where=self._calls.where, hint="Check youtube.root_url"
            )
        return session

    def _is_trusted(self, session: str) -> bool:
        """Whether the film, and the token, may be sent there: to the host that was asked, or to Google's by TLS."""
        asked = urlsplit(self._calls.address(UPLOAD_PATH, {}))
        try:
            told = urlsplit(session)
            is_same = (told.scheme, told.hostname, told.port) == (asked.scheme, asked.hostname, asked.port)
        except ValueError:
            return False
        return is_same or (told.scheme == "https" and (told.hostname or "").endswith(_GOOGLE) and told.port is None)

    def _passing(self, what: str) -> TransientError:
        return TransientError(what, where=self._calls.where)
