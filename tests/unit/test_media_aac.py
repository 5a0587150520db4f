"""Mono AAC rewritten as stereo: decoders output identical channels, bit for bit, for every packet type."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.codec.context import Flags
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.bitstream import BitReader, BitWriter
from pipeline.media.container.demux import opened
from pipeline.media.container.mux import open_mp4
from pipeline.media.sound import aac, decode
from pipeline.media.sound.aac import SoundEncoder, to_channel_pair
from pipeline.media.sound.audio import read_audio
from pipeline.media.sound.decode import decode_audio
from tests.standins.films import voice

EIGHT_SHORT = 2


def encoded(wave, *, layout="mono", bit_rate=128_000):
    """The packets of a wave, (n,) or (n, 2), and the AudioSpecificConfig."""
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, layout, "fltp", bit_rate
    encoder.options = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}
    encoder.time_base = Fraction(1, 48_000)
    packets = []
    for start in range(0, len(wave), 1024):
        block = np.atleast_2d(wave[start : start + 1024].T).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [bytes(packet) for packet in packets][1:], encoder.extradata


def decoded(packets, configuration):
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = configuration
    blocks = [frame.to_ndarray() for packet in packets for frame in decoder.decode(av.Packet(packet))]
    return np.concatenate(blocks, axis=1)


def windows(packets):
    """The window sequence of each packet of one channel."""
    return [BitReader(packet).bits_at(3 + 4 + 8 + 1, 2) for packet in packets]


def clicks(seed, length=48_000):
    """Silence, tones and clicks, so that an encoder changes between long and short windows."""
    random = np.random.default_rng(seed)
    wave = np.zeros(length)
    for _ in range(random.integers(1, 12)):
        at, size = random.integers(0, length - 4_000), random.integers(1, 4_000)
        tone = np.sin(np.arange(size) * random.uniform(0.005, 1.5))
        wave[at : at + size] += random.uniform(0.01, 0.4) * tone
        wave[random.integers(0, length)] += random.uniform(-0.9, 0.9)
    return np.clip(wave, -1, 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), bit_rate=st.sampled_from([64_000, 96_000, 128_000, 192_000]))
def test_both_channels_of_a_pair_sound_like_the_single_channel(seed, bit_rate):
    singles, one_channel = encoded(clicks(seed), bit_rate=bit_rate)
    _, two_channels = encoded(np.zeros((2048, 2)), layout="stereo")

    alone = decoded(singles, one_channel)[0]
    left, right = decoded([to_channel_pair(packet) for packet in singles], two_channels)

    assert np.array_equal(left, right)
    assert np.array_equal(left, alone)


def test_the_clicks_of_that_test_need_short_windows_in_several_groups():
    found = [packet for seed in range(12) for packet in encoded(clicks(seed))[0]]
    short = [packet for packet, kind in zip(found, windows(found), strict=True) if kind == EIGHT_SHORT]

    # scale_factor_grouping: seven bits after max_sfb.
    assert len({8 - BitReader(packet).bits_at(3 + 4 + 8 + 4 + 4, 7).bit_count() for packet in short}) > 1
    assert len(short) < len(found)


def test_a_channel_pair_is_hardly_larger_than_its_single_channel():
    singles, _ = encoded(voice(4)[:, 0])

    assert max(len(to_channel_pair(packet)) - len(packet) for packet in singles) <= 14


@pytest.mark.parametrize("wrong", ["two channels", "cut", "nothing"])
def test_a_packet_without_a_single_channel_element_is_refused(wrong):
    pair = encoded(voice(2), layout="stereo")[0][5]
    single = encoded(voice(2)[:, 0])[0][5]

    with pytest.raises(ValueError, match=r"one channel|cut short"):
        to_channel_pair({"two channels": pair, "cut": single[:1], "nothing": b""}[wrong])


def test_a_voice_and_a_mix_have_the_same_configuration_and_no_encoder_name(tmp_path):
    # More than 256 packets long.
    same = voice(12)
    other = same * np.array([1.0, 0.999], np.float32)
    configurations = []
    for name, sound in (("same", same), ("other", other)):
        path = tmp_path / f"{name}.mp4"
        with open_mp4(path) as film:
            for packet in SoundEncoder(film, bit_rate=128_000).encode(sound):
                film.mux(packet)
        with av.open(str(path)) as film:
            configurations.append(film.streams.audio[0].codec_context.extradata)
        assert b"Lavc" not in path.read_bytes()
        heard = read_audio(path)[: len(sound)]
        assert heard.shape == sound.shape
        assert np.sum((heard - sound) ** 2) < 1e-4 * np.sum(sound**2)

    assert configurations[0] == configurations[1]


@pytest.mark.parametrize("bit_rate", [64_000, 192_000])
def test_mono_has_the_cutoff_that_stereo_has(tmp_path, bit_rate):
    at = np.arange(2 * 48_000)
    wave = sum(0.1 * np.sin(2 * np.pi * pitch_hz / 48_000 * at) for pitch_hz in (5_000, 14_000, 20_000))
    same = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)
    with open_mp4(tmp_path / "film.mp4") as film:
        for packet in SoundEncoder(film, bit_rate=bit_rate).encode(same):
            film.mux(packet)

    heard = read_audio(tmp_path / "film.mp4")[24_000:72_000, 0]

    # One second: a bin is one hertz. An amplitude of 0.1, unchanged, or nearly silent.
    spectrum = np.abs(np.fft.rfft(heard)) / 24_000
    assert spectrum[[5_000, 14_000]] == pytest.approx([0.1, 0.1], abs=0.01)
    assert spectrum[20_000] < 0.001


@pytest.mark.parametrize("bit_rate", [64_000, 128_000])
@pytest.mark.parametrize("seconds", [0, 1, 14])
def test_repeated_packets_of_trailing_silence_are_those_of_the_encoder(tmp_path, monkeypatch, seconds, bit_rate):
    wave = np.concatenate([clicks(seconds), np.zeros(seconds * 48_000)])
    wave = wave[: len(wave) // 1024 * 1024, None]
    sound = np.repeat(wave, 2, axis=1).astype(np.float32)

    def packets(name):
        with open_mp4(tmp_path / name) as film:
            made = list(SoundEncoder(film, bit_rate=bit_rate).encode(sound))
            return [(bytes(packet), packet.pts, packet.dts, packet.duration) for packet in made]

    quick = packets("quick.mp4")
    monkeypatch.setattr(aac, "_until_silence", len)
    assert quick == packets("whole.mp4")
    assert len(quick) == len(sound) // 1024


def test_continuing_silence_is_skipped_and_gives_the_same_samples(tmp_path, monkeypatch):
    gap = np.zeros((1024 * 100, 2), np.float32)
    with open_mp4(tmp_path / "gap.mp4") as film:
        for packet in SoundEncoder(film).encode(np.concatenate([gap, voice(3), gap, voice(2), gap])):
            film.mux(packet)

    left_out = []

    def counted(packets):
        left_out.append(packets)
        return np.zeros((2, packets * 1024), np.float32)

    monkeypatch.setattr(decode, "_silence", counted)

    def heard():
        with opened(tmp_path / "gap.mp4") as film:
            return np.concatenate(list(decode_audio(film)), axis=1)

    sound = heard()
    with av.open(str(tmp_path / "gap.mp4")) as film:
        everything = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)

    assert np.array_equal(sound, everything)
    assert sum(left_out) > 250


def test_if_the_encoder_adds_other_elements_it_encodes_both_channels(tmp_path, monkeypatch):
    monkeypatch.setattr(aac, "_BITEXACT", Flags.global_header)
    sound = voice(12)

    with open_mp4(tmp_path / "named.mp4") as film:
        for packet in SoundEncoder(film).encode(sound):
            film.mux(packet)

    assert np.sum((read_audio(tmp_path / "named.mp4") - sound) ** 2) < 1e-4 * np.sum(sound**2)


@given(numbers=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 2**40)), max_size=30))
def test_bits_are_read_as_they_were_written(numbers):
    bits = BitWriter()
    for width, number in numbers:
        bits.write_bits(width, number % (1 << width))
    reader = BitReader(bits.to_rbsp())

    assert [reader.read_bits(width) for width, _ in numbers] == [number % (1 << width) for width, number in numbers]
    assert reader.tail()[0] & 1
