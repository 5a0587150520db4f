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
    """A named set of limits. They are documented in the settings, and as a table in docs/gate.md."""

    name: str
    # Names of checks that only warn instead of failing, and of those that are skipped.
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
    dropouts: int
    clicks: int
    silence_s: float
    hum_s: float
    stereo_s: float
    black_s: float
    damaged_s: float
    frozen_s: float
    frozen_percent: float
    jumps: int
    blinks: int
    flashes: float
    uncaptioned_s: float
    caption_s: float
    chars_per_s: float
    chars_per_line: int
    lines: int
    alike_percent: float
    # Relative to the source film, for a film that was made from another one.
    size_ratio: float
    length_s: float
    ssim: float
    vmaf: float


# The default profile. docs/design_notes.md has the origin of the numbers.
STANDARD = QualityProfile(
    name="standard",
    warns=(
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
    ),
    off=(),
    shorter_side_px=480,
    sync_s=0.2,
    offset_s=0.06,
    keyframe_s=10,
    lufs_min=-16,
    lufs_max=-14,
    range_lu=18,
    peak_dbtp=-1,
    clipped_runs=0,
    dropouts=2,
    clicks=5,
    silence_s=5,
    hum_s=20,
    stereo_s=5,
    black_s=2,
    damaged_s=0.2,
    frozen_s=20,
    frozen_percent=98,
    jumps=2,
    blinks=2,
    flashes=3,
    uncaptioned_s=10,
    caption_s=1,
    chars_per_s=25,
    chars_per_line=50,
    lines=2,
    alike_percent=90,
    size_ratio=1,
    length_s=0.1,
    ssim=0.95,
    vmaf=80,
)
