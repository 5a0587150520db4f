"""The picture of a film: thumbnails.set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, PermanentError
from pipeline.publishing.destination import not_judged
from pipeline.publishing.youtube.calls import Calls

# 50 MB are allowed since September 2026, and 2 MB before; not every channel may have got there.
MOST_BYTES = 2_000_000
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class Thumbnail:
    """Set again, it is the same: nothing has to be looked up."""

    name = "thumbnail"
    method = "thumbnails.set"
    can_wait = False
    content = ""

    def __init__(self, path: Path, is_judged: Callable[[bytes], bool]) -> None:
        """`is_judged` says of what stands in the file whether it may go out."""
        self._path = path
        self._is_judged = is_judged

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:  # noqa: ARG002 - as a `Step`
        """See `Step`."""
        picture = await to_thread.run_sync(self._path.read_bytes)
        kind = next((kind for start, kind in _KINDS.items() if picture.startswith(start)), "")
        if not kind:
            raise InputError("is neither JPEG nor PNG", where=self._path.name)
        if len(picture) > MOST_BYTES:
            raise InputError(f"has {len(picture) / 1e6:.1f} MB, and may have 2", where=self._path.name)
        if not self._is_judged(picture):
            raise not_judged(self._path)

        async def send() -> None:
            reply = await calls.do(
                "thumbnails.set", {"videoId": video_id, "uploadType": "media"}, body=picture, kind=kind
            )
            try:
                calls.told(reply)
            except PermanentError as error:
                if reply.status == 403:
                    error.hint = "A channel may set pictures when its telephone number is verified: youtube.com/verify"
                raise

        await calls.patiently(send)
