"""Set the thumbnail: thumbnails.set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, PermanentError
from pipeline.publishing.destination import changed_since_judged
from pipeline.publishing.youtube.calls import Calls

# The limit was raised from 2 to 50 MB in September 2026, perhaps not for every channel yet.
MOST_BYTES = 2_000_000
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class Thumbnail:
    """Idempotent, so nothing has to be queried first."""

    name = "thumbnail"
    method = "thumbnails.set"
    can_wait = False
    content = ""

    def __init__(self, path: Path, is_judged: Callable[[bytes], bool]) -> None:
        """`is_judged` says whether the file's content may be published."""
        self._path = path
        self._is_judged = is_judged

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:  # noqa: ARG002 - as a `Step`
        """See `Step`."""
        picture = await to_thread.run_sync(self._path.read_bytes)
        kind = next((kind for start, kind in _KINDS.items() if picture.startswith(start)), "")
        if not kind:
            raise InputError("is neither JPEG nor PNG", where=self._path.name)
        if len(picture) > MOST_BYTES:
            raise InputError(f"has {len(picture) / 1e6:.1f} MB; at most 2 are allowed", where=self._path.name)
        if not self._is_judged(picture):
            raise changed_since_judged(self._path)

        async def send() -> None:
            reply = await calls.request(
                "thumbnails.set", {"videoId": video_id, "uploadType": "media"}, body=picture, kind=kind
            )
            try:
                calls.parsed(reply)
            except PermanentError as error:
                if reply.status == 403:
                    error.hint = "Thumbnails require a verified phone number: youtube.com/verify"
                raise

        await calls.with_retries(send)
