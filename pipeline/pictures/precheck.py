"""A look at a picture before anything is made with it: how its file begins and ends. Hardly any is decoded.

What is told here, `preparing` would tell as well, hours later. It does not see everything: a file may be broken in its
middle.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from pipeline.errors import InputError
from pipeline.pictures.formats import MOST_BYTES, Kind, kind_of, suffix_hint
from pipeline.pictures.preparing import BROKEN, broken, check_size, too_heavy, too_many
from pipeline.pictures.vector import is_svg

_HEAD_BYTES, _TAIL_BYTES = 4096, 64 * 1024
# The end of a JPEG. Within its data, 0xFF is followed by 0; behind it, phones keep a film.
_END_OF_JPEG = b"\xff\xd9"
# A PNG may lack its checksums, and nobody misses them; its parts are looked at up to so many.
_MISSED_BYTES, _MOST_PARTS = 16, 10_000


def glance(source: Path, *, name: str) -> None:
    """Raise `InputError`, about a picture called `name`, for what is no picture, is cut off, too large or too small.

    Drawings are left to those who draw them. Reads some kilobytes.
    """
    try:
        with source.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            head = file.read(_HEAD_BYTES)
            if size_bytes > MOST_BYTES:
                raise too_heavy(name)
            if is_svg(head):
                return
            kind = kind_of(head)
            if kind is None:
                what, hint = suffix_hint(head)
                raise InputError(what, where=name, hint=hint)
            if _is_cut_off(file, kind, head, size_bytes):
                raise broken(name)
            if kind != "WEBP":  # Pillow reads all of those
                _check_header(file, kind, name, to_its_end=kind == "JPEG" and not _has_end(file, size_bytes))
    except OSError as error:
        raise InputError(
            f"can't be read: {error.strerror or error}", where=name, hint="Look at its permissions"
        ) from error


def _check_header(file: BinaryIO, kind: Kind, name: str, *, to_its_end: bool) -> None:
    file.seek(0)
    try:
        # Pillow warns of what is refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=(kind,)) as image:
                width, height = image.size
                check_size(width, height, kind=kind, name=name)
                if to_its_end:
                    # Its mark of an end is missing, which some decoders forgive: an eighth of the size tells.
                    image.draft("L", (1, 1))
                    image.load()
    except (Image.DecompressionBombError, MemoryError) as error:
        raise too_many(name) from error
    except BROKEN as error:
        raise broken(name) from error


def _has_end(file: BinaryIO, size_bytes: int) -> bool:
    """Whether a JPEG has the mark of its end."""
    file.seek(max(0, size_bytes - _TAIL_BYTES))
    if _END_OF_JPEG in file.read(_TAIL_BYTES):
        return True
    file.seek(0)
    return _END_OF_JPEG in file.read(MOST_BYTES)


def _is_cut_off(file: BinaryIO, kind: Kind, head: bytes, size_bytes: int) -> bool:
    """Whether so much is missing at the end of a file that nobody can decode it."""
    if kind == "WEBP":
        return 8 + int.from_bytes(head[4:8], "little") > size_bytes + 1
    return kind == "PNG" and _is_png_cut_off(file, size_bytes)


def _is_png_cut_off(file: BinaryIO, size_bytes: int) -> bool:
    """Whether a part with pixels goes on behind the end of the file."""
    at = 8
    for _ in range(_MOST_PARTS):
        file.seek(at)
        part = file.read(8)
        at += 12 + int.from_bytes(part[:4], "big")
        if len(part) < 8 or at > size_bytes:
            return part[4:] == b"IDAT" and at > size_bytes + _MISSED_BYTES
    return False
