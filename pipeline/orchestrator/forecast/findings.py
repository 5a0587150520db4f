"""What is known of a run before it begins: films, cache, and what will not work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import NightreelError
from pipeline.orchestrator.forecast.history import Kind


@dataclass(frozen=True, kw_only=True)
class Films:
    """The films of a run, by what would happen to them."""

    # Rows and briefs that can be read; those that ask for a film a second time.
    asked: int = 0
    twice: int = 0
    # There already.
    there: int = 0
    # Never begun; begun by an earlier run; failed or waiting for a person, and tried again; gone, changed, or wanted
    # in another place; waiting for their time.
    new: int = 0
    begun: int = 0
    again: int = 0
    gone: int = 0
    parked: int = 0
    # Left alone.
    review: int = 0
    cancelled: int = 0
    # Of the new ones: those that take the place of a film whose brief has changed.
    replacing: int = 0
    # Of those that would be made: those that can't be.
    impossible: int = 0

    @property
    def to_make(self) -> int:
        """How many would be worked on."""
        return self.new + self.begun + self.again + self.gone + self.parked


@dataclass(frozen=True, kw_only=True)
class Cached:
    """What the cache has of the films that would be made. None: it can't be known before the scripts are written."""

    scripts: int = 0
    # How many scripts are known, from the cache or from notes that need no model; and of their scenes those spoken.
    known_scripts: int = 0
    scenes: int | None = None
    # How many different ones there are, of all films together; likewise of sentences.
    different_scenes: int | None = None
    sentences: int | None = None
    different_sentences: int | None = None
    clips: int | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """What there is to do for films of one kind."""

    # Characters to speak.
    weight: int = 0
    # Of these, those in scenes that no film before had; and how many films' worth of scenes are shared.
    fresh: float = 0.0
    spared: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(
            weight=self.weight + other.weight, fresh=self.fresh + other.fresh, spared=self.spared + other.spared
        )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that will not work."""

    # The first place where it shows, what it is, and what to do.
    where: str
    message: str
    hint: str
    # How many films it spoils; 0: it stops the run.
    films: int
    exit_code: int

    @classmethod
    def of(cls, error: NightreelError, *, films: int, where: str = "") -> Problem:
        """An error that a run would meet."""
        return cls(
            where=error.where or where,
            message=error.message,
            hint=error.hint,
            films=films,
            exit_code=error.exit_code,
        )


@dataclass(frozen=True, kw_only=True)
class RunSurvey:
    """What a look at all films of a run has shown."""

    films: Films
    cached: Cached
    # Of the films that can be made, by their kind.
    work: Mapping[Kind, Work]
    # Those that a model has to write.
    scripts_to_ask: int
    # Those that the films are episodes of.
    series: tuple[str, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
