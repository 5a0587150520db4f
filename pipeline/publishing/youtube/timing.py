"""When a film becomes public: at a time that was asked for, or at the next slot of the channel that is free.

state/ledgers/youtube-slots-<channel>.json says which film has which time. It is read, changed and written under a lock
that all processes share, so that no time is given twice; and a film that is tried again keeps its own.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from anyio import to_thread
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DamagedError, InputError
from pipeline.files import discard_stale_temporaries, read_file, storage_errors, write_atomically
from pipeline.model.schedule import Slots
from pipeline.state.ledgers.daily import lock_beside

# A film has to arrive and to be processed before its time.
LEAD = timedelta(minutes=15)
# So many times are remembered, the latest: also those that are past, since the clock that says so may be wrong.
_REMEMBERED = 1000


class _Document(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    model_schema: Literal[1] = Field(1, alias="schema")
    # Films by tag, and when they become public.
    films: dict[str, AwareDatetime] = {}


class SlotBook:
    """The times of one channel that are given away."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def take(self, film: str, slots: Slots, *, now: datetime) -> datetime:
        """The film's time: the one that it has, or if that is past or there is none, the next free one."""
        return await to_thread.run_sync(self._take, film, slots, now)

    async def enter(self, film: str, at: datetime) -> None:
        """Somebody has chosen a time for the film; no other one is given it."""
        await to_thread.run_sync(self._enter, film, at)

    def _take(self, film: str, slots: Slots, now: datetime) -> datetime:
        with contextlib.ExitStack() as held:
            lock_beside(self._path, held)
            films = self._read()
            if film not in films or films[film] <= now:
                taken = set(films.values())
                films[film] = next(slot for slot in slots.after(now + LEAD) if slot not in taken)
                self._write(films)
            return films[film]

    def _enter(self, film: str, at: datetime) -> None:
        with contextlib.ExitStack() as held:
            lock_beside(self._path, held)
            self._write({**self._read(), film: at})

    def _read(self) -> dict[str, datetime]:
        """All times that are given. Raises `DamagedError`: whoever can't read it must not give any."""
        with storage_errors(self._path, "read"):
            try:
                text = read_file(self._path)
            except FileNotFoundError:
                return {}
        try:
            return _Document.model_validate_json(text).films
        except ValidationError as error:
            hint = "Remove it; times that are taken on the channel may be given once more then"
            raise DamagedError("is damaged, or of a newer version", where=self._path.name, hint=hint) from error

    def _write(self, films: dict[str, datetime]) -> None:
        """Only with the lock."""
        if len(films) > _REMEMBERED:
            films = dict(sorted(films.items(), key=lambda each: each[1])[-_REMEMBERED:])
        document = _Document(schema=1, films=films)
        write_atomically(self._path, document.model_dump_json(by_alias=True, indent=2) + "\n")
        discard_stale_temporaries(self._path)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a film becomes public: at `publish_at`, or at one of `slots`; neither: when it is uploaded, if ever."""

    publish_at: datetime | None = None
    slots: Slots | None = None
    # None: the channel has no slots.
    book: SlotBook | None = None
    # Whether somebody has said of this film who sees it and from when, rather than of all.
    is_asked: bool = False
    # Who asked for the time, as messages call it.
    where: str = ""

    async def moment(self, film: str, *, now: datetime) -> datetime | None:
        """The time of a film (its tag), taken for it. Raises `InputError` for one that is past."""
        if self.publish_at is not None:
            check_future(self.publish_at, now, where=self.where)
            if self.book:
                await self.book.enter(film, self.publish_at)
            return self.publish_at
        return await self.book.take(film, self.slots, now=now) if self.book and self.slots else None


# It becomes public when it is uploaded, if ever.
AS_IT_IS = Timing()


def check_future(at: datetime, now: datetime, *, where: str) -> None:
    """Raise `InputError` for a time that is past: YouTube would publish the film at once."""
    if at <= now:
        raise InputError(f"publish_at is past: {at:%Y-%m-%d %H:%M} UTC", where=where, hint="Set a later time, or none")
