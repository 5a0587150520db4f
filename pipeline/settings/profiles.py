"""How strictly films are judged, by name: the profiles that there are, and those of the user."""

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
# Each is complete.
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
            # Whether one of two films is too many, what is speech, and what crackles on purpose, only people know.
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
_KIND = TableInheritance(noun="profile", known=PROFILES, default=DEFAULT_PROFILE)
_Seconds = Annotated[float, Field(ge=0, le=86_400)]


class ProfileSettings(SettingsGroup):
    """How strictly films are judged, under one of these names or one of yours, e.g. [profiles.mine]."""

    based_on: OptionalText = Field(None, description="The profile that gives what is not set here; none: standard.")
    warns: Names | None = Field(None, description="Names of checks that only warn where they would fail.")
    off: Names | None = Field(None, description="Names of checks that are not made.")
    shorter_side_px: int | None = Field(None, ge=2, le=4096, description="size: pixels of the shorter side, at least.")
    sync_s: _Seconds | None = Field(None, description="sync: seconds between the ends of picture and sound, at most.")
    offset_s: _Seconds | None = Field(
        None, description="offset and drift: seconds from picture to sound, at the beginning and since, at most."
    )
    keyframe_s: _Seconds | None = Field(None, description="keyframes: seconds from one to the next, at most.")
    lufs_min: float | None = Field(None, ge=-70, le=0, description="loudness: LUFS of the whole film, at least.")
    lufs_max: float | None = Field(None, ge=-70, le=0, description="loudness: LUFS of the whole film, at most.")
    range_lu: float | None = Field(None, ge=0, le=70, description="loudness_range: LU, at most.")
    peak_dbtp: float | None = Field(None, ge=-70, le=20, description="true_peak: dBTP, at most.")
    clipped_runs: int | None = Field(None, ge=0, description="clipping: places where the wave is cut off, at most.")
    dropouts: int | None = Field(None, ge=0, description="dropouts: places where the sound is torn out, at most.")
    clicks: int | None = Field(None, ge=0, description="clicks: in any ten seconds, at most.")
    silence_s: _Seconds | None = Field(None, description="silence: seconds without any sound, at most.")
    hum_s: _Seconds | None = Field(None, description="hum: seconds of a sound that never changes, at most.")
    stereo_s: _Seconds | None = Field(
        None, description="balance and phase: seconds that one ear hears, or that cancel out in mono, at most."
    )
    black_s: _Seconds | None = Field(
        None, description="black and plain: seconds of black pictures, or of one colour, at most."
    )
    damaged_s: _Seconds | None = Field(
        None,
        description="snow, missing, stuck and tint: seconds of noise, or of pictures of which a part is missing or "
        "hangs, or a colour is lost, at most.",
    )
    frozen_s: _Seconds | None = Field(None, description="frozen: seconds in which nothing moves, at most.")
    frozen_percent: float | None = Field(
        None, ge=0, le=100, description="frozen: share of the film, of one picture, at most."
    )
    jumps: int | None = Field(None, ge=0, description="jumps: how often pictures go back, in any second, at most.")
    blinks: int | None = Field(None, ge=0, description="blinks: pictures that fit neither before nor after, at most.")
    flashes: float | None = Field(None, ge=0, le=100, description="flashes: in any second, at most.")
    uncaptioned_s: _Seconds | None = Field(
        None, description="caption_gaps: seconds of speech without captions, at most."
    )
    caption_s: _Seconds | None = Field(
        None, description="caption_timing: seconds from what is said to its captions, at most."
    )
    chars_per_s: float | None = Field(None, gt=0, le=1000, description="caption_speed: letters a second, at most.")
    chars_per_line: int | None = Field(None, ge=1, le=1000, description="caption_lines: letters in a line, at most.")
    lines: int | None = Field(None, ge=1, le=100, description="caption_lines: lines at a time, at most.")
    alike_percent: float | None = Field(
        None, gt=0, le=100, description="duplicate: from so many percent in common on, two films are the same."
    )
    size_ratio: float | None = Field(
        None, gt=0, le=1000, description="size_ratio: so many times as large as the film it was made of, at most."
    )
    length_s: _Seconds | None = Field(None, description="length: seconds by which it differs from that film, at most.")
    ssim: float | None = Field(None, ge=0, le=1, description="ssim: likeness to that film, 0 to 1, at least.")
    vmaf: float | None = Field(None, ge=0, le=100, description="vmaf: likeness to that film, 0 to 100, at least.")


def resolve_profiles(tables: Mapping[str, ProfileSettings]) -> dict[str, QualityProfile]:
    """The profiles of these tables, with all that they are based on. Raises `ValueError` that names the wrong one."""
    return {name: _checked(QualityProfile(name=name, **values)) for name, values in _KIND.all_values(tables).items()}


def _checked(profile: QualityProfile) -> QualityProfile:
    """The profile itself. Raises `ValueError` for limits that nothing can keep to."""
    if profile.lufs_min > profile.lufs_max:
        raise ValueError(f"{profile.name!r}: lufs_min must be at most lufs_max")
    for name in (*profile.warns, *profile.off):
        if name not in JUDGED:
            raise ValueError(f"{profile.name!r}: there is no check {name!r}. {did_you_mean(name, JUDGED)}")
        if name == "file":
            # Nothing else would be known of it, and a verdict without checks passes.
            raise ValueError(f"{profile.name!r}: 'file' always fails. What can't be read is no film")
    return profile


def _sound(tables: dict[str, ProfileSettings]) -> dict[str, ProfileSettings]:
    resolve_profiles(tables)
    return tables


KNOWN_PROFILES = {name: ProfileSettings(**values) for name, values in PROFILES.items()}
Profiles = Annotated[dict[str, ProfileSettings], BeforeValidator(_KIND.with_known), AfterValidator(_sound)]
