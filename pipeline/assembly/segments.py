"""Scenes are encoded to segments, segments are joined to a film."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from pipeline.assembly.holds import encode_held
from pipeline.assembly.plan import ENCODERS, EncoderPlan, encoder_options
from pipeline.errors import CheckpointError
from pipeline.files import discard, replacing, sha256_of, storage_errors
from pipeline.media.container.join import join_mp4
from pipeline.media.container.mux import open_mp4
from pipeline.media.pictures.encode import Drawn, PictureEncoder
from pipeline.media.sound.aac import SoundEncoder
from pipeline.media.sound.audio import read_wav
from pipeline.model import SCENE_QUANTUM_SAMPLES, Segment, Video, VideoFormat

# Both channels of a voice are identical and coded jointly, so this gives 46 dB of signal-to-noise ratio, in half the
# encoding time of 192 kbit/s. Music needs both channels.
_VOICE_KBPS = 128


def encode_segment(
    frames: Iterable[Drawn],
    *,
    clip: Path,
    samples: int,
    path: Path,
    video_format: VideoFormat,
    encoder: EncoderPlan,
) -> None:
    """Encode one scene to `path`, an MP4 whose audio and video start at 0 and end together. Blocks; for workers.

    At a frame rate other than 30, the audio may end within the last frame.

    `frames` are planes of the size of `video_format`, each with the frame times that it is held and what changed;
    together they last as long as `clip`, a WAV (48 kHz, stereo, 16 bit) of `samples`, a whole number of scene quanta.
    They are consumed one by one, so the scene is never in memory as a whole. The same inputs give the same bytes.

    Raises `CheckpointError` for a clip of another length, `InputError` for one that is not such a WAV, `StorageError`
    if `path` can't be written, and `ValueError` for invalid frames; nothing is left at `path` then.
    """
    if samples <= 0 or samples % SCENE_QUANTUM_SAMPLES:
        raise ValueError(f"a scene of {samples} samples is not a whole number of {SCENE_QUANTUM_SAMPLES}")
    sound = read_wav(clip)
    if len(sound) != samples:
        raise CheckpointError(
            f"the clip has {len(sound)} samples, must have {samples}",
            where=clip.name,
            hint="Remove the clip and run the command again",
        )
    with _removed_on_failure(path), open_mp4(path) as film:
        rate = video_format.frame_rate
        options = encoder_options(encoder, frame_rate=rate)
        pictures = PictureEncoder(film, video_format, options, name=ENCODERS[encoder.codec])
        voice = SoundEncoder(film, bit_rate=1_000 * min(encoder.audio_kbps, _VOICE_KBPS))
        shown = encode_held(
            frames,
            pictures,
            length=video_format.frames_of(samples),
            keyframe=encoder.keyframe_s * rate,
            holds=encoder.effective_holds,
        )
        # The first picture completes the parameter sets. The muxer interleaves: what waits in memory is the sound.
        for packet in chain(islice(shown, 1), voice.encode(sound), shown):
            film.mux(packet)


def join_segments(
    segments: Sequence[Segment],
    *,
    path: Path,
    frame_rate: int,
    title: str | None,
    sound: Path | None,
) -> Video:
    """Join segments, at least one, into the film at `path` by copying their packets. Blocks: call it in a thread.

    The film has its index first (`moov` before `mdat`), no edit lists and no metadata but `title`. `sound`, an MP4 with
    one audio track of the same length, replaces the segments' audio. The film appears at `path` once it is complete and
    flushed. Raises `CheckpointError` for a segment or `sound` that is missing, damaged or encoded differently from the
    others, and `StorageError` if `path` can't be written.
    """
    if not segments:
        raise ValueError("a film needs at least one segment")
    with replacing(path) as part:
        frames = join_mp4(segments, part, frame_rate=frame_rate, title=title, sound=sound)
        digest, size = sha256_of(part), part.stat().st_size
    return Video(frames=frames, frame_rate=frame_rate, bytes=size, sha256=digest)


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    """Remove the file at `path` if the block fails. It is the cache's temporary file, renamed on success."""
    with storage_errors(path):
        try:
            yield
        except BaseException:
            discard(path)
            raise
