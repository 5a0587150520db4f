"""The words of a film as a track of captions: captions.insert.

https://developers.google.com/youtube/v3/docs/captions/insert
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anyio import to_thread

from pipeline.errors import InputError
from pipeline.language.tags import LANGUAGE_TAG
from pipeline.publishing.destination import not_judged
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.failures import reason_of
from pipeline.publishing.youtube.responses import objects, text_at

MOST_BYTES = 100_000_000
_CONFLICT = 409


class Captions:
    """A track in one language; a second one in the same language and of the same name is refused."""

    method = "captions.insert"
    can_wait = True
    content = ""

    def __init__(self, path: Path, language: str, is_judged: Callable[[bytes], bool]) -> None:
        """`language` is BCP-47; `is_judged` says of what stands in the file whether it may go out."""
        self._path = path
        self._is_judged = is_judged
        self._language = language
        self.name = f"captions ({language or '?'})"

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:
        """See `Step`. A track that may be there is looked for, at an eighth of the price."""
        if not LANGUAGE_TAG.fullmatch(self._language):
            raise InputError(
                "nobody says which language they are in", where=self._path.name, hint='Add "language" to the metadata'
            )
        text = await to_thread.run_sync(self._path.read_bytes)
        if not 0 < len(text) <= MOST_BYTES:
            raise InputError("are empty, or larger than 100 MB", where=self._path.name)
        if not self._is_judged(text):
            raise not_judged(self._path)
        if begun and await self._is_there(calls, video_id):
            return
        # The name is required; viewers see it beside that of the language.
        snippet = {"videoId": video_id, "language": self._language, "name": self._language, "isDraft": False}
        body, kind = _multipart({"snippet": snippet}, text)

        async def send() -> None:
            parameters = {"part": "snippet", "uploadType": "multipart"}
            reply = await calls.do("captions.insert", parameters, body=body, kind=kind)
            if reason_of(reply) == "captionExists":
                return
            # Of another reason: it is there only if the channel says so.
            if reply.status != _CONFLICT or not await self._is_there(calls, video_id):
                calls.told(reply)

        await calls.patiently(send)

    async def _is_there(self, calls: Calls, video_id: str) -> bool:
        answer = await calls.ask("captions.list", {"part": "snippet", "videoId": video_id})
        return any(
            text_at(each, "snippet", "language").casefold() == self._language.casefold()
            and text_at(each, "snippet", "trackKind") != "ASR"
            and text_at(each, "snippet", "name") == self._language
            for each in objects(answer.get("items"))
        )


def _multipart(resource: dict[str, Any], media: bytes) -> tuple[bytes, str]:
    """A resource and its media as one body (RFC 2387), and its media type."""
    described = json.dumps(resource, ensure_ascii=False).encode()
    # What the body consists of decides about the boundary, so that it is in none of its parts.
    boundary = hashlib.sha256(described + media).hexdigest()[:32]
    body = (
        f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".encode()
        + described
        + f"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        + media
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return body, f"multipart/related; boundary={boundary}"
