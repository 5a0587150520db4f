"""Muxing: packets into an MP4."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import av
from av.container import OutputContainer
from av.stream import Stream

Packet: TypeAlias = "av.Packet[Stream]"

# Frames between decoding and presentation in streams with B-frames. x264 never needs more.
REORDER_DELAY = 2

# The index goes first (faststart), so that playback starts before the file is loaded. No creation time and no version
# is written. Audio and video both start at 0 without an edit list, which YouTube advises against. B-frames are decoded
# before the first picture is shown: composition offsets are negative instead. Packets wait for those of the other
# stream, however many they are.
_MP4_OPTIONS = {
    "movflags": "+faststart+negative_cts_offsets",
    "use_editlist": "0",
    "fflags": "+bitexact",
    "max_interleave_delta": "0",
}


def open_mp4(path: Path, *, title: str | None = None) -> OutputContainer:
    """Open an MP4 for writing; a context manager. Write errors are `OSError`s, also on closing."""
    film = av.open(str(path), "w", format="mp4", container_options=_MP4_OPTIONS)
    if title:
        film.metadata["title"] = title
    return film
