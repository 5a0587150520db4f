"""What was spent at a service this minute and today, and until when it wants peace, for all processes of a workspace.

state/ledgers/<provider>.json, a file that a person can read. It is read, changed and written under a lock of the
operating system, which dies with its process; what a killed process had reserved simply counts as spent.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from anyio import to_thread
from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ClosedError, QuotaError, StorageError, TransientError
from pipeline.files import discard_stale_temporaries, read_file, storage_errors, write_atomically
from pipeline.state.ledgers.minute import Spent, wait_s, within_minute

# Held for milliseconds; who waits longer than this meets a process that was stopped while it held the lock.
_LOCK_WAIT_S = 5.0
_LOCK_POLL_S = 0.005
# How many days other than today are remembered, for when a clock that was wrong is set right.
_OTHER_DAYS = 7
# No service means more than a month when it asks us to wait.
_LONGEST = timedelta(days=30)

logger = logging.getLogger("nightreel")


def lock_beside(path: Path, held: contextlib.ExitStack) -> None:
    """Nobody else reads, changes and writes the file at `path` until `held` lets go. Blocks. Raises `StorageError`."""
    lock_path = path.with_suffix(".lock")
    with storage_errors(lock_path):
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(lock_path, thread_local=False)
        try:
            lock.acquire(timeout=_LOCK_WAIT_S, poll_interval=_LOCK_POLL_S)
        except Timeout as error:
            hint = "Stop the nightreel that has stood still, and run this again"
            raise StorageError("another process does not give it back", where=str(lock_path), hint=hint) from error
        held.callback(lock.release)


class _Day(BaseModel):
    """What was spent on a day."""

    model_config = ConfigDict(extra="forbid")

    day: date
    requests: int = Field(0, ge=0)
    tokens: int = Field(0, ge=0)


class _Entry(_Day):
    """The file: today, as far as its clock knew."""

    model_schema: Literal[1] = Field(1, alias="schema")
    # The last ones before a clock told another day, or was set back.
    other_days: list[_Day] = []
    # Tokens that a minute has, as the provider told today.
    told_tokens_per_min: int | None = Field(None, ge=0)
    # What it may still count of its minute.
    minute: list[Spent] = []
    # Nobody calls in between.
    closed_at: AwareDatetime | None = None
    closed_until: AwareDatetime | None = None
    # Likewise, single models: from when, and until when.
    closed_models: dict[str, tuple[AwareDatetime, AwareDatetime]] = {}

    def closed(self, model: str, now: datetime) -> datetime | None:
        """Until when nobody may call a model, or (empty) any of them; None: everybody may.

        A closure that begins in the future was written under another clock, and means nothing under this one.
        """
        whole = (self.closed_at, self.closed_until)
        at, until = self.closed_models.get(model, (None, None)) if model else whole
        return until if at and until and at <= now < until else None

    def close(self, model: str, now: datetime, until: datetime) -> None:
        """Nobody may call it before `until`."""
        if model:
            still = {name: each for name, each in self.closed_models.items() if self.closed(name, now)}
            self.closed_models = {**still, model: (now, until)}
        else:
            self.closed_at, self.closed_until = now, until


class _Limits(NamedTuple):
    """The limits of a minute and of a day; None: no limit."""

    requests_per_min: float | None
    tokens_per_min: int | None
    requests_per_day: int | None
    tokens_per_day: int | None


class Ledger:
    """The minute and the day of one provider, on disk below `folder` (state/ledgers).

    Safe for many tasks and many processes. A day is that of `zone` (IANA), as the provider counts it: 23 or 25 hours
    where its clocks change. A call counts for the day that the clock told then, also after it was set to another day
    and back. Times come from `clock` (aware). What can't be read is set aside and begun anew; what can't
    be written costs a warning and no call.
    """

    def __init__(self, folder: Path, provider: str, *, clock: Callable[[], datetime], zone: str = "UTC") -> None:
        self._path = folder.absolute() / f"{provider}.json"
        self._provider = provider
        self._clock = clock
        self._zone_name = zone
        # Threads of this process take turns here, so that they need not poll the file's lock.
        self._mutex = threading.Lock()
        self._has_warned = False

    async def reserve(
        self,
        tokens: int,
        *,
        call: str,
        model: str = "",
        requests_per_min: float | None = None,
        tokens_per_min: int | None = None,
        requests_per_day: int | None = None,
        tokens_per_day: int | None = None,
    ) -> date:
        """Count one request and `tokens` as spent by `call`, a name of its own. Returns the day that it counts for.

        Raises `TransientError` with the seconds to wait if they don't fit into the minute, `QuotaError` if they don't
        fit into what the day allows (None: everything; a call larger than all of it fits into a fresh one), and
        `ClosedError` while the door is closed, or this `model`.
        """
        limits = _Limits(requests_per_min, tokens_per_min, requests_per_day, tokens_per_day)
        return await to_thread.run_sync(self._reserve, tokens, call, model, limits)

    async def correct(
        self, day: date, *, call: str, tokens: int, requests: int = 0, told_tokens_per_min: int | None = None
    ) -> None:
        """Add to what `call` spent on `day`; negative numbers give back. A day long over stays as it is.

        `told_tokens_per_min` is what the provider has said that a minute has.
        """
        await to_thread.run_sync(self._correct, day, call, tokens, requests, told_tokens_per_min)

    async def close(self, until: datetime, *, model: str = "") -> None:
        """Nobody may call before `until` (aware), or nobody this `model`. A later time that was set before stands."""
        await to_thread.run_sync(self._close, until, model)

    def spent_today(self) -> tuple[int, int]:
        """Requests and tokens so far, without the lock and its file, for those who only want to know. Blocks."""
        try:
            entry = _Entry.model_validate_json(read_file(self._path))
        except (OSError, ValueError):  # the next call begins a new one
            return 0, 0
        today = _day_of(entry, self._today())
        return (today.requests, today.tokens) if today else (0, 0)

    def _reserve(self, tokens: int, call: str, model: str, limits: _Limits) -> date:
        with self._open() as entry:
            now = self._clock()
            if until := entry.closed("", now) or entry.closed(model, now):
                # The file may say anything, and the calendar ends.
                raise ClosedError(f"{self._provider} asks us to wait", until=min(until, now + _LONGEST))
            spent = (
                ("requests_per_day", limits.requests_per_day, entry.requests, 1),
                ("tokens_per_day", limits.tokens_per_day, entry.tokens, tokens),
            )
            for setting, allowed, so_far, more in spent:
                if allowed is not None and so_far and so_far + more > allowed:
                    raise self._spent(setting, allowed, so_far)
            self._fit_into_minute(entry, tokens, now, limits)
            entry.minute.append(Spent(at=now, call=call, tokens=tokens))
            entry.requests += 1
            entry.tokens += tokens
            return entry.day

    def _fit_into_minute(self, entry: _Entry, tokens: int, now: datetime, limits: _Limits) -> None:
        entry.minute = within_minute(entry.minute, now)
        known = [each for each in (limits.tokens_per_min, entry.told_tokens_per_min) if each is not None]
        seconds = wait_s(
            entry.minute,
            tokens,
            now,
            requests_per_min=limits.requests_per_min,
            tokens_per_min=min(known, default=None),
        )
        if seconds > 0:
            raise TransientError(f"{self._provider}: the minute is spent", retry_after_s=seconds)

    def _correct(self, day: date, call: str, tokens: int, requests: int, told_tokens_per_min: int | None) -> None:
        with self._open() as entry:
            if counted := _day_of(entry, day):
                counted.requests = max(0, counted.requests + requests)
                counted.tokens = max(0, counted.tokens + tokens)
            for each in [each for each in entry.minute if each.call == call]:
                each.tokens = max(0, each.tokens + tokens)
                if requests < 0:
                    entry.minute.remove(each)
            if told_tokens_per_min is not None:
                entry.told_tokens_per_min = told_tokens_per_min

    def _close(self, until: datetime, model: str) -> None:
        with self._open() as entry:
            now = self._clock()
            stands = entry.closed(model, now)
            if stands is None or stands < until:
                entry.close(model, now, until)

    def _spent(self, setting: str, allowed: int, so_far: int) -> QuotaError:
        tomorrow = datetime.combine(self._today() + timedelta(days=1), time(), tzinfo=self._zone)
        return QuotaError(
            f"{self._provider}: the day's allowance is spent ({so_far:,} of {self._provider}.{setting} = {allowed})",
            hint="It goes on when the day is over; raise the setting if the account allows more",
            resets_at=tomorrow.astimezone(UTC),
        )

    @property
    def _zone(self) -> tzinfo:
        """Read from the disk the first time. Windows knows no time zones by itself; UTC needs none."""
        return UTC if self._zone_name == "UTC" else ZoneInfo(self._zone_name)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    @contextlib.contextmanager
    def _open(self) -> Iterator[_Entry]:
        """Today's entry, alone; it is written when the block is over, unless that raises. Blocks."""
        with self._mutex, contextlib.ExitStack() as held:
            try:
                lock_beside(self._path, held)
                discard_stale_temporaries(self._path)
                entry = self._read()
            except StorageError as error:
                self._warn(error)
                entry = _Entry(day=self._today())
            yield entry
            try:
                # A file of one day, with no model closed, is one that earlier versions read.
                left_out = {name for name in ("other_days", "closed_models") if not getattr(entry, name)}
                text = entry.model_dump_json(by_alias=True, indent=2, exclude=left_out)
                write_atomically(self._path, text + "\n")
            except StorageError as error:
                self._warn(error)

    def _read(self) -> _Entry:
        """What the file says of today, and, on another day, of the closure."""
        with storage_errors(self._path, "read"):
            try:
                text = read_file(self._path)
            except FileNotFoundError:
                return _Entry(day=self._today())
            try:
                entry = _Entry.model_validate_json(text)
            except ValidationError:
                aside = self._path.with_suffix(".json.damaged")
                self._path.replace(aside)
                logger.warning("%s is damaged or newer than this nightreel: set aside as %s", self._path, aside.name)
                return _Entry(day=self._today())
        return entry if entry.day == self._today() else _on(self._today(), entry)

    def _warn(self, error: StorageError) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning("what is spent today is not written down: %s", error)


def _day_of(entry: _Entry, day: date) -> _Day | None:
    """What was spent on that day; None: nothing is known of it."""
    return next((each for each in (entry, *entry.other_days) if each.day == day), None)


def _on(today: date, entry: _Entry) -> _Entry:
    """The file on another day than when it was written: a later one, or one that it was before."""
    known = _day_of(entry, today) or _Day(day=today)
    before = _Day(day=entry.day, requests=entry.requests, tokens=entry.tokens)
    others = [before, *(each for each in entry.other_days if each.day != today)][:_OTHER_DAYS]
    return _Entry(
        day=today,
        requests=known.requests,
        tokens=known.tokens,
        other_days=others,
        minute=entry.minute,
        closed_at=entry.closed_at,
        closed_until=entry.closed_until,
        closed_models=entry.closed_models,
    )
