"""The error for an invalid cell."""

from __future__ import annotations


class CellProblem(Exception):  # noqa: N818 - reported in a table, and never ends a run
    """A cell that does not match its field: the problem, and how to correct it."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(f"{problem}. {mend}")
        self.problem = problem
        self.mend = mend
