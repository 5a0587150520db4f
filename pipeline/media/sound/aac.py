"""An AAC-LC encoder that encodes mono sound once and writes it as stereo.

A voice is the same in both channels, which an encoder finds out by analysing both. Here one channel is encoded, and its
packet (a single channel element) is rewritten as a channel pair element with M/S stereo: the channel as mid, silence as
side. That is what an encoder makes of it as well, in twice the time; the output is the same, to the bit. Clauses are
those of ISO/IEC 14496-3, subpart 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags
from av.container import OutputContainer

from pipeline.media.bitstream import BitReader, BitWriter
from pipeline.media.container.mux import Packet
from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ

_PACKET_SAMPLES = 1_024
_TIME_BASE = Fraction(1, SAMPLE_RATE_HZ)
# Packets of silence after which, at the latest, the encoder repeats the same packet.
_DECAY_PACKETS = 8
# The default coder ("twoloop", with temporal noise shaping) takes twice the time, and is better only at half this bit
# rate; measured on speech: 59 dB signal to noise with these options, 31 dB with the default. No noise substitution
# (PNS) either.
_OPTIONS = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}
# At 192 kbit/s FFmpeg cuts stereo off at 18 kHz, mono higher, which no voice needs: that takes a sixth of the time, and
# bits that the rest could use (58.9 dB instead of 59.5). At lower bit rates its cutoff is lower by itself
# (`AAC_CUTOFF_FROM_BITRATE` in libavcodec/psymodel.h).
_MONO_CUTOFF = {"cutoff": "18000"}
_LOW_BIT_RATE = 96_000
# Otherwise the encoder writes its name and version into every 256th packet.
_BITEXACT = Flags.bitexact

# Syntactic elements (table 4.85): single channel, channel pair, end. Then element_instance_tag and global_gain.
_SCE, _CPE, _END = 0, 1, 7
_ELEMENT_BITS, _TAG_BITS, _GAIN_BITS = 3, 4, 8
_EIGHT_SHORT_SEQUENCE = 2


class SoundEncoder:
    """AAC-LC, stereo, 48 kHz, without the priming packet."""

    def __init__(self, film: OutputContainer, *, bit_rate: int = 192_000) -> None:
        self._bit_rate = bit_rate
        self._stream = film.add_stream("aac", rate=SAMPLE_RATE_HZ, options=dict(_OPTIONS), bit_rate=bit_rate)
        self._stream.codec_context.layout = "stereo"
        self._stream.codec_context.flags |= _BITEXACT

    def encode(self, samples: Samples) -> Iterator[Packet]:
        """Encode `samples`, shape (n, 2): one packet per 1,024 of them, the first at time 0. See `encode_all`."""
        if np.array_equal(samples[:, 0], samples[:, 1]):
            # Another version of FFmpeg may write more elements than this one: then it encodes both channels.
            with suppress(ValueError):
                return iter(self._encode_mono(samples))
        return self.encode_all([samples])

    def encode_all(self, sound: Iterable[Samples]) -> Iterator[Packet]:
        """Encode blocks of any length as one stream; they are consumed lazily.

        An AAC packet is decoded together with the one before it, so encoders emit an extra packet first ("priming"),
        which players hide with an edit list. Leaving it out keeps the sound in its place; only the first 1,024 samples
        miss their predecessor, and clips begin with more silence than that.
        """
        for packet in _after_priming(_encoded(self._stream.codec_context, sound, "stereo")):
            # A codec context has no stream; the muxer assigns packets without one to the first stream.
            packet.stream = self._stream
            yield packet

    def _encode_mono(self, samples: Samples) -> list[Packet]:
        """Encode two identical channels. Raises `ValueError` for packets that `to_channel_pair` does not know."""
        encoder = av.CodecContext.create("aac", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "fltp"
        encoder.bit_rate, encoder.time_base = self._bit_rate, _TIME_BASE
        encoder.options = _OPTIONS | (_MONO_CUTOFF if self._bit_rate > _LOW_BIT_RATE else {})
        encoder.flags |= _BITEXACT
        audible = samples[: _until_silence(samples[:, 0]), :1]
        packets = [
            self._packet(to_channel_pair(bytes(single)), at=single.pts or 0, duration=single.duration or 0)
            for single in _after_priming(_encoded(encoder, [audible], "mono"))
        ]
        silence = bytes(packets[-1]) if packets else b""
        rest = range(len(audible), len(samples), _PACKET_SAMPLES)
        return [*packets, *(self._packet(silence, at=at, duration=_PACKET_SAMPLES) for at in rest)]

    def _packet(self, data: bytes, *, at: int, duration: int) -> Packet:
        packet: Packet = av.Packet(data)
        packet.stream, packet.time_base = self._stream, _TIME_BASE
        packet.pts, packet.dts, packet.duration, packet.is_keyframe = at, at, duration, True
        return packet


# All packets of silence are the same.
@lru_cache(maxsize=16)
def to_channel_pair(packet: bytes) -> bytes:
    """A stereo packet whose channels both sound like the mono one of `packet`.

    Raises `ValueError` for a packet that is not exactly one single channel element.
    """
    bits = BitReader(packet)
    element, tag, gain = bits.read_bits(_ELEMENT_BITS), bits.read_bits(_TAG_BITS), bits.read_bits(_GAIN_BITS)
    end, padding = bits.tail()
    if element != _SCE or end != _END:
        raise ValueError("not a packet of one channel")
    info = _IcsInfo(bits)
    length = 8 * len(packet) - bits.position - _ELEMENT_BITS - padding

    pair = BitWriter()
    pair.write_bits(_ELEMENT_BITS, _CPE)
    pair.write_bits(_TAG_BITS, tag)
    pair.write_bits(1, 1)  # common_window: one ics_info for both channels
    pair.write_bits(info.width, info.bits)
    pair.write_bits(2, 2)  # ms_mask_present: M/S in all bands
    pair.write_bits(_GAIN_BITS, gain)
    pair.write_bits(length, bits.read_bits(length))
    info.write_silence(pair)
    pair.write_bits(_ELEMENT_BITS, _END)
    return pair.to_bytes()


class _IcsInfo:
    """`ics_info` (4.4.2.1): the window sequence and the number of scale factor bands."""

    def __init__(self, bits: BitReader) -> None:
        start = bits.position
        bits.read_bits(1)  # ics_reserved_bit
        self._is_short = bits.read_bits(2) == _EIGHT_SHORT_SEQUENCE
        bits.read_bits(1)  # window_shape
        # max_sfb, per window group; a set bit in scale_factor_grouping adds a window to the group before it.
        self._bands = bits.read_bits(4 if self._is_short else 6)
        self._groups = 8 - bits.read_bits(7).bit_count() if self._is_short else 1
        if not self._is_short:
            bits.read_bits(1)  # predictor_data_present: 0 in AAC-LC
        self.width = bits.position - start
        self.bits = bits.bits_at(start, self.width)

    def write_silence(self, bits: BitWriter) -> None:
        """Write an `individual_channel_stream` in which all bands are zero (codebook 0)."""
        bits.write_bits(_GAIN_BITS, 0)
        width = 3 if self._is_short else 5
        escape = (1 << width) - 1
        for _ in range(self._groups if self._bands else 0):
            bits.write_bits(4, 0)
            for _ in range(self._bands // escape):
                bits.write_bits(width, escape)  # sect_len goes on
            bits.write_bits(width, self._bands % escape)
        bits.write_bits(3, 0)  # pulse_data, tns_data and gain_control_data are not present


def _until_silence(samples: Samples) -> int:
    """The number of samples to encode: the rest is silence, for which the last packet can be repeated.

    All of them if they do not fill whole packets.
    """
    if len(samples) % _PACKET_SAMPLES:
        return len(samples)
    audible = np.flatnonzero(samples)
    packets = (int(audible[-1]) // _PACKET_SAMPLES + 1 if len(audible) else 0) + _DECAY_PACKETS
    return min(len(samples), packets * _PACKET_SAMPLES)


def _encoded(encoder: AudioCodecContext, sound: Iterable[Samples], layout: str) -> Iterator[Packet]:
    at = 0
    for samples in _in_packets(sound):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, at, _TIME_BASE
        at += len(samples)
        yield from encoder.encode(frame)
    yield from encoder.encode(None)


def _after_priming(packets: Iterable[Packet]) -> Iterator[Packet]:
    return (packet for packet in packets if packet.pts is not None and packet.pts >= 0)


def _in_packets(sound: Iterable[Samples]) -> Iterator[Samples]:
    """The same samples in blocks of a packet each, and the remainder."""
    rest: Samples | None = None
    for block in sound:
        samples = block if rest is None else np.concatenate([rest, block])
        whole = len(samples) // _PACKET_SAMPLES * _PACKET_SAMPLES
        for start in range(0, whole, _PACKET_SAMPLES):
            yield samples[start : start + _PACKET_SAMPLES]
        rest = samples[whole:]
    if rest is not None and len(rest):
        yield rest
