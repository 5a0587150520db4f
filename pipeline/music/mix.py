"""Voice and bed mixed to one track in blocks, in constant memory however long the film is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CheckpointError
from pipeline.files import storage_errors
from pipeline.media.container.mux import open_mp4
from pipeline.media.sound.aac import SoundEncoder
from pipeline.media.sound.audio import Samples, read_wav
from pipeline.media.sound.loudness import FILM_LUFS, normalise_stream
from pipeline.model import SAMPLE_RATE_HZ, Clip
from pipeline.music.bed import LOOP_LUFS, Loop
from pipeline.music.ducking import Ducking, smoothstep
from pipeline.music.plan import MixPlan

# The first AAC packet has no predecessor to overlap with, so it must be silent.
_LEAD_SAMPLES = 1_024


def mix_film(clips: Sequence[Clip], loop: Path, *, plan: MixPlan, path: Path, bit_rate: int) -> None:
    """Write the soundtrack of a film to `path`: an MP4 with one AAC track, as long as all `clips`. Blocks; for workers.

    `loop` is a file written by `prepare_bed`. The same inputs give the same bytes. The mix is normalised to the
    loudness of films. Raises `CheckpointError` for a clip of another length or a damaged loop, `InputError` and
    `StorageError` for clips that can't be read, `StorageError` if `path` can't be written.
    """
    mixed = normalise_stream(partial(mix, clips, Loop(loop), plan))
    with storage_errors(path), open_mp4(path) as film:
        for packet in SoundEncoder(film, bit_rate=bit_rate).encode_all(mixed):
            film.mux(packet)


def mix(clips: Sequence[Clip], loop: Loop, plan: MixPlan) -> Iterator[Samples]:
    """The mix, in blocks of at most a second."""
    for voice, bed in stems(clips, loop, plan):
        yield voice + bed


def stems(clips: Sequence[Clip], loop: Loop, plan: MixPlan) -> Iterator[tuple[Samples, Samples]]:
    """The voice and the ducked bed, in blocks of at most a second."""
    ducking = Ducking(clips, duck_lu=plan.duck_lu)
    level = 10 ** ((FILM_LUFS - plan.below_speech_lu - LOOP_LUFS) / 20)
    total = sum(clip.samples for clip in clips)
    at = 0
    for clip in clips:
        voice = read_wav(clip.path)
        if len(voice) != clip.samples:
            raise CheckpointError(
                f"the clip has {len(voice)} samples, must have {clip.samples}",
                where=clip.path.name,
                hint="Remove the clip and run the command again",
            )
        for start in range(0, clip.samples, SAMPLE_RATE_HZ):
            block = voice[start : start + SAMPLE_RATE_HZ]
            stop = at + len(block)
            gain = level * ducking.gain(at, stop) * _fades(at, stop, total, plan)
            yield block, loop.samples(at, stop) * gain.astype(np.float32)[:, None]
            at = stop


def _fades(start: int, stop: int, total: int, plan: MixPlan) -> NDArray[np.float64]:
    """The gain of the bed's fades at the start and the end of the film."""
    at = np.arange(start, stop)
    since_s, left_s = (at - _LEAD_SAMPLES) / SAMPLE_RATE_HZ, (total - 1 - at) / SAMPLE_RATE_HZ
    # In a very short film, each takes at most half of it.
    longest_s = total / SAMPLE_RATE_HZ / 2
    fade_in = np.clip(since_s / min(plan.fade_in_s, longest_s), 0.0, 1.0)
    fade_out = np.clip(left_s / min(plan.fade_out_s, longest_s), 0.0, 1.0)
    return smoothstep(fade_in) * smoothstep(fade_out)
