"""From speech to a clip."""

import hashlib
import math
import wave
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import CheckpointError, InputError
from pipeline.media.sound.audio import read_wav, write_wav
from pipeline.model import SCENE_QUANTUM_SAMPLES, Word
from pipeline.narration.clip_metadata import Take
from pipeline.narration.clips import master, read_clip
from pipeline.narration.narrator import Speech
from pipeline.narration.silence import silent_wav
from pipeline.narration.speech_files import write_speech
from tests.standins.ebur128 import measure_loudness

ZEROS = 48_000 // 20


def voiced(seconds, *, before=0.0, after=0.0, level=0.1):
    """A buzz with silence around it, as a WAV file, and one word that covers it."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    buzz = sum(np.sin(2 * np.pi * 120 * harmonic * at) / harmonic for harmonic in range(1, 20))
    wave = np.concatenate([np.zeros(round(before * 48_000)), level * buzz, np.zeros(round(after * 48_000))])
    return np.stack([wave, wave], axis=1).astype(np.float32)


def speech(tmp_path, samples, *words, estimated=False):
    write_wav(tmp_path / "speech.wav", samples)
    return Speech(audio=(tmp_path / "speech.wav").read_bytes(), words=words, estimated=estimated)


def mastered(spoken, path):
    """The clip of a scene of one sentence."""
    write_speech(path.with_suffix(".speech"), spoken)
    return master([Take(speech=path.with_suffix(".speech"))], path)


def word(start, end, text="word"):
    return Word(text=text, start_s=start, end_s=end)


def test_a_clip_is_a_whole_number_of_quanta_at_the_target_loudness(tmp_path):
    clip = mastered(speech(tmp_path, voiced(3.3), word(0.0, 3.3)), tmp_path / "clip.wav")

    samples = read_wav(clip.path)
    loudness = measure_loudness(samples)
    assert clip.samples == len(samples)
    assert clip.samples % SCENE_QUANTUM_SAMPLES == 0
    assert clip.samples >= (3.3 + 0.65) * 48_000
    assert -16 <= loudness.integrated_lufs <= -14
    assert clip.loudness_lufs == pytest.approx(loudness.integrated_lufs, abs=0.05)
    assert loudness.true_peak_dbtp <= -1.9


def test_both_ends_are_digital_silence(tmp_path):
    samples = read_wav(mastered(speech(tmp_path, voiced(4.0), word(0.0, 4.0)), tmp_path / "clip.wav").path)

    assert not samples[:ZEROS].any()
    assert not samples[-ZEROS:].any()
    assert samples[ZEROS : 48_000 // 2].any()


def test_the_voices_own_silence_is_trimmed_and_word_times_follow(tmp_path):
    clip = mastered(speech(tmp_path, voiced(1.0, before=2.0, after=3.0), word(2.0, 3.0)), tmp_path / "clip.wav")

    heard = np.flatnonzero(np.abs(read_wav(clip.path)[:, 0]) > 0.01)
    assert clip.samples == 4 * SCENE_QUANTUM_SAMPLES
    assert clip.words[0].start_s == pytest.approx(heard[0] / 48_000, abs=0.03)
    assert clip.words[0].end_s == pytest.approx(heard[-1] / 48_000, abs=0.03)
    assert 0.2 <= clip.words[0].start_s <= 0.6


@given(seconds=st.floats(1.4, 4.0))
@settings(max_examples=12, deadline=None)
def test_neither_end_of_a_scene_has_dead_air(tmp_path_factory, seconds):
    folder = tmp_path_factory.getbasetemp()
    clip = mastered(speech(folder, voiced(seconds), word(0.0, seconds)), folder / "clip.wav")

    heard = np.flatnonzero(np.abs(read_wav(clip.path)[:, 0]) > 0.001)
    before_s, after_s = heard[0] / 48_000, (clip.samples - heard[-1]) / 48_000
    assert 0.2 <= before_s <= 0.6
    assert 0.36 <= after_s <= 0.6
    assert clip.words[0].start_s == pytest.approx(before_s, abs=0.02)


def test_a_very_short_word_gets_a_scene_of_the_minimum_length(tmp_path):
    clip = mastered(speech(tmp_path, voiced(0.1), word(0.0, 0.1)), tmp_path / "clip.wav")

    assert clip.samples == 4 * SCENE_QUANTUM_SAMPLES
    assert np.abs(read_wav(clip.path)).max() <= 10 ** (-1.9 / 20)


def test_silence_is_as_long_as_its_words_need(tmp_path):
    silent = Speech(audio=silent_wav(5.0), words=(word(0.0, 2.0), word(2.5, 5.0)), estimated=True)

    clip = mastered(silent, tmp_path / "clip.wav")

    assert clip.loudness_lufs is None
    assert not read_wav(clip.path).any()
    first, second = clip.words
    assert (second.start_s - first.start_s, second.end_s - second.start_s) == pytest.approx((2.5, 2.5))
    assert 0.2 <= first.start_s <= 0.6
    assert clip.samples >= (0.2 + 5.0 + 0.36) * 48_000


def test_a_scene_without_words_gives_a_silent_clip(tmp_path):
    clip = mastered(Speech(audio=silent_wav(0.0), words=()), tmp_path / "clip.wav")

    assert clip.words == ()
    assert clip.samples == 4 * SCENE_QUANTUM_SAMPLES


@settings(max_examples=8, deadline=None)
@given(
    seconds=st.floats(0.05, 1.5),
    before=st.floats(0, 0.5),
    after=st.floats(0, 0.5),
    level=st.sampled_from([0.003, 0.1, 0.5]),
)
def test_words_stay_within_the_silence_at_both_ends(tmp_path_factory, seconds, before, after, level):
    folder = tmp_path_factory.getbasetemp()
    spoken = speech(folder, voiced(seconds, before=before, after=after, level=level), word(before, before + seconds))

    clip = mastered(spoken, folder / "clip.wav")

    length_s = clip.samples / 48_000
    assert 0.2 <= clip.words[0].start_s <= clip.words[0].end_s <= length_s - 0.36 + 1e-3
    assert math.isclose(clip.words[0].end_s - clip.words[0].start_s, seconds, abs_tol=0.001)


def test_the_same_speech_gives_the_same_bytes(tmp_path):
    spoken = speech(tmp_path, voiced(1.0), word(0.0, 1.0))

    mastered(spoken, tmp_path / "a.wav")
    mastered(spoken, tmp_path / "b.wav")

    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_clips_of_the_same_length_differ_by_their_hash(tmp_path):
    one = mastered(speech(tmp_path, voiced(1.0), word(0.0, 1.0)), tmp_path / "a.wav")
    same = mastered(speech(tmp_path, voiced(1.0), word(0.0, 1.0)), tmp_path / "b.wav")
    other = mastered(speech(tmp_path, voiced(0.9), word(0.0, 1.0)), tmp_path / "c.wav")

    with wave.open(str(one.path)) as wav:
        assert one.sha256 == hashlib.sha256(wav.readframes(wav.getnframes())).hexdigest()
    assert (same.sha256, same.samples) == (one.sha256, one.samples)
    assert other.sha256 != one.sha256
    assert other.samples == one.samples


@pytest.mark.parametrize("estimated", [True, False])
def test_a_clip_can_be_read_back_from_its_file_alone(tmp_path, estimated):
    clip = mastered(speech(tmp_path, voiced(1.0), word(0.1, 0.9, "naïve,"), estimated=estimated), tmp_path / "clip.wav")

    assert read_clip(tmp_path / "clip.wav") == clip
    assert (clip.sentences, clip.estimated) == (1, int(estimated))


def test_a_clip_without_metadata_is_reported_with_a_remedy(tmp_path):
    write_wav(tmp_path / "clip.wav", voiced(0.2))

    with pytest.raises(CheckpointError, match="Delete it"):
        read_clip(tmp_path / "clip.wav")


def test_undecodable_audio_leaves_no_clip(tmp_path):
    with pytest.raises(InputError):
        mastered(Speech(audio=b"nothing", words=()), tmp_path / "clip.wav")
    assert not (tmp_path / "clip.wav").exists()


# --- silence and pace ------------------------------------------------------------------------------------------------


def takes(folder, *parts, pause_s=0.35):
    """A scene of these sounds, one take each."""
    made = []
    for number, part in enumerate(parts):
        path = folder / f"{number}.speech"
        write_speech(path, speech(folder, part, word(0.0, len(part) / 48_000)))
        made.append(Take(speech=path, pause_s=pause_s))
    return made


def silences(samples):
    """Durations in seconds of the silences between the first and the last sound."""
    steps = np.abs(samples[:, 0])[: len(samples) // 240 * 240].reshape(-1, 240).max(axis=1)
    heard = np.flatnonzero(steps > 10 ** (-45 / 20))
    return np.diff(heard)[np.diff(heard) > 1] * 240 / 48_000


def hiss(seconds):
    """Noise like a voice service sends for silence."""
    noise = np.random.default_rng(1).normal(0.0, 0.0001, round(seconds * 48_000))
    return np.stack([noise, noise], axis=1).astype(np.float32)


def test_the_pause_between_sentences_does_not_depend_on_the_voices_silence(tmp_path):
    one = np.concatenate([hiss(0.3), voiced(0.8), hiss(0.9)])
    two = np.concatenate([hiss(0.05), voiced(0.6), hiss(1.5)])

    clip = master(takes(tmp_path, one, two, one), tmp_path / "clip.wav")

    assert silences(read_wav(clip.path)) == pytest.approx([0.35, 0.35], abs=0.03)
    assert clip.sentences == 3


def test_a_hold_prolongs_the_scene_without_delaying_its_speech(tmp_path):
    (take,) = takes(tmp_path, voiced(2.0))

    clip, held = (master([replace(take, hold_s=hold_s)], tmp_path / f"{hold_s}.wav") for hold_s in (0.0, 4.0))

    assert (held.samples - clip.samples) / 48_000 == pytest.approx(4.0, abs=0.54)
    assert held.words[0].start_s == pytest.approx(clip.words[0].start_s, abs=0.41)


def test_long_pauses_inside_a_sentence_are_shortened(tmp_path):
    spoken = np.concatenate([voiced(0.5), hiss(1.2), voiced(0.5), hiss(0.2), voiced(0.5)])

    clip = master(takes(tmp_path, spoken), tmp_path / "clip.wav")

    assert silences(read_wav(clip.path)) == pytest.approx([0.35, 0.2], abs=0.03)


def test_word_times_follow_when_a_pause_is_shortened(tmp_path):
    spoken = speech(tmp_path, np.concatenate([voiced(0.5), hiss(1.2), voiced(0.5)]), word(0.0, 0.5), word(1.7, 2.2))

    clip = mastered(spoken, tmp_path / "clip.wav")

    heard = np.flatnonzero(np.abs(read_wav(clip.path)[:, 0]) > 0.02) / 48_000
    second = heard[np.flatnonzero(np.diff(heard) > 0.2)[0] + 1]
    assert clip.words[1].start_s == pytest.approx(second, abs=0.02)
    assert clip.words[1].end_s - clip.words[1].start_s == pytest.approx(0.5, abs=0.02)


def test_no_join_clicks(tmp_path):
    # Cut at a loud sample: without a fade it would click.
    loud = voiced(0.7)[: 48_000 // 2 + 77]

    samples = read_wav(master(takes(tmp_path, loud, loud, pause_s=0.15), tmp_path / "clip.wav").path)[:, 0]

    first = int(np.flatnonzero(samples)[0])
    within = np.abs(np.diff(samples[first + 6_000 : first + 11_000])).max()
    assert np.abs(np.diff(samples)).max() <= within * 1.05


def test_a_soft_beginning_is_kept(tmp_path):
    # A breathy "f", 30 dB below the vowel that follows it.
    soft = np.random.default_rng(2).normal(0.0, 0.004, (4_800, 2)).astype(np.float32)

    clip = master(takes(tmp_path, np.concatenate([hiss(0.5), soft, voiced(1.0)])), tmp_path / "clip.wav")

    samples = read_wav(clip.path)[:, 0]
    vowel = np.flatnonzero(np.abs(samples) > 0.1)[0]
    assert np.abs(samples[vowel - 4_500 : vowel - 500]).mean() > 0.001


def test_words_that_are_not_spoken_take_no_time(tmp_path):
    spoken = takes(tmp_path, voiced(0.5), voiced(0.5))

    clip = master([spoken[0], Take(speech=None, words=("—", "👍")), spoken[1]], tmp_path / "clip.wav")

    first, dash, thumb, last = clip.words
    assert first.end_s == pytest.approx(dash.start_s, abs=0.05)
    assert dash.start_s == dash.end_s == thumb.start_s == thumb.end_s < last.start_s
