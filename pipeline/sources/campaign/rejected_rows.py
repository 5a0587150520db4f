"""Rejected rows as a CSV with their original cells and the reasons. Once corrected, the file can be run itself."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.files import storage_errors
from pipeline.model.csv_escaping import escape_formulas
from pipeline.sources.campaign.problem import RowProblem
from pipeline.sources.tables import BrokenRow, TableRow, readable

ADDED = ("row", "line", "reason", "mend")


@contextmanager
def write_rejected(
    path: Path, columns: Sequence[str], *, separator: str = ","
) -> Iterator[Callable[[TableRow | BrokenRow, list[RowProblem]], None]]:
    """Yield a callback that appends a rejected row to `path`. Raises `StorageError`.

    The file of an earlier run is deleted first; it is created only if a row is rejected. A row with too few or too many
    cells is written with as many: uncorrected, it is rejected again.
    """
    with storage_errors(path):
        path.unlink(missing_ok=True)
        file = None
        try:

            def on_reject(row: TableRow | BrokenRow, problems: list[RowProblem]) -> None:
                nonlocal file
                if file is None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    # Without a byte order mark, Excel reads the file as Windows-1252.
                    file = path.open("w", encoding="utf-8-sig", newline="")
                    csv.writer(file, delimiter=separator).writerow(map(escape_formulas, (*ADDED, *columns)))
                first = problems[0]
                reasons = "; ".join(each.reason for each in problems)
                mends = "; ".join(dict.fromkeys(each.mend for each in problems))
                own = [readable(row.cells.get(column, "")) for column in columns]
                if isinstance(row, BrokenRow):
                    own = [*own[: len(row.cells)], *row.extra]
                csv.writer(file, delimiter=separator).writerow(
                    map(escape_formulas, (str(first.row), str(first.line), reasons, mends, *own))
                )

            yield on_reject
        finally:
            if file is not None:
                file.close()
