"""A circuit breaker per voice: which voices fail while others speak."""

from __future__ import annotations

from collections import Counter

import anyio

# Consecutive failures, over all texts in this voice, before another voice is asked for the same text, and then this one
# a last time: a service that fails for one text in five is no reason to change the voice of a film.
_THRESHOLD = 3
# How long the circuit of a failing voice stays open.
_OPEN_S = 900.0


class VoiceBreaker:
    """Counts the failures of each voice and keeps failing ones out of use for 15 minutes.

    For the tasks of one event loop; times follow its clock.
    """

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._open_until: dict[str, float] = {}

    def succeeded(self, voice: str) -> None:
        """Reset the failures of a voice that has spoken."""
        self._failures.pop(voice, None)

    def failed(self, voice: str) -> bool:
        """Count a failure. Returns whether the threshold is reached, and another voice should be asked."""
        self._failures[voice] += 1
        return self._failures[voice] >= _THRESHOLD

    def open(self, voice: str) -> None:
        """Take the voice out of use: others speak, it does not."""
        self._failures.pop(voice, None)
        self._open_until[voice] = anyio.current_time() + _OPEN_S

    def is_open(self, voice: str) -> bool:
        """Whether the voice is out of use now."""
        return anyio.current_time() < self._open_until.get(voice, 0.0)
