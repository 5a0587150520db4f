"""A circuit breaker: a service that keeps failing is left alone, and then tried with one call at a time."""

from __future__ import annotations

from math import inf


class Breaker:
    """Counts what calls come to, and says when the next one may begin. `now` is in seconds of any steady clock.

    After `failures` failed calls in a row it opens for `cooldown_s`. Then one call is let through as a trial: if that
    fails, the breaker opens for twice as long, up to `cooldown_max_s`. Any success closes it and forgets everything.
    """

    def __init__(self, failures: int, cooldown_s: float, cooldown_max_s: float) -> None:
        self._failures = failures
        self._shortest_s = cooldown_s
        self._longest_s = max(cooldown_s, cooldown_max_s)
        self._reset()

    def _reset(self) -> None:
        self._failed = 0
        # When the next trial may begin; None: closed, everybody may.
        self._opens_at: float | None = None
        self.cooldown_s = self._shortest_s
        self.trial: object | None = None

    @property
    def is_open(self) -> bool:
        """Whether the service is left alone, or on trial."""
        return self._opens_at is not None

    def wait_s(self, now: float) -> float:
        """Seconds until a call may begin: 0 now, infinite while a trial is under way."""
        if self._opens_at is None:
            return 0.0
        return inf if self.trial is not None else max(0.0, self._opens_at - now)

    def begin(self, call: object) -> None:
        """`call` begins; if the breaker is open it is the trial."""
        if self.is_open:
            self.trial = call

    def succeed(self) -> None:
        """A call came back well."""
        self._reset()

    def fail(self, call: object, now: float) -> bool:
        """A call failed; whether that opened the breaker."""
        if call is self.trial:
            self.cooldown_s = min(self._longest_s, 2 * self.cooldown_s)
        elif self.is_open:
            # It began before the breaker opened, and says nothing new.
            return False
        else:
            self._failed += 1
            if self._failed < self._failures:
                return False
        self.trial = None
        self._opens_at = now + self.cooldown_s
        return True

    def abandon(self, call: object) -> None:
        """A call ended without saying anything about the service; if it was the trial, the next one is."""
        if call is self.trial:
            self.trial = None


class Breakers(dict[str, Breaker]):
    """One for each model of a service, made when it is asked for."""

    def __init__(self, failures: int, cooldown_s: float, cooldown_max_s: float) -> None:
        super().__init__()
        self._limits = (failures, cooldown_s, cooldown_max_s)

    def __missing__(self, model: str) -> Breaker:
        """A new one: closed."""
        return self.setdefault(model, Breaker(*self._limits))

    @property
    def any_open(self) -> bool:
        """Whether any of the models is left alone, or on trial."""
        return any(breaker.is_open for breaker in self.values())
