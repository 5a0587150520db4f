"""Admission control: start no film while memory or disk space is short, and none at all after too many failures."""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.errors import StorageError
from pipeline.language.text import counted
from pipeline.model import Job, title_of
from pipeline.settings import ErrorSettings

# How long to wait for disk space when no film is in progress whose end could free some.
_DISK_PATIENCE_S = 60.0


class AdmissionControl:
    """The admission control of one run. `say` gets a message when starting stops, and when it resumes."""

    def __init__(self, say: Callable[[str], None], errors: ErrorSettings) -> None:
        self._say = say
        self._errors = errors
        self._failures = 0
        # Why no more films are started; empty: they are.
        self.stopped_because = ""
        self._refusal = ""
        # Since when (monotonic) no film has been in progress.
        self._idle_since: float | None = None

    def must_wait(self, refusal: str | None, *, is_idle: bool) -> bool:
        """Whether no film may start because of `refusal`; `is_idle`: none is in progress.

        Raises `StorageError` when idle for too long: waiting will not free any space.
        """
        if refusal and not self._refusal:
            self._say(f"not starting new films: {refusal}")
        elif self._refusal and not refusal:
            self._say("enough memory and disk space again: continuing")
        self._refusal = refusal or ""
        if not refusal or not is_idle:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = time.monotonic()
        if self._idle_since is not None and time.monotonic() >= self._idle_since + _DISK_PATIENCE_S:
            raise StorageError(
                self._refusal, hint="Free some space and run the command again; it continues where it stopped"
            )
        return bool(refusal)

    def count_failure(self, job: Job) -> None:
        """Note that a film of the batch has failed, and stop as the settings say."""
        self._failures += 1
        if self._errors.on_error == "stop":
            self.stop(f"“{title_of(job)}” failed, and errors.on_error is stop")
        elif self._errors.max_failures and self._failures >= self._errors.max_failures:
            failed = counted(self._failures, "film has failed", "films have failed")
            self.stop(f"{failed}, which reaches errors.max_failures")

    def stop(self, why: str) -> None:
        """Start no more films."""
        if not self.stopped_because:
            self.stopped_because = why
            self._say(f"not starting new films: {why}")
