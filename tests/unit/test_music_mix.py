"""Mixing voice and music: ducking in time, a clear voice, no clipping."""

from __future__ import annotations

import tracemalloc
from functools import partial

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import CheckpointError
from pipeline.media.sound.audio import read_audio, write_wav
from pipeline.media.sound.loudness import integrated_lufs, normalise_stream
from pipeline.model import SAMPLE_RATE_HZ, SCENE_QUANTUM_SAMPLES, Clip, Word
from pipeline.music import Bed, MixPlan, mix_film, prepare_bed
from pipeline.music.bed import Loop
from pipeline.music.ducking import ATTACK_S, EARLY_S, HOLD_S, RELEASE_S, Ducking
from pipeline.music.library import digest_of
from pipeline.music.mix import mix, stems
from tests.standins.ebur128 import measure_loudness
from tests.standins.films import voice
from tests.standins.music import chord, write_bed

PLAN = MixPlan()


def clip_of(folder, name, *, quanta=6, spoken=((0.25, 2.0),), silent=False, seed=0):
    """A clip with sound during its words only."""
    sound = voice(quanta, seed=seed)
    at = np.arange(len(sound)) / SAMPLE_RATE_HZ
    heard = np.zeros(len(sound), dtype=bool)
    for start_s, end_s in spoken:
        heard |= (at >= start_s) & (at < end_s)
    sound[~heard if not silent else slice(None)] = 0
    write_wav(folder / f"{name}.wav", sound)
    words = tuple(Word(text="word", start_s=start_s, end_s=end_s) for start_s, end_s in spoken)
    return Clip(
        path=folder / f"{name}.wav",
        samples=len(sound),
        sha256=name,
        words=words,
        loudness_lufs=None if silent else -15.0,
    )


def loop_in(folder, sound):
    path = write_bed(folder / "bed.flac", sound)
    prepare_bed(Bed(path=path, sha256=digest_of(path)), folder / "loop.wav")
    return folder / "loop.wav"


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    return loop_in(tmp_path_factory.mktemp("loop"), chord(4.0))


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return (
        clip_of(folder, "one", spoken=((0.25, 0.9), (1.2, 2.0)), seed=1),
        clip_of(folder, "two", quanta=8, spoken=((0.25, 1.5), (3.6, 4.0)), seed=2),
    )


@pytest.fixture(scope="module")
def mixed(clips, loop, tmp_path_factory):
    """The mix, as a file."""
    path = tmp_path_factory.mktemp("mixed") / "mix.mp4"
    mix_film(clips, loop, plan=PLAN, path=path)
    return path


def words_at(*spans, samples=10 * SAMPLE_RATE_HZ):
    words = tuple(Word(text="word", start_s=start_s, end_s=end_s) for start_s, end_s in spans)
    return Clip(path=None, samples=samples, sha256="", words=words, loudness_lufs=-15.0)


def depth_db(ducking, at_s):
    at = round(at_s * SAMPLE_RATE_HZ)
    return float(20 * np.log10(ducking.gain(at, at + 1)[0]))


def test_the_bed_ducks_before_the_first_word_and_recovers_gently():
    ducking = Ducking([words_at((3.0, 4.0))], duck_lu=8)

    assert depth_db(ducking, 3.0 - EARLY_S - ATTACK_S) == pytest.approx(0, abs=0.01)
    assert depth_db(ducking, 3.0 - EARLY_S) == pytest.approx(-8, abs=0.01)
    assert depth_db(ducking, 4.0 + HOLD_S) == pytest.approx(-8, abs=0.01)
    assert depth_db(ducking, 4.0 + HOLD_S + RELEASE_S / 2) == pytest.approx(-4, abs=0.1)
    assert depth_db(ducking, 4.0 + HOLD_S + RELEASE_S) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("pause_s", [0.1, 0.3, 0.6])
def test_the_bed_does_not_pump_between_words_and_sentences(pause_s):
    ducking = Ducking([words_at((2.0, 3.0), (3.0 + pause_s, 5.0))], duck_lu=8)

    between = ducking.gain(2 * SAMPLE_RATE_HZ, 5 * SAMPLE_RATE_HZ)

    assert 20 * np.log10(between.max()) == pytest.approx(-8, abs=0.01)


def test_the_pauses_of_adjacent_scenes_are_merged():
    short = [words_at((1.0, 9.8)), words_at((0.25, 2.0))]
    usual = [words_at((1.0, 9.5)), words_at((0.25, 2.0))]
    long = [words_at((1.0, 7.0)), words_at((0.25, 2.0))]

    assert depth_db(Ducking(short, duck_lu=8), 10.0) == pytest.approx(-8, abs=0.01)
    assert -4 < depth_db(Ducking(usual, duck_lu=8), 10.1) < -1
    assert depth_db(Ducking(long, duck_lu=8), 9.0) == pytest.approx(0, abs=0.01)
    assert depth_db(Ducking(long, duck_lu=8), 10.25) == pytest.approx(-8, abs=0.01)


def test_silent_clips_do_not_duck_the_bed():
    silent = Clip(path=None, samples=480_000, sha256="", words=words_at((1.0, 2.0)).words, loudness_lufs=None)

    assert (Ducking([silent], duck_lu=8).gain(0, 480_000) == 1).all()


@given(
    gaps_s=st.lists(st.floats(0.0, 2.0), min_size=1, max_size=6),
    lengths_s=st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6),
    duck_lu=st.floats(0, 40),
)
@settings(max_examples=40, deadline=None)
def test_for_any_words_the_bed_is_ducked_under_them_and_its_gain_is_continuous(gaps_s, lengths_s, duck_lu):
    spans, at_s = [], 0.0
    for gap_s, length_s in zip(gaps_s, lengths_s, strict=False):
        spans.append((at_s + gap_s, at_s + gap_s + length_s))
        at_s = spans[-1][1]
    ducking = Ducking([words_at(*spans)], duck_lu=duck_lu)
    samples = round((at_s + 2) * SAMPLE_RATE_HZ)

    gain_db = 20 * np.log10(
        np.concatenate([ducking.gain(at, min(at + 7_777, samples)) for at in range(0, samples, 7_777)])
    )

    assert gain_db.min() >= -duck_lu - 1e-6
    assert gain_db.max() <= 1e-6
    # Smoothstep is at most 1.5 times as steep as a linear ramp.
    assert np.abs(np.diff(gain_db)).max(initial=0) <= 1.6 * duck_lu / (ATTACK_S * SAMPLE_RATE_HZ) + 1e-9
    for start_s, end_s in spans:
        said = gain_db[round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]
        assert (said <= -duck_lu + 1e-3).all()


def test_under_speech_the_bed_is_at_least_15_lu_below(clips, loop):
    spoken, under, alone = [], [], []
    for voice_block, bed_block in stems(clips, Loop(loop), PLAN):
        heard = np.abs(voice_block).max(axis=1) > 0
        spoken.append(voice_block[heard])
        under.append(bed_block[heard])
        alone.append(bed_block[~heard])

    voice_lufs, bed_lufs = (integrated_lufs([np.concatenate(parts)]) for parts in (spoken, under))

    assert voice_lufs - bed_lufs >= 15
    assert voice_lufs - bed_lufs == pytest.approx(PLAN.below_speech_lu + PLAN.duck_lu, abs=2)
    assert max(np.abs(block).max(initial=0) for block in alone) > max(np.abs(block).max(initial=0) for block in under)


def test_the_mix_is_as_long_as_the_clips_and_as_loud_as_films_are(clips, mixed):
    sound = read_audio(mixed)
    loudness = measure_loudness(sound)

    assert len(sound) == sum(clip.samples for clip in clips)
    assert loudness.integrated_lufs == pytest.approx(-15, abs=0.5)
    assert loudness.true_peak_dbtp <= -1


def test_the_voice_stays_where_it_was_to_the_sample(clips, loop, mixed):
    original = np.concatenate([block for block, _ in stems(clips, Loop(loop), PLAN)])[:, 0]

    heard = read_audio(mixed)[:, 0]

    spectrum = np.fft.rfft(heard) * np.conj(np.fft.rfft(original))
    assert int(np.argmax(np.fft.irfft(spectrum))) == 0


def test_the_bed_fades_in_from_silence_and_out_to_silence(clips, loop):
    sound = np.concatenate([bed for _, bed in stems(clips, Loop(loop), PLAN)])

    assert not sound[:1_024].any()
    assert np.abs(sound[1_024 : 1_024 + 480]).max() < 1e-4
    assert np.abs(sound[-480:]).max() < 1e-4
    assert not sound[-1].any()
    assert np.abs(sound).max() > 0.01


def test_a_film_without_a_voice_is_the_bed_alone_at_full_loudness(tmp_path, loop):
    silent = clip_of(tmp_path, "silent", silent=True, quanta=10)

    mix_film([silent], loop, plan=PLAN, path=tmp_path / "mix.mp4")

    loudness = measure_loudness(read_audio(tmp_path / "mix.mp4"))
    assert loudness.integrated_lufs == pytest.approx(-15, abs=1)
    assert loudness.true_peak_dbtp <= -1


@given(
    quanta=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    plan=st.builds(
        MixPlan,
        below_speech_lu=st.floats(0, 15),
        duck_lu=st.floats(0, 20),
        fade_in_s=st.floats(0.05, 5),
        fade_out_s=st.floats(0.05, 5),
    ),
    said_s=st.sampled_from([0.05, 0.4]),
)
@settings(max_examples=8, deadline=None)
def test_a_mix_never_clips_and_has_the_right_length(tmp_path_factory, loop, quanta, plan, said_s):
    folder = tmp_path_factory.mktemp("property")
    made = [
        clip_of(folder, str(number), quanta=length, spoken=((0.05, 0.05 + said_s),), seed=number)
        for number, length in enumerate(quanta)
    ]

    mix_film(made, loop, plan=plan, path=folder / "mix.mp4")

    sound = read_audio(folder / "mix.mp4")
    assert len(sound) == sum(quanta) * SCENE_QUANTUM_SAMPLES
    assert measure_loudness(sound).true_peak_dbtp <= -1


def test_the_same_clips_and_bed_give_the_same_bytes(clips, loop, mixed, tmp_path):
    mix_film(clips, loop, plan=PLAN, path=tmp_path / "again.mp4")

    assert (tmp_path / "again.mp4").read_bytes() == mixed.read_bytes()


def test_block_boundaries_are_inaudible(clips, loop):
    """Mixing in blocks gives the same as mixing at once."""
    whole = np.concatenate(list(mix(clips, Loop(loop), PLAN)))

    jumps = np.abs(np.diff(whole, axis=0)).max(axis=1)
    borders = jumps[SAMPLE_RATE_HZ - 1 :: SAMPLE_RATE_HZ]
    assert borders.max() <= jumps.max()
    assert np.median(borders) < 0.05


def test_a_clip_of_another_length_is_not_mixed(clips, loop, tmp_path):
    wrong = Clip(path=clips[0].path, samples=SCENE_QUANTUM_SAMPLES, sha256="", words=())

    with pytest.raises(CheckpointError, match=r"one\.wav: the clip has 153600 samples, must have 25600"):
        mix_film([wrong], loop, plan=PLAN, path=tmp_path / "mix.mp4")


def peak_bytes(clips, loop):
    """The peak memory of arrays while the clips are mixed and normalised."""
    tracemalloc.start()
    try:
        for _ in normalise_stream(partial(mix, clips, Loop(loop), PLAN)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_film(tmp_path, loop):
    clip = clip_of(tmp_path, "scene", quanta=4)

    # The ten additional scenes would take 8 MB if they were kept in memory.
    assert peak_bytes([clip] * 12, loop) < peak_bytes([clip] * 2, loop) + 1_000_000


def test_the_mix_has_one_track_and_no_edit_list(clips, mixed):
    with av.open(str(mixed)) as film:
        packets = [packet for packet in film.demux() if packet.dts is not None]
        assert [stream.type for stream in film.streams] == ["audio"]
    assert packets[0].pts == 0
    assert sum(packet.duration for packet in packets) == sum(clip.samples for clip in clips)
