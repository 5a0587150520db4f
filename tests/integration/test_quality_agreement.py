"""Our measurements agree with FFmpeg's filters run from the command line."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pipeline.media.analysis import analyse_film
from pipeline.media.filters import BLACK, FROZEN, SILENT
from pipeline.model import STANDARD
from pipeline.quality.judge import judge_file
from tests.standins import ffmpeg
from tests.standins.ffmpeg_films import black, moving, talk, write_film

LENGTH_S = 12.0
# FFmpeg prints six digits, and ends a black span at the end of the film where the last picture begins.
NEAR_S = 1e-3
PICTURE_S = 1 / 30


def picture(at, width, height):
    """Motion, black, motion, a still picture, motion, and black to the end."""
    if 40 <= at < 75 or at >= 320:
        return black(at, width, height)
    return moving(min(at, 120) if at < 230 else at, width, height)


def broken_up():
    """A voice with four pauses: slightly less than a second, slightly more, two seconds, and at the end."""
    wave = talk(LENGTH_S, 3).copy()
    for start_s, end_s in ((1.0, 1.98), (3.0, 4.03), (6.0, 8.0), (11.0, 12.0)):
        wave[round(start_s * 48_000) : round(end_s * 48_000)] = 0
    return wave


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    ffmpeg.ffmpeg()
    folder = tmp_path_factory.mktemp("film")
    return write_film(folder / "film.mp4", picture=picture, sound=broken_up(), length_s=LENGTH_S)


@pytest.fixture(scope="module")
def measured(film):
    return analyse_film(film)


def near(found, told):
    assert len(found) == len(told)
    for ours, (start_s, end_s) in zip(found, told, strict=True):
        assert ours.start_s == pytest.approx(start_s, abs=NEAR_S)
        assert ours.end_s == pytest.approx(end_s, abs=NEAR_S + PICTURE_S * (end_s > LENGTH_S - PICTURE_S - NEAR_S))


def test_black_spans_are_those_of_blackdetect(film, measured):
    wanted = "d={min_s}:pic_th={picture}:pix_th={pixel}".format(**BLACK)
    told = ffmpeg.said(film, "-an", "-vf", f"blackdetect={wanted}")

    near(measured.picture.unlit, ffmpeg.spans(told, "black_start", "black_end", until_s=LENGTH_S))
    assert len(measured.picture.unlit) == 2


def test_frozen_spans_are_those_of_freezedetect(film, measured):
    told = ffmpeg.said(film, "-an", "-vf", "freezedetect=d={min_s}:n={noise_db}dB".format(**FROZEN))

    near(measured.picture.still, ffmpeg.spans(told, "freeze_start", "freeze_end", until_s=LENGTH_S))
    assert len(measured.picture.still) == 1


def test_silent_spans_are_those_of_silencedetect(film, measured):
    told = ffmpeg.said(film, "-vn", "-af", "silencedetect=d={min_s}:n={noise_db}dB".format(**SILENT))

    near(measured.sound.silent, ffmpeg.spans(told, "silence_start", "silence_end", until_s=LENGTH_S))
    assert len(measured.sound.silent) >= 3


@pytest.mark.parametrize("gain", [1.0, 0.25, 1.2])
def test_loudness_range_and_peak_are_those_of_ebur128(tmp_path, gain):
    ffmpeg.ffmpeg()
    film = write_film(tmp_path / "film.mp4", sound=broken_up() * np.float32(gain), length_s=LENGTH_S)

    meter = analyse_film(film).sound.meter

    told = ffmpeg.said(film, "-vn", "-af", "ebur128=peak=true").rpartition("Summary:")[2]
    lufs, lu, peak = (float(re.search(rf"{name}:\s+(-?[\d.]+) ", told)[1]) for name in ("I", "LRA", "Peak"))
    assert meter.integrated_lufs == pytest.approx(lufs, abs=0.11)
    assert meter.range_lu == pytest.approx(lu, abs=0.2)
    assert meter.true_peak_dbtp == pytest.approx(peak, abs=0.11)


@pytest.mark.parametrize("layout", ["5.1", "7.1"])
def test_multichannel_sound_is_measured_like_ffmpeg(tmp_path, layout):
    # In planes: PyAV reads past the eighth, and the process crashes.
    film = write_film(tmp_path / "film.mkv", form="matroska", picture=None, layout=layout)

    sound = analyse_film(film).sound

    assert (sound.channels, sound.clipped_runs, sound.stereo) == (sum(map(int, layout.split("."))), 0, None)
    assert sound.meter.integrated_lufs is not None


def test_clipping_is_found_in_one_of_eight_channels(tmp_path):
    loud = talk(2.0) * np.float32(30)
    film = write_film(
        tmp_path / "film.mkv", form="matroska", sound_codec="flac", picture=None, sound=loud, layout="7.1"
    )

    assert analyse_film(film).sound.clipped_runs > 0


# How FFmpeg writes a film, and by how much its sound may be late there: in an MP4, early sound is cut off, and a
# fragmented one has no offset.
WRITTEN = {
    "MP4": ("mp4", (), (0.0, 0.3)),
    # None of these marks the first packet of sound, which only primes the decoder.
    "Matroska": ("mkv", (), (0.0, 0.3, -0.3)),
    "Matroska with MP3": ("mkv", ("-c:a", "libmp3lame"), (0.0, 0.3, -0.3)),
    "transport stream": ("ts", (), (0.0, 0.3, -0.3)),
    "FLV": ("flv", (), (0.0, -0.3)),
    # That packet begins with the film, and is followed by a gap.
    "fragmented MP4": ("mp4", ("-movflags", "frag_keyframe+empty_moov"), (0.0,)),
}
PACKET_S = 1_152 / 48_000


def written(folder, suffix, options, late_s):
    """A film by FFmpeg's encoders and muxers whose sound is `late_s` late."""
    made, path = write_film(folder / "film.mp4", length_s=2.0), folder / f"written.{suffix}"
    sound = ("-itsoffset", str(late_s), "-i", str(made)) if late_s else ()
    streams = ("-map", "0:v", "-map", f"{1 if sound else 0}:a", "-c:v", "libx264", "-bf", "2", "-c:a", "aac")
    ffmpeg.ran("-i", str(made), *sound, *streams, *options, str(path))
    return path


@pytest.mark.parametrize(
    ("suffix", "options", "late_s"),
    [
        pytest.param(suffix, options, late_s, id=f"{name}, {late_s} s")
        for name, (suffix, options, lates_s) in WRITTEN.items()
        for late_s in lates_s
    ],
)
def test_the_offset_is_that_with_which_ffmpeg_wrote_the_film(tmp_path, suffix, options, late_s):
    verdict, _ = judge_file(written(tmp_path, suffix, options, late_s), STANDARD)

    # Late sound may begin with its first packet, or with the second.
    assert late_s - verdict.value_of("offset") == pytest.approx(0, abs=PACKET_S if late_s > 0 else 0.0015)
    assert abs(verdict.value_of("drift")) <= 0.05


def test_a_fragmented_film_with_late_sound_fails_for_the_gap_after_its_first_packet(tmp_path):
    suffix, options, _ = WRITTEN["fragmented MP4"]

    verdict, _ = judge_file(written(tmp_path, suffix, options, 0.3), STANDARD)

    timed = [check for check in verdict.checks if check.name in ("offset", "drift")]
    assert [check.name for check in timed if not check.passed] == ["drift"]
