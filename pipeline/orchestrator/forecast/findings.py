"""The results of a survey: films, cache hits, and problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import NightreelError
from pipeline.orchestrator.forecast.history import Kind


@dataclass(frozen=True, kw_only=True)
class Films:
    """The number of films by what a run would do with them."""

    # Requested films, and duplicates among them.
    asked: int = 0
    twice: int = 0
    # Completed already.
    there: int = 0
    # To make: never started; started by an earlier run; failed or parked for a person, and retried; missing, changed or
    # with another output folder; parked until a time.
    new: int = 0
    begun: int = 0
    again: int = 0
    gone: int = 0
    parked: int = 0
    # Left alone.
    review: int = 0
    cancelled: int = 0
    # Of the new ones: replacing a film whose brief has changed.
    replacing: int = 0
    # Of those to make: can't be made.
    impossible: int = 0

    @property
    def to_make(self) -> int:
        """The number of films that the run would make."""
        return self.new + self.begun + self.again + self.gone + self.parked


@dataclass(frozen=True, kw_only=True)
class Cached:
    """Cache hits for the films to make. None: unknown until the scripts are written."""

    # Model-written scripts in the cache.
    scripts: int = 0
    # Scripts that are known: from the cache, or made from notes without a model.
    known_scripts: int = 0
    # Scenes of the known scripts, and how many of these are distinct; likewise sentences.
    scenes: int | None = None
    different_scenes: int | None = None
    sentences: int | None = None
    different_sentences: int | None = None
    clips: int | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work for films of one kind."""

    # Characters to speak.
    weight: int = 0
    # Characters in scenes that no earlier film of the run has, and the number of films' worth of shared scenes.
    fresh: float = 0.0
    spared: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(
            weight=self.weight + other.weight, fresh=self.fresh + other.fresh, spared=self.spared + other.spared
        )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error that a run would meet."""

    # Where it occurs first.
    where: str
    message: str
    hint: str
    # The number of films it affects; 0 if it stops the run.
    films: int
    exit_code: int

    @classmethod
    def of(cls, error: NightreelError, *, films: int, where: str = "") -> Problem:
        """The problem of an error that affects `films` films."""
        return cls(
            where=error.where or where,
            message=error.message,
            hint=error.hint,
            films=films,
            exit_code=error.exit_code,
        )


@dataclass(frozen=True, kw_only=True)
class RunSurvey:
    """The result of the survey of a run."""

    films: Films
    cached: Cached
    # The work for the films that can be made, by kind.
    work: Mapping[Kind, Work]
    # Scripts that a model has to write or translate.
    scripts_to_ask: int
    # The series that the films are episodes of.
    series: tuple[str, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
