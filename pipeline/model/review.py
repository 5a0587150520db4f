"""What a person says of a film, which films a person is asked about, and what of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pipeline.model.verdict import Check, Verdict

Decision = Literal["approved", "rejected"]
# How a film of the sample stands; empty: it is none.
SampleMark = Literal["", "waits", "approved", "rejected"]
_SPACE = 2**64


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a person said of one film: of these bytes, and no others."""

    # SHA-256 of the film.
    film: str
    decision: Decision
    at: datetime
    # In the person's words.
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldFilm:
    """A film that a person is asked about."""

    # Of its job.
    id: str
    title: str
    language: str
    # Why it waits, and what to do.
    why: str
    hint: str
    sampled: bool
    # 0 to 1, by this profile, and what did not pass without a warning.
    score: float | None
    profile: str
    remarks: tuple[Check, ...]
    duration_s: float | None
    video: Path | None
    thumbnail: Path | None
    # Why it is not the first choice who speaks, and which pictures it goes without.
    incidents: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FailedVerdict:
    """What the gate said of a film that did not pass, and what came of it."""

    at: datetime
    verdict: Verdict
    # The stage from which the film was made afresh; empty: it was not.
    again: str = ""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The share of a batch that a person looks at before the rest is published. Chosen by chance, always the same."""

    percent: float
    seed: int = 0

    def takes(self, batch: str, job: str) -> bool:
        """Whether the job is in it. Other jobs do not matter: adding some changes nothing for those that are there."""
        return self._draw(batch, job) < self.percent / 100

    def first(self, batch: str, jobs: Iterable[str]) -> str:
        """Who is in it when chance has taken nobody; jobs must not be empty."""
        return min(jobs, key=lambda job: self._draw(batch, job))

    def _draw(self, batch: str, job: str) -> float:
        """A number from 0 to 1."""
        digest = hashlib.sha256(f"{self.seed}\0{batch}\0{job}".encode()).digest()
        return int.from_bytes(digest[:8]) / _SPACE


@dataclass(frozen=True, kw_only=True)
class SampleStanding:
    """How many films of a sample are still to be looked at, and what was said of the others."""

    waiting: int = 0
    approved: int = 0
    rejected: int = 0
    # They could not be made: there is nothing to look at.
    failed: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the rest of the batch may be published: there is no sample, or all of it is approved."""
        if not (self.waiting or self.approved or self.rejected or self.failed):
            return True
        return bool(self.approved) and not self.waiting and not self.rejected
