"""Bytes -> text: UTF-8 with and without a byte order mark, UTF-16, UTF-32, Windows-1252.

Spreadsheets on Windows save what they call CSV in Windows-1252, and "Unicode text" in UTF-16. A file that is not all
UTF-8 and has no line in it that only UTF-8 explains is Windows-1252. Has it both kinds of lines, it was pasted
together: it is read as UTF-8, and the bytes that are none stay visible to `cell_defect`, so their rows are reported.
"""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipeline.errors import SourceError
from pipeline.model.text_artefacts import find_mojibake
from pipeline.sources.tables.cell_values import NestedValue, Number, UnreadableValue
from pipeline.sources.tables.table import ROW_MAX_CHARS
from pipeline.sources.tables.windows_1252 import detect_other_encoding
from pipeline.sources.textfile import check_name, nearest_file

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16, and so comes before it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD_BYTES = 64 * 1024
# Lines by which it is told whether a text that is no UTF-8 can be Windows-1252.
_MOST_JUDGED = 200
# Files of other kinds that are often given by mistake, by how they begin.
_OTHERS = (
    (b"PK\x03\x04", "is a workbook or an archive, not text", "Call a workbook .xlsx, or save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook, not text", "Save the sheet as CSV (UTF-8)"),
    (b"SQLite format 3\0", "is a database, not text", "Call it .sqlite, and say what to ask it with --query"),
    (b"%PDF", "is a PDF, not text", "Export the table as CSV"),
    (b"\x1f\x8b", "is compressed", "Unpack it"),
)
# What a service sends whoever is not logged in, saved as the table that was asked for.
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.IGNORECASE)
# Undecoded bytes (PEP 383 puts them at U+DC80 to U+DCFF), halves of characters, and what stands for one that was lost.
_DAMAGE = re.compile("[\ud800-\udfff\ufffd\0]")
# What programs write where they have nothing to write: nobody is called so, "Null" and "none" apart. Spreadsheets have
# words of their own in each language.
_NO_VALUE = re.compile(
    r"None|nan|NaN|null|NULL|undefined|\[object Object\]|#{3,}|Err:\d{3}|#(?:N/A|NV|N/D|Н/Д|GETTING_DATA)"
    r"|#¡?(?:REF|VALUE|DIV/0|NUM|NULL|ERROR|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|BEZUG|WERT|ZAHL|ÜBERLAUF"
    r"|VALEUR|NOMBRE|NUL|VALOR|NÚM|NULO|RIF|VALORE|NULLO|VERW|WAARDE|DEEL/0|GETAL|LEEG|ADR|ARG|LICZBA|ССЫЛКА|ЗНАЧ|ДЕЛ/0"
    r"|ЧИСЛО|ПУСТО)!"
    r"|#¿?(?:NAME|NOM|NOMBRE|NOME|NAAM|NAZWA|ИМЯ)\?"
)
# What people write where they have nothing to write.
_NOTHING = re.compile(
    r"[\s\-–—−…?_/]*|\s*(?:\.{3}|[nN]/[aA]\.?|n\. ?a\.|N\. ?A\.|k\. ?A\."
    # As people, pivot tables and reports write it out.
    r"|(?i:keine angabe|\[?not (?:provided|available)\]?"
    r"|\((?:blank|leer|vide|en blanco|vuoto|boş|empty|none|not set|unknown|null)\)))\s*"
)
# Fields of other programs that nobody filled in: *|FNAME|*, <<Name>>, %FIRSTNAME%, {first_name}, [First Name].
_PLACEHOLDER = re.compile(
    r"\*\|\w+\|\*|<<[^<>]+>>|«[^«»]+»|%%?[A-Z_]{3,}%%?|%%\w+%%|\$?\{\{?\s*[A-Za-z]\w*(?:\.\w+)*\s*(?:\|[^{}]*)?\}\}?"
    r"|\[\[\w[\w .]*\]\]|\{!\$?\w+(?:\.\w+)*\}"
    r"|\[(?i:(?:your |first |last |full |customer )?name)\]"
)
# A formula instead of what it comes to, and a long number of which a spreadsheet has kept only the first digits.
_FORMULA = re.compile(r"\s*=\s*(?:[+-]\s*)?(?:[^\W\d_][\w.]*\(|\$?[A-Z]{1,3}\$?\d{1,7}(?!\w))")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,3}")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with its ending, and its number from 1. One that is cut has no ending: it is too long to be a row."""

    number: int
    text: str
    is_cut: bool = False


def find_encoding(path: Path) -> str:
    """The encoding of a file, as Python calls it. Reads it, a little at a time.

    Raises `SourceError` for a file that is missing, empty, of another kind or can't be read.
    """
    with _bytes_of(path) as head:
        if not head:
            raise SourceError(
                "is empty", where=str(path), hint="The first line names the columns, each other is a film"
            )
        for begins, problem, hint in _OTHERS:
            if head.startswith(begins):
                raise SourceError(problem, where=str(path), hint=hint)
        if _WEB_PAGE.match(head):
            raise SourceError("is a web page, not a table", where=str(path), hint="Export the table as CSV")
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    return marked or _unmarked_utf_16(head) or _eight_bits(path)


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """The lines of a file. Raises `SourceError` when it can't be read, or when there is no such encoding."""
    # Of UTF-16 nothing can be kept that is none; what stands there instead is damage as well.
    errors = "replace" if encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32")) else "surrogateescape"
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            yield from _lines(file)
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    except (LookupError, UnicodeError) as error:
        raise SourceError(f"can't be read as {encoding}", where=str(path), hint="Save it as UTF-8") from error


def check_regular_file(path: Path) -> None:
    """Raise `InputError` for a file that is missing, or is none: a pipe or a device would never end."""
    check_name(path)
    try:
        is_regular = stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError as error:
        raise SourceError("no such file", where=str(path), hint=nearest_file(path)) from error
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or error
        raise SourceError(f"can't be read: {told}", where=str(path)) from error
    if not is_regular:
        raise SourceError("is not a regular file", where=str(path))


def cell_defect(text: str) -> str:
    """What is wrong with a cell that does not say what somebody meant; empty: nothing is."""
    if isinstance(text, UnreadableValue):
        return text
    plain = text.strip()
    if unmeant := "is a list or an object, and no text" if isinstance(text, NestedValue) else _unmeant(plain):
        return unmeant
    if _FORMULA.match(text):
        return "is a formula, and not what it comes to"
    if _is_rounded(text):
        return f"is {plain}, of which a spreadsheet has lost the last digits"
    if found := _DAMAGE.search(text):
        return _told_damage(found[0])
    garbled = find_mojibake(text)
    return f"holds letters in a wrong encoding, as “{garbled[:40]}”" if garbled else ""


def _unmeant(plain: str) -> str:
    """What nobody wrote, as a whole cell: a program did, where it had nothing."""
    if _NO_VALUE.fullmatch(plain):
        return f"is {plain}, which programs write where they have no value"
    is_field = _PLACEHOLDER.fullmatch(plain)
    return f"is {plain[:40]}, a field of another program that nobody filled in" if is_field else ""


def _told_damage(found: str) -> str:
    if found == "\0":
        return "holds a NUL byte, and may be cut"
    if found == "\ufffd":
        return "holds � where a letter was lost"
    if not "\udc80" <= found <= "\udcff":
        return "holds half of a character"
    return f"holds the byte 0x{ord(found) - 0xDC00:02X}, which is not in the encoding of the rest"


def is_blank_marker(text: str) -> bool:
    """Whether a cell says that there is nothing: a dash, a question mark, n/a."""
    return _NOTHING.fullmatch(text) is not None


def cell_remedy(text: str) -> str:
    """What to do about a cell that does not say what somebody meant."""
    if isinstance(text, UnreadableValue | NestedValue):
        return "Give it as a value that a cell can hold"
    if _is_rounded(text):
        return "Format the column as text, and save it again"
    if find_mojibake(text):
        return "Export the table again, as UTF-8: it was once read as something else"
    return "Save the table as UTF-8" if _DAMAGE.search(text) else "Leave the cell empty, or write what is meant"


def _is_rounded(text: str) -> bool:
    return not isinstance(text, Number) and bool(_ROUNDED.fullmatch(text.strip()))


def encoding_name(encoding: str) -> str:
    """An encoding as people know it."""
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
def _bytes_of(path: Path) -> Iterator[bytes]:
    """How the file begins."""
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            yield file.read(_HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error


def _unmarked_utf_16(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of what most tables begin with is zero."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    low, high = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if high > pairs * 0.4 and low < pairs * 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > pairs * 0.4 and high < pairs * 0.1 else ""


def _eight_bits(path: Path) -> str:
    """UTF-8, unless there are bytes that are none and no line that nothing else explains."""
    others: list[bytes] = []
    try:
        with path.open("rb") as file:
            while line := file.readline(ROW_MAX_CHARS):
                if line.isascii():
                    continue
                try:
                    # Halves of characters are told where they stand.
                    line.decode(errors="surrogatepass")
                except UnicodeDecodeError as error:
                    # A line that is longer than a row may end within a character.
                    if error.end < len(line) and len(others) < _MOST_JUDGED:
                        others.append(line[:_HEAD_BYTES])
                else:
                    return "utf-8"
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    if not others:
        return "utf-8"
    _check_western(others, path)
    return "cp1252"


def _check_western(lines: Sequence[bytes], path: Path) -> None:
    """Raise `SourceError` for letters that no Western language writes so: Cyrillic or Chinese, or an old Mac's."""
    if doubt := detect_other_encoding(lines):
        guess = f"; {doubt.guess}" if doubt.guess else ""
        told = f"is not UTF-8, and no Windows-1252 either: it would say “{doubt.word[:40]}”{guess}"
        raise SourceError(told, where=str(path), hint=doubt.hint)
