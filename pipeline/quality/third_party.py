"""The checks of a third-party film: measured against the profile's limits."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from pipeline.language.text import counted
from pipeline.media.analysis.black_bars import BlackBars
from pipeline.media.analysis.results import AudioAnalysis, FilmAnalysis, VideoAnalysis
from pipeline.media.filters import BLOCK_S
from pipeline.media.pictures.perceptual_hash import MAX_DISTANCE_BITS, hamming_distance
from pipeline.media.sound.discontinuities import busiest_window
from pipeline.model import Check, QualityProfile
from pipeline.quality.limits import (
    CODECS,
    COMBED_PERCENT,
    CONTAINERS,
    FRAME_RATES,
    RATE_HZ,
    SHAPES,
    SOUND_CODECS,
    limits_of,
)
from pipeline.quality.profile_checks import RANGED_S, discontinuities, longest_of, stereo

# Containers by file name suffix.
_SUFFIXES = {
    ".mp4": ("mp4",),
    ".m4v": ("mp4",),
    ".mov": ("mov",),
    ".webm": ("webm",),
    ".mkv": ("matroska", "webm"),
}
# Tolerances of the pixel aspect ratio, the display aspect ratio, and the frame rate: 30000/1001 is 30.
_SQUARE, _ASPECT, _RATE = 0.01, 0.02, 0.0015
# Name, whether it passes, the value as text and as a number, and its unit.
_Result = tuple[str, bool, str, float | None, str]
# A span that comes this close to both ends is the whole film.
_ALL_S = 0.2
# The tolerance for a hum that is the whole film (the meter's window of 400 ms at both ends), and its minimum.
_FADES_S, _MIN_HUM_S = 1.0, 5.0
# Bars are a fault on all four sides, each with this share of the picture, or if opposite ones differ by this share.
_FRAME, _ASYMMETRY = 0.03, 0.2


def film_checks(path: Path, film: FilmAnalysis, profile: QualityProfile) -> Iterator[Check]:
    """All checks of a film alone, in the order of `limits_of`."""
    limits = limits_of(profile)
    picture, sound = film.picture, film.sound
    found = {
        each[0]: each
        for each in (
            _container(path, film),
            _streams(film),
            *(_picture(picture, profile) if picture else ()),
            *(_sound(sound, profile) if sound else ()),
            *(_together(picture, sound, profile) if picture and sound else ()),
            _index(film),
        )
    }
    for name, limit in limits.items():
        if name in found:
            _, passed, measured, value, unit = found[name]
            yield Check.of(name, passed=passed, measured=measured, limit=limit, value=value, unit=unit)


def _container(path: Path, film: FilmAnalysis) -> _Result:
    expected = _SUFFIXES.get(path.suffix.lower())
    misnamed = expected is not None and film.container not in expected
    measured = f"{film.container} in a file named {path.suffix}" if misnamed else film.container
    return "container", film.container in CONTAINERS and not misnamed, measured, None, ""


def _streams(film: FilmAnalysis) -> _Result:
    videos, audios, others = film.counts
    measured = f"{videos} video, {audios} audio" + (f", {others} other" if others else "")
    return "streams", (videos, audios) == (1, 1), measured, None, ""


def _picture(track: VideoAnalysis, profile: QualityProfile) -> Iterator[_Result]:
    good = track.codec in CODECS and track.pixel_format.startswith(("yuv420p", "yuvj420p", "nv12"))
    yield "picture_codec", good, " ".join(filter(None, (track.codec, track.profile, track.pixel_format))), None, ""
    shorter = min(track.width_px, track.height_px)
    yield "size", shorter >= profile.shorter_side_px, f"{track.width_px}x{track.height_px}", shorter, "px"
    yield _aspect(track)
    rate = None if track.constant_rate is None else float(track.constant_rate)
    usual = rate is not None and any(abs(rate / known - 1) <= _RATE for known in FRAME_RATES)
    yield "frame_rate", usual, "variable" if rate is None else f"{rate:.5g} a second", rate, "Hz"
    yield "colours", track.colours == "BT.709", track.colours or "not tagged", None, ""
    yield "keyframes", track.keyframe_s <= profile.keyframe_s, f"{track.keyframe_s:.2f} s", track.keyframe_s, "s"
    for name, spans, limit_s in (
        ("black", track.unlit, profile.black_s),
        ("plain", track.plain, profile.black_s),
        ("snow", track.snow, profile.damaged_s),
        ("missing", track.missing, profile.damaged_s),
        ("stuck", track.stuck, profile.damaged_s),
        ("tint", track.tinted, profile.damaged_s),
    ):
        longest_s, where = longest_of(spans)
        yield name, longest_s <= limit_s, where, longest_s, "s"
    yield _frozen(track, profile)
    combed = track.combed_percent
    yield "combs", combed <= COMBED_PERCENT, f"{combed:.0f} % of the pictures that move", combed, "%"
    yield _bars(track.bars)
    most, at_s = busiest_window(track.jumps_s, 1.0)
    measured = f"{most} in the second at {at_s:.2f} s" if most else "none"
    yield "jumps", most <= profile.jumps, measured, most, ""
    blinks = len(track.blinks_s)
    measured = f"{counted(blinks, 'place')}, first at {track.blinks_s[0]:.2f} s" if blinks else "none"
    yield "blinks", blinks <= profile.blinks, measured, blinks, ""
    flashes = track.flashes
    measured = f"{flashes:g} in the second at {track.flashes_at_s:.2f} s" if flashes else "none"
    yield "flashes", flashes <= profile.flashes, measured, flashes, ""


def _aspect(track: VideoAnalysis) -> _Result:
    pixel = float(track.pixel_aspect)
    shape = track.width_px * pixel / track.height_px
    shape = 1 / shape if track.rotation % 180 else shape
    known = [float(Fraction(*map(int, each.split(":")))) for each in SHAPES]
    usual = not track.rotation % 90 and any(abs(max(shape, 1 / shape) / each - 1) <= _ASPECT for each in known)
    measured = f"{shape:.3f}:1" + ("" if abs(pixel - 1) <= _SQUARE else f", pixels of {pixel:.3f}:1")
    measured += f", rotated by {track.rotation}°" if track.rotation % 90 else ""
    measured += "" if track.reshaped_s is None else f", another aspect ratio at {track.reshaped_s:.2f} s"
    return "aspect", usual and abs(pixel - 1) <= _SQUARE and track.reshaped_s is None, measured, shape, ""


def _bars(bars: BlackBars) -> _Result:
    """Letterbox or pillarbox is fine, both together are not; and opposite bars are equal."""
    sides = {"left": bars.left, "right": bars.right, "top": bars.top, "bottom": bars.bottom}
    is_framed = min(sides.values()) >= _FRAME
    is_asymmetric = max(abs(bars.left - bars.right), abs(bars.top - bars.bottom)) >= _ASYMMETRY
    shares = ", ".join(f"{100 * share:.0f} % {side}" for side, share in sides.items() if share)
    return (
        "bars",
        not (is_framed or is_asymmetric),
        f"black: {shares}" if shares else "none",
        100 * max(sides.values()),
        "%",
    )


def _frozen(track: VideoAnalysis, profile: QualityProfile) -> _Result:
    longest_s, where = longest_of(track.still)
    length_s = max(track.end_s - track.start_s, 1e-9)
    percent = 100 * _one_picture_s(track) / length_s
    good = longest_s <= profile.frozen_s and percent <= profile.frozen_percent
    return "frozen", good, f"{where}, {percent:.0f} % of the film" if longest_s else where, longest_s, "s"


def _one_picture_s(track: VideoAnalysis) -> float:
    """The longest total time of one still picture. Different ones are slides; a running clock makes no other one."""
    longest_s, lasted_s, last = 0.0, 0.0, None
    for span in track.still:
        middle = round((span.start_s + span.end_s) / 2 - track.start_s)
        shown = track.hashes[min(middle, len(track.hashes) - 1)] if track.hashes else None
        is_same = last is None or shown is None or hamming_distance(shown, last) <= MAX_DISTANCE_BITS
        lasted_s, last = span.length_s + (lasted_s if is_same else 0.0), shown
        longest_s = max(longest_s, lasted_s)
    return longest_s


def _sound(track: AudioAnalysis, profile: QualityProfile) -> Iterator[_Result]:
    good = track.codec in SOUND_CODECS and track.sample_rate_hz == RATE_HZ and track.channels == 2
    channels = {1: "mono", 2: "stereo"}.get(track.channels, f"{track.channels} channels")
    yield "sound_codec", good, f"{track.codec}, {track.sample_rate_hz} Hz, {channels}", None, ""
    lufs = track.meter.integrated_lufs
    loud_enough = lufs is not None and profile.lufs_min <= lufs <= profile.lufs_max
    unknown = "too short to tell" if track.end_s - track.start_s < BLOCK_S else "silence"
    yield "loudness", loud_enough, unknown if lufs is None else f"{lufs:.1f} LUFS", lufs, "LUFS"
    spread = track.meter.range_lu
    if track.end_s - track.start_s >= RANGED_S:
        yield "loudness_range", spread <= profile.range_lu, f"{spread:.1f} LU", spread, "LU"
    peak = track.meter.true_peak_dbtp
    yield "true_peak", round(peak, 2) <= profile.peak_dbtp, f"{peak:.2f} dBTP", peak, "dBTP"
    runs = track.clipped_runs
    yield "clipping", runs <= profile.clipped_runs, f"{runs} places", runs, ""
    for check in discontinuities(track.discontinuities, profile):
        yield check.name, check.passed, check.measured, check.value, check.unit
    longest_s, where = longest_of(track.bursts)
    yield "bursts", not track.bursts, where, longest_s, "s"
    longest_s, where = longest_of(track.silent)
    all_of_it = longest_s >= max(_ALL_S, track.end_s - track.start_s - _ALL_S)
    yield "silence", longest_s <= profile.silence_s and not all_of_it, where, longest_s, "s"
    yield _hum(track, profile)
    for check in stereo(track.stereo, profile) if track.stereo else ():
        yield check.name, check.passed, check.measured, check.value, check.unit


def _hum(track: AudioAnalysis, profile: QualityProfile) -> _Result:
    steady_s, length_s = track.steady.length_s, track.end_s - track.start_s
    # A shorter film hardly has time for a word.
    all_of_it = length_s >= _MIN_HUM_S and steady_s >= length_s - _FADES_S
    _, where = longest_of([track.steady] if steady_s >= 1 else [])
    return "hum", steady_s <= profile.hum_s and not all_of_it, where, steady_s, "s"


def _together(picture: VideoAnalysis, sound: AudioAnalysis, profile: QualityProfile) -> Iterator[_Result]:
    apart_s = abs(picture.end_s - sound.end_s)
    yield "sync", apart_s <= profile.sync_s, f"{apart_s:.3f} s between the ends of picture and sound", apart_s, "s"
    late_s = sound.start_s - picture.start_s
    word = "late" if late_s >= 0 else "early"
    yield "offset", abs(late_s) <= profile.offset_s, f"sound {abs(late_s):.3f} s {word}", late_s, "s"
    drift_s = sound.drift_s
    yield (
        "drift",
        abs(drift_s) <= profile.offset_s,
        f"{abs(drift_s):.3f} s between the sound and its times",
        drift_s,
        "s",
    )


def _index(film: FilmAnalysis) -> _Result:
    return "index", film.index_first, "first" if film.index_first else "behind the media", None, ""
