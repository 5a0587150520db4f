"""The ledger of one service for all processes of a workspace: requests and tokens per minute and day, and Retry-After.

state/ledgers/<provider>.json, which people can read. It is read, modified and written under a lock file, which is
released when its process dies; what a killed process had reserved counts as spent.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ClosedError, QuotaError, StorageError, TransientError
from pipeline.files import discard_stale_temporaries, read_file, storage_errors, write_atomically
from pipeline.state.ledgers.minute import Spent, wait_s, within_minute
from pipeline.state.locks import file_lock
from pipeline.state.threads import in_thread

# Number of other days that are kept, in case the clock was wrong and is corrected.
_OTHER_DAYS = 7
# No service means more than a month by Retry-After.
_LONGEST = timedelta(days=30)

logger = logging.getLogger("nightreel")


class _Day(BaseModel):
    """Requests and tokens of one day."""

    model_config = ConfigDict(extra="forbid")

    day: date
    requests: int = Field(0, ge=0)
    tokens: int = Field(0, ge=0)


class _Entry(_Day):
    """The content of the file: its latest day, with other state."""

    model_schema: Literal[1] = Field(1, alias="schema")
    # Previous days, also those from before a clock was set back.
    other_days: list[_Day] = []
    # Tokens per minute as reported by the provider today.
    told_tokens_per_min: int | None = Field(None, ge=0)
    # The calls of the last minute.
    minute: list[Spent] = []
    # No calls in this period.
    closed_at: AwareDatetime | None = None
    closed_until: AwareDatetime | None = None
    # The same for single models: start and end.
    closed_models: dict[str, tuple[AwareDatetime, AwareDatetime]] = {}
    # The reasons, by model (empty: all).
    closed_why: dict[str, str] = {}

    def closed(self, model: str, now: datetime) -> datetime | None:
        """Until when calls of a model, or (empty) of all, are forbidden; None: they are allowed.

        A closure that begins in the future was written under a wrong clock, and is ignored.
        """
        whole = (self.closed_at, self.closed_until)
        at, until = self.closed_models.get(model, (None, None)) if model else whole
        return until if at and until and at <= now < until else None

    def close(self, model: str, now: datetime, until: datetime, why: str) -> None:
        """Forbid calls before `until`."""
        others = {name: text for name, text in self.closed_why.items() if name != model and self.closed(name, now)}
        self.closed_why = {**others, **({model: why} if why else {})}
        if model:
            still = {name: each for name, each in self.closed_models.items() if self.closed(name, now)}
            self.closed_models = {**still, model: (now, until)}
        else:
            self.closed_at, self.closed_until = now, until


class Ledger:
    """The ledger of one provider, on disk in `folder` (state/ledgers).

    Safe for many tasks and processes. Days are those of `zone` (IANA), as the provider counts them: 23 or 25 hours long
    when its clocks change. A call counts for the day on which it was made, even if the clock is set to another day and
    back. Times come from `clock` (aware). An unreadable file is quarantined and replaced; a failed write is a warning
    and does not stop calls.
    """

    def __init__(self, folder: Path, provider: str, *, clock: Callable[[], datetime], zone: str = "UTC") -> None:
        self._path = folder.absolute() / f"{provider}.json"
        self._provider = provider
        self._clock = clock
        self._zone_name = zone
        # Serialises the threads of this process, so that they need not poll the lock file.
        self._mutex = threading.Lock()
        self._has_warned = False

    @in_thread
    def reserve(
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
        """See `pipeline.limits.CallLedger`. The first call of a day may exceed a limit per day."""
        with self._open() as entry:
            now = self._clock()
            if until := entry.closed("", now) or entry.closed(model, now):
                # Clamped: the file may contain any date, and the calendar of `datetime` ends.
                raise ClosedError(f"{self._provider} asks us to wait", until=min(until, now + _LONGEST))
            spent = (
                ("requests_per_day", requests_per_day, entry.requests, 1),
                ("tokens_per_day", tokens_per_day, entry.tokens, tokens),
            )
            for setting, allowed, so_far, more in spent:
                if allowed is not None and so_far and so_far + more > allowed:
                    raise self._spent(setting, allowed, so_far)
            entry.minute = within_minute(entry.minute, now)
            known = [each for each in (tokens_per_min, entry.told_tokens_per_min) if each is not None]
            most = min(known, default=None)
            seconds = wait_s(entry.minute, tokens, now, requests_per_min=requests_per_min, tokens_per_min=most)
            if seconds > 0:
                raise TransientError(f"{self._provider}: the limit per minute is reached", retry_after_s=seconds)
            entry.minute.append(Spent(at=now, call=call, tokens=tokens))
            entry.requests += 1
            entry.tokens += tokens
            return entry.day

    @in_thread
    def correct(
        self, day: date, *, call: str, tokens: int, requests: int = 0, told_tokens_per_min: int | None = None
    ) -> None:
        """See `pipeline.limits.CallLedger`. Forgotten days are ignored."""
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

    @in_thread
    def close(self, until: datetime, *, model: str = "", why: str = "") -> None:
        """Forbid calls (of `model`, if given) before `until` (aware), unless they are forbidden for longer already."""
        with self._open() as entry:
            now = self._clock()
            stands = entry.closed(model, now)
            if stands is None or stands < until:
                entry.close(model, now, until, why)

    def spent_today(self) -> tuple[int, int]:
        """Requests and tokens so far, read without the lock. Blocks."""
        today = self._peek()
        return today.requests, today.tokens

    def closure(self, model: str = "") -> tuple[datetime, str] | None:
        """Until when calls of `model` (empty: of all) are forbidden, and why, read without the lock. Blocks."""
        entry = self._peek()
        until = entry.closed(model, self._clock())
        return (until, entry.closed_why.get(model, "")) if until else None

    def _peek(self) -> _Entry:
        """Today's entry as last saved, read without the lock."""
        try:
            entry = _Entry.model_validate_json(read_file(self._path))
        except (OSError, ValueError):  # the next call creates a new one
            return _Entry(day=self._today())
        return entry if entry.day == self._today() else _on(self._today(), entry)

    def _spent(self, setting: str, allowed: int, so_far: int) -> QuotaError:
        tomorrow = datetime.combine(self._today() + timedelta(days=1), time(), tzinfo=self._zone)
        return QuotaError(
            f"{self._provider}: the daily quota is spent ({so_far:,} of {self._provider}.{setting} = {allowed})",
            hint="It continues tomorrow; raise the setting if the account allows more",
            resets_at=tomorrow.astimezone(UTC),
        )

    @property
    def _zone(self) -> tzinfo:
        """Loaded lazily. Windows has no time zone database of its own, which UTC does not need."""
        return UTC if self._zone_name == "UTC" else ZoneInfo(self._zone_name)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    @contextlib.contextmanager
    def _open(self) -> Iterator[_Entry]:
        """Today's entry, locked; written after the block unless that raises. Blocks.

        If another process does not release the lock, the last saved entry, which is not written: that would undo what
        the other one counts.
        """
        with self._mutex, contextlib.ExitStack() as held:
            is_locked = False
            try:
                held.enter_context(file_lock(self._path))
                is_locked = True
                discard_stale_temporaries(self._path)
                entry = self._read()
            except StorageError as error:
                self._warn(error)
                entry = _Entry(day=self._today()) if is_locked else self._peek()
            yield entry
            if not is_locked:
                return
            try:
                # Without these fields, earlier versions can read the file.
                left_out = {name for name in ("other_days", "closed_models", "closed_why") if not getattr(entry, name)}
                text = entry.model_dump_json(by_alias=True, indent=2, exclude=left_out)
                write_atomically(self._path, text + "\n")
            except StorageError as error:
                self._warn(error)

    def _read(self) -> _Entry:
        """Today's entry in the file; state that does not depend on the day is carried over."""
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
            logger.warning("today's spending is not recorded: %s", error)


def _day_of(entry: _Entry, day: date) -> _Day | None:
    return next((each for each in (entry, *entry.other_days) if each.day == day), None)


def _on(today: date, entry: _Entry) -> _Entry:
    """The entry moved to another day: a later one, or an earlier one that is still known."""
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
        closed_why=entry.closed_why,
    )
