"""What is wrong with a cell."""

from __future__ import annotations


class CellProblem(Exception):  # noqa: N818 - it is told in a table, and stops no run
    """A cell that is not what its field asks for: what is wrong, and what to do."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(f"{problem}. {mend}")
        self.problem = problem
        self.mend = mend
