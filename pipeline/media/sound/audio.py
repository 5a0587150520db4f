"""Audio as arrays: decode any file; read and write the one WAV format of clips.

Inside the pipeline audio is always `float32` of shape (samples, 2) at `SAMPLE_RATE_HZ`, full scale at ±1.
Everything here blocks: call it in a thread (`anyio.to_thread.run_sync`). Nothing here is shared between calls.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.files import storage_errors
from pipeline.media.container.demux import undecodable
from pipeline.media.container.riff import EXTRA, chunk, chunks_of
from pipeline.model import SAMPLE_RATE_HZ

Samples = NDArray[np.float32]

_FULL_SCALE = 32_768
_CHANNELS = 2
_FRAME_BYTES = 2 * _CHANNELS
# Audio containers. Others, such as playlists, name files and URLs that FFmpeg would open.
_CONTAINERS = "aac,ac3,aiff,amr,ape,asf,caf,flac,matroska,webm,mov,mp4,mp3,ogg,tta,w64,wav,wv"
# For WAV with PCM, as eSpeak and Piper write it: FFmpeg would decode a whole sentence to find out what the header says,
# which takes longer than all the rest.
_PCM_OPTIONS = {"probesize": "2048"}


def read_audio(source: bytes | Path, *, longest_s: float | None = None) -> Samples:
    """Decode any audio that FFmpeg knows to (samples, 2) at 48 kHz; mono goes to both channels.

    At most the first `longest_s` seconds. Raises `InputError` for a file that is no audio.
    """
    where = source.name if isinstance(source, Path) else "audio"
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else str(source)
        options = {"format_whitelist": _CONTAINERS, **(_PCM_OPTIONS if _is_pcm(source) else {})}
        with av.open(file, mode="r", options=options) as container:
            if not container.streams.audio:
                raise InputError("it has no audio", where=where)
            if reason := undecodable(container):
                raise InputError(reason, where=where)
            planes = _decode(container, None if longest_s is None else round(longest_s * SAMPLE_RATE_HZ))
    except (av.FFmpegError, ValueError) as error:
        raise InputError(f"FFmpeg can't read it as audio ({type(error).__name__})", where=where) from error
    return np.ascontiguousarray(np.repeat(planes, 2, axis=0).T if planes.shape[0] == 1 else planes.T)


def write_wav(path: Path, samples: Samples, *, extra: bytes = b"") -> None:
    """Write 16-bit PCM, 48 kHz, stereo: the same samples give the same bytes (no dither, no date).

    `extra` is metadata stored in the same file, so that the two can't be separated: see `riff.read_extra`. Raises
    `StorageError`.
    """
    form = struct.pack("<HHIIHH", 1, _CHANNELS, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * _FRAME_BYTES, _FRAME_BYTES, 16)
    body = b"WAVE" + chunk(b"fmt ", form) + chunk(b"data", to_pcm(samples)) + (chunk(EXTRA, extra) if extra else b"")
    with storage_errors(path):
        path.write_bytes(chunk(b"RIFF", body))


def to_pcm(samples: Samples) -> bytes:
    """The samples as 16-bit little-endian PCM, interleaved."""
    pcm: bytes = (
        np.clip(np.rint(samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2").tobytes()
    )
    return pcm


def read_wav(path: Path) -> Samples:
    """The samples of a file that `write_wav` wrote. Raises `InputError` for any other kind of WAV."""
    chunks = chunks_of(path)
    form, data = chunks.get(b"fmt ", b""), chunks.get(b"data", b"")
    if form[:8] != struct.pack("<HHI", 1, _CHANNELS, SAMPLE_RATE_HZ) or len(data) % _FRAME_BYTES:
        raise InputError("not 16-bit stereo at 48 kHz", where=str(path))
    return np.frombuffer(data, dtype="<i2").reshape(-1, _CHANNELS).astype(np.float32) / np.float32(_FULL_SCALE)


def _is_pcm(source: bytes | Path) -> bool:
    """Whether it is a WAV whose first chunk is `fmt ` and says PCM."""
    head = source[:22] if isinstance(source, bytes) else b""
    return head[:4] == b"RIFF" and head[8:16] == b"WAVEfmt " and head[20:] == b"\1\0"


def _decode(container: av.container.InputContainer, max_samples: int | None) -> Samples:
    """The first audio stream as planes, shape (1 or 2, samples)."""
    blocks: list[Samples] = []
    length = 0
    for block in _planes(container):
        blocks.append(block)
        length += block.shape[1]
        if max_samples is not None and length >= max_samples:
            break
    if not blocks:
        return np.zeros((_CHANNELS, 0), dtype=np.float32)
    return np.concatenate(blocks, axis=1)[:, :max_samples]


def _planes(container: av.container.InputContainer) -> Iterator[Samples]:
    stream = container.streams.audio[0]
    layout = "mono" if stream.codec_context.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE_HZ)
    for frame in chain(container.decode(stream), [None]):
        yield from (block.to_ndarray().astype(np.float32, copy=False) for block in resampler.resample(frame))
