"""Quality profiles: the limits of the quality gate."""

from __future__ import annotations

from dataclasses import dataclass

# The checks that a profile can configure. All others verify that the film is the requested one: they always fail it.
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
    "dropouts",
    "clicks",
    "bursts",
    "silence",
    "hum",
    "balance",
    "phase",
    "black",
    "plain",
    "snow",
    "missing",
    "stuck",
    "tint",
    "frozen",
    "combs",
    "bars",
    "jumps",
    "blinks",
    "flashes",
    "colours",
    "index",
    "keyframes",
    "captions",
    "caption_gaps",
    "caption_timing",
    "caption_speed",
    "caption_lines",
    "text",
    "language",
    "duplicate",
    "size_ratio",
    "length",
    "ssim",
    "vmaf",
)


@dataclass(frozen=True, kw_only=True)
class QualityProfile:
    """A named set of limits; by default those of the profile "standard".

    They are documented in the settings, and as a table in docs/gate.md; docs/design_notes.md has the origin of the
    numbers.
    """

    name: str = "standard"
    # Names of checks that only warn instead of failing, and of those that are skipped.
    warns: tuple[str, ...] = (
        "size",
        "frame_rate",
        "sound_codec",
        "loudness_range",
        "dropouts",
        "clicks",
        "bursts",
        "stuck",
        "combs",
        "bars",
        "jumps",
        "blinks",
        "colours",
        "index",
        "keyframes",
        "caption_gaps",
        "caption_timing",
        "caption_speed",
        "language",
        "duplicate",
        "size_ratio",
    )
    off: tuple[str, ...] = ()
    shorter_side_px: int = 480
    sync_s: float = 0.2
    offset_s: float = 0.06
    keyframe_s: float = 10
    lufs_min: float = -16
    lufs_max: float = -14
    range_lu: float = 18
    peak_dbtp: float = -1
    clipped_runs: int = 0
    dropouts: int = 2
    clicks: int = 5
    silence_s: float = 5
    hum_s: float = 20
    stereo_s: float = 5
    black_s: float = 2
    damaged_s: float = 0.2
    frozen_s: float = 20
    frozen_percent: float = 98
    jumps: int = 2
    blinks: int = 2
    flashes: float = 3
    uncaptioned_s: float = 10
    caption_s: float = 1
    chars_per_s: float = 25
    chars_per_line: int = 50
    lines: int = 2
    alike_percent: float = 90
    # Relative to the source film, for a film that was made from another one.
    size_ratio: float = 1
    length_s: float = 0.1
    ssim: float = 0.95
    vmaf: float = 80


STANDARD = QualityProfile()
