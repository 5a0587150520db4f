"""The sound of a film as a listener hears it, decoded once from the first packet to the last.

Silence that goes on is not decoded again. What a packet of AAC-LC sounds like follows from it and from the one before
it (ISO/IEC 14496-3, 4.6.11: the second half of a window overlaps with the first half of the next). So after two packets
that are the same, and of which the second was silence, a third that is the same is silence as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from pipeline.media.container.demux import OpenFilm
from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ

# Silence is told of in pieces no longer than so many packets: half a second.
_MOST_PACKETS = 24
_PACKET_SAMPLES = 1_024


def hear(source: OpenFilm) -> Iterator[Samples]:
    """The first audio stream in pieces of shape (2, n), of a second or so.

    Errors are `av.FFmpegError`s and `ValueError`s.
    """
    stream = source.streams.audio[0]
    decoder = stream.codec_context
    stereo = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    # Other kinds of AAC, and other rates, keep more than one packet in mind.
    is_known = (decoder.name, decoder.sample_rate, decoder.layout.name) == ("aac", SAMPLE_RATE_HZ, "stereo")
    heard = AudioFifo()
    last, is_silent, skipped = b"", False, 0
    for packet in chain(source.packets(stream), [None]):
        data = bytes(packet) if packet else b""
        if is_silent and data == last:
            skipped += 1
            if skipped == _MOST_PACKETS:
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
                heard.write(plain)
        # How it was before it came again does not count: it may still have held the end of what was before it.
        is_silent = is_known and data == last != b"" and _is_silence(frames)
        last = data
        if heard.samples and (is_silent or heard.samples >= SAMPLE_RATE_HZ):
            yield _read(heard)
    if heard.samples:
        yield _read(heard)


def _is_plain(frame: AudioFrame) -> bool:
    # A packet lasts a fiftieth of a second, so that every step here counts.
    return frame.format.name == "fltp" and frame.layout.name == "stereo" and frame.sample_rate == SAMPLE_RATE_HZ


def _is_silence(frames: Sequence[AudioFrame]) -> bool:
    """Whether these are one packet of silence."""
    return [frame.samples for frame in frames] == [_PACKET_SAMPLES] and not frames[0].to_ndarray().any()


def _silence(packets: int) -> Samples:
    return np.zeros((2, packets * _PACKET_SAMPLES), np.float32)


def _read(heard: AudioFifo) -> Samples:
    piece = heard.read()
    assert piece
    samples: Samples = piece.to_ndarray().astype(np.float32, copy=False)
    return samples
