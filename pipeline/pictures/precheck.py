"""Check a picture file by its first and last bytes, before anything is made with it and almost without decoding.

Everything reported here, `preparing` would report as well, hours later. Damage in the middle of a file is not detected.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from pipeline.errors import InputError
from pipeline.pictures.formats import MOST_BYTES, ImageFormat, describe_unsupported, detect_format
from pipeline.pictures.preparing import DECODE_ERRORS, check_size, file_too_large, too_many_pixels, undecodable
from pipeline.pictures.vector import is_svg

_HEAD_BYTES, _TAIL_BYTES = 4096, 64 * 1024
# The end marker of a JPEG. Within its data, 0xFF is followed by 0; phones append a video after it.
_END_OF_JPEG = b"\xff\xd9"
# PNGs may lack checksums, which goes unnoticed; at most this many chunks are parsed.
_MISSED_BYTES, _MOST_PARTS = 16, 10_000


def precheck(source: Path, *, name: str) -> None:
    """Raise `InputError`, about a picture called `name`, for a file that is no picture, truncated, or of unusable size.

    SVG is not checked here. Reads some kilobytes.
    """
    try:
        with source.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            head = file.read(_HEAD_BYTES)
            if size_bytes > MOST_BYTES:
                raise file_too_large(name)
            if is_svg(head):
                return
            kind = detect_format(head)
            if kind is None:
                what, hint = describe_unsupported(head)
                raise InputError(what, where=name, hint=hint)
            if _is_truncated(file, kind, head, size_bytes):
                raise undecodable(name)
            if kind != "WEBP":  # Pillow reads all of these
                _check_header(file, kind, name, to_its_end=kind == "JPEG" and not _has_end(file, size_bytes))
    except OSError as error:
        raise InputError(
            f"can't be read: {error.strerror or error}", where=name, hint="Check its permissions"
        ) from error


def _check_header(file: BinaryIO, kind: ImageFormat, name: str, *, to_its_end: bool) -> None:
    file.seek(0)
    try:
        # Pillow also warns about pictures that are refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=(kind,)) as image:
                width, height = image.size
                check_size(width, height, kind=kind, name=name)
                if to_its_end:
                    # Some decoders tolerate a missing end marker: the data must be at least an eighth of the expected
                    # size.
                    image.draft("L", (1, 1))
                    image.load()
    except (Image.DecompressionBombError, MemoryError) as error:
        raise too_many_pixels(name) from error
    except DECODE_ERRORS as error:
        raise undecodable(name) from error


def _has_end(file: BinaryIO, size_bytes: int) -> bool:
    """Whether a JPEG has its end marker."""
    file.seek(max(0, size_bytes - _TAIL_BYTES))
    if _END_OF_JPEG in file.read(_TAIL_BYTES):
        return True
    file.seek(0)
    return _END_OF_JPEG in file.read(MOST_BYTES)


def _is_truncated(file: BinaryIO, kind: ImageFormat, head: bytes, size_bytes: int) -> bool:
    """Whether a file is truncated so far that it can't be decoded."""
    if kind == "WEBP":
        return 8 + int.from_bytes(head[4:8], "little") > size_bytes + 1
    return kind == "PNG" and _is_png_truncated(file, size_bytes)


def _is_png_truncated(file: BinaryIO, size_bytes: int) -> bool:
    """Whether a chunk with pixels extends beyond the end of the file."""
    at = 8
    for _ in range(_MOST_PARTS):
        file.seek(at)
        part = file.read(8)
        at += 12 + int.from_bytes(part[:4], "big")
        if len(part) < 8 or at > size_bytes:
            return part[4:] == b"IDAT" and at > size_bytes + _MISSED_BYTES
    return False
