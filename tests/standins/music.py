"""Synthetic music, and files of it in any format."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

# A minor seventh: A2, E3, G3, C4, in Hz; no whole number of periods fits into a second.
CHORD_HZ = (110.0, 164.81, 196.0, 261.63)
_CODECS = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "libmp3lame", ".ogg": "libopus", ".m4a": "aac"}


def chord(seconds: float, *, rate: int = 48_000, level: float = 0.1, modulation_hz: float = 0.3) -> NDArray[np.float32]:
    """A chord, (samples, 2), that swells and ebbs by 2 dB; the channels differ slightly."""
    at = np.arange(round(seconds * rate)) / rate
    left = sum(np.sin(2 * np.pi * hz * at + number) for number, hz in enumerate(CHORD_HZ))
    right = sum(np.sin(2 * np.pi * hz * 1.001 * at + number) for number, hz in enumerate(CHORD_HZ))
    swell = 1 + 0.12 * np.sin(2 * np.pi * modulation_hz * at)
    return (level * np.stack([left * swell, right * swell], axis=1) / 2).astype(np.float32)


def rushing(seconds: float, *, level: float = 0.1, seed: int = 3) -> NDArray[np.float32]:
    """Noise without repetition."""
    return (level * np.random.default_rng(seed).normal(size=(round(seconds * 48_000), 2))).astype(np.float32)


def write_bed(path: Path, samples: NDArray[np.float32], *, rate: int = 48_000, mono: bool = False) -> Path:
    """`samples` in the format of the file's extension."""
    path.parent.mkdir(parents=True, exist_ok=True)
    layout = "mono" if mono else "stereo"
    with av.open(str(path), "w") as output:
        stream = output.add_stream(_CODECS[path.suffix], rate=rate, layout=layout)
        planes = np.ascontiguousarray(samples.mean(axis=1, keepdims=True).T if mono else samples.T)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        fitted = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=stream.frame_size)
        for block in [*fitted.resample(frame), *fitted.resample(None)]:
            output.mux(stream.encode(block))
        output.mux(stream.encode(None))
    return path
