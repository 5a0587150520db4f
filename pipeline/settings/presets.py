"""Encoder presets: the built-in ones, and those of the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.choices import Holds
from pipeline.model import Codec
from pipeline.settings.inheritance import TableInheritance
from pipeline.settings.value_types import (
    OptionalMotion,
    OptionalNumber,
    OptionalShape,
    OptionalText,
    OptionalTransition,
    SettingsGroup,
)

DEFAULT_PRESET = "youtube"
# docs/design_notes.md has the reasons and measurements.
_YOUTUBE: Mapping[str, Any] = {
    "codec": "h264",
    "encoder_preset": "ultrafast",
    "qp": 16,
    "width_px": 1920,
    "height_px": 1080,
    "frame_rate": 30,
    "bframes": 0,
    "keyframe_s": 5,
    "audio_kbps": 192,
}
_720P = {"width_px": 1280, "height_px": 720}
# Each preset is complete, so that modifying one does not change the others.
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        DEFAULT_PRESET: _YOUTUBE,
        "high_quality": {**_YOUTUBE, "encoder_preset": "slow", "qp": 10, "audio_kbps": 384},
        "web_optimized": {**_YOUTUBE, "encoder_preset": "medium", "qp": 22, "audio_kbps": 128},
        "social_media": {**_YOUTUBE, "width_px": 1080, "height_px": 1920, "audio_kbps": 128},
        "mobile_optimized": {**_YOUTUBE, **_720P, "encoder_preset": "medium", "qp": 24, "audio_kbps": 96},
        "fast_draft": {**_YOUTUBE, **_720P, "frame_rate": 24, "qp": 26, "audio_kbps": 96},
    }
)

_X26_PRESETS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
)
_ENCODER_PRESETS: Mapping[Codec, tuple[str, ...]] = {
    "h264": _X26_PRESETS,
    "h265": _X26_PRESETS,
    "av1": tuple(map(str, range(14))),
}
# Values of a preset whose codec differs from its base's.
_OF_CODEC: Mapping[Codec, Mapping[str, Any]] = {
    "h264": {"encoder_preset": "ultrafast", "qp": 16, "crf": None},
    "h265": {"encoder_preset": "superfast", "qp": 20, "crf": None, "bframes": 0},
    "av1": {"encoder_preset": "8", "qp": None, "crf": 28, "bframes": 0},
}
_CRF_MOST: Mapping[Codec, int] = {"h264": 51, "h265": 51, "av1": 63}
# Maximum aspect ratio (cinema's 21:9 is 2.33), and the maximum frame size of H.264 level 5.2 (table A-1).
_MAX_ASPECT = 2.4
_MAX_PIXELS = 4096 * 2304
# At other rates, the last frame of a scene may be dropped (see `media/container/join.py`): no frame may refer to it.
_BFRAME_RATES = (30, 60)


def _number_as_text(value: object) -> object:
    """SVT-AV1's presets are numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Pixels = Annotated[int, Field(ge=240, le=4096, multiple_of=2)]
_EncoderPreset = Annotated[str, BeforeValidator(_number_as_text)]


class PresetSettings(SettingsGroup):
    """An encoder preset: a built-in one, or one of yours, e.g. [presets.mine]."""

    based_on: OptionalText = Field(None, description="Preset to inherit from; empty: youtube.")
    codec: Codec | None = Field(
        None,
        description="h264 (plays everywhere), h265 or av1. With the latter two, every frame is encoded, which takes "
        "many times as long.",
    )
    encoder_preset: _EncoderPreset | None = Field(
        None,
        description="The encoder's speed preset: ultrafast to placebo (h264, h265), 13 (fast) to 0 (av1). Slower gives "
        "smaller files.",
    )
    qp: OptionalNumber = Field(
        None, ge=1, le=51, description="Quantiser (QP) of h264 and h265: 16 looks lossless, higher is smaller."
    )
    crf: OptionalNumber = Field(None, ge=0, le=63, description="Constant rate factor, instead of qp; required for av1.")
    width_px: _Pixels | None = Field(None, description="Width in pixels, even, 240 to 4096.")
    height_px: _Pixels | None = Field(
        None, description="Height in pixels, likewise. If it exceeds the width, the portrait layouts are used."
    )
    frame_rate: Literal[24, 25, 30, 50, 60] | None = Field(None, description="Frames per second: 24, 25, 30, 50 or 60.")
    bframes: int | None = Field(
        None,
        ge=0,
        le=3,
        description="Maximum number of consecutive B-frames (h264): motion compresses better, but every still section "
        "is followed by a keyframe. Only at 30 and 60 frames/s.",
    )
    keyframe_s: int | None = Field(
        None, ge=1, le=10, description="Maximum keyframe interval in seconds: players seek to keyframes."
    )
    audio_kbps: int | None = Field(None, ge=64, le=512, description="Audio bit rate (AAC-LC, stereo) in kbit/s.")


class VideoSettings(SettingsGroup):
    """Video encoding and motion."""

    preset: str = Field(
        DEFAULT_PRESET,
        description="Encoder preset: one of those below, or one of yours. Also: --preset, and `preset:` in a brief.",
    )
    format: OptionalShape = Field(
        None,
        description="Aspect ratio: 16:9, 9:16, 1:1 or 4:5, with the shorter side of the preset; empty: the preset's "
        "own. Also: --format, and `format:` in a brief.",
    )
    motion: OptionalMotion = Field(
        None,
        description="Animation: full, reduced (elements fade in at their place, pictures are not panned) or none "
        "(elements appear at once, the fastest to render); empty: the template's, else the theme's.",
    )
    transition: OptionalTransition = Field(
        None,
        description="Transition between scenes: cut, fade, slide or wipe; empty: the template's.",
    )
    quality: OptionalNumber = Field(
        None,
        ge=1,
        le=51,
        description="Overrides the preset's qp or crf: higher is smaller; empty: the preset's.",
    )
    holds: Holds = Field(
        "splice",
        description="How repeated frames of h264 are written: splice (skip frames of a dozen bytes, without the "
        "encoder), encode (by the encoder: slower, looks the same) or variable (one frame with a longer duration: the "
        "variable frame rate causes problems in editors and at some hosts).",
    )


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A resolved preset. The fields are those of `PresetSettings`; exactly one of `qp` and `crf` is set."""

    name: str
    codec: Codec
    encoder_preset: str
    qp: int | None
    crf: int | None
    width_px: int
    height_px: int
    frame_rate: int
    bframes: int
    keyframe_s: int
    audio_kbps: int

    @property
    def quality(self) -> int:
        """The QP or the CRF, whichever is set."""
        return self.qp if self.qp is not None else self.crf or 0


def _merge(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Overlay `own` on `base`. Codec-specific values are not inherited by another codec, nor `qp` if `crf` is set."""
    values = dict(base)
    if own.get("codec", base.get("codec")) != base.get("codec"):
        values |= _OF_CODEC.get(own["codec"], {})
    if "qp" in own or "crf" in own:
        values |= {"qp": None, "crf": None}
    return {**values, **own}


_TABLES = TableInheritance(noun="preset", builtin=PRESETS, default=DEFAULT_PRESET, merge=_merge)


def resolve_presets(tables: Mapping[str, PresetSettings]) -> dict[str, Preset]:
    """The presets of these tables, inheritance resolved. Raises `ValueError` that names the invalid one."""
    either = {"qp": None, "crf": None}
    return {name: _checked(Preset(name=name, **{**either, **own})) for name, own in _TABLES.resolve(tables).items()}


def _checked(preset: Preset) -> Preset:
    """The preset itself. Raises `ValueError` for values that are valid on their own, but not together."""
    known = _ENCODER_PRESETS[preset.codec]
    longer, shorter = sorted((preset.width_px, preset.height_px), reverse=True)
    if preset.encoder_preset not in known:
        wrong = f"{preset.codec} has no encoder_preset {preset.encoder_preset!r}: use one of {', '.join(known)}"
    elif preset.qp is not None and preset.crf is not None:
        wrong = "qp and crf exclude each other: set only one of them"
    elif preset.codec == "av1" and preset.qp is not None:
        wrong = "av1 has no qp: set crf"
    elif preset.crf is not None and preset.crf > _CRF_MOST[preset.codec]:
        wrong = f"crf of {preset.codec} must be at most {_CRF_MOST[preset.codec]}"
    elif preset.bframes and preset.codec != "h264":
        wrong = "bframes are supported for h264 only"
    elif preset.bframes and preset.frame_rate not in _BFRAME_RATES:
        wrong = f"bframes require {' or '.join(map(str, _BFRAME_RATES))} frames/s, not {preset.frame_rate}"
    elif longer > _MAX_ASPECT * shorter:
        wrong = f"{preset.width_px} by {preset.height_px} is too elongated: the sides may differ by a factor of 2.4"
    elif longer * shorter > _MAX_PIXELS:
        wrong = f"{preset.width_px} by {preset.height_px} is too large: at most 4096 by 2304 pixels"
    else:
        return preset
    raise ValueError(f"{preset.name!r}: {wrong}")


def _validated(tables: dict[str, PresetSettings]) -> dict[str, PresetSettings]:
    resolve_presets(tables)
    return tables


KNOWN_PRESETS = {name: PresetSettings(**values) for name, values in PRESETS.items()}
Presets = Annotated[dict[str, PresetSettings], BeforeValidator(_TABLES.with_builtin), AfterValidator(_validated)]
