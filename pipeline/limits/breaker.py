"""A circuit breaker: stops calls to a service that keeps failing, then lets single trial calls through."""

from __future__ import annotations

from math import inf


class Breaker:
    """Counts failures, and says when the next call may begin. `now` is in seconds of any monotonic clock.

    After `failures` failed calls in a row it opens for `cooldown_s`. Then (half-open) one call is let through as a
    trial: if it fails, the breaker opens for twice as long, up to `cooldown_max_s`. Any success closes and resets it.
    """

    def __init__(self, failures: int, cooldown_s: float, cooldown_max_s: float) -> None:
        self._failures = failures
        self._shortest_s = cooldown_s
        self._longest_s = max(cooldown_s, cooldown_max_s)
        self._reset()

    def _reset(self) -> None:
        self._failed = 0
        # When the next trial may begin; None: the breaker is closed.
        self._trial_at: float | None = None
        self.cooldown_s = self._shortest_s
        self.trial: object | None = None

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open or half-open."""
        return self._trial_at is not None

    def wait_s(self, now: float) -> float:
        """Seconds until a call may begin: 0 now, infinite while a trial is in flight."""
        if self._trial_at is None:
            return 0.0
        return inf if self.trial is not None else max(0.0, self._trial_at - now)

    def begin(self, call: object) -> None:
        """Note that `call` begins; if the breaker is open, it is the trial."""
        if self.is_open:
            self.trial = call

    def succeed(self) -> None:
        """Note that a call succeeded."""
        self._reset()

    def fail(self, call: object, now: float) -> bool:
        """Note that a call failed; returns whether that opened the breaker."""
        if call is self.trial:
            self.cooldown_s = min(self._longest_s, 2 * self.cooldown_s)
        elif self.is_open:
            # It began before the breaker opened, so it tells nothing new.
            return False
        else:
            self._failed += 1
            if self._failed < self._failures:
                return False
        self.trial = None
        self._trial_at = now + self.cooldown_s
        return True

    def abandon(self, call: object) -> None:
        """Note that a call ended without an outcome; if it was the trial, the next call is."""
        if call is self.trial:
            self.trial = None
