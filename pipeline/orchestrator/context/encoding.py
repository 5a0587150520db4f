"""Frame format, encoder plan, cue limits and audio mix, from the settings and the preset of a brief."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.assembly import EncoderPlan
from pipeline.errors import InputError, did_you_mean
from pipeline.model import Brief, VideoFormat
from pipeline.music import MixPlan
from pipeline.settings import Settings, resolve_presets
from pipeline.subtitles import CueLimits

# BBC Subtitle Guidelines: 90 % of the width of a 9:16 picture, about 25 letters.
_UPRIGHT_LINE_CHARS = 25


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """Frame format and encoder of a film. Part of the job id."""

    video_format: VideoFormat
    encoder: EncoderPlan


def encoding_of(settings: Settings, brief: Brief) -> Encoding:
    """The encoding of a completed brief, by its preset. Raises `InputError` for an unknown preset."""
    presets = resolve_presets(settings.presets)
    name = brief.preset or settings.video.preset
    if name not in presets:
        raise InputError(f"there is no preset {name!r}", where=brief.origin, hint=did_you_mean(name, presets))
    preset, finer = presets[name], settings.video.quality
    size = VideoFormat(width_px=preset.width_px, height_px=preset.height_px, frame_rate=preset.frame_rate)
    return Encoding(
        video_format=size.with_aspect_ratio(brief.format) if brief.format else size,
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


def cue_limits(settings: Settings, video_format: VideoFormat) -> CueLimits:
    """The limits of subtitle cues: lines are shorter in an upright picture."""
    subtitles = settings.subtitles
    most = _UPRIGHT_LINE_CHARS if video_format.is_upright else subtitles.max_chars_per_line
    return CueLimits(
        max_chars_per_line=min(most, subtitles.max_chars_per_line),
        max_lines=subtitles.max_lines,
        max_chars_per_s=subtitles.max_chars_per_s,
        min_duration_s=subtitles.min_duration_s,
        max_duration_s=subtitles.max_duration_s,
        frame_rate=video_format.frame_rate,
    )


def mix_plan(settings: Settings) -> MixPlan:
    """Levels and fades of music under the voice."""
    music = settings.music
    return MixPlan(
        below_speech_lu=music.below_speech_lu,
        duck_lu=music.duck_lu,
        fade_in_s=music.fade_in_s,
        fade_out_s=music.fade_out_s,
    )
