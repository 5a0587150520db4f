"""A bandwidth limit shared by concurrent uploads."""

from __future__ import annotations

import anyio


class Bandwidth:
    """Limits all senders together to `bytes_per_s`: first come, first served, without bursts."""

    def __init__(self, bytes_per_s: int) -> None:
        assert bytes_per_s > 0
        self.bytes_per_s = bytes_per_s
        # When (loop time) everything requested so far will have been sent.
        self._free_at = 0.0

    async def take(self, size_bytes: int) -> float:
        """Wait until everything requested before has been sent. Returns the seconds waited."""
        now = anyio.current_time()
        begin = max(now, self._free_at)
        self._free_at = begin + size_bytes / self.bytes_per_s
        await anyio.sleep(begin - now)
        return begin - now
