"""The sound of a film as a listener hears it, decoded once from the first packet to the last.

Silence that goes on is not decoded again. What a packet of AAC-LC sounds like follows from it and from the one before
it (ISO/IEC 14496-3, 4.6.11: the second half of a window overlaps with the first half of the next). So after two packets
that are the same, and of which the second was silence, a third that is the same is silence as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from pipeline.media.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ

# Silence is told of in pieces no longer than so many packets: half a second.
_MOST_PACKETS = 24
_PACKET_SAMPLES = 1_024


def hear(source: InputContainer) -> Iterator[Samples]:
    """The first audio stream in pieces of shape (2, n). Errors are `av.FFmpegError`s and `ValueError`s."""
    stream = source.streams.audio[0]
    decoder = stream.codec_context
    stereo = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    # Other kinds of AAC, and other rates, keep more than one packet in mind.
    is_known = (decoder.name, decoder.sample_rate, decoder.layout.name) == ("aac", SAMPLE_RATE_HZ, "stereo")
    last, silent, skipped = b"", 0, 0
    for packet in source.demux(stream):
        data = bytes(packet)
        # How often in a row this packet was there; the first may still hold the end of what was before it.
        if is_known and data and data == last and silent:
            skipped += 1
            if skipped == _MOST_PACKETS:
                yield np.zeros((2, silent * skipped), np.float32)
                skipped = 0
            continue
        if skipped:
            yield np.zeros((2, silent * skipped), np.float32)
            skipped = 0
        pieces = [piece for frame in decoder.decode(packet) for piece in _pieces(frame, stereo)]
        yield from pieces
        is_silence = [piece.shape[1] for piece in pieces] == [_PACKET_SAMPLES] and not pieces[0].any()
        last, silent = data, _PACKET_SAMPLES if data == last and is_silence else 0


def _pieces(frame: AudioFrame, stereo: AudioResampler) -> Iterator[Samples]:
    if frame.format.name == "fltp" and frame.layout.name == "stereo" and frame.sample_rate == SAMPLE_RATE_HZ:
        # As it comes: a packet lasts a fiftieth of a second, so that every step here counts.
        planes = np.empty((2, frame.samples), np.float32)
        for plane, samples in zip(frame.planes, planes, strict=True):
            samples[:] = np.frombuffer(memoryview(plane), np.float32, frame.samples)
        yield planes
        return
    for block in stereo.resample(frame):
        yield block.to_ndarray().astype(np.float32, copy=False)
