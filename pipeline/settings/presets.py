"""How films are encoded, by name: the presets that there are, and those of the user."""

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
# Why these numbers, and what was measured, is in docs/design_notes.md.
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
# Each is complete, so that a change of one of them changes no other.
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
# What a preset begins with that turns to another codec than the one it is based on.
_OF_CODEC: Mapping[Codec, Mapping[str, Any]] = {
    "h264": {"encoder_preset": "ultrafast", "qp": 16, "crf": None},
    "h265": {"encoder_preset": "superfast", "qp": 20, "crf": None, "bframes": 0},
    "av1": {"encoder_preset": "8", "qp": None, "crf": 28, "bframes": 0},
}
_CRF_MOST: Mapping[Codec, int] = {"h264": 51, "h265": 51, "av1": 63}
# The longer side by the shorter: cinema's 21:9 is 2.33. And the largest picture of H.264's level 5.2 (table A-1).
_MOST_LONG = 2.4
_MOST_PIXELS = 4096 * 2304
# At others a scene's last picture may be left out of a film (see `media/container/join.py`): none may refer to it.
_EVEN_RATES = (30, 60)


def _number_as_text(value: object) -> object:
    """SVT-AV1's presets are numbers, and written as such."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Pixels = Annotated[int, Field(ge=240, le=4096, multiple_of=2)]
_EncoderPreset = Annotated[str, BeforeValidator(_number_as_text)]


class PresetSettings(SettingsGroup):
    """How films are encoded, under one of these names or one of yours, e.g. [presets.mine]."""

    based_on: OptionalText = Field(None, description="The preset that gives what is not set here; none: youtube.")
    codec: Codec | None = Field(
        None,
        description="h264 (plays everywhere), h265 or av1. For these two every frame goes through the encoder, which "
        "takes many times as long.",
    )
    encoder_preset: _EncoderPreset | None = Field(
        None,
        description="How much work goes into small files: ultrafast to placebo (h264, h265), 13 (fast) to 0 (av1).",
    )
    qp: OptionalNumber = Field(
        None, ge=1, le=51, description="Quantiser of h264 and h265: 16 looks like the original, higher is smaller."
    )
    crf: OptionalNumber = Field(None, ge=0, le=63, description="Rate factor, in place of qp; what av1 has.")
    width_px: _Pixels | None = Field(None, description="Width of the picture in pixels, even, 240 to 4096.")
    height_px: _Pixels | None = Field(
        None, description="Its height, likewise. What is higher than wide is laid out upright."
    )
    frame_rate: Literal[24, 25, 30, 50, 60] | None = Field(None, description="Pictures a second: 24, 25, 30, 50 or 60.")
    bframes: int | None = Field(
        None,
        ge=0,
        le=3,
        description="Pictures in a row that may refer to later ones, of h264: smaller moving parts, and a keyframe "
        "after every rest. At 30 and 60 pictures a second only.",
    )
    keyframe_s: int | None = Field(
        None, ge=1, le=10, description="Seconds between two places that players can seek to, at most."
    )
    audio_kbps: int | None = Field(
        None, ge=64, le=512, description="Bit rate of the sound (AAC-LC, stereo), in kbit/s."
    )


class VideoSettings(SettingsGroup):
    """The picture."""

    preset: str = Field(
        DEFAULT_PRESET,
        description="How it is encoded: one of the presets below, or one of yours. Likewise: --preset, and `preset:` "
        "in a brief.",
    )
    format: OptionalShape = Field(
        None,
        description="Shape of the picture: 16:9, 9:16, 1:1 or 4:5, as large as the preset's shorter side; empty: the "
        "preset's own. Likewise: --format, and `format:` in a brief.",
    )
    motion: OptionalMotion = Field(
        None,
        description="full, reduced (things fade in where they stay, and nothing is moved over) or none (things are "
        "there at once, which is the fastest to make); empty: as the template says, else its theme.",
    )
    transition: OptionalTransition = Field(
        None,
        description="From one scene to the next: cut, fade, slide or wipe; empty: as the template says.",
    )
    quality: OptionalNumber = Field(
        None,
        ge=1,
        le=51,
        description="In place of the preset's qp or crf: higher is smaller; empty: as the preset says.",
    )
    holds: Holds = Field(
        "splice",
        description="How a picture of h264 that rests is written, mostly the case: splice (as repeated pictures of a "
        "dozen bytes, without the encoder), encode (each by the encoder: slower, and looks the same) or variable (as "
        "one that lasts longer: the film has no constant frame rate, which editors and some hosts dislike).",
    )


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How a film is encoded. The fields are those of `PresetSettings`; exactly one of `qp` and `crf` is set."""

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
        """The quantiser or the rate factor, whichever is set."""
        return self.qp if self.qp is not None else self.crf or 0


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` over `base`. What a codec does not know of another is not taken over, nor `qp` where there is a `crf`."""
    values = dict(base)
    if own.get("codec", base.get("codec")) != base.get("codec"):
        values |= _OF_CODEC.get(own["codec"], {})
    if "qp" in own or "crf" in own:
        values |= {"qp": None, "crf": None}
    return {**values, **own}


_KIND = TableInheritance(noun="preset", known=PRESETS, default=DEFAULT_PRESET, over=_over)


def resolve_presets(tables: Mapping[str, PresetSettings]) -> dict[str, Preset]:
    """The presets of these tables, with all that they are based on. Raises `ValueError` that names the wrong one."""
    either = {"qp": None, "crf": None}
    return {name: _checked(Preset(name=name, **{**either, **own})) for name, own in _KIND.all_values(tables).items()}


def _checked(preset: Preset) -> Preset:
    """The preset itself. Raises `ValueError` for values that are good each for itself and don't go together."""
    known = _ENCODER_PRESETS[preset.codec]
    longer, shorter = sorted((preset.width_px, preset.height_px), reverse=True)
    if preset.encoder_preset not in known:
        wrong = f"{preset.codec} has no encoder_preset {preset.encoder_preset!r}: take one of {', '.join(known)}"
    elif preset.qp is not None and preset.crf is not None:
        wrong = "qp and crf are two ways to say one thing: set one of them"
    elif preset.codec == "av1" and preset.qp is not None:
        wrong = "av1 has no qp: set crf"
    elif preset.crf is not None and preset.crf > _CRF_MOST[preset.codec]:
        wrong = f"crf of {preset.codec} must be at most {_CRF_MOST[preset.codec]}"
    elif preset.bframes and preset.codec != "h264":
        wrong = "bframes are set for h264 alone"
    elif preset.bframes and preset.frame_rate not in _EVEN_RATES:
        wrong = f"bframes go with {' or '.join(map(str, _EVEN_RATES))} pictures a second, not {preset.frame_rate}"
    elif longer > _MOST_LONG * shorter:
        wrong = f"{preset.width_px} by {preset.height_px} leaves no room: one side must be at most 2.4 times the other"
    elif longer * shorter > _MOST_PIXELS:
        wrong = f"{preset.width_px} by {preset.height_px} is too large: at most 4096 by 2304 pixels"
    else:
        return preset
    raise ValueError(f"{preset.name!r}: {wrong}")


def _sound(tables: dict[str, PresetSettings]) -> dict[str, PresetSettings]:
    resolve_presets(tables)
    return tables


KNOWN_PRESETS = {name: PresetSettings(**values) for name, values in PRESETS.items()}
Presets = Annotated[dict[str, PresetSettings], BeforeValidator(_KIND.with_known), AfterValidator(_sound)]
