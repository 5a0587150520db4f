"""What was spent in US dollars, of a batch or on a day, for all processes of a workspace: a file for people to read.

It is read, changed and written under a lock of the operating system, as ledgers of services are. What a killed process
had reserved counts as spent: its call may have been charged.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DamagedError, NightreelError, StorageError
from pipeline.files import storage_errors, write_atomically
from pipeline.state.ledgers import lock_beside

# So many digits behind the point; a token costs more than that.
_DIGITS = 9

logger = logging.getLogger("nightreel")


class _Entry(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    model_schema: Literal[1] = Field(1, alias="schema")
    # On which day; None: over all days.
    day: date | None = None
    usd: float = Field(0, ge=0)


class MoneyLedger:
    """What was spent, in the file at `path`. With `today`, what was spent on other days does not count.

    While a limit is to be kept, what can't be read or written raises `StorageError` or `DamagedError`: whoever does not
    know what was spent must not spend. Without one it costs a warning, and no call.
    """

    def __init__(self, path: Path, *, today: Callable[[], date] | None = None) -> None:
        self._path = path.absolute()
        self._today = today
        # Threads of this process take turns here, so that they need not poll the file's lock.
        self._mutex = threading.Lock()
        self._has_warned = False

    async def spent(self) -> float:
        """What was spent so far, with what is reserved. Takes no lock, and leaves no file."""
        return await to_thread.run_sync(lambda: self._read().usd)

    async def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """Count `usd` as spent; None: that would make more than `allowed` (itself None: anything goes).

        Returns the day that it counts for, for `correct`; an empty text when all days count.
        """
        return await to_thread.run_sync(self._reserve, usd, allowed)

    async def correct(self, counts_for: str, usd: float) -> None:
        """Add to what was spent; a negative number gives back. A day that is over stays as it is.

        What came of a call does not fail for its bookkeeping: this never raises.
        """
        await to_thread.run_sync(self._correct, counts_for, usd)

    def _reserve(self, usd: float, allowed: float | None) -> str | None:
        try:
            with self._alone():
                entry = self._read()
                # As exact as the file: what fits to a hair is not refused for the last bit of a sum.
                total = round(entry.usd + usd, _DIGITS)
                if allowed is not None and total > allowed:
                    return None
                self._write(entry, total)
                return _name(entry.day)
        except NightreelError as error:
            if allowed is not None:
                raise
            self._warn(error)
            return _name(self._day())

    def _correct(self, counts_for: str, usd: float) -> None:
        try:
            with self._alone():
                entry = self._read()
                if _name(entry.day) == counts_for:
                    self._write(entry, round(max(0.0, entry.usd + usd), _DIGITS))
        except NightreelError as error:
            self._warn(error)

    def _write(self, entry: _Entry, usd: float) -> None:
        changed = _Entry(day=entry.day, usd=usd)
        write_atomically(self._path, changed.model_dump_json(by_alias=True, indent=2) + "\n")

    def _day(self) -> date | None:
        return self._today() if self._today else None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._mutex, contextlib.ExitStack() as held:
            lock_beside(self._path, held)
            yield

    def _read(self) -> _Entry:
        day = self._day()
        try:
            with storage_errors(self._path):
                entry = _Entry.model_validate_json(self._path.read_bytes())
        except StorageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return _Entry(day=day)
            raise
        except ValidationError as error:
            # In the hint, because a batch tells what failed without the places where it did.
            hint = f"Remove {self._path}; nothing counts as spent then"
            raise DamagedError("is damaged, or newer than this nightreel", where=str(self._path), hint=hint) from error
        return entry if entry.day == day else _Entry(day=day)

    def _warn(self, error: NightreelError) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("what is spent is not written down: %s", error)


def _name(day: date | None) -> str:
    return day.isoformat() if day else ""
