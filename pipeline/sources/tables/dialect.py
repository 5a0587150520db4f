"""CSV dialect detection: the delimiter, and spaces before quotes."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence

DELIMITERS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Excel's delimiter declaration, before all other lines.
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# Below a title line, a delimiter is accepted only with this many cells per row, in this share of the rows.
_TITLED_MIN_CELLS, _TITLED_MIN_SHARE = 3, 0.3


def declared_delimiter(first_line: str) -> str:
    """The delimiter that a `sep=;` line declares; empty: the line is no declaration."""
    declared = _SEP_LINE.fullmatch(first_line)
    return declared[1] if declared else ""


def find_delimiter(lines: Sequence[str], expected_columns: Collection[str] = ()) -> str:
    """The most likely delimiter, judged by the first lines of a file.

    The delimiter wins with which most rows have as many cells as the first row; among equals, the one that gives more
    cells. A first line that no delimiter splits, and that is no expected column, may be a title: then rows are compared
    with the first row that has several cells.
    """
    scores = [(_score(lines, delimiter), delimiter) for delimiter in DELIMITERS]
    (_, cells), best = max(scores, key=lambda each: each[0])
    if cells <= 1 and lines and normalise_name(lines[0]) not in expected_columns:
        scores = [(_score(lines, delimiter, skip_titles=True), delimiter) for delimiter in DELIMITERS]
        (share, cells), best = max(scores, key=lambda each: each[0])
        cells = cells if cells >= _TITLED_MIN_CELLS and share >= _TITLED_MIN_SHARE else 1
    return best if cells > 1 else ","


def has_spaced_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether quoted cells follow a space (`Bo, "L, A"`). Each candidate must be a whole cell: not `Bo, "Big" Jo`."""
    text, mark = "".join(lines), re.escape(delimiter)
    begun = len(re.findall(rf'{mark} +"', text))
    whole = len(re.findall(rf'{mark} +"(?:[^"]|"")*"[ \t]*(?={mark}|\r|\n|\Z)', text))
    return begun > 0 and begun == whole


def normalise_name(name: str) -> str:
    """A column name for comparison, without case, spaces and punctuation: "First Name" equals "first_name"."""
    return "".join(character for character in name.casefold() if character.isalnum())


def delimiter_name(delimiter: str) -> str:
    """The delimiter's name for messages: "semicolons"."""
    return _NAMES.get(delimiter, repr(delimiter))


def _score(lines: Sequence[str], delimiter: str, *, skip_titles: bool = False) -> tuple[float, int]:
    """The share of rows with as many cells as the first row, and that number.

    `skip_titles` compares with the first row that has more than one cell.
    """
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error:
        return 0.0, 0
    first = next((row for row in rows if len(row) > 1 or not skip_titles), [])
    if len(first) < 2:
        return 0.0, 1
    return round(sum(len(row) == len(first) for row in rows) / len(rows), 1), len(first)
