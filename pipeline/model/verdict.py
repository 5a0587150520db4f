"""What the quality gate measured, and what it thinks of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Check:
    """One measured property of a film."""

    # Machine name, e.g. "duration", "loudness".
    name: str
    passed: bool
    # Value and limit as a person reads them, e.g. "61.87 s", "61.87 s ± 0.1 s".
    measured: str
    limit: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All checks of one film."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """One line per failed check."""
        return tuple(f"{c.name} is {c.measured}, must be {c.limit}" for c in self.checks if not c.passed)
