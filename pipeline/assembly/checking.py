"""Looking at a segment that was made some other day, before it is built upon."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import CheckpointError, InputError
from pipeline.media.probe import probe
from pipeline.model import FRAME_RATE


def check_segment(path: Path, frames: int) -> None:
    """Raise `CheckpointError` unless `path` is one picture and one sound track, whole, `frames` pictures long.

    Packets are counted, nothing is decoded: some milliseconds. Blocks.
    """
    try:
        info = probe(path)
    except InputError as error:
        raise CheckpointError(f"the segment {error.message}", where=str(path)) from error
    if (len(info.pictures), len(info.sounds), info.other_streams) != (1, 1, 0):
        raise CheckpointError("the segment is not one picture and one sound track", where=str(path))
    picture, sound = info.pictures[0], info.sounds[0]
    length_s = frames / FRAME_RATE
    # Times are whole numbers of samples and pictures: halfway between two pictures is no doubtful case.
    lasts = all(abs(track.duration_s - length_s) < 0.5 / FRAME_RATE for track in (picture, sound))
    if not info.is_complete or picture.frames != frames or picture.constant_rate != FRAME_RATE or not lasts:
        raise CheckpointError(f"the segment is cut short or not {frames} pictures long", where=str(path))
