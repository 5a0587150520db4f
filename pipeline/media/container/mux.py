"""Packets into an MP4."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import av
from av.container import OutputContainer
from av.stream import Stream

Packet: TypeAlias = "av.Packet[Stream]"

# Frame times: with B-frames, a picture is decoded so long before it is shown. x264 never needs more.
REORDER_DELAY = 2

# The index goes first, so that a film starts before it has been loaded whole. Nothing in the file tells when or with
# which version it was made. Sound and picture both start at 0: no edit list has to say so, and YouTube wants none.
# B-frames are decoded before the picture that is shown first is due: their times go back from there.
_MP4_OPTIONS = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0", "fflags": "+bitexact"}


def open_mp4(path: Path, *, title: str | None = None) -> OutputContainer:
    """An MP4 to write to; a context manager. Errors of writing are `OSError`s, wherever they show."""
    film = av.open(str(path), "w", format="mp4", container_options=_MP4_OPTIONS)
    if title:
        film.metadata["title"] = title
    return film


def interleave(*streams: Iterable[Packet]) -> Iterator[Packet]:
    """The packets of all streams by time; each stream is drawn on only when its next packet is due."""
    return heapq.merge(*streams, key=_decoding_time_s)


def _decoding_time_s(packet: Packet) -> float:
    # One division of whole numbers: equal times are equal in all units, and it takes a tenth of a fraction's time.
    base = packet.time_base
    return (packet.dts or 0) * base.numerator / base.denominator
