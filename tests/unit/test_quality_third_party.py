"""The checks of a third-party film, on made-up measurements: each limit from both sides."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.media.analysis.black_bars import BlackBars
from pipeline.media.analysis.results import AudioAnalysis, FilmAnalysis, VideoAnalysis
from pipeline.media.filters import Meter
from pipeline.media.sound.discontinuities import Discontinuities
from pipeline.media.sound.stereo import Stereo
from pipeline.media.span import Span
from pipeline.model import STANDARD
from pipeline.quality.third_party import film_checks

LENGTH_S = 100.0
PICTURE = VideoAnalysis(
    codec="h264", profile="High", pixel_format="yuv420p", width_px=1920, height_px=1080, pixel_aspect=Fraction(1),
    rotation=0, reshaped_s=None, constant_rate=Fraction(30), start_s=0.0, end_s=LENGTH_S, keyframe_s=2.0,
    colours="BT.709", unlit=(), plain=(), snow=(), missing=(), stuck=(), tinted=(), combed_percent=0.0,
    bars=BlackBars(), still=(), jumps_s=(), blinks_s=(), flashes=0.0, flashes_at_s=0.0, hashes=(),
)  # fmt: skip
SOUND = AudioAnalysis(
    codec="aac", sample_rate_hz=48_000, channels=2, start_s=0.0, end_s=LENGTH_S, priming_s=0.0, drift_s=0.0,
    meter=Meter(integrated_lufs=-15.0, range_lu=5.0, true_peak_dbtp=-2.0), clipped_runs=0,
    discontinuities=Discontinuities(), bursts=(), silent=(), steady=Span(start_s=0.0, end_s=0.5), spoken=(),
    stereo=Stereo(audible=Span(start_s=0.0, end_s=LENGTH_S)), momentary_lufs=(),
)  # fmt: skip
FILM = FilmAnalysis(container="mp4", counts=(1, 1, 0), picture=PICTURE, sound=SOUND, index_first=True)


def spans(*pairs):
    return tuple(Span(start_s=start_s, end_s=end_s) for start_s, end_s in pairs)


def meter(**changes):
    return {"meter": replace(SOUND.meter, **changes)}


def shown(**changes):
    return replace(FILM, picture=replace(PICTURE, **changes))


def heard(**changes):
    return replace(FILM, sound=replace(SOUND, **changes))


def check_of(film, name, path="film.mp4", profile=STANDARD):
    (check,) = [check for check in film_checks(Path(path), film, profile) if check.name == name]
    return check


def test_a_good_film_passes_every_check():
    checks = film_checks(Path("film.mp4"), FILM, STANDARD)

    assert [check.name for check in checks if not check.passed] == []
    assert len(checks) == 36


def test_what_a_profile_turns_off_is_not_checked_and_missing_streams_have_no_checks():
    off = film_checks(Path("film.mp4"), FILM, replace(STANDARD, off=("black", "hum")))

    assert len(off) == 34
    assert {check.name for check in film_checks(Path("film.mp4"), replace(FILM, sound=None), STANDARD)} == {
        "container", "streams", "picture_codec", "size", "aspect", "frame_rate", "black", "plain", "snow", "missing",
        "stuck", "tint", "frozen", "combs", "bars", "jumps", "blinks", "flashes", "colours", "index", "keyframes",
    }  # fmt: skip
    assert {check.name for check in film_checks(Path("film.mp4"), replace(FILM, picture=None), STANDARD)} == {
        "container", "streams", "sound_codec", "loudness", "loudness_range", "true_peak", "clipping", "dropouts",
        "clicks", "bursts", "silence", "hum", "balance", "phase", "index",
    }  # fmt: skip


LIMITS = {
    "five seconds of silence": (heard(silent=spans((3, 8))), "silence", "5.00 s at 3.00 s", True),
    "more of it": (heard(silent=spans((3, 8.01), (20, 21))), "silence", "5.01 s at 3.00 s", False),
    "silence throughout": (
        heard(end_s=4.0, silent=spans((0.05, 3.9))), "silence", "3.85 s at 0.05 s", False,
    ),
    "silence but for a moment": (heard(end_s=4.0, silent=spans((0, 3.7))), "silence", "3.70 s at 0.00 s", True),
    "a sound of a fifth of a second": (heard(end_s=0.2), "silence", "none", True),
    "a hum": (heard(steady=Span(start_s=9, end_s=29.5)), "hum", "20.50 s at 9.00 s", False),
    "a short hum": (heard(steady=Span(start_s=9, end_s=29)), "hum", "20.00 s at 9.00 s", True),
    "hardly a hum": (heard(steady=Span(start_s=9, end_s=9.9)), "hum", "none", True),
    "a hum throughout": (heard(end_s=5, steady=Span(start_s=0.5, end_s=4.5)), "hum", "4.00 s at 0.50 s", False),
    "a hum that stops": (heard(end_s=5, steady=Span(start_s=0.5, end_s=4.4)), "hum", "3.90 s at 0.50 s", True),
    "hardly time for a word": (heard(end_s=4.9, steady=Span(start_s=0, end_s=4.9)), "hum", "4.90 s at 0.00 s", True),
    "the loudest": (heard(**meter(integrated_lufs=-14.0)), "loudness", "-14.00 LUFS", True),
    "louder": (heard(**meter(integrated_lufs=-13.99)), "loudness", "-13.99 LUFS", False),
    "without loudness": (heard(**meter(integrated_lufs=None)), "loudness", "silence", False),
    "shorter than a block": (
        heard(end_s=0.39, **meter(integrated_lufs=None)), "loudness", "too short to tell", False,
    ),
    "a wide range": (heard(**meter(range_lu=18.1)), "loudness_range", "18.1 LU", False),
    "the highest peak, as displayed": (heard(**meter(true_peak_dbtp=-0.996)), "true_peak", "-1.00 dBTP", True),
    "a higher peak": (heard(**meter(true_peak_dbtp=-0.99)), "true_peak", "-0.99 dBTP", False),
    "a clipped wave": (heard(clipped_runs=1), "clipping", "1 places", False),
    "a burst": (heard(bursts=spans((3, 3.1))), "bursts", "0.10 s at 3.00 s", False),
    "dropouts": (
        heard(discontinuities=Discontinuities(dropouts=spans((0, 0.1), (2, 2.1), (4, 4.1)))),
        "dropouts", "3 places, first at 0.00 s", False,
    ),
    "clicks over eleven seconds": (
        heard(discontinuities=Discontinuities(clicks_s=(1, 3, 5, 7, 9, 11))),
        "clicks", "5 in the ten seconds at 1.00 s", True,
    ),
    "clicks within ten": (
        heard(discontinuities=Discontinuities(clicks_s=(1, 3, 5, 7, 9, 10.9))),
        "clicks", "6 in the ten seconds at 1.00 s", False,
    ),
    "one ear": (
        heard(stereo=replace(SOUND.stereo, one_sided=spans((1, 6.1)))), "balance", "5.10 s at 1.00 s", False,
    ),
    "one ear, briefly": (
        heard(stereo=replace(SOUND.stereo, one_sided=spans((1, 6)))), "balance", "5.00 s at 1.00 s", True,
    ),
    "one ear, always": (
        heard(stereo=Stereo(audible=Span(start_s=1, end_s=4), one_sided=spans((1, 4)))),
        "balance", "3.00 s at 1.00 s, all that is heard", False,
    ),
    "cancelled in mono": (
        heard(stereo=replace(SOUND.stereo, cancelled=spans((1, 6.1)))), "phase", "5.10 s at 1.00 s", False,
    ),
    "another sample rate": (heard(sample_rate_hz=44_100), "sound_codec", "aac, 44100 Hz, stereo", False),
    "one channel": (heard(channels=1), "sound_codec", "aac, 48000 Hz, mono", False),
    "six channels": (heard(channels=6), "sound_codec", "aac, 48000 Hz, 6 channels", False),
    "PCM": (heard(codec="pcm_s16le"), "sound_codec", "pcm_s16le, 48000 Hz, stereo", False),
    "sound that ends early": (
        heard(end_s=99.79), "sync", "0.210 s between the ends of picture and sound", False,
    ),
    "sound that ends a little late": (
        heard(end_s=100.19), "sync", "0.190 s between the ends of picture and sound", True,
    ),
    "late sound": (heard(start_s=0.061), "offset", "sound 0.061 s late", False),
    "late sound that may be primed": (heard(start_s=0.061, priming_s=0.02), "offset", "sound 0.061 s late", False),
    "early sound": (shown(start_s=0.07), "offset", "sound 0.070 s early", False),
    "sound that drifts": (heard(drift_s=-0.061), "drift", "0.061 s between the sound and its times", False),
    "sound that hardly drifts": (heard(drift_s=-0.059), "drift", "0.059 s between the sound and its times", True),
    "a small picture": (shown(width_px=852, height_px=478), "size", "852x478", False),
    "an upright picture": (shown(width_px=480, height_px=854), "size", "480x854", True),
    "wide": (shown(width_px=1920, height_px=1080), "aspect", "1.778:1", True),
    "upright": (shown(width_px=1080, height_px=1920), "aspect", "0.562:1", True),
    "on its side": (shown(rotation=90), "aspect", "0.562:1", True),
    "askew": (shown(rotation=7), "aspect", "1.778:1, rotated by 7°", False),
    "hardly stretched": (shown(pixel_aspect=Fraction(1009, 1000)), "aspect", "1.794:1", True),
    "stretched": (
        shown(width_px=1440, pixel_aspect=Fraction(4, 3)), "aspect", "1.778:1, pixels of 1.333:1", False,
    ),
    "an unusual shape": (shown(height_px=1000), "aspect", "1.920:1", False),
    "almost a usual one": (shown(height_px=1092), "aspect", "1.758:1", True),
    "a shape that changes": (
        shown(reshaped_s=0.0), "aspect", "1.778:1, another aspect ratio at 0.00 s", False,
    ),
    "television in America": (shown(constant_rate=Fraction(30_000, 1_001)), "frame_rate", "29.97 a second", True),
    "almost as fast": (shown(constant_rate=Fraction(2_995, 100)), "frame_rate", "29.95 a second", False),
    "slow": (shown(constant_rate=Fraction(15)), "frame_rate", "15 a second", False),
    "no constant rate": (shown(constant_rate=None), "frame_rate", "variable", False),
    "10 bits": (shown(pixel_format="yuv420p10le"), "picture_codec", "h264 High yuv420p10le", True),
    "without a profile": (shown(codec="vp8", profile=""), "picture_codec", "vp8 yuv420p", False),
    "full chroma": (shown(pixel_format="yuv444p"), "picture_codec", "h264 High yuv444p", False),
    "no colour tags": (shown(colours=""), "colours", "not tagged", False),
    "distant keyframes": (shown(keyframe_s=10.1), "keyframes", "10.10 s", False),
    "black": (shown(unlit=spans((1, 3.1))), "black", "2.10 s at 1.00 s", False),
    "one colour": (shown(plain=spans((1, 3.1))), "plain", "2.10 s at 1.00 s", False),
    "noise": (shown(snow=spans((1, 1.3))), "snow", "0.30 s at 1.00 s", False),
    "half a picture": (shown(missing=spans((1, 1.3))), "missing", "0.30 s at 1.00 s", False),
    "half a picture that hangs": (shown(stuck=spans((1, 1.3))), "stuck", "0.30 s at 1.00 s", False),
    "a green film": (shown(tinted=spans((1, 1.3))), "tint", "0.30 s at 1.00 s", False),
    "combs": (shown(combed_percent=15.1), "combs", "15 % of the pictures that move", False),
    "a letterbox": (shown(bars=BlackBars(top=0.13, bottom=0.12)), "bars", "black: 13 % top, 12 % bottom", True),
    "a frame": (
        shown(bars=BlackBars(left=0.03, top=0.2, right=0.04, bottom=0.2)),
        "bars", "black: 3 % left, 4 % right, 20 % top, 20 % bottom", False,
    ),
    "no bar at the bottom": (
        shown(bars=BlackBars(left=0.2, top=0.1, right=0.2)), "bars", "black: 20 % left, 20 % right, 10 % top", True,
    ),
    "a bar at the left": (shown(bars=BlackBars(left=0.2)), "bars", "black: 20 % left", False),
    "a bar at the bottom": (shown(bars=BlackBars(bottom=0.21)), "bars", "black: 21 % bottom", False),
    "jumps": (shown(jumps_s=(1, 4, 4.5, 4.9)), "jumps", "3 in the second at 4.00 s", False),
    "jumps over a second": (shown(jumps_s=(4, 4.5, 5)), "jumps", "2 in the second at 4.00 s", True),
    "blinks": (shown(blinks_s=(1, 5, 9)), "blinks", "3 places, first at 1.00 s", False),
    "a blink": (shown(blinks_s=(1,)), "blinks", "1 place, first at 1.00 s", True),
    "flashes": (shown(flashes=3.5, flashes_at_s=2.0), "flashes", "3.5 in the second at 2.00 s", False),
    "one picture for long": (shown(still=spans((1, 21))), "frozen", "20.00 s at 1.00 s, 20 % of the film", True),
    "for longer": (shown(still=spans((1, 21.1))), "frozen", "20.10 s at 1.00 s, 20 % of the film", False),
    "a film that begins late": (
        shown(start_s=50.0, still=spans((1, 16), (17, 32), (33, 48))),
        "frozen", "15.00 s at 1.00 s, 90 % of the film", True,
    ),
    "one picture with interruptions": (
        shown(still=spans(*((at, at + 9.9) for at in range(0, 100, 10)))),
        "frozen", "9.90 s at 60.00 s, 99 % of the film", False,
    ),
    "slides": (
        shown(still=spans(*((at, at + 10) for at in range(0, 100, 10))), hashes=(0,) * 50 + (2**64 - 1,) * 50),
        "frozen", "10.00 s at 0.00 s, 50 % of the film", True,
    ),
    "a slide after the last hash": (
        shown(still=spans((0, 1.2), (1.3, 6)), hashes=(0, 0, 2**64 - 1)),
        "frozen", "4.70 s at 1.30 s, 5 % of the film", True,
    ),
    "two parts of one picture": (
        shown(still=spans((0, 1.2), (1.3, 6)), hashes=(0, 0, 0)), "frozen", "4.70 s at 1.30 s, 6 % of the film", True,
    ),
    "the index behind": (replace(FILM, index_first=False), "index", "behind the media", False),
    "subtitles inside": (replace(FILM, counts=(1, 1, 1)), "streams", "1 video, 1 audio, 1 other", True),
    "two voices": (replace(FILM, counts=(1, 2, 0)), "streams", "1 video, 2 audio", False),
    "another container": (replace(FILM, container="avi"), "container", "avi in a file named .mp4", False),
}  # fmt: skip


@pytest.mark.parametrize(("film", "name", "measured", "passed"), LIMITS.values(), ids=LIMITS)
def test_a_measurement_is_described_and_compared_with_its_limit(film, name, measured, passed):
    check = check_of(film, name)

    assert (check.measured, check.passed) == (measured, passed)


@pytest.mark.parametrize(
    ("path", "container", "measured", "passed"),
    [
        ("film.MKV", "matroska", "matroska", True),
        ("film.mkv", "webm", "webm", True),
        ("film.webm", "matroska", "matroska in a file named .webm", False),
        ("film.m4v", "mp4", "mp4", True),
        ("film", "mov", "mov", True),
        ("film.avi", "avi", "avi", False),
    ],
)
def test_the_suffix_must_be_that_of_the_container(path, container, measured, passed):
    check = check_of(replace(FILM, container=container), "container", path)

    assert (check.measured, check.passed) == (measured, passed)


@pytest.mark.parametrize(
    ("early_s", "priming_s", "offset_s"), [(0.02, 0.0213, 0), (0.0667, 0.0213, -0.0454), (0.1, 0, -0.1)]
)
def test_early_sound_counts_from_the_end_of_its_priming(early_s, priming_s, offset_s):
    film = replace(shown(start_s=early_s), sound=replace(SOUND, priming_s=priming_s))

    assert check_of(film, "offset").value == pytest.approx(offset_s)


def test_short_sound_has_no_loudness_range_and_mono_no_stereo_checks():
    names = {check.name for check in film_checks(Path("film.mp4"), heard(end_s=59.9, stereo=None), STANDARD)}

    assert not names & {"loudness_range", "balance", "phase"}
    assert "loudness_range" in {check.name for check in film_checks(Path("film.mp4"), heard(end_s=60.0), STANDARD)}
