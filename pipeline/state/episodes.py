"""The episode numbers of a series, each assigned once, for all processes and runs.

state/series/<name>.json, which people can read. It is read, modified and written atomically under a lock file. A number
stays with the subject of its film; if that is removed, the number is left as a gap.

The summaries of scripts are in separate small files, one per film: a series may have thousands, and saving one must not
rewrite all others.
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
from pipeline.state.locks import file_lock

T = TypeVar("T")
_KEY = r"^[0-9a-f]{8,64}$"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class EpisodeFilm(_Document):
    """One film of an episode: it may have one in each language and shape."""

    batch: str
    job: str
    # The key in the hosts' journals.
    subject: str = Field(pattern=_KEY)


class Episode(_Document):
    """One episode."""

    # Identifies the subject, independent of the text of its brief: see `subject_key`.
    key: str = Field(pattern=_KEY)
    number: int = Field(ge=1, le=MOST_EPISODES)
    title: str = ""
    # The origin of its brief.
    where: str = ""
    # By track: the language, with the shape and the variant unless they are the first ones.
    films: dict[str, EpisodeFilm] = {}


class ScriptSummary(_Document):
    """What the script of a film covers; kept longer than the film."""

    model_schema: Literal[1] = Field(1, alias="schema")
    batch: str
    job: str
    title: str
    # One line.
    covered: str


class _Ledger(_Document):
    """The content of the file."""

    model_schema: Literal[1] = Field(1, alias="schema")
    episodes: list[Episode] = []


class EpisodeLedger:
    """The episodes of one series. All methods block briefly: call them in a thread.

    Raises `DamagedError` for an invalid file: without it no number may be assigned. Also raises `StorageError`.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """`folder` is that of all series (state/series)."""
        self._path = folder / f"{name}.json"
        self._summaries = folder / name

    def exists(self) -> bool:
        """Whether the file exists, i.e. any number was assigned."""
        return self._path.exists()

    def episodes(self) -> tuple[Episode, ...]:
        """All episodes by number, read-only. Takes no lock and leaves no file."""
        with storage_errors(self._path):
            try:
                stat = self._path.stat()
                return _read(self._path, (stat.st_mtime_ns, stat.st_size, stat.st_ino))
            except FileNotFoundError:
                return ()

    def change(self, work: Callable[[list[Episode]], T]) -> T:
        """Let `work` modify the list, and save it; if `work` raises, nothing is saved."""
        with self._open() as episodes:
            return work(episodes)

    def note_films(self, films: Mapping[str, Iterable[tuple[str, EpisodeFilm]]]) -> None:
        """Save which jobs make the films of episodes, by the episodes' keys: tuples of track and film."""

        def note(episodes: list[Episode]) -> None:
            for episode in episodes:
                for track, film in films.get(episode.key, ()):
                    episode.films[track] = film

        self.change(note)

    def note_script(self, film: EpisodeFilm, *, title: str, covered: str) -> None:
        """Save the summary of a film's script. Only the process that makes the film may call this."""
        summary = ScriptSummary(schema=1, batch=film.batch, job=film.job, title=title, covered=covered)
        with storage_errors(self._summaries):
            self._summaries.mkdir(parents=True, exist_ok=True)
        write_atomically(
            self._summaries / f"{film.subject}.json", summary.model_dump_json(by_alias=True, indent=2) + "\n"
        )

    def summary(self, film: EpisodeFilm) -> ScriptSummary | None:
        """The summary of the film's script, perhaps from another batch; None: there is none."""
        path = self._summaries / f"{film.subject}.json"
        with storage_errors(path, "read"):
            try:
                return ScriptSummary.model_validate_json(read_file(path))
            except (FileNotFoundError, ValidationError):  # dispensable
                return None

    def is_written(self, film: EpisodeFilm) -> bool:
        """Whether this very job has its script."""
        summary = self.summary(film)
        return summary is not None and (summary.batch, summary.job) == (film.batch, film.job)

    def forget(self, number: int) -> bool:
        """Free a number; returns whether it was assigned."""
        found: list[Episode] = []

        def drop(episodes: list[Episode]) -> None:
            found.extend(each for each in episodes if each.number == number)
            episodes[:] = [each for each in episodes if each.number != number]

        self.change(drop)
        return bool(found)

    @contextlib.contextmanager
    def _open(self) -> Iterator[list[Episode]]:
        with file_lock(self._path):
            discard_stale_temporaries(self._path)
            episodes = _parsed(self._path)
            before = _text(episodes)
            yield episodes
            if (after := _text(episodes)) != before:
                write_atomically(self._path, after)


@functools.lru_cache(maxsize=8)
def _read(path: Path, _stamp: tuple[int, int, int]) -> tuple[Episode, ...]:
    """The episodes in a file, cached by its stat: each film reads them several times, and thousands take long to parse.

    Only for reading: numbers are assigned from the file itself.
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
    hint = "Repair it, or restore a copy; without it, numbers are assigned again, also to published films"
    return DamagedError("is damaged, or of a newer version", where=f"state/series/{path.name}", hint=hint)


def _text(episodes: list[Episode]) -> str:
    ledger = _Ledger(schema=1, episodes=sorted(episodes, key=lambda each: each.number))
    return ledger.model_dump_json(by_alias=True, indent=2, exclude_defaults=False) + "\n"
