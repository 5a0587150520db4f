"""The resumable upload protocol: four plain HTTP requests.

    start   POST with the video resource       -> the URI of a session
    send    PUT, bytes first-last/total        -> 308 with the range received so far, or the video
    query   PUT, bytes */total                 -> the same
    resume  send, from the reported offset

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol

The offset to resume from is always the server's, never what we have sent: it may persist part of a chunk, all of it, or
nothing. A session URI grants access, so it never appears in a message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from anyio import to_thread

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, TransientError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.failures import reason_of
from pipeline.publishing.youtube.http import Reply
from pipeline.publishing.youtube.responses import id_at
from pipeline.publishing.youtube.video_file import VideoFile
from pipeline.state.ledgers.quota import UPLOAD

# Every chunk but the last is a multiple of this.
CHUNK_UNIT_BYTES = 262_144
# Google's own client also accepts it without the unit.
_RANGE = re.compile(r"(?:bytes=)?0-(\d{1,15})")
_GONE = frozenset({404, 410})
_GOOGLE = ".googleapis.com"
# The chunk does not start at the server's offset.
_WRONG_OFFSET = frozenset({400, 416})


class SessionGoneError(Exception):
    """The session has expired. Never leaves this package."""


class Upload:
    """Resumable uploads to one channel. Every method retries by the policy, then raises a `ProviderError`."""

    def __init__(self, calls: Calls, *, check_allowed: Callable[[], None]) -> None:
        """`check_allowed` is called before a session is started and before each chunk; it may raise to stop."""
        self._calls = calls
        self._check_allowed = check_allowed
        # Whether all bytes of the session may have arrived, so that the video may exist; None: an earlier session.
        self.may_be_complete: bool | None = None

    async def start(self, video: Mapping[str, Any], *, size_bytes: int, notify_subscribers: bool) -> str:
        """Start a session; returns its URI. Costs one of the day's uploads."""
        parameters = {
            "uploadType": "resumable",
            "part": ",".join(video),
            "notifySubscribers": str(notify_subscribers).lower(),
        }
        url = self._calls.url(UPLOAD, parameters)
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Upload-Content-Length": str(size_bytes),
            "X-Upload-Content-Type": "video/mp4",
        }
        body = json.dumps(video, ensure_ascii=False).encode()

        async def request() -> str:
            self._check_allowed()
            reply = await self._calls.send("POST", url, method=UPLOAD, headers=headers, body=body)
            if reply.status != 200:
                raise self._start_error(reply)
            await self._calls.check_clock(video.get("status", {}).get("publishAt"))
            return self._session(url, reply)

        session = await self._calls.with_retries(request)
        self.may_be_complete = False
        return session

    async def finish(self, session: str, film: VideoFile, *, chunk_bytes: int) -> str:
        """Upload the rest of the file; returns the video id. Also raises `SessionGoneError`.

        All chunks of a session but the last must have the same size, including those of a resumed one. Progress resets
        the retry policy, since an upload of an hour may see more than a few transient errors.
        """
        assert chunk_bytes > 0
        assert chunk_bytes % CHUNK_UNIT_BYTES == 0
        furthest = -1

        async def resume() -> str:
            nonlocal furthest
            progress = await self._query(session, film.size_bytes)
            while isinstance(progress, int):
                furthest = max(furthest, progress)
                progress = await self._send(session, film, progress, chunk_bytes)
            return progress

        while True:
            before = furthest
            try:
                return await self._calls.with_retries(resume)
            except TransientError:
                if furthest <= before:
                    raise

    async def query_outcome(self, session: str, size_bytes: int) -> str | None:
        """The video id if the session is complete; sends no bytes. Also raises `SessionGoneError`."""
        progress = await self._calls.with_retries(lambda: self._query(session, size_bytes))
        return progress if isinstance(progress, str) else None

    async def _query(self, session: str, size_bytes: int) -> int | str:
        """The number of bytes received, or the video id."""
        if not self._is_trusted(session):
            # Started with another youtube.root_url.
            raise SessionGoneError
        reply = await self._calls.send("PUT", session, headers={"Content-Range": f"bytes */{size_bytes}"})
        return self._progress(reply, size_bytes)

    async def _send(self, session: str, film: VideoFile, first: int, chunk_bytes: int) -> int | str:
        """Send one chunk; returns the number of bytes received, or the video id."""
        size = min(chunk_bytes, film.size_bytes - first)
        if size <= 0:
            raise self._calls.transient("has all bytes, but no video yet")
        self._check_allowed()
        chunk = await to_thread.run_sync(film.read, first, size)
        if first + size == film.size_bytes:
            self.may_be_complete = True
        headers = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes {first}-{first + size - 1}/{film.size_bytes}",
        }
        reply = await self._calls.send("PUT", session, headers=headers, body=chunk, repeat=False)
        if reply.status == 401:
            # The token was refreshed meanwhile; the progress must be queried first.
            raise self._calls.transient("rejected the token")
        if reply.status in _WRONG_OFFSET and isinstance(error := self._calls.error(reply), PermanentError):
            # Bytes of a killed process may have arrived since the query.
            raise self._calls.transient(error.message)
        progress = self._progress(reply, film.size_bytes)
        if isinstance(progress, int) and progress <= first:
            raise self._calls.transient("accepts no more bytes")
        return progress

    def _progress(self, reply: Reply, size_bytes: int) -> int | str:
        if reply.status in _GONE:
            raise SessionGoneError
        if reply.status == 308:
            # No header: nothing was received.
            header = reply.headers.get("range", "")
            match = _RANGE.fullmatch(header)
            stored = int(match[1]) + 1 if match else 0
            if (header and not match) or stored > size_bytes:
                raise self._calls.transient("does not say how much it has received")
            return stored
        if reply.status not in {200, 201}:
            raise self._calls.error(reply)
        video_id = id_at(reply.content, "id")
        if not video_id:
            # The server repeats its final response when queried again.
            raise self._calls.transient("does not return the video id")
        return video_id

    def _start_error(self, reply: Reply) -> ProviderError:
        error = self._calls.error(reply)
        if reason_of(reply) != "forbidden":
            return error
        # It applies to the channel, not to the film: all others would be refused, too.
        message = f"does not let this channel upload: {error.message}"
        hint = "Check the channel in YouTube Studio, or log in with another account; then run the command again"
        return NeedsLoginError(message, where=self._calls.where, hint=hint)

    def _session(self, url: str, reply: Reply) -> str:
        location = reply.headers.get("location", "")
        if not location:
            raise self._calls.transient("does not return a session URI")
        try:
            session = urljoin(url, location)
        except ValueError:
            session = ""
        if not self._is_trusted(session):
            # Not retried: each session costs one of the day's uploads.
            raise PermanentError(
                "returned a session URI on another host", where=self._calls.where, hint="Check youtube.root_url"
            )
        return session

    def _is_trusted(self, session: str) -> bool:
        """Whether film and token may be sent there: to the host of the API, or to one of Google's over TLS."""
        api = urlsplit(self._calls.url(UPLOAD, {}))
        try:
            uri = urlsplit(session)
            is_same = (uri.scheme, uri.hostname, uri.port) == (api.scheme, api.hostname, api.port)
        except ValueError:
            return False
        return is_same or (uri.scheme == "https" and (uri.hostname or "").endswith(_GOOGLE) and uri.port is None)
