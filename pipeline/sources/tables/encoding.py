"""Character encoding detection: UTF-8 with and without a byte order mark, UTF-16, UTF-32, Windows-1252.

Excel on Windows saves CSV in Windows-1252 and "Unicode text" in UTF-16. A file with invalid UTF-8 and no valid
multi-byte UTF-8 line is Windows-1252. A file with both was concatenated from two: it is read as UTF-8, and its invalid
bytes become surrogates (PEP 383), which `cell_defect` reports row by row.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipeline.errors import SourceError
from pipeline.sources.tables.file_types import read_text_head
from pipeline.sources.tables.legacy_encodings import detect_other_encoding
from pipeline.sources.tables.table import ROW_MAX_CHARS

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its prefix
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Invalid UTF-8 lines that are tested for Windows-1252.
_MAX_TESTED_LINES, _TESTED_BYTES = 200, 64 * 1024
LINE_TOO_LONG = f"has a line of more than {ROW_MAX_CHARS:,} characters"
LINE_TOO_LONG_HINT = "Remove data that no film needs"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with its line ending, numbered from 1. A line longer than `ROW_MAX_CHARS` is cut and has no ending."""

    number: int
    text: str
    is_cut: bool = False


def find_encoding(path: Path, declared: str = "") -> str:
    """The encoding of a file as a Python codec name, unless it is `declared`. Streams the file.

    Raises `SourceError` if the file is missing, empty, unreadable or of another format.
    """
    head = read_text_head(path)
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "")
    return declared or marked or _utf_16_without_mark(head) or _utf_8_or_windows_1252(path)


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """The lines of a file. Raises `SourceError` if it can't be read or the encoding is unknown."""
    # `surrogateescape` does not support UTF-16 and UTF-32. `cell_defect` finds replacement characters, too.
    errors = "replace" if encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32")) else "surrogateescape"
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            yield from _lines(file)
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    except (LookupError, UnicodeError) as error:
        raise SourceError(f"can't be read as {encoding}", where=str(path), hint="Save it as UTF-8") from error


def encoding_name(encoding: str) -> str:
    """The usual name of a codec."""
    return {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}.get(encoding, encoding.upper())


def _lines(file: TextIO) -> Iterator[Line]:
    number = 0
    while text := file.readline(ROW_MAX_CHARS):
        number += 1
        is_cut = len(text) >= ROW_MAX_CHARS and not text.endswith(("\n", "\r"))
        yield Line(number=number, text=text, is_cut=is_cut)
        while is_cut and (rest := file.readline(ROW_MAX_CHARS)) and not rest.endswith(("\n", "\r")):
            pass


def _utf_16_without_mark(head: bytes) -> str:
    """UTF-16 without a byte order mark, in which every other byte of Latin text is zero; empty: another encoding."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    low, high = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if high > pairs * 0.4 and low < pairs * 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > pairs * 0.4 and high < pairs * 0.1 else ""


def _utf_8_or_windows_1252(path: Path) -> str:
    """UTF-8, unless it has invalid bytes and no valid line outside ASCII. Raises `SourceError` for other encodings."""
    invalid: list[bytes] = []
    try:
        with path.open("rb") as file:
            while line := file.readline(ROW_MAX_CHARS):
                if line.isascii():
                    continue
                try:
                    # Lone surrogates are reported per cell.
                    line.decode(errors="surrogatepass")
                except UnicodeDecodeError as error:
                    # A line that was cut at the limit may end inside a character.
                    if error.end < len(line) and len(invalid) < _MAX_TESTED_LINES:
                        invalid.append(line[:_TESTED_BYTES])
                else:
                    return "utf-8"
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    if not invalid:
        return "utf-8"
    if other := detect_other_encoding(invalid):
        guess = f"; {other.guess}" if other.guess else ""
        problem = f"is neither UTF-8 nor Windows-1252, in which it would read “{other.word[:40]}”{guess}"
        raise SourceError(problem, where=str(path), hint=other.hint)
    return "cp1252"
