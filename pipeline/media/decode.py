"""A few pictures of a film, for looking at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.errors import InputError

# Brightness of a picture, one byte per pixel as it is stored: 16 is black, 235 white.
Luma = NDArray[np.uint8]

# How many pixels apart the brightness is looked at: enough to see a line of text, a sixteenth of the work.
_STEP_PX = 4


def pictures_at(path: Path, times_s: Iterable[float]) -> Iterator[Luma]:
    """The picture that a film shows at each of `times_s` (seconds); after its end, the last one.

    Only what each needs is decoded: the pictures from the keyframe before it on. Raises `InputError` for a damaged
    stream.
    """
    try:
        with av.open(str(path), format="mp4") as source:
            stream = source.streams.video[0]
            # More threads would decode ahead, which is in vain: we go elsewhere.
            stream.codec_context.thread_count = 1
            for time_s in times_s:
                yield _luma(_picture_at(source, stream, time_s))
    except (OSError, ValueError) as error:
        raise InputError(f"a picture can't be decoded ({type(error).__name__})", where=path.name) from error


def _picture_at(source: InputContainer, stream: VideoStream, time_s: float) -> av.VideoFrame:
    pts = round(time_s / (stream.time_base or 1))
    source.seek(pts, stream=stream)
    shown = None
    for picture in source.decode(stream):
        if shown and (picture.pts or 0) > pts:
            break
        shown = picture
    if shown is None:
        raise ValueError("no picture")
    return shown


def _luma(picture: av.VideoFrame) -> Luma:
    """The brightness plane, thinned out. Raises `ValueError` for a picture that the decoder had to patch up."""
    if picture.is_corrupt:
        raise ValueError("damaged picture")
    plane = picture.planes[0]
    rows: Luma = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: picture.height : _STEP_PX, : picture.width : _STEP_PX]
