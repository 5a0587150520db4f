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
    at_most,
    limited_check,
    limits_of,
)
from pipeline.quality.profile_checks import (
    RANGED_S,
    discontinuities,
    keyframes,
    longest_at_most,
    longest_of,
    loudness,
    stereo,
)

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
# A span that comes this close to both ends is the whole film.
_ALL_S = 0.2
# The tolerance for a hum that is the whole film (the meter's window of 400 ms at both ends), and its minimum.
_FADES_S, _MIN_HUM_S = 1.0, 5.0
# Bars are a fault on all four sides, each with this share of the picture, or if opposite ones differ by this share.
_FRAME, _ASYMMETRY = 0.03, 0.2


def film_checks(path: Path, film: FilmAnalysis, profile: QualityProfile) -> list[Check]:
    """All checks of a film alone, in the order of `limits_of`, but those that the profile turns off."""
    picture, sound = film.picture, film.sound
    found = (
        _container(path, film, profile),
        _streams(film, profile),
        *(_picture(picture, profile) if picture else ()),
        *(_sound(sound, profile) if sound else ()),
        *(_together(picture, sound, profile) if picture and sound else ()),
        limited_check(
            "index", profile, passed=film.index_first, measured="first" if film.index_first else "behind the media"
        ),
    )
    order = list(limits_of(profile))
    return sorted((check for check in found if check.name in order), key=lambda check: order.index(check.name))


def _container(path: Path, film: FilmAnalysis, profile: QualityProfile) -> Check:
    expected = _SUFFIXES.get(path.suffix.lower())
    misnamed = expected is not None and film.container not in expected
    measured = f"{film.container} in a file named {path.suffix}" if misnamed else film.container
    return limited_check("container", profile, passed=film.container in CONTAINERS and not misnamed, measured=measured)


def _streams(film: FilmAnalysis, profile: QualityProfile) -> Check:
    videos, audios, others = film.counts
    measured = f"{videos} video, {audios} audio" + (f", {others} other" if others else "")
    return limited_check("streams", profile, passed=(videos, audios) == (1, 1), measured=measured)


def _picture(track: VideoAnalysis, profile: QualityProfile) -> Iterator[Check]:
    good = track.codec in CODECS and track.pixel_format.startswith(("yuv420p", "yuvj420p", "nv12"))
    measured = " ".join(filter(None, (track.codec, track.profile, track.pixel_format)))
    yield limited_check("picture_codec", profile, passed=good, measured=measured)
    shorter, measured = min(track.width_px, track.height_px), f"{track.width_px}x{track.height_px}"
    good = shorter >= profile.shorter_side_px
    yield limited_check("size", profile, passed=good, measured=measured, value=shorter, unit="px")
    yield _aspect(track, profile)
    rate = None if track.constant_rate is None else float(track.constant_rate)
    good = rate is not None and any(abs(rate / known - 1) <= _RATE for known in FRAME_RATES)
    measured = "variable" if rate is None else f"{rate:.5g} a second"
    yield limited_check("frame_rate", profile, passed=good, measured=measured, value=rate, unit="Hz")
    yield limited_check("colours", profile, passed=track.colours == "BT.709", measured=track.colours or "not tagged")
    yield keyframes(track.keyframe_s, profile)
    for name, spans, limit_s in (
        ("black", track.unlit, profile.black_s),
        ("plain", track.plain, profile.black_s),
        ("snow", track.snow, profile.damaged_s),
        ("missing", track.missing, profile.damaged_s),
        ("stuck", track.stuck, profile.damaged_s),
        ("tint", track.tinted, profile.damaged_s),
    ):
        yield longest_at_most(name, profile, spans, limit_s)
    yield _frozen(track, profile)
    combed = track.combed_percent
    measured = f"{combed:.0f} % of the pictures that move"
    yield at_most("combs", profile, combed, COMBED_PERCENT, unit="%", measured=measured)
    yield _bars(track.bars, profile)
    most, at_s = busiest_window(track.jumps_s, 1.0)
    measured = f"{most} in the second at {at_s:.2f} s" if most else "none"
    yield at_most("jumps", profile, most, profile.jumps, measured=measured)
    blinks = len(track.blinks_s)
    measured = f"{counted(blinks, 'place')}, first at {track.blinks_s[0]:.2f} s" if blinks else "none"
    yield at_most("blinks", profile, blinks, profile.blinks, measured=measured)
    flashes = track.flashes
    measured = f"{flashes:g} in the second at {track.flashes_at_s:.2f} s" if flashes else "none"
    yield at_most("flashes", profile, flashes, profile.flashes, measured=measured)


def _aspect(track: VideoAnalysis, profile: QualityProfile) -> Check:
    pixel = float(track.pixel_aspect)
    shape = track.width_px * pixel / track.height_px
    shape = 1 / shape if track.rotation % 180 == 90 else shape
    known = [float(Fraction(*map(int, each.split(":")))) for each in SHAPES]
    usual = not track.rotation % 90 and any(abs(max(shape, 1 / shape) / each - 1) <= _ASPECT for each in known)
    measured = f"{shape:.3f}:1" + ("" if abs(pixel - 1) <= _SQUARE else f", pixels of {pixel:.3f}:1")
    measured += f", rotated by {track.rotation}°" if track.rotation % 90 else ""
    measured += "" if track.reshaped_s is None else f", another aspect ratio at {track.reshaped_s:.2f} s"
    good = usual and abs(pixel - 1) <= _SQUARE and track.reshaped_s is None
    return limited_check("aspect", profile, passed=good, measured=measured, value=shape)


def _bars(bars: BlackBars, profile: QualityProfile) -> Check:
    """Letterbox or pillarbox is fine, both together are not; and opposite bars are equal."""
    sides = {"left": bars.left, "right": bars.right, "top": bars.top, "bottom": bars.bottom}
    is_framed = min(sides.values()) >= _FRAME
    is_asymmetric = max(abs(bars.left - bars.right), abs(bars.top - bars.bottom)) >= _ASYMMETRY
    shares = ", ".join(f"{100 * share:.0f} % {side}" for side, share in sides.items() if share)
    measured, value = f"black: {shares}" if shares else "none", 100 * max(sides.values())
    good = not (is_framed or is_asymmetric)
    return limited_check("bars", profile, passed=good, measured=measured, value=value, unit="%")


def _frozen(track: VideoAnalysis, profile: QualityProfile) -> Check:
    longest_s, where = longest_of(track.still)
    length_s = max(track.end_s - track.start_s, 1e-9)
    percent = 100 * _one_picture_s(track) / length_s
    good = longest_s <= profile.frozen_s and percent <= profile.frozen_percent
    measured = f"{where}, {percent:.0f} % of the film" if longest_s else where
    return limited_check("frozen", profile, passed=good, measured=measured, value=longest_s, unit="s")


def _one_picture_s(track: VideoAnalysis) -> float:
    """The longest total time of one still picture. Different ones are slides; a running clock makes no other one."""
    longest_s, lasted_s, last = 0.0, 0.0, None
    for span in track.still:
        middle = round((span.start_s + span.end_s) / 2)
        shown = track.hashes[min(middle, len(track.hashes) - 1)] if track.hashes else None
        is_same = last is None or shown is None or hamming_distance(shown, last) <= MAX_DISTANCE_BITS
        lasted_s, last = span.length_s + (lasted_s if is_same else 0.0), shown
        longest_s = max(longest_s, lasted_s)
    return longest_s


def _sound(track: AudioAnalysis, profile: QualityProfile) -> Iterator[Check]:
    length_s, meter = track.end_s - track.start_s, track.meter
    good = track.codec in SOUND_CODECS and track.sample_rate_hz == RATE_HZ and track.channels == 2
    channels = {1: "mono", 2: "stereo"}.get(track.channels, f"{track.channels} channels")
    measured = f"{track.codec}, {track.sample_rate_hz} Hz, {channels}"
    yield limited_check("sound_codec", profile, passed=good, measured=measured)
    yield loudness(meter.integrated_lufs, profile, unknown="too short to tell" if length_s < BLOCK_S else "silence")
    if length_s >= RANGED_S:
        measured = f"{meter.range_lu:.1f} LU"
        yield at_most("loudness_range", profile, meter.range_lu, profile.range_lu, unit="LU", measured=measured)
    # As it is displayed.
    peak = round(meter.true_peak_dbtp, 2)
    yield at_most("true_peak", profile, peak, profile.peak_dbtp, unit="dBTP", measured=f"{peak:.2f} dBTP")
    runs = track.clipped_runs
    yield at_most("clipping", profile, runs, profile.clipped_runs, measured=f"{runs} places")
    yield from discontinuities(track.discontinuities, profile)
    yield longest_at_most("bursts", profile, track.bursts, 0.0)
    longest_s, where = longest_of(track.silent)
    good = longest_s <= profile.silence_s and longest_s < max(_ALL_S, length_s - _ALL_S)
    yield limited_check("silence", profile, passed=good, measured=where, value=longest_s, unit="s")
    steady_s = track.steady.length_s
    _, where = longest_of([track.steady] if steady_s >= 1 else [])
    # A shorter film hardly has time for a word.
    all_of_it = length_s >= _MIN_HUM_S and steady_s >= length_s - _FADES_S
    good = steady_s <= profile.hum_s and not all_of_it
    yield limited_check("hum", profile, passed=good, measured=where, value=steady_s, unit="s")
    if track.stereo:
        yield from stereo(track.stereo, profile)


def _together(picture: VideoAnalysis, sound: AudioAnalysis, profile: QualityProfile) -> Iterator[Check]:
    apart_s = abs(picture.end_s - sound.end_s)
    measured = f"{apart_s:.3f} s between the ends of picture and sound"
    yield at_most("sync", profile, apart_s, profile.sync_s, unit="s", measured=measured)
    late_s, drift_s = sound.start_s - picture.start_s, sound.drift_s
    if late_s < 0:
        late_s = min(0.0, late_s + sound.priming_s)
    for name, value_s, measured in (
        ("offset", late_s, f"sound {abs(late_s):.3f} s {'late' if late_s >= 0 else 'early'}"),
        ("drift", drift_s, f"{abs(drift_s):.3f} s between the sound and its times"),
    ):
        good = abs(value_s) <= profile.offset_s
        yield limited_check(name, profile, passed=good, measured=measured, value=value_s, unit="s")
