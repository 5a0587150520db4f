"""Quality profiles: the built-in ones, and those of the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.errors import did_you_mean
from pipeline.model.profile import JUDGED, STANDARD, QualityProfile
from pipeline.settings.inheritance import TableInheritance
from pipeline.settings.value_types import Names, OptionalText, SettingsGroup

DEFAULT_PROFILE = STANDARD.name
# Each profile is complete.
_STANDARD: Mapping[str, Any] = {name: value for name, value in asdict(STANDARD).items() if name != "name"}
PROFILES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "draft": {
            **_STANDARD,
            "warns": (*_STANDARD["warns"], "container", "picture_codec", "aspect", "loudness"),
            "shorter_side_px": 240,
            "sync_s": 1,
            "offset_s": 0.2,
            "keyframe_s": 30,
            "lufs_min": -30,
            "lufs_max": -9,
            "range_lu": 25,
            "peak_dbtp": 0,
            "clipped_runs": 10,
            "dropouts": 10,
            "clicks": 20,
            "silence_s": 10,
            "hum_s": 60,
            "stereo_s": 20,
            "black_s": 5,
            "damaged_s": 1,
            "frozen_s": 60,
            "frozen_percent": 100,
            "jumps": 5,
            "blinks": 10,
            "uncaptioned_s": 30,
            "caption_s": 2,
            "chars_per_s": 35,
            "chars_per_line": 80,
            "lines": 3,
            "alike_percent": 97,
            "size_ratio": 2,
            "length_s": 0.5,
            "ssim": 0.9,
            "vmaf": 60,
        },
        DEFAULT_PROFILE: _STANDARD,
        "strict": {
            **_STANDARD,
            # Only people can decide about duplicates, what counts as speech, and intended crackle.
            "warns": ("bars", "bursts", "caption_gaps", "clicks", "duplicate"),
            "shorter_side_px": 720,
            "sync_s": 0.05,
            "offset_s": 0.04,
            "keyframe_s": 5,
            "range_lu": 15,
            "dropouts": 0,
            "clicks": 3,
            "silence_s": 4,
            "hum_s": 10,
            "stereo_s": 3,
            "black_s": 1,
            "damaged_s": 0,
            "frozen_s": 10,
            "frozen_percent": 95,
            "blinks": 0,
            "uncaptioned_s": 6,
            "caption_s": 0.6,
            "chars_per_s": 21,
            "chars_per_line": 42,
            "alike_percent": 80,
            "length_s": 0.05,
            "ssim": 0.98,
            "vmaf": 93,
        },
    }
)
_TABLES = TableInheritance(noun="profile", builtin=PROFILES, default=DEFAULT_PROFILE)
_Seconds = Annotated[float, Field(ge=0, le=86_400)]


class ProfileSettings(SettingsGroup):
    """A quality profile: a built-in one, or one of yours, e.g. [profiles.mine]."""

    based_on: OptionalText = Field(None, description="Profile to inherit from; empty: standard.")
    warns: Names | None = Field(None, description="Checks whose failure is only a warning.")
    off: Names | None = Field(None, description="Checks that are skipped.")
    shorter_side_px: int | None = Field(None, ge=2, le=4096, description="size: minimum shorter side in pixels.")
    sync_s: _Seconds | None = Field(
        None, description="sync: maximum difference between the ends of video and audio, in seconds."
    )
    offset_s: _Seconds | None = Field(
        None, description="offset and drift: maximum A/V offset at the start, and maximum change of it, in seconds."
    )
    keyframe_s: _Seconds | None = Field(None, description="keyframes: maximum keyframe interval in seconds.")
    lufs_min: float | None = Field(None, ge=-70, le=0, description="loudness: minimum integrated loudness in LUFS.")
    lufs_max: float | None = Field(None, ge=-70, le=0, description="loudness: maximum integrated loudness in LUFS.")
    range_lu: float | None = Field(None, ge=0, le=70, description="loudness_range: maximum in LU.")
    peak_dbtp: float | None = Field(None, ge=-70, le=20, description="true_peak: maximum in dBTP.")
    clipped_runs: int | None = Field(None, ge=0, description="clipping: maximum number of clipped runs of samples.")
    dropouts: int | None = Field(None, ge=0, description="dropouts: maximum number of audio dropouts.")
    clicks: int | None = Field(None, ge=0, description="clicks: maximum number in any ten seconds.")
    silence_s: _Seconds | None = Field(None, description="silence: maximum duration of silence in seconds.")
    hum_s: _Seconds | None = Field(None, description="hum: maximum duration of an unchanging sound in seconds.")
    stereo_s: _Seconds | None = Field(
        None,
        description="balance and phase: maximum seconds of audio on one side only, or that cancels out in mono.",
    )
    black_s: _Seconds | None = Field(
        None, description="black and plain: maximum seconds of black frames, or of frames of a single colour."
    )
    damaged_s: _Seconds | None = Field(
        None,
        description="snow, missing, stuck and tint: maximum seconds of noise, or of frames with a missing or frozen "
        "area or a lost colour channel.",
    )
    frozen_s: _Seconds | None = Field(None, description="frozen: maximum seconds without motion.")
    frozen_percent: float | None = Field(
        None, ge=0, le=100, description="frozen: maximum share of the film with one identical frame, in percent."
    )
    jumps: int | None = Field(
        None, ge=0, description="jumps: maximum number of returns to an earlier frame in any second."
    )
    blinks: int | None = Field(
        None, ge=0, description="blinks: maximum number of frames that match neither their predecessor nor successor."
    )
    flashes: float | None = Field(None, ge=0, le=100, description="flashes: maximum number in any second.")
    uncaptioned_s: _Seconds | None = Field(None, description="caption_gaps: maximum seconds of uncaptioned speech.")
    caption_s: _Seconds | None = Field(
        None, description="caption_timing: maximum offset between speech and its captions in seconds."
    )
    chars_per_s: float | None = Field(
        None, gt=0, le=1000, description="caption_speed: maximum reading speed in characters per second."
    )
    chars_per_line: int | None = Field(None, ge=1, le=1000, description="caption_lines: maximum characters per line.")
    lines: int | None = Field(None, ge=1, le=100, description="caption_lines: maximum number of lines.")
    alike_percent: float | None = Field(
        None, gt=0, le=100, description="duplicate: similarity from which two films count as duplicates, in percent."
    )
    size_ratio: float | None = Field(
        None, gt=0, le=1000, description="size_ratio: maximum file size relative to the source film."
    )
    length_s: _Seconds | None = Field(
        None, description="length: maximum difference in length from the source film, in seconds."
    )
    ssim: float | None = Field(None, ge=0, le=1, description="ssim: minimum similarity to the source film, 0 to 1.")
    vmaf: float | None = Field(None, ge=0, le=100, description="vmaf: minimum similarity to the source film, 0 to 100.")


def resolve_profiles(tables: Mapping[str, ProfileSettings]) -> dict[str, QualityProfile]:
    """The profiles of these tables, inheritance resolved. Raises `ValueError` that names the invalid one."""
    return {name: _checked(QualityProfile(name=name, **values)) for name, values in _TABLES.resolve(tables).items()}


def _checked(profile: QualityProfile) -> QualityProfile:
    """The profile itself. Raises `ValueError` for contradictory limits and unknown checks."""
    if profile.lufs_min > profile.lufs_max:
        raise ValueError(f"{profile.name!r}: lufs_min must be at most lufs_max")
    for name in (*profile.warns, *profile.off):
        if name not in JUDGED:
            raise ValueError(f"{profile.name!r}: there is no check {name!r}. {did_you_mean(name, JUDGED)}")
        if name == "file":
            # If the file can't be read, no other check runs, and a verdict without failed checks would pass.
            raise ValueError(f"{profile.name!r}: 'file' can't be off or only warn: a film must be readable")
    return profile


def _validated(tables: dict[str, ProfileSettings]) -> dict[str, ProfileSettings]:
    resolve_profiles(tables)
    return tables


KNOWN_PROFILES = {name: ProfileSettings(**values) for name, values in PROFILES.items()}
Profiles = Annotated[dict[str, ProfileSettings], BeforeValidator(_TABLES.with_builtin), AfterValidator(_validated)]
