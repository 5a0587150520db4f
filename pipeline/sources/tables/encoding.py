"""Character encoding detection: UTF-8 with and without a byte order mark, UTF-16, UTF-32, Windows-1252.

Excel on Windows saves CSV in Windows-1252 and "Unicode text" in UTF-16. A file with invalid UTF-8 and no valid
multi-byte UTF-8 line is Windows-1252. A file with both was concatenated from two: it is read as UTF-8, and its invalid
bytes become surrogates (PEP 383), which `cell_defect` reports row by row.
"""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipeline.errors import SourceError
from pipeline.sources.tables.table import ROW_MAX_CHARS
from pipeline.sources.tables.windows_1252 import detect_other_encoding
from pipeline.sources.textfile import check_name, nearest_file

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its prefix
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD_BYTES = 64 * 1024
# Invalid UTF-8 lines that are tested for Windows-1252.
_MAX_TESTED_LINES = 200
# Magic numbers of other file types that are often given by mistake.
_OTHER_FORMATS = (
    (b"PK\x03\x04", "is a workbook or an archive, not text", "Name a workbook .xlsx, or save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook, not text", "Save the sheet as CSV (UTF-8)"),
    (b"SQLite format 3\0", "is a database, not text", "Name it .sqlite, and give a query with --query"),
    (b"%PDF", "is a PDF, not text", "Export the table as CSV"),
    (b"\x1f\x8b", "is compressed", "Unpack it"),
)
# Often a login page that was saved in place of the download.
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.IGNORECASE)
EMPTY_HINT = "The first line names the columns, every other line is a film"
LINE_TOO_LONG = f"has a line of more than {ROW_MAX_CHARS:,} characters"
LINE_TOO_LONG_HINT = "Remove data that no film needs"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with its line ending, numbered from 1. A line longer than `ROW_MAX_CHARS` is cut and has no ending."""

    number: int
    text: str
    is_cut: bool = False


def find_encoding(path: Path) -> str:
    """The encoding of a file as a Python codec name. Streams the file.

    Raises `SourceError` if the file is missing, empty, unreadable or of another format.
    """
    with _file_head(path) as head:
        if not head:
            raise SourceError("is empty", where=str(path), hint=EMPTY_HINT)
        for magic, problem, hint in _OTHER_FORMATS:
            if head.startswith(magic):
                raise SourceError(problem, where=str(path), hint=hint)
        if _WEB_PAGE.match(head):
            raise SourceError("is a web page, not a table", where=str(path), hint="Export the table as CSV")
        declared = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    return declared or _utf_16_without_mark(head) or _utf_8_or_windows_1252(path)


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


def check_regular_file(path: Path) -> None:
    """Raise `InputError` for a missing file, and for pipes and devices, which may be endless."""
    check_name(path)
    try:
        is_regular = stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError as error:
        raise SourceError("no such file", where=str(path), hint=nearest_file(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"can't be read: {reason}", where=str(path)) from error
    if not is_regular:
        raise SourceError("is not a regular file", where=str(path))


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


@contextmanager
def _file_head(path: Path) -> Iterator[bytes]:
    """The first bytes of a file."""
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            yield file.read(_HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error


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
                        invalid.append(line[:_HEAD_BYTES])
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
