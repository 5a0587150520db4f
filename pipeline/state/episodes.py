"""Which episode of a series is which: numbers that are given once, for all processes and all nights.

state/series/<name>.json, a file that a person can read. It is read, changed and written under a lock of the operating
system, and written whole or not at all. A number that was given stays with what the film is about; when that is gone,
its number is a hole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DamagedError
from pipeline.files import discard_leftovers, storage_errors, write_atomically
from pipeline.model.episodes import MOST_EPISODES
from pipeline.state.ledgers import lock_beside

T = TypeVar("T")
_KEY = r"^[0-9a-f]{8,64}$"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class EpisodeFilm(_Document):
    """One film of an episode: it may have one in each language and shape."""

    batch: str
    job: str
    # How journals of hosts call it.
    subject: str
    # Whether its script is there.
    written: bool = False


class Episode(_Document):
    """What the ledger knows of an episode."""

    # What it is about, whatever its brief says: see `subject_key`.
    key: str = Field(pattern=_KEY)
    number: int = Field(ge=1, le=MOST_EPISODES)
    title: str = ""
    # Where its brief stands.
    where: str = ""
    # What it was about, in a line; empty: its script is not there yet.
    covered: str = ""
    # By track: the language, and the shape and the variant where they are not the first ones.
    films: dict[str, EpisodeFilm] = {}


class _Ledger(_Document):
    """The file."""

    model_schema: Literal[1] = Field(1, alias="schema")
    episodes: list[Episode] = []


class EpisodeLedger:
    """The episodes of one series. Everything blocks for a moment: call it in a thread.

    Raises `DamagedError` for a file that is none: whoever can't read it must not give any number. `StorageError`, too.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """`folder` is that of all series (state/series)."""
        self.name = name
        self._path = folder / f"{name}.json"

    def episodes(self) -> list[Episode]:
        """All episodes by number. Takes no lock and leaves no file."""
        with storage_errors(self._path):
            try:
                text = self._path.read_bytes()
            except FileNotFoundError:
                return []
        try:
            episodes = _Ledger.model_validate_json(text).episodes
        except ValidationError as error:
            raise self._damaged() from error
        numbers, keys = ({getattr(each, name) for each in episodes} for name in ("number", "key"))
        if len(numbers) < len(episodes) or len(keys) < len(episodes):
            raise self._damaged()
        return sorted(episodes, key=lambda each: each.number)

    def change(self, work: Callable[[list[Episode]], T]) -> T:
        """`work` changes the list; what it leaves is on the disk afterwards, or nothing of it if it raises."""
        with self._open() as episodes:
            return work(episodes)

    def note_films(self, films: Mapping[str, Iterable[tuple[str, EpisodeFilm]]]) -> None:
        """Keep which jobs make the films of episodes, by their keys: each with its track."""

        def note(episodes: list[Episode]) -> None:
            for episode in episodes:
                for track, film in films.get(episode.key, ()):
                    known = episode.films.get(track)
                    is_same = known is not None and (known.batch, known.job) == (film.batch, film.job)
                    episode.films[track] = known if known and is_same else film

        self.change(note)

    def note_script(self, key: str, track: str, *, title: str, covered: str) -> None:
        """Keep that a film has its script, and what it is about."""

        def note(episodes: list[Episode]) -> None:
            for episode in episodes:
                if episode.key == key:
                    episode.title, episode.covered = title, covered
                    if film := episode.films.get(track):
                        film.written = True

        self.change(note)

    def forget(self, number: int) -> bool:
        """Free a number; whether it was given."""
        found: list[Episode] = []

        def drop(episodes: list[Episode]) -> None:
            found.extend(each for each in episodes if each.number == number)
            episodes[:] = [each for each in episodes if each.number != number]

        self.change(drop)
        return bool(found)

    @contextlib.contextmanager
    def _open(self) -> Iterator[list[Episode]]:
        with contextlib.ExitStack() as held:
            lock_beside(self._path, held)
            discard_leftovers(self._path)
            episodes = self.episodes()
            before = _text(episodes)
            yield episodes
            if (after := _text(episodes)) != before:
                write_atomically(self._path, after)

    def _damaged(self) -> DamagedError:
        hint = "Mend it, or remove it; numbers are given anew then, in the order of the next batches"
        return DamagedError("is damaged, or of a newer version", where=f"state/series/{self._path.name}", hint=hint)


def _text(episodes: list[Episode]) -> str:
    ledger = _Ledger(schema=1, episodes=sorted(episodes, key=lambda each: each.number))
    return ledger.model_dump_json(by_alias=True, indent=2, exclude_defaults=False) + "\n"
