"""How strictly films are judged: the limits of the quality gate."""

from __future__ import annotations

from dataclasses import dataclass

# The checks that a profile decides about. Others ask whether a film is the one that was ordered: they always fail.
JUDGED = (
    "file",
    "container",
    "streams",
    "picture_codec",
    "size",
    "aspect",
    "frame_rate",
    "sound_codec",
    "sync",
    "offset",
    "drift",
    "loudness",
    "loudness_range",
    "true_peak",
    "clipping",
    "silence",
    "black",
    "frozen",
    "colours",
    "index",
    "keyframes",
    "captions",
    "caption_speed",
    "caption_lines",
    "text",
    "language",
)


@dataclass(frozen=True, kw_only=True)
class QualityProfile:
    """Limits under a name. The settings say what each is for, and the README has them as a table."""

    name: str
    # Names of checks that only warn where they would fail, and of those that are not made.
    warns: tuple[str, ...]
    off: tuple[str, ...]
    shorter_side_px: int
    sync_s: float
    offset_s: float
    keyframe_s: float
    lufs_min: float
    lufs_max: float
    range_lu: float
    peak_dbtp: float
    clipped_runs: int
    silence_s: float
    black_s: float
    frozen_s: float
    frozen_percent: float
    chars_per_s: float
    chars_per_line: int
    lines: int
