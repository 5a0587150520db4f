"""What people hear of a door: one line when it closes for a new reason, and one when the service answers again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pipeline.errors import QuotaError
from pipeline.limits.times import told


class News:
    """The news of one service. `clock` is the wall clock; `tell` gets the lines."""

    def __init__(self, name: str, *, clock: Callable[[], datetime], tell: Callable[[str], None]) -> None:
        self._name = name
        self._clock = clock
        self._tell = tell
        # Whether people were told that the door is closed, or of a daily allowance that is spent (until then).
        self.has_told_closed = False
        self._told_spent: datetime | None = None

    def closed(self, what: str, seconds: float) -> None:
        """The service `what` ("asks us to wait"), for so long."""
        self.has_told_closed = True
        now = self._clock()
        self._tell(f"{self._name} {what} until {told(now + timedelta(seconds=seconds), now)}")

    def opened(self) -> None:
        """The service answers; nothing new unless people believe that it does not."""
        if self.has_told_closed:
            self.has_told_closed = False
            self._tell(f"{self._name} answers again")

    def spent(self, quota: QuotaError) -> None:
        """The day's allowance is spent."""
        if self._told_spent != quota.resets_at:
            self._told_spent = quota.resets_at
            self._tell(str(quota))
