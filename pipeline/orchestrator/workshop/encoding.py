"""From the preset of a brief to what the rooms are told."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.assembly import EncoderPlan
from pipeline.errors import InputError, did_you_mean
from pipeline.model import Brief, VideoFormat
from pipeline.settings import Settings, presets_of

# BBC Subtitle Guidelines: 90 % of the width of a 9:16 picture, about 25 letters.
UPRIGHT_LINE_CHARS = 25


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How pictures and sound of a film are made; all of it shapes the film."""

    video_format: VideoFormat
    encoder: EncoderPlan


def encoding_of(settings: Settings, brief: Brief) -> Encoding:
    """What the preset of a completed brief asks for. Raises `InputError` for one that is not there."""
    presets = presets_of(settings.presets)
    name = brief.preset or settings.video.preset
    if name not in presets:
        raise InputError(f"there is no preset “{name}”", where=brief.origin, hint=did_you_mean(name, presets))
    preset, finer = presets[name], settings.video.quality
    size = VideoFormat(width_px=preset.width_px, height_px=preset.height_px, frame_rate=preset.frame_rate)
    return Encoding(
        video_format=size.in_shape(brief.format) if brief.format else size,
        encoder=EncoderPlan(
            codec=preset.codec,
            quality=preset.quality if finer is None else finer,
            is_crf=preset.crf is not None,
            preset=preset.encoder_preset,
            keyframe_s=preset.keyframe_s,
            holds=settings.video.holds,
            bframes=preset.bframes,
            audio_kbps=preset.audio_kbps,
        ),
    )
