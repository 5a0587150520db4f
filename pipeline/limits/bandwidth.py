"""A line that several uploads share, and that is not ours alone."""

from __future__ import annotations

import anyio


class Bandwidth:
    """So many bytes a second, for all who take some; first come, first served, and never a burst."""

    def __init__(self, bytes_per_s: int) -> None:
        assert bytes_per_s > 0
        self.bytes_per_s = bytes_per_s
        # When (loop time) what was taken so far is through.
        self._through_at = 0.0

    async def take(self, size_bytes: int) -> float:
        """Wait until what others have taken is through. How long that was, in seconds."""
        now = anyio.current_time()
        begin = max(now, self._through_at)
        self._through_at = begin + size_bytes / self.bytes_per_s
        await anyio.sleep(begin - now)
        return begin - now
