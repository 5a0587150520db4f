"""The rows that were refused, as a CSV: their cells as they were, and why. Mended there, it can be run itself."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.files import storage_errors
from pipeline.model.csv_escaping import escape_formulas
from pipeline.sources.campaign.problem import RowProblem
from pipeline.sources.tables import BrokenRow, TableRow

ADDED = ("row", "line", "reason", "mend")


@contextmanager
def write_rejected(
    path: Path, columns: Sequence[str], *, separator: str = ","
) -> Iterator[Callable[[TableRow | BrokenRow, list[RowProblem]], None]]:
    """What takes the refused rows and writes them to `path`; a file of an earlier run goes. Raises `StorageError`.

    A row with too few cells, or too many, has them here as well: run as it is, it is refused again. There is no file
    where nothing was refused.
    """
    with storage_errors(path):
        path.unlink(missing_ok=True)
        file = None
        try:

            def refuse(row: TableRow | BrokenRow, problems: list[RowProblem]) -> None:
                nonlocal file
                if file is None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    # Excel takes a file without the mark for one in Windows-1252.
                    file = path.open("w", encoding="utf-8-sig", newline="")
                    csv.writer(file, delimiter=separator).writerow(map(escape_formulas, (*ADDED, *columns)))
                first = problems[0]
                reasons = "; ".join(
                    f"{each.column}: {each.problem}" if each.column else each.problem for each in problems
                )
                mends = "; ".join(dict.fromkeys(each.mend for each in problems))
                own = [row.cells.get(column, "") for column in columns]
                if isinstance(row, BrokenRow):
                    own = [*own[: len(row.cells)], *row.over]
                csv.writer(file, delimiter=separator).writerow(
                    map(escape_formulas, (str(first.row), str(first.line), reasons, mends, *own))
                )

            yield refuse
        finally:
            if file is not None:
                file.close()
