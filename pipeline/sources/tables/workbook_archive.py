"""The ZIP archive of a workbook, untrusted: refuses bombs, XML entity declarations and Strict Open XML."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

from pipeline.errors import SourceError

# Limits of uncompressed sizes: of all parts (a million rows of twenty cells take about a gigabyte), and of one that
# openpyxl parses into a tree of twenty times its size (all styles that Excel allows take some 30 MB).
_MAX_BYTES, _MAX_PARSED_BYTES = 4 << 30, 40 << 20
_MAX_PARTS = 10_000
# Worksheet XML compresses to a tenth, at best to a fiftieth; Deflate's limit is about a thousandth.
_MAX_RATIO, _RATIO_MIN_BYTES = 200, 16 << 20
_HEAD_BYTES = 4096
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
# The namespace of ISO/IEC 29500 Strict, which openpyxl does not read: it would find no sheets.
_STRICT = b"HTTP://PURL.OCLC.ORG/OOXML/SPREADSHEETML/"
_AS_CSV = "Save the sheet as CSV (UTF-8)"


class WorkbookArchive(ZipFile):
    """An archive whose parts are checked before they are read. Raises `SourceError`.

    The declared sizes can be trusted: zipfile reads no more of a part than declared.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)
        parts = self.infolist()
        if len(parts) > _MAX_PARTS:
            raise SourceError(f"contains {len(parts):,} files", where=str(path), hint=_AS_CSV)
        if sum(part.file_size for part in parts) > _MAX_BYTES or any(
            part.file_size > max(_RATIO_MIN_BYTES, _MAX_RATIO * part.compress_size) for part in parts
        ):
            raise self.bomb()

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:  # noqa: ANN401 - as in ZipFile
        """A part as a whole."""
        if self.getinfo(name).file_size > _MAX_PARSED_BYTES:
            raise self.bomb()
        return super().read(name, pwd)

    def open(self, name: Any, *args: Any, **options: Any) -> IO[bytes]:  # noqa: ANN401 - as in ZipFile
        """A part as a stream."""
        with super().open(name) as part:
            head = part.read(_HEAD_BYTES).replace(b"\0", b"").upper()
        if any(word in head for word in _DECLARATIONS):
            raise SourceError("contains an XML DOCTYPE", where=str(self.path), hint="Save it again as .xlsx")
        if _STRICT in head:
            hint = "Save it again as “Excel Workbook (.xlsx)”"
            raise SourceError("is a “Strict Open XML” workbook, which can't be read", where=str(self.path), hint=hint)
        return super().open(name, *args, **options)

    def bomb(self) -> SourceError:
        """The error for a part that is too large."""
        return SourceError("is far larger when unpacked than any table", where=str(self.path), hint=_AS_CSV)


class LimitedReader:
    """A stream for a parser that holds what it has read until `release`. Raises `SourceError` if that is too much."""

    def __init__(self, archive: WorkbookArchive, name: str, max_bytes: int) -> None:
        self._archive, self._max_bytes, self._held = archive, max_bytes, 0
        self._file = archive.open(name)

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes."""
        piece = self._file.read(size)
        self._held += len(piece)
        if self._held > self._max_bytes:
            raise self._archive.bomb()
        return piece

    def release(self) -> None:
        """Count from here."""
        self._held = 0

    def close(self) -> None:
        """Close the part."""
        self._file.close()


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Translate errors of zipfile and openpyxl, which raises arbitrary exceptions for a corrupt file."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        if reason := getattr(error, "strerror", ""):
            raise SourceError(f"can't be read: {reason}", where=str(path)) from error
        hint = "Save it again as .xlsx, or as CSV"
        raise SourceError("is not a readable workbook", where=str(path), hint=hint) from error
