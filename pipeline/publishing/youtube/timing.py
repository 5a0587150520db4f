"""Scheduled publishing: at a requested time, or at the next free slot of the channel.

state/ledgers/youtube-slots-<channel>.json maps films to times. It is read, modified and written under a lock shared by
all processes, so no slot is assigned twice; a film that is retried keeps its slot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DamagedError, InputError
from pipeline.files import discard_stale_temporaries, read_file, storage_errors, write_atomically
from pipeline.model.schedule import Slots
from pipeline.state.locks import file_lock
from pipeline.state.threads import in_thread

# A film must be uploaded and processed before its time.
LEAD = timedelta(minutes=15)
# The latest times that are kept, including past ones, since the clock may be wrong.
_MOST_KEPT = 1000


class _Document(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    model_schema: Literal[1] = Field(1, alias="schema")
    # The scheduled times of films, by tag.
    films: dict[str, AwareDatetime] = {}


class SlotLedger:
    """The assigned times of one channel."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @in_thread
    def assign(self, film: str, slots: Slots, *, now: datetime) -> datetime:
        """The film's slot; if it has none, or it is past, the next free one is assigned.

        A slot after a free one was assigned by a clock running ahead, or by other rules: it is assigned anew.
        """
        with file_lock(self._path):
            films = self._read()
            taken = {at for name, at in films.items() if name != film}
            free = next(slot for slot in slots.after(now + LEAD) if slot not in taken)
            if film not in films or not now < films[film] <= free:
                films[film] = free
                self._write(films)
            return films[film]

    @in_thread
    def record(self, film: str, at: datetime) -> None:
        """Reserve a time that the user chose for the film."""
        with file_lock(self._path):
            self._write({**self._read(), film: at})

    def _read(self) -> dict[str, datetime]:
        """All assigned times. Raises `DamagedError`: without them none may be assigned."""
        with storage_errors(self._path, "read"):
            try:
                text = read_file(self._path)
            except FileNotFoundError:
                return {}
        try:
            return _Document.model_validate_json(text).films
        except ValidationError as error:
            hint = "Remove it; slots that are taken on the channel may then be assigned again"
            raise DamagedError("is damaged, or of a newer version", where=self._path.name, hint=hint) from error

    def _write(self, films: dict[str, datetime]) -> None:
        """Write the file; the caller holds the lock."""
        if len(films) > _MOST_KEPT:
            films = dict(sorted(films.items(), key=lambda each: each[1])[-_MOST_KEPT:])
        document = _Document(schema=1, films=films)
        write_atomically(self._path, document.model_dump_json(by_alias=True, indent=2) + "\n")
        discard_stale_temporaries(self._path)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When a film becomes public: at `publish_at`, or in one of `slots`; neither: unscheduled."""

    publish_at: datetime | None = None
    slots: Slots | None = None
    # None: the channel has no slots.
    ledger: SlotLedger | None = None
    # Whether privacy and schedule were set for this film explicitly, not by the channel's defaults.
    is_explicit: bool = False
    # The origin of `publish_at`, for messages.
    where: str = ""

    async def publish_time(self, film: str, *, now: datetime) -> datetime | None:
        """The time of a film (its tag), which is reserved for it. Raises `InputError` for a past time."""
        if self.publish_at is not None:
            check_future(self.publish_at, now, where=self.where)
            if self.ledger:
                await self.ledger.record(film, self.publish_at)
            return self.publish_at
        return await self.ledger.assign(film, self.slots, now=now) if self.ledger and self.slots else None


UNSCHEDULED = Timing()


def check_future(at: datetime, now: datetime, *, where: str) -> None:
    """Raise `InputError` for a past time: YouTube would publish the film at once."""
    if at <= now:
        raise InputError(f"publish_at is past: {at:%Y-%m-%d %H:%M} UTC", where=where, hint="Set a later time, or none")
