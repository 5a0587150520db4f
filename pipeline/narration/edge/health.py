"""Which voices fail while others of the service speak: a trouble that lasts for hours (edge-tts issue 473)."""

from __future__ import annotations

from collections import Counter

import anyio

# Failures in a row, of all texts in this voice, before another voice is asked for the same text, and then this one for
# a last time: a service that fails for one text in five is no reason to change the voice of a film.
_SUSPECT_AFTER = 3
# How long a voice that was found to fail is left alone.
_REST_S = 900.0


class VoiceHealth:
    """What is known about the voices. For the tasks of one event loop; times follow its clock."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._resting_until: dict[str, float] = {}

    def spoke(self, voice: str) -> None:
        """The voice is well."""
        self._failures.pop(voice, None)

    def failed(self, voice: str) -> bool:
        """The voice failed once more; whether that is often enough to ask another one."""
        self._failures[voice] += 1
        return self._failures[voice] >= _SUSPECT_AFTER

    def rest(self, voice: str) -> None:
        """It was found to fail."""
        self._failures.pop(voice, None)
        self._resting_until[voice] = anyio.current_time() + _REST_S

    def is_resting(self, voice: str) -> bool:
        """Whether the voice is left alone now."""
        return anyio.current_time() < self._resting_until.get(voice, 0.0)
