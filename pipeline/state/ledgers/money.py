"""A ledger of US dollars, per batch or per day, for all processes of a workspace, in a file that people can read.

It is read, modified and written under a lock file, like the ledgers of services. A reservation holds its own lock file,
`spent.<reservation>.lock`, until it is settled. That lock is released when its process dies, and what a killed process
had reserved counts as spent: its call may have been charged.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.errors import DamagedError, NightreelError, StorageError
from pipeline.files import read_file, storage_errors, write_atomically
from pipeline.state.locks import file_lock, held_blocking, is_held
from pipeline.state.threads import in_thread

# Decimal places; any token costs more than that.
_DIGITS = 9
# Number of other days that are kept, in case the clock was wrong and is corrected.
_OTHER_DAYS = 7

logger = logging.getLogger("nightreel")


class _Sum(BaseModel):
    """The spending of one day, or over all days."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    # None: over all days.
    day: date | None = None
    # Including reservations.
    usd: float = Field(0, ge=0)
    # Open reservations by name, which is part of a file name.
    reserved: dict[Annotated[str, StringConstraints(pattern="^[0-9a-f]{12}$")], Annotated[float, Field(ge=0)]] = {}


class _Entry(_Sum):
    """The content of the file: its latest day, or all days."""

    model_schema: Literal[1] = Field(1, alias="schema")
    # Previous days, also those from before a clock was set back.
    other_days: list[_Sum] = []


class MoneyLedger:
    """Spending in the file at `path`: in total, or with `today` (the clock's current day) per day.

    A call counts for the day on which it was reserved, even if the clock is set to another day and back.

    With a limit, read and write errors raise `StorageError` or `DamagedError`, since without the ledger the limit can't
    be kept. Without one, they are a warning and do not stop calls.
    """

    def __init__(self, path: Path, *, today: Callable[[], date] | None = None) -> None:
        self._path = path.absolute()
        self._today = today
        # Serialises the threads of this process, so that they need not poll the lock file.
        self._mutex = threading.Lock()
        # The lock files of our reservations.
        self._held: dict[str, contextlib.ExitStack] = {}
        self._has_warned = False

    @in_thread
    def spent(self) -> float:
        """Dollars spent so far, including reservations. Takes no lock, and leaves no file."""
        return self._read().usd

    @in_thread
    def certain(self) -> float:
        """Dollars spent for certain: without open reservations, which may be refunded."""
        entry = self._read()
        return round(max(0.0, entry.usd - sum(self._live_reservations(entry).values())), _DIGITS)

    @in_thread
    def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """Reserve `usd`; returns a name for `settle`, or None if it would exceed `allowed` (None: no limit)."""
        reservation = uuid4().hex[:12]
        try:
            with self._mutex, file_lock(self._path), contextlib.ExitStack() as held:
                entry = self._read()
                # Rounded as in the file, so that float errors don't refuse an exact fit.
                total = round(entry.usd + usd, _DIGITS)
                if allowed is not None and total > allowed:
                    return None
                held.enter_context(held_blocking(self._lock_of(reservation), what=str(self._path)))
                entry.usd, entry.reserved = total, {**self._live_reservations(entry), reservation: usd}
                self._write(entry)
                self._held[reservation] = held.pop_all()
        except NightreelError as error:
            if allowed is not None:
                raise
            self._warn(error)
        return reservation

    @in_thread
    def settle(self, reservation: str, usd: float) -> None:
        """Replace a reservation by the actual cost, on the day of the reservation. Forgotten days are ignored.

        Never raises: the result of a call must not be lost because of bookkeeping.
        """
        try:
            with self._mutex, file_lock(self._path):
                entry = self._read()
                for day in (entry, *entry.other_days):
                    if reservation in day.reserved:
                        day.usd = round(max(0.0, day.usd - day.reserved.pop(reservation) + usd), _DIGITS)
                        self._write(entry)
        except NightreelError as error:
            self._warn(error)
        finally:
            # From now on, an unsettled reservation counts as spent.
            if held := self._held.pop(reservation, None):
                held.close()

    def _live_reservations(self, entry: _Entry) -> dict[str, float]:
        """The reservations of live processes. Checking a stale lock file removes it."""
        return {
            reservation: usd
            for reservation, usd in entry.reserved.items()
            if reservation in self._held or is_held(self._lock_of(reservation))
        }

    def _lock_of(self, reservation: str) -> Path:
        return self._path.with_suffix(f".{reservation}.lock")

    def _write(self, entry: _Entry) -> None:
        # Without these fields, earlier versions can read the file.
        left_out = {name for name in ("reserved", "other_days") if not getattr(entry, name)}
        text = entry.model_dump_json(by_alias=True, indent=2, exclude=left_out)
        write_atomically(self._path, text + "\n")

    def _read(self) -> _Entry:
        day = self._today() if self._today else None
        try:
            with storage_errors(self._path, "read"):
                entry = _Entry.model_validate_json(read_file(self._path))
        except StorageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return _Entry(day=day)
            raise
        except ValidationError as error:
            # The path is in the hint, because a batch groups errors by message, without their place.
            hint = f"Remove {self._path}; nothing counts as spent then"
            raise DamagedError("is damaged, or newer than this nightreel", where=str(self._path), hint=hint) from error
        return entry if entry.day == day else _on(day, entry)

    def _warn(self, error: NightreelError) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("spending is not recorded: %s", error)


def _on(day: date | None, entry: _Entry) -> _Entry:
    """The entry moved to another day: a later one, or an earlier one that is still known."""
    known = next((each for each in entry.other_days if each.day == day), _Sum(day=day))
    before = _Sum(day=entry.day, usd=entry.usd, reserved=entry.reserved)
    others = [before, *(each for each in entry.other_days if each.day != day)][:_OTHER_DAYS]
    return _Entry(day=day, usd=known.usd, reserved=known.reserved, other_days=others)


def remove_stale_locks(path: Path) -> None:
    """Remove stale lock files of a ledger's reservations, left by killed processes. Blocks."""
    if not any(path.parent.glob(f"{path.stem}.*.lock")):
        return
    # Under the ledger's lock: checking a lock would disturb a process that is taking it.
    with contextlib.suppress(NightreelError), file_lock(path):
        for lock in path.parent.glob(f"{path.stem}.*.lock"):
            is_held(lock)
