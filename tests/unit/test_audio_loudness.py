"""Measuring and normalising loudness."""

import io
import math
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.media.sound.audio import read_audio
from pipeline.media.sound.loudness import Loudness, measure_film_loudness, normalise_loudness
from pipeline.media.sound.meter import LoudnessMeter, lufs_of_powers
from tests.standins.ebur128 import measure_loudness


def sine(seconds, *, hz=997.0, level=1.0):
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * 48_000)) / 48_000)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def speechlike(seconds, *, level=0.05, seed=7):
    """Bursts of coloured noise with sharp peaks and pauses: hard for a limiter."""
    noise = np.random.default_rng(seed).laplace(size=round(seconds * 48_000))
    smooth = np.convolve(noise, np.hanning(24), mode="same")
    at = np.arange(len(smooth)) / 48_000
    wave = level * smooth * np.clip(np.sin(2 * np.pi * 3 * at), 0, 1) ** 2
    return np.stack([wave, wave], axis=1).astype(np.float32)


def after_aac(samples):
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=48_000, layout="stereo")
        stream.bit_rate = 192_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout="stereo")
        frame.sample_rate = 48_000
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48_000, frame_size=1024)
        for block in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(block))
        output.mux(stream.encode(None))
    return read_audio(file.getvalue())


def ours(samples):
    meter = LoudnessMeter()
    meter.push(samples.T)
    peak, powers = meter.finish()
    return Loudness(
        integrated_lufs=lufs_of_powers(np.array(powers)), true_peak_dbtp=20 * math.log10(peak) if peak else -math.inf
    )


@pytest.mark.parametrize("measure", [ours, measure_loudness])
def test_the_meter_agrees_with_ebu_tech_3341_case_1(measure):
    # A stereo sine of 1 kHz at -23 dBFS for 20 s measures -23 LUFS within 0.1 LU.
    loudness = measure(sine(20, hz=1000, level=10 ** (-23 / 20)))

    assert loudness.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert loudness.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)


@pytest.mark.parametrize("measure", [ours, measure_loudness])
def test_a_peak_between_two_samples_counts(measure):
    quarter = np.sin(2 * np.pi * (np.arange(48_000) * 0.25 + 0.125)) * np.hanning(48_000)
    samples = np.stack([quarter, quarter], axis=1).astype(np.float32)

    assert 20 * math.log10(np.abs(samples).max()) == pytest.approx(-3.0, abs=0.1)
    assert measure(samples).true_peak_dbtp == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("measure", [ours, measure_loudness])
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.2, 0.399])
def test_less_than_400_ms_has_no_integrated_loudness(seconds, measure):
    assert measure(sine(seconds)).integrated_lufs is None


@pytest.mark.parametrize("measure", [ours, measure_loudness])
def test_silence_has_no_loudness_and_no_peak(measure):
    loudness = measure(np.zeros((96_000, 2), dtype=np.float32))

    assert loudness.integrated_lufs is None
    assert loudness.true_peak_dbtp == -math.inf


@pytest.mark.parametrize("level", [0.002, 0.01, 0.2, 2.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_speech_is_normalised_to_the_target_and_stays_below_the_ceiling_after_aac(level, seed):
    result, told_lufs = normalise_loudness(speechlike(4, level=level, seed=seed))

    loudness = measure_loudness(result)
    assert told_lufs == pytest.approx(loudness.integrated_lufs, abs=0.011)
    assert loudness.integrated_lufs == pytest.approx(-15.0, abs=0.5)
    assert loudness.true_peak_dbtp <= -1.9
    assert measure_loudness(after_aac(result)).true_peak_dbtp <= -1.0


def test_silence_stays_exactly_silent_around_and_between_sounds():
    samples = speechlike(3)
    samples[:12_000] = 0
    samples[60_000:70_000] = 0

    result, _ = normalise_loudness(samples)

    assert not result[:12_000].any()
    assert not result[60_000:70_000].any()


@pytest.mark.parametrize("samples", [np.zeros((48_000, 2), dtype=np.float32), np.zeros((0, 2), dtype=np.float32)])
def test_silence_gets_no_gain(samples):
    assert not normalise_loudness(samples)[0].any()


def test_a_clip_too_short_to_measure_is_only_limited():
    quiet, loud = sine(0.2, level=0.01), sine(0.2, level=1.0)

    assert np.array_equal(normalise_loudness(quiet)[0], quiet)
    assert measure_loudness(normalise_loudness(loud)[0]).true_peak_dbtp <= -1.5


def test_hiss_gets_a_bounded_gain():
    hiss = sine(2, level=10 ** (-66 / 20))

    assert np.abs(normalise_loudness(hiss)[0]).max() <= np.abs(hiss).max() * 10 ** (36 / 20) * 1.01


def test_the_two_channels_get_the_same_gain():
    samples = speechlike(2)
    samples[:, 1] *= 0.5

    result, _ = normalise_loudness(samples)

    assert np.allclose(result[:, 1], result[:, 0] * 0.5, atol=1e-6)


def test_the_same_clip_gives_the_same_samples():
    assert np.array_equal(normalise_loudness(speechlike(2))[0], normalise_loudness(speechlike(2))[0])


def film_of(path, *, word, gap_samples, words):
    """An MP4 that repeats `word`, with silence in between."""
    block = np.concatenate([word, np.zeros((gap_samples, 2), dtype=np.float32)])
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("aac", rate=48_000, layout="stereo", options={"aac_coder": "fast"})
        for start in range(0, words * len(block), 1024):
            packed = np.ascontiguousarray(block[start % len(block) :][:1024].T)
            frame = av.AudioFrame.from_ndarray(packed, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("gap_samples", [1_024, 1_024 * 20, 0], ids=["short", "long", "none"])
def test_a_film_measures_the_same_by_parts_and_as_a_whole(tmp_path, gap_samples):
    film = film_of(tmp_path / "film.mp4", word=speechlike(1.024), gap_samples=gap_samples, words=3)

    whole, piecewise = measure_loudness(read_audio(film)), measure_film_loudness(film)

    # FFmpeg's meter rounds to hundredths, and has another interpolation filter.
    assert piecewise.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=0.011)
    assert piecewise.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=0.1)


# In a new process, which can't reuse memory that other tests have freed.
GROWTH = """
import sys, threading
from pathlib import Path
import psutil
from pipeline.media.sound.loudness import measure_film_loudness

process, done, sizes = psutil.Process(), threading.Event(), []

def watch():
    while not done.wait(0.01):
        sizes.append(process.memory_info().rss)

watcher = threading.Thread(target=watch)
before = process.memory_info().rss
watcher.start()
measure_film_loudness(Path(sys.argv[1]))
done.set()
watcher.join()
print(max(sizes) - before)
"""


def test_measuring_takes_constant_memory(tmp_path):
    # 66 MiB when it is decoded whole.
    film = film_of(tmp_path / "film.mp4", word=speechlike(1.024), gap_samples=1_024 * 420, words=18)

    run = subprocess.run([sys.executable, "-c", GROWTH, str(film)], capture_output=True, text=True, check=True)

    assert int(run.stdout) < 25 * 2**20


def test_damaged_sound_is_an_input_error(tmp_path):
    film = film_of(tmp_path / "film.mp4", word=speechlike(1.024), gap_samples=0, words=3)
    data = bytearray(film.read_bytes())
    data[1_000 : len(data) // 2] = b"\xff" * (len(data) // 2 - 1_000)
    film.write_bytes(data)

    with pytest.raises(InputError, match=r"film\.mp4: its sound can't be decoded"):
        measure_film_loudness(film)
