"""Results of the quality gate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Literal

from pipeline.model.profile import QualityProfile

Grade = Literal["pass", "warn", "fail"]
# Factor of the score for each check.
_SCORE_FACTORS = {"pass": 1.0, "warn": 0.9, "fail": 0.5}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measured property of a film."""

    # Machine-readable name, e.g. "duration", "loudness".
    name: str
    verdict: Grade
    # Value and limit for display, e.g. "61.87 s", "61.87 s ± 0.1 s".
    measured: str
    limit: str
    # The value as a number, and its unit ("s", "LUFS"); None: not a number.
    value: float | None = None
    unit: str = ""

    @classmethod
    def of(
        cls, name: str, *, passed: bool, measured: str, limit: str, value: float | None = None, unit: str = ""
    ) -> Check:
        """A check that passed or failed. A profile may turn failures into warnings (`Verdict.under`)."""
        grade: Grade = "pass" if passed else "fail"
        return cls(name=name, verdict=grade, measured=measured, limit=limit, value=value, unit=unit)

    @property
    def passed(self) -> bool:
        """Whether the check does not block the film: it passed or only warns."""
        return self.verdict != "fail"

    @property
    def reason(self) -> str:
        """One line: "loudness is -20.1 LUFS, must be -16 to -14 LUFS"."""
        # For "file", `measured` is a sentence: "file is broken: can't be decoded at 0.21 s, …".
        says = "is broken:" if self.name == "file" else "is"
        return f"{self.name} {says} {self.measured}, must be {self.limit}"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All checks of one film."""

    checks: tuple[Check, ...]
    # The profile that was applied; empty: none.
    profile: str = ""
    # SHA-256 of the checked film, and a checksum over the verdict that detects manual edits.
    film: str = ""
    seal: str = ""
    # SHA-256 of the sidecar files by type ("srt", "thumbnail"): as made, and of replacements by the user that passed
    # the checks. Older verdicts have neither.
    beside: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)

    def of_film(self, sha256: str, beside: Mapping[str, str] | None = None) -> Verdict:
        """The verdict bound to a film and its sidecar files by their hashes."""
        bound = replace(self, film=sha256, beside=beside or {}, changed={})
        return replace(bound, seal=_checksum(sha256, bound))

    def with_replacements(self, changed: Mapping[str, str]) -> Verdict:
        """The verdict extended by replaced sidecar files that passed."""
        extended = replace(self, changed={**self.changed, **changed})
        return replace(extended, seal=_checksum(self.film, extended))

    def is_pass_for(self, sha256: str) -> bool:
        """Whether this is an intact verdict that the film with this hash passed. It must contain checks."""
        is_valid = bool(sha256) and self.film == sha256 and self.seal == _checksum(sha256, self)
        return is_valid and bool(self.checks) and self.passed

    @property
    def companions(self) -> frozenset[tuple[str, str]]:
        """Type and SHA-256 of the sidecar files that may be published with the film."""
        return frozenset((*self.beside.items(), *self.changed.items()))

    def under(self, profile: QualityProfile) -> Verdict:
        """The verdict under a profile: disabled checks removed, some failures turned into warnings."""
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
        """From 1 (no complaints) towards 0: multiplied by 0.9 for each warning, and by 0.5 for each failure."""
        score = 1.0
        for check in self.checks:
            score *= _SCORE_FACTORS[check.verdict]
        return round(score, 3)

    def value_of(self, name: str) -> float | None:
        """The numeric value of a check; None: the check was skipped, or has none."""
        return next((check.value for check in self.checks if check.name == name), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """One line per failed check."""
        return tuple(check.reason for check in self.checks if check.verdict == "fail")

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line per check that warns."""
        return tuple(check.reason for check in self.checks if check.verdict == "warn")


def _checksum(film: str, verdict: Verdict) -> str:
    """A checksum over a verdict. Infinite values count as None, because JSON has none."""
    content: list[object] = [film, verdict.profile]
    for check in verdict.checks:
        value = check.value if check.value is not None and isfinite(check.value) else None
        content += [
            check.name,
            check.verdict,
            check.measured,
            check.limit,
            check.unit,
            None if value is None else float(value),
        ]
    if verdict.beside or verdict.changed:
        content += [sorted(verdict.beside.items()), sorted(verdict.changed.items())]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
