"""What was spent in US dollars, of a batch or on a day, for all processes of a workspace: a file for people to read.

It is read, changed and written under a lock of the operating system, as ledgers of services are. A reservation holds a
lock of its own, `spent.<reservation>.lock`, for as long as some of it may come back. That lock dies with its process,
and what a killed process had reserved counts as spent: its call may have been charged.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.errors import DamagedError, NightreelError, StorageError
from pipeline.files import read_file, storage_errors, write_atomically
from pipeline.state.ledgers.daily import lock_beside
from pipeline.state.locks import held_now, is_held

# So many digits behind the point; a token costs more than that.
_DIGITS = 9
# How many days other than today are remembered, for when a clock that was wrong is set right.
_OTHER_DAYS = 7

logger = logging.getLogger("nightreel")


class _Sum(BaseModel):
    """What was spent."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    # On which day; None: over all days.
    day: date | None = None
    # What was spent, with what is reserved.
    usd: float = Field(0, ge=0)
    # What may still come back, by reservation. Each names a file.
    reserved: dict[Annotated[str, StringConstraints(pattern="^[0-9a-f]{12}$")], Annotated[float, Field(ge=0)]] = {}


class _Entry(_Sum):
    """The file: today, as far as its clock knew, or all days."""

    model_schema: Literal[1] = Field(1, alias="schema")
    # The last ones before a clock told another day, or was set back.
    other_days: list[_Sum] = []


class MoneyLedger:
    """What was spent, in the file at `path`. With `today`, what was spent on other days does not count.

    A call counts for the day that the clock told when it began, also after it was set to another day and back.

    While a limit is to be kept, what can't be read or written raises `StorageError` or `DamagedError`: whoever does not
    know what was spent must not spend. Without one it costs a warning, and no call.
    """

    def __init__(self, path: Path, *, today: Callable[[], date] | None = None) -> None:
        self._path = path.absolute()
        self._today = today
        # Threads of this process take turns here, so that they need not poll the file's lock.
        self._mutex = threading.Lock()
        # The locks of our reservations.
        self._held: dict[str, contextlib.ExitStack] = {}
        self._has_warned = False

    async def spent(self) -> float:
        """What was spent so far, with what is reserved. Takes no lock, and leaves no file."""
        return await to_thread.run_sync(lambda: self._read().usd)

    async def certain(self) -> float:
        """What was spent for sure: without what is reserved, by whoever it is, and may still come back."""
        return await to_thread.run_sync(self._certain)

    async def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """Count `usd` as spent; None: that would make more than `allowed` (itself None: anything goes).

        Returns the name of the reservation, for `settle`.
        """
        return await to_thread.run_sync(self._reserve, usd, allowed)

    async def settle(self, reservation: str, usd: float) -> None:
        """It has cost `usd` in the end, on the day that it began. A day long over stays as it is.

        What came of a call does not fail for its bookkeeping: this never raises.
        """
        await to_thread.run_sync(self._settle, reservation, usd)

    def _certain(self) -> float:
        entry = self._read()
        return round(max(0.0, entry.usd - sum(self._open(entry).values())), _DIGITS)

    def _reserve(self, usd: float, allowed: float | None) -> str | None:
        reservation = uuid4().hex[:12]
        try:
            with self._alone(), contextlib.ExitStack() as held:
                entry = self._read()
                # As exact as the file: what fits to a hair is not refused for the last bit of a sum.
                total = round(entry.usd + usd, _DIGITS)
                if allowed is not None and total > allowed:
                    return None
                held.enter_context(held_now(self._lock_of(reservation), what=str(self._path)))
                entry.usd, entry.reserved = total, {**self._open(entry), reservation: usd}
                self._write(entry)
                self._held[reservation] = held.pop_all()
        except NightreelError as error:
            if allowed is not None:
                raise
            self._warn(error)
        return reservation

    def _settle(self, reservation: str, usd: float) -> None:
        try:
            with self._alone():
                entry = self._read()
                for day in (entry, *entry.other_days):
                    if reservation in day.reserved:
                        day.usd = round(max(0.0, day.usd - day.reserved.pop(reservation) + usd), _DIGITS)
                        self._write(entry)
        except NightreelError as error:
            self._warn(error)
        finally:
            # From now on what could not be corrected counts as spent.
            if held := self._held.pop(reservation, None):
                held.close()

    def _open(self, entry: _Entry) -> dict[str, float]:
        """The reservations of those who live. Looking at the lock of a dead one removes it."""
        return {
            reservation: usd
            for reservation, usd in entry.reserved.items()
            if reservation in self._held or is_held(self._lock_of(reservation))
        }

    def _lock_of(self, reservation: str) -> Path:
        return self._path.with_suffix(f".{reservation}.lock")

    def _write(self, entry: _Entry) -> None:
        # A file of one day in which nothing is reserved is one that earlier versions read.
        left_out = {name for name in ("reserved", "other_days") if not getattr(entry, name)}
        text = entry.model_dump_json(by_alias=True, indent=2, exclude=left_out)
        write_atomically(self._path, text + "\n")

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
            with storage_errors(self._path, "read"):
                entry = _Entry.model_validate_json(read_file(self._path))
        except StorageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return _Entry(day=day)
            raise
        except ValidationError as error:
            # In the hint, because a batch tells what failed without the places where it did.
            hint = f"Remove {self._path}; nothing counts as spent then"
            raise DamagedError("is damaged, or newer than this nightreel", where=str(self._path), hint=hint) from error
        return entry if entry.day == day else _on(day, entry)

    def _warn(self, error: NightreelError) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("what is spent is not written down: %s", error)


def _on(day: date | None, entry: _Entry) -> _Entry:
    """The file on another day than when it was written: a later one, or one that it was before."""
    known = next((each for each in entry.other_days if each.day == day), _Sum(day=day))
    before = _Sum(day=entry.day, usd=entry.usd, reserved=entry.reserved)
    others = [before, *(each for each in entry.other_days if each.day != day)][:_OTHER_DAYS]
    return _Entry(day=day, usd=known.usd, reserved=known.reserved, other_days=others)


def forget_the_dead(path: Path) -> None:
    """Removes what reservations of killed processes have left beside a ledger: locks that nobody holds. Blocks."""
    if not any(path.parent.glob(f"{path.stem}.*.lock")):
        return
    with contextlib.suppress(NightreelError), contextlib.ExitStack() as alone:
        # Nobody takes one meanwhile: a look at a lock would be in the way.
        lock_beside(path, alone)
        for lock in path.parent.glob(f"{path.stem}.*.lock"):
            is_held(lock)
