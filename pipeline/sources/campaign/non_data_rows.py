"""Rows that are not data: totals, repeated headers, titles, footers, hidden rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from pipeline.sources.campaign.problem import EMPTY, RowProblem, row_problem
from pipeline.sources.campaign.rejected_rows import ADDED
from pipeline.sources.tables import TableRow, normalise_name

# First cells of summary rows, in the languages of spreadsheets …
_SUMMARY_WORDS = (
    "total, totals, sum, count, average, avg, median, overall total, overall, σ, "
    "summe, anzahl, gesamt, ergebnis, gesamtergebnis, insgesamt, endsumme, durchschnitt, mittelwert, "
    "total général, somme, moyenne, suma, promedio, total general, totale, somma, totale complessivo, soma, média, "
    "total geral, totaal, eindtotaal, gemiddelde, toplam, genel toplam, ortalama, razem, suma końcowa, średnia, "
    "итого, итог, всего, 合计, 总计, 合計, 総計, 平均"
)
_SUMMARIES = frozenset(_SUMMARY_WORDS.split(", "))
# … and their prefixes, before the name of the group.
_SUMMARY_PREFIXES = (
    "grand total", "gesamtsumme", "subtotal", "sub total", "zwischensumme", "sous total", "subtotaal", "subtotale",
    "ara toplam", "小计", "小計",
)  # fmt: skip
_SUMMARY_MAX_CHARS = 60


def non_data_problem(row: TableRow) -> RowProblem | None:
    """Why a row is not data; None: it is."""
    if row.is_hidden:
        return row_problem(row, "", "", "is hidden in its sheet", "Delete or unhide it, and save the workbook")
    column, cell = _first_cell(row.cells)
    if len(cell) <= _SUMMARY_MAX_CHARS and _is_summary(cell):
        mend = "Delete the row; if it is data, extend the text of that cell"
        return row_problem(row, column, cell, "is the label of a total or summary row", mend)
    if cell == column and not cell.isdecimal() and _repeats_header(row.cells):
        return row_problem(row, "", "", "repeats the header", "Delete it")
    return None


def merge_problems(row: TableRow, problems: Sequence[RowProblem]) -> list[RowProblem]:
    """The problems of a row, merged into one if only a single cell is filled, as in a title or a footer."""
    missing = [each.column for each in problems if each.problem.startswith(EMPTY)]
    filled = list(islice(((column, cell) for column, cell in row.cells.items() if cell.strip()), 2))
    if len(filled) != 1 or len(missing) < 2:
        return list(problems)
    column, cell = filled[0]
    mend = f"Delete the row if it is a title or a footer; else fill in {' and '.join(missing)}"
    return [row_problem(row, column, cell, "is the only filled cell of the row", mend)]


def _first_cell(cells: Mapping[str, str]) -> tuple[str, str]:
    """The first filled cell and its column; columns of a rejected-rows file and row numbers are passed over."""
    own = len(ADDED) if tuple(islice(cells, len(ADDED))) == ADDED else 0
    first = ("", "")
    for column, cell in islice(cells.items(), own, None):
        if text := cell.strip():
            if not column.isdecimal():
                return column, text
            first = first if first[1] else (column, text)
    return first


def _is_summary(cell: str) -> bool:
    words = cell.partition("(")[0].strip(" \t\n:=").replace("-", " ").casefold()
    return words in _SUMMARIES or words.startswith(_SUMMARY_PREFIXES)


def _repeats_header(cells: Mapping[str, str]) -> bool:
    filled = [(column, cell) for column, cell in cells.items() if cell.strip()]
    return len(filled) > 1 and all(normalise_name(cell) == normalise_name(column) for column, cell in filled)
