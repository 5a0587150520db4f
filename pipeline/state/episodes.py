"""Which episode of a series is which: numbers that are given once, for all processes and all nights.

state/series/<name>.json, a file that a person can read. It is read, changed and written under a lock of the operating
system, and written whole or not at all. A number that was given stays with what the film is about; when that is gone,
its number is a hole.

What a script is about stands beside it, a small file for each film: a series may have thousands, and whoever has
written one must not write all others again.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DamagedError
from pipeline.files import discard_stale_temporaries, read_file, storage_errors, write_atomically
from pipeline.model.episodes import MOST_EPISODES
from pipeline.state.ledgers.daily import lock_beside

T = TypeVar("T")
_KEY = r"^[0-9a-f]{8,64}$"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class EpisodeFilm(_Document):
    """One film of an episode: it may have one in each language and shape."""

    batch: str
    job: str
    # How journals of hosts call it.
    subject: str = Field(pattern=_KEY)


class Episode(_Document):
    """What the ledger knows of an episode."""

    # What it is about, whatever its brief says: see `subject_key`.
    key: str = Field(pattern=_KEY)
    number: int = Field(ge=1, le=MOST_EPISODES)
    title: str = ""
    # Where its brief stands.
    where: str = ""
    # By track: the language, and the shape and the variant where they are not the first ones.
    films: dict[str, EpisodeFilm] = {}


class Told(_Document):
    """What the script of a film is about, kept longer than the film."""

    model_schema: Literal[1] = Field(1, alias="schema")
    batch: str
    job: str
    title: str
    # In a line.
    covered: str


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
        self._path = folder / f"{name}.json"
        self._told = folder / name

    def is_there(self) -> bool:
        """Whether any number was ever given, and the file is not lost since."""
        return self._path.exists()

    def episodes(self) -> tuple[Episode, ...]:
        """All episodes by number, not to be changed. Takes no lock and leaves no file."""
        with storage_errors(self._path):
            try:
                stat = self._path.stat()
                return _read(self._path, (stat.st_mtime_ns, stat.st_size, stat.st_ino))
            except FileNotFoundError:
                return ()

    def change(self, work: Callable[[list[Episode]], T]) -> T:
        """`work` changes the list; what it leaves is on the disk afterwards, or nothing of it if it raises."""
        with self._open() as episodes:
            return work(episodes)

    def note_films(self, films: Mapping[str, Iterable[tuple[str, EpisodeFilm]]]) -> None:
        """Keep which jobs make the films of episodes, by their keys: each with its track."""

        def note(episodes: list[Episode]) -> None:
            for episode in episodes:
                for track, film in films.get(episode.key, ()):
                    episode.films[track] = film

        self.change(note)

    def note_script(self, film: EpisodeFilm, *, title: str, covered: str) -> None:
        """Keep that a film has its script, and what it is about. Only who makes the film may call this."""
        told = Told(schema=1, batch=film.batch, job=film.job, title=title, covered=covered)
        with storage_errors(self._told):
            self._told.mkdir(parents=True, exist_ok=True)
        write_atomically(self._told / f"{film.subject}.json", told.model_dump_json(by_alias=True, indent=2) + "\n")

    def told(self, film: EpisodeFilm) -> Told | None:
        """What the film's script is about, though another batch may have made it; None: nobody has noted it."""
        path = self._told / f"{film.subject}.json"
        with storage_errors(path, "read"):
            try:
                return Told.model_validate_json(read_file(path))
            except (FileNotFoundError, ValidationError):  # told of one less, a film is as good
                return None

    def is_written(self, film: EpisodeFilm) -> bool:
        """Whether this very job has its script."""
        told = self.told(film)
        return told is not None and (told.batch, told.job) == (film.batch, film.job)

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
            discard_stale_temporaries(self._path)
            episodes = _parsed(self._path)
            before = _text(episodes)
            yield episodes
            if (after := _text(episodes)) != before:
                write_atomically(self._path, after)


@functools.lru_cache(maxsize=8)
def _read(path: Path, _stamp: tuple[int, int, int]) -> tuple[Episode, ...]:
    """The episodes in a file that looks so from outside: each film asks some times, and thousands take long to read.

    Only for who looks: numbers are given by what the file says.
    """
    return tuple(_parsed(path))


def _parsed(path: Path) -> list[Episode]:
    with storage_errors(path, "read"):
        try:
            text = read_file(path)
        except FileNotFoundError:
            return []
    try:
        episodes = _Ledger.model_validate_json(text).episodes
    except ValidationError as error:
        raise _damaged(path) from error
    numbers, keys = ({getattr(each, name) for each in episodes} for name in ("number", "key"))
    if len(numbers) < len(episodes) or len(keys) < len(episodes):
        raise _damaged(path)
    return sorted(episodes, key=lambda each: each.number)


def _damaged(path: Path) -> DamagedError:
    hint = "Mend it, or put back a copy; without it, numbers are given anew, also to films that are out"
    return DamagedError("is damaged, or of a newer version", where=f"state/series/{path.name}", hint=hint)


def _text(episodes: list[Episode]) -> str:
    ledger = _Ledger(schema=1, episodes=sorted(episodes, key=lambda each: each.number))
    return ledger.model_dump_json(by_alias=True, indent=2, exclude_defaults=False) + "\n"
