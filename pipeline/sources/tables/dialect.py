"""How a table of lines is written: what stands between its cells, and whether its first line names the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from itertools import zip_longest

DELIMITERS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Excel's own way to say it, in a line before all others.
_SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# What stands in a row, and hardly ever names a column: a number, a sum, a date, an address.
_VALUE = re.compile(
    r"[-+(]?\s*[^\w\s]?\s*\d[\d.,'\s]*\s*[^\w\s]?\)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|\S+@\S+\.\S+|https?://\S+",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d")
_VOTING_ROWS = 20


def said_delimiter(first_line: str) -> str:
    """What the line `sep=;` says; empty: the line is another one."""
    said = _SAID.fullmatch(first_line)
    return said[1] if said else ""


def find_delimiter(lines: Sequence[str]) -> str:
    """The character between the cells of these lines, the first of a table.

    It is the one with which most rows have as many cells as the first, and of those the one with which there are most.
    """
    scores = [(_score(lines, delimiter), delimiter) for delimiter in DELIMITERS]
    (_, cells), best = max(scores, key=lambda each: each[0])
    return best if cells > 1 else ","


def has_spaced_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether cells in quotes have spaces before them, as in `Bo, "L, A"`: all that look so, unlike `Bo, "Big" Jo`."""
    text, mark = "".join(lines), re.escape(delimiter)
    begun = len(re.findall(rf'{mark} +"', text))
    whole = len(re.findall(rf'{mark} +"(?:[^"]|"")*"[ \t]*(?={mark}|\r|\n|\Z)', text))
    return begun > 0 and begun == whole


def find_header(lines: Sequence[str], delimiter: str, names: Collection[str]) -> bool:
    """Whether the first of these lines names the columns. It does if one of `names`, plain, is among them.

    Else the columns vote: where values stand below a word, the word is a name; where they stand below a value, it is
    none. A year is either.
    """
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row))]
    if not rows or any(plain(name) in names for name in rows[0]):
        return True
    votes = 0
    for first, *below in zip_longest(*rows[:_VOTING_ROWS], fillvalue=""):
        filled = [cell for cell in below if cell.strip()]
        if filled and sum(map(_is_value, filled)) * 2 > len(filled):
            votes += -1 if _is_value(first) and not _YEAR.fullmatch(first.strip()) else 1
    return votes > 0 or (votes == 0 and not any(map(_is_value, rows[0])))


def plain(name: str) -> str:
    """The name of a column without what people write differently: "First Name" and "first_name" are one."""
    return "".join(character for character in name.casefold() if character.isalnum())


def _is_value(cell: str) -> bool:
    return bool(_VALUE.fullmatch(cell.strip()))


def called(delimiter: str) -> str:
    """A delimiter as messages call it: "semicolons"."""
    return _NAMES.get(delimiter, repr(delimiter))


def _score(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error:
        return 0.0, 0
    if not rows or len(rows[0]) < 2:
        return 0.0, 1
    cells = len(rows[0])
    return round(sum(len(row) == cells for row in rows) / len(rows), 1), cells
