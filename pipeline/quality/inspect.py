"""Opening what is about to be delivered, and measuring it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.errors import InputError
from pipeline.media.decode import pictures_at
from pipeline.media.loudness import measure_film_loudness
from pipeline.media.probe import MediaInfo, probe
from pipeline.model import Check, Package, Verdict
from pipeline.quality import checks, companions, cues
from pipeline.quality.expected import Expected


def inspect_film(package: Package, expected: Expected) -> Verdict:
    """Check all files of a film. Blocks for a good second per minute of 1080p: call it in a worker process.

    All packets are read, all sound is decoded, and of the pictures one in each scene, with those that lead to it.
    Memory does not grow with the length. A file that is missing or can't be read to its end is a failed verdict, never
    an exception; of a film like that, and of one without exactly one picture and one sound, nothing else is said.
    """
    return Verdict(
        checks=(
            *_film(package, expected),
            companions.thumbnail(package.thumbnail),
            companions.metadata(package.metadata),
        )
    )


def _film(package: Package, expected: Expected) -> Iterator[Check]:
    """The checks of the film and of its subtitles, whose times mean nothing without it."""
    try:
        info = probe(package.video)
        if not info.is_complete:
            raise InputError("it ends before its index says")
        found = checks.streams(info)
        yield found
        if found.passed:
            yield from _properties(info, expected)
            yield from _decoded(package.video, expected)
            sound_s = info.sounds[0].duration_s
            yield cues.srt(package.srt, expected.cues, sound_s)
            yield cues.vtt(package.vtt, expected.cues, sound_s)
    except InputError as error:
        yield Check(name="file", passed=False, measured=error.message, limit="a whole film")


def _properties(info: MediaInfo, expected: Expected) -> Iterator[Check]:
    """What the packets tell."""
    (picture,), (sound,) = info.pictures, info.sounds
    yield checks.picture_codec(picture, expected.codec)
    yield checks.size(picture, expected.video_format)
    yield checks.frame_rate(picture, expected.video_format, may_vary=expected.variable_rate)
    yield checks.colours(picture)
    yield checks.sound_codec(sound)
    yield checks.duration(picture, expected.duration_s)
    yield checks.sync(picture, sound)
    yield checks.index(info)


def _decoded(video: Path, expected: Expected) -> Iterator[Check]:
    """What is seen and heard."""
    # FFmpeg works without Python's lock: sound and pictures are decoded side by side.
    with ThreadPoolExecutor(max_workers=1) as beside:
        sound = beside.submit(measure_film_loudness, video)
        pictures = checks.pictures(pictures_at(video, expected.resting_s))
        measured = sound.result()
    if not expected.silent:
        yield checks.loudness(measured)
    yield checks.true_peak(measured)
    yield pictures
