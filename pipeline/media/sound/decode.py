"""A film's audio track, decoded once from the first packet to the last.

Continuing silence is not decoded. The output of an AAC-LC packet follows from it and from the packet before it
(ISO/IEC 14496-3, 4.6.11: the second half of a window overlaps with the first half of the next). So after two identical
packets, the second of which was silent, a third identical packet is silent as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from pipeline.media.container.demux import packets_of
from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ

# Silence is yielded in blocks of at most half a second.
_MAX_SILENT_PACKETS = 24
_PACKET_SAMPLES = 1_024


def decode_audio(source: InputContainer) -> Iterator[Samples]:
    """The first audio stream in blocks of about a second, shape (2, n).

    Errors are `av.FFmpegError`s and `ValueError`s.
    """
    stream = source.streams.audio[0]
    decoder = stream.codec_context
    stereo = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    # Other AAC profiles and sample rates depend on more than one earlier packet.
    may_skip = (decoder.name, decoder.sample_rate, decoder.layout.name) == ("aac", SAMPLE_RATE_HZ, "stereo")
    decoded = AudioFifo()
    last, is_silent, skipped = b"", False, 0
    for packet in chain(packets_of(source, stream), [None]):
        data = bytes(packet) if packet else b""
        if is_silent and data == last:
            skipped += 1
            if skipped == _MAX_SILENT_PACKETS:
                yield _silence(skipped)
                skipped = 0
            continue
        if skipped:
            yield _silence(skipped)
            skipped = 0
        frames = decoder.decode(packet)
        for frame in frames:
            for plain in [frame] if _is_plain(frame) else stereo.resample(frame):
                plain.pts = None
                decoded.write(plain)
        # A first silent packet proves nothing: it may still have overlapped with the packet before it.
        is_silent = may_skip and data == last != b"" and _is_silence(frames)
        last = data
        if decoded.samples and (is_silent or decoded.samples >= SAMPLE_RATE_HZ):
            yield _read(decoded)
    if decoded.samples:
        yield _read(decoded)


def _is_plain(frame: AudioFrame) -> bool:
    # Packets last a fiftieth of a second: a resampler that does nothing would cost too much.
    return frame.format.name == "fltp" and frame.layout.name == "stereo" and frame.sample_rate == SAMPLE_RATE_HZ


def _is_silence(frames: Sequence[AudioFrame]) -> bool:
    """Whether these frames are one packet of digital silence."""
    return [frame.samples for frame in frames] == [_PACKET_SAMPLES] and not frames[0].to_ndarray().any()


def _silence(packets: int) -> Samples:
    return np.zeros((2, packets * _PACKET_SAMPLES), np.float32)


def _read(decoded: AudioFifo) -> Samples:
    block = decoded.read()
    assert block
    samples: Samples = block.to_ndarray().astype(np.float32, copy=False)
    return samples
