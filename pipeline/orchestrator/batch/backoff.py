"""Backoff: jobs that a run leaves alone, for a while or for good, though they seem to wait for it."""

from __future__ import annotations

import time
from math import inf

from pipeline.orchestrator.batch.turns import Key

# A job that another process makes, or that was just put down, is looked at again after this.
_WHILE_S = 2.0


class Backoff:
    """The jobs that one run leaves alone for now."""

    def __init__(self) -> None:
        # Until when (monotonic) each is left alone.
        self._until: dict[Key, float] = {}

    def for_a_while(self, *keys: Key) -> None:
        """Leave jobs alone for two seconds: other processes make them, or they were just put down."""
        self._until.update(dict.fromkeys(keys, time.monotonic() + _WHILE_S))

    def for_good(self, key: Key) -> None:
        """Leave a job alone for the rest of the run: how it ended could not be saved."""
        self._until[key] = inf

    def keys(self) -> set[Key]:
        """The jobs that are left alone now."""
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return set(self._until)

    def ends_for(self, batch: str) -> bool:
        """Whether a job of this batch is to be looked at again."""
        return any(key.batch == batch and until < inf for key, until in self._until.items())
