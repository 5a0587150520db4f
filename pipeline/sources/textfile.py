"""Reads and validates text files."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from pipeline.errors import InputError, SourceError, did_you_mean
from pipeline.language.text import strip_invisible

MAX_BYTES = 1 << 20


def read_text(path: Path) -> str:
    r"""The text of a file in UTF-8, or UTF-16 with a byte order mark: NFC, `\n` line endings, no invisible characters.

    Raises `InputError` if the file is missing, empty, binary, in another encoding, over 1 MiB or unreadable.
    """
    data = _read_bytes(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # "Unicode" in old versions of Windows Notepad. UTF-32 starts alike and leaves null characters behind.
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise InputError("is invalid UTF-16", where=str(path), hint="Save it as UTF-8") from error
    if b"\0" in data:
        raise InputError("is a binary file, not text", where=str(path), hint="Give a .md brief or a .txt topic list")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"is not UTF-8: byte 0x{data[error.start]:02X} at offset {error.start}",
            where=f"{path}:{line}",
            hint="Save it as UTF-8",
        ) from error
    text = strip_invisible(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        hint = "Write one topic per line (.txt), or a title and notes (.md)"
        raise InputError("is empty", where=str(path), hint=hint)
    return text


def nearest_file(path: Path) -> str:
    """A hint for a missing file: the closest name in its folder, or that the folder is missing; empty: no match."""
    try:
        siblings = [sibling.name for sibling in path.parent.iterdir()]
    except OSError:
        return f"There is no folder {path.parent}"
    # With the folder as the user typed it.
    return did_you_mean(path.name, siblings, otherwise="", prefix=str(path)[: -len(path.name)])


def check_regular_file(path: Path) -> None:
    """Raise `SourceError` for a missing file, and for pipes and devices, which may be endless."""
    # In old archives. Such a name can't be printed or stored.
    where = str(path).encode(errors="replace").decode()
    if where != str(path):
        raise InputError("its name is not valid UTF-8", where=where, hint="Rename the file")
    try:
        is_regular = stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError as error:
        raise SourceError("no such file", where=str(path), hint=nearest_file(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"can't be read: {reason}", where=str(path)) from error
    if not is_regular:
        raise SourceError("is not a regular file", where=str(path))


def _read_bytes(path: Path) -> bytes:
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InputError("is larger than 1 MiB", where=str(path), hint="Split it into several files")
    return data
