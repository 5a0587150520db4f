"""The structure of an MP4: boxes of boxes, each with a length and a name of four letters. Read without FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# Our own box at the end of a file, which every reader skips: "uuid" boxes are anybody's (ISO/IEC 14496-12, 4.2). The
# number is a random one.
_EXTRA = bytes.fromhex("5f1d4a0e8c634b7f9a26c7d1b3e0f582")
# The boxes on the way to what is asked for here; all others are leaves to us.
_BRANCHES = {"moov", "trak", "edts", "mdia", "minf", "stbl"}
_HEADER_BYTES = 8
# Real films nest six deep; a hostile one could nest without end.
_MAX_DEPTH = 8


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box: `path` are the names from the file down to it, e.g. "moov/trak/edts/elst"."""

    path: str
    # Byte offset in the file, and length with the header.
    start: int
    length: int


def read_boxes(path: Path) -> tuple[Box, ...]:
    """The boxes of a file in their order, parents before children; no contents are read.

    Stops at the first length that makes no sense: a file that is cut short, or no MP4, gives what came before.
    Raises `OSError`.
    """
    with path.open("rb") as file:
        return tuple(_walk(file, start=0, end=path.stat().st_size, parent=""))


def index_is_first(boxes: tuple[Box, ...]) -> bool:
    """Whether the index (`moov`) lies before the media (`mdat`), so that a film can be watched while it loads."""
    names = [box.path for box in boxes]
    return "moov" in names and "mdat" in names and names.index("moov") < names.index("mdat")


def has_edit_list(boxes: tuple[Box, ...]) -> bool:
    """Whether any track asks players to shift or cut it."""
    return any(box.path.endswith("/elst") for box in boxes)


def append_extra(path: Path, extra: bytes) -> None:
    """Put `extra` into an MP4, so that what belongs to it can't be separated from it. Raises `OSError`."""
    with path.open("ab") as file:
        file.write((_HEADER_BYTES + len(_EXTRA) + len(extra)).to_bytes(4, "big") + b"uuid" + _EXTRA + extra)


def read_extra(path: Path) -> bytes:
    """What `append_extra` was given last; empty if nothing. Raises `OSError`."""
    with path.open("rb") as file:
        # Nothing of ours lies in other boxes: those need not be looked into.
        for box in reversed(tuple(_walk(file, start=0, end=path.stat().st_size, parent="", depth=0))):
            if box.path == "uuid":
                file.seek(box.start + _HEADER_BYTES)
                content = file.read(box.length - _HEADER_BYTES)
                if content.startswith(_EXTRA):
                    return content.removeprefix(_EXTRA)
    return b""


def _walk(file: BinaryIO, *, start: int, end: int, parent: str, depth: int = _MAX_DEPTH) -> Iterator[Box]:
    while start + _HEADER_BYTES <= end:
        file.seek(start)
        header = file.read(_HEADER_BYTES)
        length, name = int.from_bytes(header[:4], "big"), header[4:].decode("latin-1")
        if length == 1:
            # Longer than 4 GB: the true length follows the name.
            length = int.from_bytes(file.read(8), "big")
        elif length == 0:
            length = end - start
        if length < _HEADER_BYTES or start + length > end:
            return
        path = f"{parent}/{name}" if parent else name
        yield Box(path=path, start=start, length=length)
        if name in _BRANCHES and path.count("/") < depth:
            yield from _walk(file, start=start + _HEADER_BYTES, end=start + length, parent=path, depth=depth)
        start += length
