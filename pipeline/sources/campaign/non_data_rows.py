"""Rows that nobody means to be films: totals, the names of the columns once more, titles, footers, hidden ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from pipeline.sources.campaign.problem import EMPTY, RowProblem, row_problem
from pipeline.sources.campaign.rejected_rows import ADDED
from pipeline.sources.tables import TableRow, normalise_name

# What stands alone in the first cell of a row that sums up others, in the languages of spreadsheets…
_SUM_WORDS = (
    "total, totals, sum, count, average, avg, median, overall total, overall, σ, "
    "summe, anzahl, gesamt, ergebnis, gesamtergebnis, insgesamt, endsumme, durchschnitt, mittelwert, "
    "total général, somme, moyenne, suma, promedio, total general, totale, somma, totale complessivo, soma, média, "
    "total geral, totaal, eindtotaal, gemiddelde, toplam, genel toplam, ortalama, razem, suma końcowa, średnia, "
    "итого, итог, всего, 合计, 总计, 合計, 総計, 平均"
)
_SUMS = frozenset(_SUM_WORDS.split(", "))
# … and what stands there before the name of what is summed up.
_PARTS = (
    "grand total", "gesamtsumme", "subtotal", "sub total", "zwischensumme", "sous total", "subtotaal", "subtotale",
    "ara toplam", "小计", "小計",
)  # fmt: skip
_SUM_MAX_CHARS = 60


def non_data_problem(row: TableRow) -> RowProblem | None:
    """What is wrong with a row that is none of its own; None: it is one."""
    if row.is_hidden:
        return row_problem(row, "", "", "is hidden in its sheet", "Delete it, or let it be seen, and save the workbook")
    column, cell = _first(row.cells)
    if len(cell) <= _SUM_MAX_CHARS and _sums_up(cell):
        mend = "Leave it out; where it is a row of its own, write more in that cell"
        return row_problem(row, column, cell, "sums up other rows", mend)
    if cell == column and not cell.isdecimal() and _repeats_columns(row.cells):
        return row_problem(row, "", "", "names the columns once more", "Leave it out")
    return None


def merge_problems(row: TableRow, problems: Sequence[RowProblem]) -> list[RowProblem]:
    """What is wrong with a row, in one problem where a single cell of it is filled: a title, or a footer."""
    missing = [each.column for each in problems if each.problem.startswith(EMPTY)]
    filled = list(islice(((column, cell) for column, cell in row.cells.items() if cell.strip()), 2))
    if len(filled) != 1 or len(missing) < 2:
        return list(problems)
    column, cell = filled[0]
    mend = f"Leave it out, if it is a title or a footer; else write {' and '.join(missing)}"
    return [row_problem(row, column, cell, "is all that the row says", mend)]


def _first(cells: Mapping[str, str]) -> tuple[str, str]:
    """The first cell that says something, and its column: what numbers rows, or why one was refused, does not count."""
    own = len(ADDED) if tuple(islice(cells, len(ADDED))) == ADDED else 0
    first = ("", "")
    for column, cell in islice(cells.items(), own, None):
        if text := cell.strip():
            if not column.isdecimal():
                return column, text
            first = first if first[1] else (column, text)
    return first


def _sums_up(cell: str) -> bool:
    words = cell.partition("(")[0].strip(" \t\n:=").replace("-", " ").casefold()
    return words in _SUMS or words.startswith(_PARTS)


def _repeats_columns(cells: Mapping[str, str]) -> bool:
    filled = [(column, cell) for column, cell in cells.items() if cell.strip()]
    return len(filled) > 1 and all(normalise_name(cell) == normalise_name(column) for column, cell in filled)
