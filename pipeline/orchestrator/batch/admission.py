"""The point below which no new film is begun: too little memory, or too little room on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.errors import StorageError

# How long a full disk is waited for, when nothing is under way that could give space back.
_DISK_PATIENCE_S = 60.0


class AdmissionControl:
    """The floor of one run. `say` gets a line for a person when it is reached, and when there is room again."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._refusal = ""
        # Since when (monotonic) nothing is under way that could give space back.
        self._alone_since: float | None = None

    def refuses(self, refusal: str | None, *, has_company: bool) -> bool:
        """Whether a film must wait because of `refusal`. Raises `StorageError` when that will not pass by itself."""
        if refusal and not self._refusal:
            self._say(f"no new film is begun: {refusal}")
        elif self._refusal and not refusal:
            self._say("there is room again: going on")
        self._refusal = refusal or ""
        if not refusal or has_company:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        if self._alone_since is not None and time.monotonic() >= self._alone_since + _DISK_PATIENCE_S:
            raise StorageError(
                self._refusal, hint="Free some space and run the command again; it goes on where it stopped"
            )
        return bool(refusal)
