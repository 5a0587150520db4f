"""A few pictures of a film, for looking at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError

# Brightness of a picture, one byte per pixel as it is stored: 16 is black, 235 white.
Luma = NDArray[np.uint8]

# How many pixels apart the brightness is looked at: enough to see a line of text, a sixteenth of the work.
_STEP_PX = 4


def sample_pictures(path: Path) -> Iterator[Luma]:
    """The pictures of a film that stand by themselves (one per scene, and one per few seconds), then the last one.

    Only the pictures after the last keyframe are decoded besides. Raises `InputError` for a damaged stream.
    """
    try:
        with av.open(str(path), format="mp4") as source:
            stream = source.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            keyframe_pts = 0
            for picture in source.decode(stream):
                keyframe_pts = picture.pts or 0
                yield _luma(picture)
            source.seek(keyframe_pts, stream=stream)
            stream.codec_context.skip_frame = "DEFAULT"
            for picture in deque(source.decode(stream), maxlen=1):
                yield _luma(picture)
    except (OSError, ValueError) as error:
        raise InputError(f"a picture can't be decoded ({type(error).__name__})", where=path.name) from error


def _luma(picture: av.VideoFrame) -> Luma:
    """The brightness plane, thinned out. Raises `ValueError` for a picture that the decoder had to patch up."""
    if picture.is_corrupt:
        raise ValueError("damaged picture")
    plane = picture.planes[0]
    rows: Luma = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: picture.height : _STEP_PX, : picture.width : _STEP_PX]
