"""A text file, read and checked: whatever is wrong with it is one line with its name."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from pipeline.errors import InputError, did_you_mean
from pipeline.language.text import strip_invisible

MAX_BYTES = 1 << 20


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, or UTF-16 that says so; NFC, line feeds between lines, nothing invisible in it.

    Raises `InputError` when the file is missing, empty, binary, of another encoding, over 1 MiB or can't be read.
    """
    data = _read_bytes(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # "Unicode", as Windows' Notepad saved it. What begins like it and is UTF-32 has zeros now.
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise InputError("is damaged UTF-16", where=str(path), hint="Save it as UTF-8") from error
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
        raise InputError("is empty", where=str(path), hint="Write a topic a line (.txt), or a title and notes (.md)")
    return text


def check_name(path: Path) -> None:
    """Raise `InputError` for a name with bytes that are no text, as old archives leave them: nothing could tell it."""
    where = str(path).encode(errors="replace").decode()
    if where != str(path):
        raise InputError("has a name that is no text", where=where, hint="Give the file another name")


def nearest_file(path: Path) -> str:
    """What to tell of a file that is missing: the one beside it that is called nearly so; empty: none is."""
    try:
        siblings = [sibling.name for sibling in path.parent.iterdir()]
    except OSError:
        return f"There is no folder {path.parent}"
    # As it has to be typed: with its folder, where one was typed.
    return did_you_mean(path.name, siblings, otherwise="", before=str(path)[: -len(path.name)])


def _read_bytes(path: Path) -> bytes:
    check_name(path)
    try:
        # A pipe or a device would never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("is not a regular file", where=str(path))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InputError("is larger than 1 MiB", where=str(path), hint="Split it into several files")
    return data
