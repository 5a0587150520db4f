"""MP4 boxes (ISO/IEC 14496-12), read without FFmpeg: each has a length and a four-character type, and may nest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# The extended type of our own box at the end of a file: readers skip "uuid" boxes that they do not know (ISO/IEC
# 14496-12, 4.2). A random number.
_UUID = bytes.fromhex("5f1d4a0e8c634b7f9a26c7d1b3e0f582")
# The boxes whose children are read.
_CONTAINERS = {"moov", "trak", "edts", "mdia", "minf", "stbl"}
_HEADER_BYTES = 8
# Real films nest six deep; a hostile one could nest endlessly.
_MAX_DEPTH = 8


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box. `path` are the types from the file down to it, e.g. "moov/trak/edts/elst"."""

    path: str
    # Offset in the file and length, both in bytes, header included.
    start: int
    length: int


def read_boxes(path: Path) -> tuple[Box, ...]:
    """The boxes of a file in order, parents before children; contents are not read.

    Stops at the first impossible length: a file that is cut short, or no MP4, gives the boxes before it. Raises
    `OSError`.
    """
    with path.open("rb") as file:
        return tuple(_walk(file, start=0, end=path.stat().st_size, parent=""))


def index_is_first(boxes: tuple[Box, ...]) -> bool:
    """Whether the index (`moov`) comes before the media (`mdat`), so that playback starts while the file loads."""
    names = [box.path for box in boxes]
    return "moov" in names and "mdat" in names and names.index("moov") < names.index("mdat")


def has_edit_list(boxes: tuple[Box, ...]) -> bool:
    """Whether any track has an edit list (`elst`)."""
    return any(box.path.endswith("/elst") for box in boxes)


def append_extra(path: Path, extra: bytes) -> None:
    """Append a box with metadata to an MP4, so that the two can't be separated. Raises `OSError`."""
    with path.open("ab") as file:
        file.write((_HEADER_BYTES + len(_UUID) + len(extra)).to_bytes(4, "big") + b"uuid" + _UUID + extra)


def read_extra(path: Path) -> bytes:
    """The last metadata that `append_extra` wrote; empty if none. Raises `OSError`."""
    with path.open("rb") as file:
        # At the top level only: `depth` 0.
        for box in reversed(tuple(_walk(file, start=0, end=path.stat().st_size, parent="", depth=0))):
            if box.path == "uuid":
                file.seek(box.start + _HEADER_BYTES)
                content = file.read(box.length - _HEADER_BYTES)
                if content.startswith(_UUID):
                    return content.removeprefix(_UUID)
    return b""


def _walk(file: BinaryIO, *, start: int, end: int, parent: str, depth: int = _MAX_DEPTH) -> Iterator[Box]:
    while start + _HEADER_BYTES <= end:
        file.seek(start)
        header = file.read(_HEADER_BYTES)
        length, name = int.from_bytes(header[:4], "big"), header[4:].decode("latin-1")
        if length == 1:
            # A 64-bit length follows the type.
            length = int.from_bytes(file.read(8), "big")
        elif length == 0:
            length = end - start
        if length < _HEADER_BYTES or start + length > end:
            return
        path = f"{parent}/{name}" if parent else name
        yield Box(path=path, start=start, length=length)
        if name in _CONTAINERS and path.count("/") < depth:
            yield from _walk(file, start=start + _HEADER_BYTES, end=start + length, parent=path, depth=depth)
        start += length
