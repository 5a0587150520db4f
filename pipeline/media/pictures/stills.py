"""A few small pictures of a film, for a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError

# Shape (rows, columns, 3): red, green, blue.
Picture = NDArray[np.uint8]


def stills(path: Path, times_s: Sequence[float], *, width_px: int) -> tuple[Picture, ...]:
    """The pictures at these ascending times, `width_px` wide; after the end, the last one.

    Decodes from the keyframe before each. Blocks. Raises `InputError` for a file whose pictures can't be decoded.
    """
    try:
        with av.open(str(path)) as source:
            stream = source.streams.video[0]
            stream.codec_context.thread_count = 1
            return tuple(_still(source, stream, time_s, width_px) for time_s in times_s)
    except (OSError, ValueError, IndexError) as error:
        raise InputError(f"its pictures can't be decoded ({type(error).__name__})", where=path.name) from error


def _still(
    source: av.container.InputContainer, stream: av.video.stream.VideoStream, time_s: float, width_px: int
) -> Picture:
    base = float(stream.time_base or 1)
    source.seek(int(time_s / base), stream=stream)
    shown: av.VideoFrame | None = None
    for frame in source.decode(stream):
        if shown is not None and (frame.pts or 0) * base > time_s:
            break
        shown = frame
    if shown is None:
        raise ValueError("no picture")
    height_px = max(2, round(width_px * shown.height / shown.width / 2) * 2)
    small = shown.reformat(width=width_px, height=height_px, format="rgb24")
    return np.ascontiguousarray(small.to_ndarray(), dtype=np.uint8)
