"""Detects files whose content contradicts their name."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.sources.textfile import check_regular_file

EMPTY_HINT = "The first line names the columns, every other line is a film"
_HEAD_BYTES = 64 * 1024
_AS_CSV = "Save the sheet as .xlsx or CSV (UTF-8)"
_TO_CSV = "Export the table as CSV"
_ZIP = b"PK\x03\x04"
# What files of other types begin with. A web page is often a login page in place of the download, or a table that a
# program exports "for Excel".
_OTHER_TYPES = (
    (rb"\xd0\xcf\x11\xe0", "an old or password-protected workbook", _AS_CSV),
    (rb"SQLite format 3\0", "a database", "Name it .sqlite, and give a query with --query"),
    (rb"%PDF", "a PDF", _TO_CSV),
    (rb"\x1f\x8b", "a compressed file", "Unpack it"),
    (rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype html|html|head|meta|table)\b", "a web page", f"{_TO_CSV} or .xlsx"),
    (rb"(?:\xef\xbb\xbf)?\s*<\?xml\b", "an XML file", f"{_TO_CSV} or .xlsx"),
    (rb"version https://git-lfs\.", "a placeholder of Git LFS", "Run git lfs pull"),
)


def read_text_head(path: Path) -> bytes:
    """The first bytes of a text file. Raises `SourceError` for another type, and for an empty file."""
    head = _read_head(path)
    if head.startswith(_ZIP):
        hint = "Name a workbook .xlsx, or save the sheet as CSV (UTF-8)"
        raise SourceError("is a workbook or an archive, not a text file", where=str(path), hint=hint)
    return head


def check_is_archive(path: Path) -> None:
    """Raise `SourceError` for a file that is no ZIP archive, the container of workbooks."""
    head = _read_head(path)
    if not head.startswith(_ZIP) and b"\0" in head:
        raise SourceError("is no workbook", where=str(path), hint=_AS_CSV)
    if not head.startswith(_ZIP):
        raise SourceError("is a text file, not a workbook", where=str(path), hint="Name it .csv, or .json for JSON")


def _read_head(path: Path) -> bytes:
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    if not head:
        raise SourceError("is empty", where=str(path), hint=EMPTY_HINT)
    for prefix, name, hint in _OTHER_TYPES:
        if re.match(prefix, head):
            raise SourceError(f"is {name}, not a table", where=str(path), hint=hint)
    return head
