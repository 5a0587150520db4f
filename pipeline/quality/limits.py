"""The limits of a profile in words, as verdicts and docs/gate.md print them."""

from __future__ import annotations

from pipeline.language.text import counted
from pipeline.model import Check, QualityProfile

# Formats that players and hosts take (YouTube, "Recommended upload encoding settings").
CONTAINERS = ("mp4", "mov", "webm", "matroska")
CODECS = ("h264", "hevc", "av1", "vp9")
SOUND_CODECS = ("aac", "opus", "flac", "mp3", "ac3", "vorbis")
RATE_HZ = 48_000
FRAME_RATES = (24, 25, 30, 48, 50, 60)
# The largest share of moving pictures that may show combing.
COMBED_PERCENT = 15
# Width by height, or the other way round.
SHAPES = ("16:9", "21:9", "2:1", "3:2", "4:3", "5:4", "1:1")


def limits_of(profile: QualityProfile) -> dict[str, str]:
    """The limit of each check of `judge_file` by name, in order; without checks that the profile turns off."""
    ratio = profile.size_ratio
    limits = {
        "file": "a whole film that can be decoded",
        "container": "MP4, MOV, WebM or MKV, with that file extension",
        "streams": "1 video, 1 audio",
        "picture_codec": "H.264, H.265, AV1 or VP9, 4:2:0",
        "size": f"at least {profile.shorter_side_px} pixels on the shorter side",
        "aspect": "a usual aspect ratio, square pixels",
        "frame_rate": "24, 25, 30, 48, 50 or 60 a second, constant",
        "sound_codec": "AAC, Opus, FLAC, MP3, AC-3 or Vorbis, 48 kHz, stereo",
        "sync": f"at most {profile.sync_s:g} s",
        "offset": f"at most {profile.offset_s:g} s",
        "drift": f"at most {profile.offset_s:g} s",
        "loudness": f"{profile.lufs_min:g} to {profile.lufs_max:g} LUFS",
        "loudness_range": f"at most {profile.range_lu:g} LU, of a minute or more",
        "true_peak": f"at most {profile.peak_dbtp:g} dBTP",
        "clipping": f"at most {profile.clipped_runs} places",
        "dropouts": f"at most {profile.dropouts} places",
        "clicks": f"at most {profile.clicks} in ten seconds",
        "bursts": "no noise as loud as a voice",
        "silence": f"at most {profile.silence_s:g} s, and not all of it",
        "hum": f"at most {profile.hum_s:g} s of a sound that never changes, and not all of it",
        "balance": f"at most {profile.stereo_s:g} s in one channel only, and not all of it",
        "phase": f"at most {profile.stereo_s:g} s that cancel out in mono, and not all of it",
        "black": f"at most {profile.black_s:g} s",
        "plain": f"at most {profile.black_s:g} s of one colour",
        "snow": f"at most {profile.damaged_s:g} s of noise",
        "missing": f"at most {profile.damaged_s:g} s with a grey or green lower part",
        "stuck": f"at most {profile.damaged_s:g} s in which part of the picture is frozen",
        "tint": f"at most {profile.damaged_s:g} s in which a colour is lost",
        "frozen": f"at most {profile.frozen_s:g} s, and {profile.frozen_percent:g} % of the film, of one picture",
        "combs": f"at most {COMBED_PERCENT} % of the pictures that move",
        "bars": "not on all sides, nor on one alone",
        "jumps": f"at most {profile.jumps} in a second",
        "blinks": f"at most {counted(profile.blinks, 'place')}",
        "flashes": f"at most {profile.flashes:g} in a second",
        "colours": "BT.709, tagged",
        "index": "first",
        "keyframes": f"at most {profile.keyframe_s:g} s",
        "captions": "in order, without overlap, within the sound",
        "caption_gaps": f"at most {profile.uncaptioned_s:g} s of speech without captions",
        "caption_timing": f"at most {profile.caption_s:g} s before or after what is said",
        "caption_speed": f"at most {profile.chars_per_s:g} characters a second",
        "caption_lines": f"at most {profile.lines} lines of {profile.chars_per_line} characters",
        "duplicate": f"less than {profile.alike_percent:g} % like another film",
        "size_ratio": "no larger than the other" if ratio == 1 else f"at most {ratio:g} times as large as the other",
        "length": f"at most {profile.length_s:g} s longer or shorter than the other",
        "ssim": f"at least {profile.ssim:g}",
        "vmaf": f"at least {profile.vmaf:g}",
    }
    return {name: limit for name, limit in limits.items() if name not in profile.off}


def limited_check(
    name: str, profile: QualityProfile, *, passed: bool, measured: str, value: float | None = None, unit: str = ""
) -> Check:
    """A check with the profile's limit in words; without one if the profile turns the check off."""
    limit = limits_of(profile).get(name, "")
    return Check.of(name, passed=passed, measured=measured, limit=limit, value=value, unit=unit)


def at_most(name: str, profile: QualityProfile, value: float, most: float, *, unit: str = "", measured: str) -> Check:
    """A check that a value is at most that of the profile."""
    return limited_check(name, profile, passed=value <= most, measured=measured, value=value, unit=unit)
