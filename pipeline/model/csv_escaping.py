"""Protection against formula injection (CSV injection) in tables that we write."""

from __future__ import annotations

import re

from pipeline.language.text import strip_invisible

# Spreadsheets evaluate cells that begin like this, after any white space. Plain numbers are safe.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[ \u00a0]*[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")
# In locales with another list separator, spreadsheets split cells at it, quoted or not: a new cell may begin there.
_WITHIN = re.compile(r"(?<=[;\t\r\n])(?=[ \u00a0]*[=+\-@＝＋－＠])")
_OURS = re.compile(r"(?<=[;\t\r\n])'(?=[ \u00a0]*[=+\-@＝＋－＠])")
# An idiom of exports that keeps text from being read as a number: ="00123".
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_CELL_MAX_CHARS = 32_000  # Excel takes 32,767


def escape_formulas(cell: str) -> str:
    """The cell with an apostrophe before everything that could be a formula, without invisible characters."""
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
