"""What the quality gate measured, and what it thinks of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Literal

from pipeline.model.profile import QualityProfile

Grade = Literal["pass", "warn", "fail"]
# What is left of a score after each check that warns or fails.
_LEFT = {"pass": 1.0, "warn": 0.9, "fail": 0.5}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measured property of a film."""

    # Machine name, e.g. "duration", "loudness".
    name: str
    verdict: Grade
    # Value and limit as a person reads them, e.g. "61.87 s", "61.87 s ± 0.1 s".
    measured: str
    limit: str
    # The value as a number, and its unit ("s", "LUFS"); None: it is none.
    value: float | None = None
    unit: str = ""

    @classmethod
    def of(
        cls, name: str, *, passed: bool, measured: str, limit: str, value: float | None = None, unit: str = ""
    ) -> Check:
        """A check that passed or failed. Which of those that failed only warn, a profile says (`Verdict.under`)."""
        grade: Grade = "pass" if passed else "fail"
        return cls(name=name, verdict=grade, measured=measured, limit=limit, value=value, unit=unit)

    @property
    def passed(self) -> bool:
        """Whether it does not keep the film back: a warning does not."""
        return self.verdict != "fail"

    @property
    def reason(self) -> str:
        """One line: "loudness is -20.1 LUFS, must be -16 to -14 LUFS"."""
        # What is wrong with a whole file is a sentence, no value: "file is broken: can't be decoded at 0.21 s, …".
        says = "is broken:" if self.name == "file" else "is"
        return f"{self.name} {says} {self.measured}, must be {self.limit}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All checks of one film."""

    checks: tuple[Check, ...]
    # By which limits it was judged; empty: nobody has said.
    profile: str = ""
    # SHA-256 of the film that was judged, and a sum over all of this: what was changed by hand since is no verdict.
    film: str = ""
    seal: str = ""
    # SHA-256 of what goes with the film, by what it is ("srt", "thumbnail"): as it was made, and what somebody has put
    # in its place since, and was judged, too. Older verdicts say nothing of it.
    beside: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)

    def of_film(self, sha256: str, beside: Mapping[str, str] | None = None) -> Verdict:
        """The verdict on a film of these bytes, and on what goes with it."""
        told = replace(self, film=sha256, beside=beside or {}, changed={})
        return replace(told, seal=_sum(sha256, told))

    def and_of(self, changed: Mapping[str, str]) -> Verdict:
        """The same, and that these pass which took the place of what goes with the film."""
        told = replace(self, changed={**self.changed, **changed})
        return replace(told, seal=_sum(self.film, told))

    def lets_pass(self, sha256: str) -> bool:
        """Whether it says of a film of these very bytes that it passes. One that checks nothing says nothing."""
        is_ours = bool(sha256) and self.film == sha256 and self.seal == _sum(sha256, self)
        return is_ours and bool(self.checks) and self.passed

    @property
    def companions(self) -> frozenset[tuple[str, str]]:
        """What may go with the film: what it is, and the SHA-256 of it."""
        return frozenset((*self.beside.items(), *self.changed.items()))

    def under(self, profile: QualityProfile) -> Verdict:
        """The verdict as a profile has it: some checks are left out, and some that failed only warn."""
        kept = (check for check in self.checks if check.name not in profile.off)
        graded = (
            replace(check, verdict="warn") if check.verdict == "fail" and check.name in profile.warns else check
            for check in kept
        )
        return Verdict(checks=tuple(graded), profile=profile.name)

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return all(check.passed for check in self.checks)

    @property
    def grade(self) -> Grade:
        """The worst of its checks."""
        grades = {check.verdict for check in self.checks}
        return "fail" if "fail" in grades else "warn" if "warn" in grades else "pass"

    @property
    def score(self) -> float:
        """From 1 (nothing to say) towards 0: each warning leaves nine tenths of it, each failure half."""
        score = 1.0
        for check in self.checks:
            score *= _LEFT[check.verdict]
        return round(score, 3)

    def value_of(self, name: str) -> float | None:
        """What was measured in the check of this name, as a number; None: it was not made, or has none."""
        return next((check.value for check in self.checks if check.name == name), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """One line per failed check."""
        return tuple(check.reason for check in self.checks if check.verdict == "fail")

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line per check that warns."""
        return tuple(check.reason for check in self.checks if check.verdict == "warn")


def _sum(film: str, verdict: Verdict) -> str:
    """What was said, as one number. JSON knows no infinite values: they are none."""
    told: list[object] = [film, verdict.profile]
    for check in verdict.checks:
        value = check.value if check.value is not None and isfinite(check.value) else None
        told += [
            check.name,
            check.verdict,
            check.measured,
            check.limit,
            check.unit,
            None if value is None else float(value),
        ]
    if verdict.beside or verdict.changed:
        told += [sorted(verdict.beside.items()), sorted(verdict.changed.items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
