"""Sound to AAC-LC, and the few bits of it that are written here: one channel becomes two that are the same.

A voice is the same in both channels. An encoder looks at both and finds that out; here one channel is encoded, and its
packet is made one of a pair, as the middle of a middle and a side that is silent. That is what an encoder does as well;
it takes half the time and sounds the same, to the bit. Clauses are those of ISO/IEC 14496-3, subpart 4.
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
# So many packets into silence, at the latest, an encoder gives the same one again and again.
_FADING_PACKETS = 8
# The default coder ("twoloop", with temporal noise shaping) takes twice the time for what only shows at half this bit
# rate; measured on speech: 59 dB signal to noise this way, 31 dB that way. Nor is noise wanted in place of sound.
_OPTIONS = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}
# Of each of two channels FFmpeg keeps what is below 18 kHz at 192 kbit/s, of one channel more, which no voice has: to
# encode that takes a sixth of the time and bits that the rest could have (58.9 dB instead of 59.5). At lower rates it
# keeps less by itself (`AAC_CUTOFF_FROM_BITRATE` in libavcodec/psymodel.h).
_VOICE = {"cutoff": "18000"}
_LOW_BIT_RATE = 96_000
# Else the encoder names itself, with its version, in every 256th packet.
_NO_NAME = Flags.bitexact

# Syntactic elements, table 4.85; each has a tag of four bits after it.
_ONE_CHANNEL, _PAIR, _END = 0, 1, 7
_TAG_BITS, _GAIN_BITS = 4, 8
_EIGHT_SHORT = 2


class SoundEncoder:
    """AAC-LC, stereo, 48 kHz, without the priming packet."""

    def __init__(self, film: OutputContainer, *, bit_rate: int = 192_000) -> None:
        self._bit_rate = bit_rate
        self._stream = film.add_stream("aac", rate=SAMPLE_RATE_HZ, options=dict(_OPTIONS), bit_rate=bit_rate)
        self._stream.codec_context.layout = "stereo"
        self._stream.codec_context.flags |= _NO_NAME

    def encode(self, samples: Samples) -> Iterator[Packet]:
        """`samples`, (n, 2), as one packet per 1,024 of them, the first at time 0. See `encode_all`."""
        if np.array_equal(samples[:, 0], samples[:, 1]):
            # Another FFmpeg may write more around the channel than this one: then both are left to it.
            with suppress(ValueError):
                return iter(self._twins(samples))
        return self.encode_all([samples])

    def encode_all(self, sound: Iterable[Samples]) -> Iterator[Packet]:
        """Blocks of any length, one after the other, likewise; they are drawn on one by one.

        An AAC packet is decoded with the help of the one before it, so an encoder sends a packet ahead ("priming")
        that players hide with an edit list. Leaving it out keeps the sound in its place; only the first 1,024 samples
        lose their helper, and clips begin with more silence than that.
        """
        for packet in _after_priming(_encoded(self._stream.codec_context, sound, "stereo")):
            # A codec knows no stream; a muxer takes what has none for a part of the first.
            packet.stream = self._stream
            yield packet

    def _twins(self, samples: Samples) -> list[Packet]:
        """Two channels that are the same. Raises `ValueError` for packets that `twin` does not understand."""
        encoder = av.CodecContext.create("aac", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "fltp"
        encoder.bit_rate, encoder.time_base = self._bit_rate, _TIME_BASE
        encoder.options = _OPTIONS | (_VOICE if self._bit_rate > _LOW_BIT_RATE else {})
        encoder.flags |= _NO_NAME
        heard = samples[: _until_silence(samples[:, 0]), :1]
        packets = [
            self._packet(twin(bytes(single)), at=single.pts or 0, duration=single.duration or 0)
            for single in _after_priming(_encoded(encoder, [heard], "mono"))
        ]
        silence = bytes(packets[-1]) if packets else b""
        rest = range(len(heard), len(samples), _PACKET_SAMPLES)
        return [*packets, *(self._packet(silence, at=at, duration=_PACKET_SAMPLES) for at in rest)]

    def _packet(self, data: bytes, *, at: int, duration: int) -> Packet:
        packet: Packet = av.Packet(data)
        packet.stream, packet.time_base = self._stream, _TIME_BASE
        packet.pts, packet.dts, packet.duration, packet.is_keyframe = at, at, duration, True
        return packet


# Silence is the same again and again.
@lru_cache(maxsize=16)
def twin(packet: bytes) -> bytes:
    """A packet of two channels that both sound like the one of `packet`.

    Raises `ValueError` for a packet that is not a single channel without anything before or after it.
    """
    bits = BitReader(packet)
    element, tag, gain = bits.read_bits(3), bits.read_bits(_TAG_BITS), bits.read_bits(_GAIN_BITS)
    end, padding = bits.tail()
    if element != _ONE_CHANNEL or end != _END:
        raise ValueError("not a packet of one channel")
    window = _Window(bits)
    length = 8 * len(packet) - bits.position - 3 - padding

    pair = BitWriter()
    pair.write_bits(3, _PAIR)
    pair.write_bits(_TAG_BITS, tag)
    pair.write_bits(1, 1)  # common_window: what follows is of both
    pair.write_bits(window.width, window.bits)
    pair.write_bits(2, 2)  # ms_mask_present: middle and side in all bands
    pair.write_bits(_GAIN_BITS, gain)
    pair.write_bits(length, bits.read_bits(length))
    window.write_silence(pair)
    pair.write_bits(3, _END)
    return pair.to_bytes()


class _Window:
    """`ics_info` (4.4.2.1), read."""

    def __init__(self, bits: BitReader) -> None:
        start = bits.position
        bits.read_bits(1)  # reserved
        self._is_short = bits.read_bits(2) == _EIGHT_SHORT
        bits.read_bits(1)  # the shape of the window
        # Scale factor bands that are coded in each group of windows; a set bit adds a window to the group before it.
        self._bands = bits.read_bits(4 if self._is_short else 6)
        self._groups = 8 - bits.read_bits(7).bit_count() if self._is_short else 1
        if not self._is_short:
            bits.read_bits(1)  # no prediction
        self.width = bits.position - start
        self.bits = bits.bits_at(start, self.width)

    def write_silence(self, bits: BitWriter) -> None:
        """An `individual_channel_stream` in which no band has anything (codebook 0)."""
        bits.write_bits(_GAIN_BITS, 0)
        width = 3 if self._is_short else 5
        most = (1 << width) - 1
        for _ in range(self._groups if self._bands else 0):
            bits.write_bits(4, 0)
            for _ in range(self._bands // most):
                bits.write_bits(width, most)  # and more
            bits.write_bits(width, self._bands % most)
        bits.write_bits(3, 0)  # no pulses, no noise shaping, no gain control


def _until_silence(samples: Samples) -> int:
    """How many samples have to be encoded: what follows is silence to the end, of which every packet is the last one's.

    All of them, where the end is no whole packet.
    """
    if len(samples) % _PACKET_SAMPLES:
        return len(samples)
    sounding = np.flatnonzero(samples)
    packets = (int(sounding[-1]) // _PACKET_SAMPLES + 1 if len(sounding) else 0) + _FADING_PACKETS
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
    """The same samples in blocks as long as a packet, and what is left in the end."""
    rest: Samples | None = None
    for block in sound:
        samples = block if rest is None else np.concatenate([rest, block])
        whole = len(samples) // _PACKET_SAMPLES * _PACKET_SAMPLES
        for start in range(0, whole, _PACKET_SAMPLES):
            yield samples[start : start + _PACKET_SAMPLES]
        rest = samples[whole:]
    if rest is not None and len(rest):
        yield rest
