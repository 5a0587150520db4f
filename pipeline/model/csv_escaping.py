"""Cells of the tables that we write: no program that opens one runs them."""

from __future__ import annotations

import re

from pipeline.language.text import strip_invisible

# Spreadsheets run what begins so, whatever blanks stand before it. A plain number is none of these to any of them.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[ \u00a0]*[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
# Where the list separator is another one, a table falls apart at it, quotes or not: what follows begins a cell, too.
_WITHIN = re.compile(r"(?<=[;\t\r\n])(?=[ \u00a0]*[=+\-@＝＋－＠])")
_OURS = re.compile(r"(?<=[;\t\r\n])'(?=[ \u00a0]*[=+\-@＝＋－＠])")
# How exports keep a spreadsheet from making a number of a text: ="00123".
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_CELL_MAX_CHARS = 32_000  # Excel takes 32,767


def escape_formulas(cell: str) -> str:
    """A cell that no program runs: with an apostrophe before what would be a formula, without what can't be seen."""
    text = _WITHIN.sub("'", strip_invisible(cell[:_CELL_MAX_CHARS]))
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unescape_formulas(cell: str) -> str:
    """Undo `escape_formulas`, and the leading apostrophes and ="5" wrappers that spreadsheets write."""
    if as_text := _AS_TEXT.fullmatch(cell):
        return as_text[1].replace('""', '"')
    if "'" not in cell:
        return cell
    plain = _OURS.sub("", cell)
    return plain[1:] if plain[:1] == "'" and plain[1:2] in {"=", "+", "-", "@"} else plain
