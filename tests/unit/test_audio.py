"""Reading and writing sound."""

import io
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.errors import InputError, StorageError
from pipeline.media.container.riff import read_extra
from pipeline.media.sound import audio
from pipeline.media.sound.audio import read_audio, read_wav, write_wav


def sine(seconds, *, hz=440.0, level=0.25, rate=48_000):
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def encoded(samples, *, rate, layout="mono", codec="pcm_s16le", container="wav"):
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        planes = np.ascontiguousarray(samples.T[:1] if layout == "mono" else samples.T)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size)
        for block in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(block))
        output.mux(stream.encode(None))
    return file.getvalue()


def test_a_mono_file_at_another_rate_goes_to_both_channels_at_the_same_level():
    samples = read_audio(encoded(sine(0.5, rate=22_050), rate=22_050))

    assert samples.dtype == np.float32
    assert samples.shape[1] == 2
    assert abs(len(samples) - 24_000) <= 2
    assert np.array_equal(samples[:, 0], samples[:, 1])
    assert abs(samples).max() == pytest.approx(0.25, abs=0.01)


def test_stereo_keeps_its_channels_apart():
    original = sine(0.2)
    original[:, 1] = 0

    samples = read_audio(encoded(original, rate=48_000, layout="stereo"))

    assert abs(samples[:, 0]).max() > 0.2
    assert not samples[:, 1].any()


@pytest.mark.parametrize("seconds", [0.01, 0.4, 7.0])
@pytest.mark.parametrize(("rate", "layout"), [(16_000, "mono"), (22_050, "mono"), (48_000, "stereo")])
def test_pcm_wav_in_memory_is_decoded_the_same_with_a_short_probe(tmp_path, seconds, rate, layout):
    data = encoded(sine(seconds, rate=rate), rate=rate, layout=layout)
    (tmp_path / "sound.wav").write_bytes(data)

    assert data[20:22] == b"\x01\x00"
    assert np.array_equal(read_audio(data), read_audio(tmp_path / "sound.wav"))


def test_mp3_is_read_too():
    sound = encoded(sine(1.0, rate=24_000), rate=24_000, codec="libmp3lame", container="mp3")

    assert len(read_audio(sound)) / 48_000 == pytest.approx(1.0, abs=0.06)


def test_decoding_stops_at_the_requested_duration(monkeypatch):
    decoded, planes = [], audio._planes
    monkeypatch.setattr(audio, "_planes", lambda film: (decoded.append(each) or each for each in planes(film)))
    sound = encoded(sine(2.0, rate=24_000), rate=24_000, codec="libmp3lame", container="mp3")

    beginning = read_audio(sound, longest_s=0.5)

    assert 24_000 <= sum(block.shape[1] for block in decoded) < 30_000
    assert np.array_equal(beginning, read_audio(sound)[:24_000])
    assert len(read_audio(sound, longest_s=60)) == len(read_audio(sound))


@pytest.mark.parametrize("rubbish", [b"", b"\x00" * 5000, b"RIFF\x00\x00\x00\x00WAVE", b"<html>not found</html>"])
def test_data_that_is_no_audio_is_refused_in_one_line(rubbish):
    with pytest.raises(InputError, match="audio"):
        read_audio(rubbish)


def test_an_unknown_codec_is_refused_in_one_line():
    form = struct.pack("<IHHIIHH", 16, 0x99, 2, 44100, 176400, 4, 16)
    header = b"RIFF" + struct.pack("<I", 36 + 4000) + b"WAVEfmt " + form

    with pytest.raises(InputError, match=r"audio: its sound is in an unsupported codec"):
        read_audio(header + b"data" + struct.pack("<I", 4000) + bytes(4000))


@given(samples=arrays(np.float32, st.tuples(st.integers(0, 50), st.just(2)), elements=st.floats(-1.5, 1.5, width=32)))
def test_a_written_clip_is_read_back_to_the_nearest_step_of_16_bits(tmp_path_factory, samples):
    path = tmp_path_factory.getbasetemp() / "clip.wav"

    write_wav(path, samples)

    assert np.abs(read_wav(path) - np.clip(samples, -1, 32_767 / 32_768)).max(initial=0) <= 0.5 / 32_768


def test_the_same_samples_give_the_same_bytes_and_python_reads_them(tmp_path):
    write_wav(tmp_path / "a.wav", sine(0.3), extra=b"odd")
    write_wav(tmp_path / "b.wav", sine(0.3), extra=b"odd")

    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert np.array_equal(read_audio(tmp_path / "a.wav"), read_wav(tmp_path / "a.wav"))


def test_extra_data_is_stored_in_the_file_of_the_clip(tmp_path):
    write_wav(tmp_path / "a.wav", sine(0.1), extra=b"three words, timed")
    write_wav(tmp_path / "b.wav", sine(0.1))

    assert read_extra(tmp_path / "a.wav") == b"three words, timed"
    assert read_extra(tmp_path / "b.wav") == b""


def test_a_truncated_file_is_an_error(tmp_path):
    write_wav(tmp_path / "a.wav", sine(0.1))
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:-100])

    with pytest.raises(InputError, match="cut short"):
        read_wav(tmp_path / "b.wav")


def test_a_wav_in_another_format_is_refused(tmp_path):
    (tmp_path / "a.wav").write_bytes(encoded(sine(0.1, rate=22_050), rate=22_050))

    with pytest.raises(InputError, match="48 kHz"):
        read_wav(tmp_path / "a.wav")


def test_a_missing_folder_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError):
        write_wav(tmp_path / "nowhere" / "a.wav", sine(0.1))
    with pytest.raises(StorageError):
        read_wav(tmp_path / "nowhere.wav")
