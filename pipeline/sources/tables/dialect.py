"""How a table of lines is written: what stands between its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence

DELIMITERS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# Excel's own way to say it, in a line before all others.
_SAID = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# A table has at least so many cells in a row, and such a share of rows like it, if its first line is a title.
_TITLED_CELLS, _TITLED_SHARE = 3, 0.3


def declared_delimiter(first_line: str) -> str:
    """What the line `sep=;` says; empty: the line is another one."""
    said = _SAID.fullmatch(first_line)
    return said[1] if said else ""


def find_delimiter(lines: Sequence[str], names: Collection[str] = ()) -> str:
    """The character between the cells of these lines, the first of a table.

    It is the one with which most rows have as many cells as the first, and of those the one with which there are most.
    Where nothing parts the first one, which is none of `names`, it may be a title: the first that has cells counts.
    """
    scores = [(_score(lines, delimiter), delimiter) for delimiter in DELIMITERS]
    (_, cells), best = max(scores, key=lambda each: each[0])
    if cells <= 1 and lines and normalise_name(lines[0]) not in names:
        scores = [(_score(lines, delimiter, below=True), delimiter) for delimiter in DELIMITERS]
        (share, cells), best = max(scores, key=lambda each: each[0])
        cells = cells if cells >= _TITLED_CELLS and share >= _TITLED_SHARE else 1
    return best if cells > 1 else ","


def has_spaced_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether cells in quotes have spaces before them, as in `Bo, "L, A"`: all that look so, unlike `Bo, "Big" Jo`."""
    text, mark = "".join(lines), re.escape(delimiter)
    begun = len(re.findall(rf'{mark} +"', text))
    whole = len(re.findall(rf'{mark} +"(?:[^"]|"")*"[ \t]*(?={mark}|\r|\n|\Z)', text))
    return begun > 0 and begun == whole


def normalise_name(name: str) -> str:
    """The name of a column without what people write differently: "First Name" and "first_name" are one."""
    return "".join(character for character in name.casefold() if character.isalnum())


def delimiter_name(delimiter: str) -> str:
    """A delimiter as messages call it: "semicolons"."""
    return _NAMES.get(delimiter, repr(delimiter))


def _score(lines: Sequence[str], delimiter: str, *, below: bool = False) -> tuple[float, int]:
    """The share of rows that have as many cells as the first, and how many that are; `below` what has a single one."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error:
        return 0.0, 0
    first = next((row for row in rows if len(row) > 1 or not below), [])
    if len(first) < 2:
        return 0.0, 1
    return round(sum(len(row) == len(first) for row in rows) / len(rows), 1), len(first)
