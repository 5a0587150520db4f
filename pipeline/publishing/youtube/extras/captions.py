"""Upload a caption track: captions.insert.

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
from pipeline.publishing.destination import changed_since_judged
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.failures import reason_of
from pipeline.publishing.youtube.responses import objects, text_at

MOST_BYTES = 100_000_000
_CONFLICT = 409


class Captions:
    """A track in one language. YouTube rejects a second one with the same language and name."""

    method = "captions.insert"
    can_wait = True
    content = ""

    def __init__(self, path: Path, language: str, is_judged: Callable[[bytes], bool]) -> None:
        """`language` is BCP-47; `is_judged` says whether the file's content may be published."""
        self._path = path
        self._is_judged = is_judged
        self._language = language
        self.name = f"captions ({language or '?'})"

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:
        """See `Step`. If the track may exist, the list is queried first, at an eighth of the cost."""
        if not LANGUAGE_TAG.fullmatch(self._language):
            raise InputError(
                "the language of the captions is unknown", where=self._path.name, hint='Add "language" to the metadata'
            )
        text = await to_thread.run_sync(self._path.read_bytes)
        if not 0 < len(text) <= MOST_BYTES:
            raise InputError("are empty, or larger than 100 MB", where=self._path.name)
        if not self._is_judged(text):
            raise changed_since_judged(self._path)
        if begun and await self._is_there(calls, video_id):
            return
        # The name is required; viewers see it next to the language.
        snippet = {"videoId": video_id, "language": self._language, "name": self._language, "isDraft": False}
        body, kind = _multipart({"snippet": snippet}, text)

        async def send() -> None:
            parameters = {"part": "snippet", "uploadType": "multipart"}
            reply = await calls.request("captions.insert", parameters, body=body, kind=kind)
            if reason_of(reply) == "captionExists":
                return
            # Another conflict: the track exists only if it is listed.
            if reply.status != _CONFLICT or not await self._is_there(calls, video_id):
                calls.parsed(reply)

        await calls.with_retries(send)

    async def _is_there(self, calls: Calls, video_id: str) -> bool:
        answer = await calls.query("captions.list", {"part": "snippet", "videoId": video_id})
        return any(
            text_at(each, "snippet", "language").casefold() == self._language.casefold()
            and text_at(each, "snippet", "trackKind") != "ASR"
            and text_at(each, "snippet", "name") == self._language
            for each in objects(answer.get("items"))
        )


def _multipart(resource: dict[str, Any], media: bytes) -> tuple[bytes, str]:
    """A multipart/related body (RFC 2387) of a resource and its media, and its media type."""
    described = json.dumps(resource, ensure_ascii=False).encode()
    # Derived from the parts, so that none of them contains it.
    boundary = hashlib.sha256(described + media).hexdigest()[:32]
    body = (
        f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".encode()
        + described
        + f"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        + media
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return body, f"multipart/related; boundary={boundary}"
