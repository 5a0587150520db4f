"""Human review: decisions, held films, and sampling of batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pipeline.model.verdict import Check, Verdict

Decision = Literal["approved", "rejected"]
# State of a film in the sample; empty: it is not in the sample.
SampleMark = Literal["", "waits", "approved", "rejected"]
_SPACE = 2**64


@dataclass(frozen=True, kw_only=True)
class Review:
    """A person's decision on one film, identified by its hash."""

    # SHA-256 of the film.
    film: str
    decision: Decision
    at: datetime
    # The person's reason.
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldFilm:
    """A film that waits for review."""

    # Job id.
    id: str
    title: str
    language: str
    # Why it is held, and what to do.
    why: str
    hint: str
    sampled: bool
    # Score from 0 to 1, the profile, and the checks with warnings.
    score: float | None
    profile: str
    remarks: tuple[Check, ...]
    duration_s: float | None
    video: Path | None
    thumbnail: Path | None
    # Fallback of the voice, and missing pictures.
    incidents: tuple[str, ...] = ()
    # When each scene ends; empty: unknown.
    scene_ends_s: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FailedVerdict:
    """The verdict on a film that failed the quality gate, and the consequence."""

    at: datetime
    verdict: Verdict
    # The stage from which the film was remade; empty: it was not.
    again: str = ""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A pseudo-random, reproducible sample of a batch that is reviewed before the rest is published."""

    percent: float
    seed: int = 0

    def takes(self, batch: str, job: str) -> bool:
        """Whether a job is in the sample. Independent of other jobs: adding jobs does not change it."""
        return self._draw(batch, job) < self.percent / 100

    def first(self, batch: str, jobs: Iterable[str]) -> str:
        """The job to review if the sample is empty; `jobs` must not be empty."""
        return min(jobs, key=lambda job: self._draw(batch, job))

    def _draw(self, batch: str, job: str) -> float:
        """A hash of the job in [0, 1)."""
        digest = hashlib.sha256(f"{self.seed}\0{batch}\0{job}".encode()).digest()
        return int.from_bytes(digest[:8]) / _SPACE


@dataclass(frozen=True, kw_only=True)
class SampleStanding:
    """The numbers of films of a sample by state."""

    waiting: int = 0
    approved: int = 0
    rejected: int = 0
    # Could not be made: nothing to review.
    failed: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the rest of the batch may be published: there is no sample, or it is approved entirely."""
        if not (self.waiting or self.approved or self.rejected or self.failed):
            return True
        return bool(self.approved) and not self.waiting and not self.rejected
