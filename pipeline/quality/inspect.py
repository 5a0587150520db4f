"""Opening a film and measuring it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError
from pipeline.media.audio import read_audio
from pipeline.media.decode import sample_pictures
from pipeline.media.loudness import measure_loudness
from pipeline.media.probe import MediaInfo, probe
from pipeline.model import Check, Verdict
from pipeline.quality import checks
from pipeline.quality.expected import Expected


def inspect_film(path: Path, expected: Expected) -> Verdict:
    """Check the film at `path`. Blocks for about a second per minute of 1080p: call it in a worker process.

    All packets are read, all sound is decoded, and of the pictures those that stand by themselves, and the last one. A
    file that can't be read to its end is a failed verdict, never an exception; of such a file and of one without
    exactly one picture and one sound, nothing else is said.
    """
    try:
        info = probe(path)
        if not info.is_complete:
            raise InputError("it ends before its index says")
        return Verdict(checks=tuple(_checks(path, info, expected)))
    except InputError as error:
        return Verdict(checks=(Check(name="file", passed=False, measured=error.message, limit="a whole film"),))


def _checks(path: Path, info: MediaInfo, expected: Expected) -> Iterator[Check]:
    found = checks.streams(info)
    yield found
    if not found.passed:
        return
    (picture,), (sound,) = info.pictures, info.sounds
    yield checks.picture_codec(picture)
    yield checks.size(picture, expected.video_format)
    yield checks.frame_rate(picture)
    yield checks.colours(picture)
    yield checks.sound_codec(sound)
    yield checks.duration(picture, expected.duration_s)
    yield checks.sync(picture, sound)
    yield checks.index(info)
    yield checks.cues(expected.cue_times_s, expected.duration_s)
    measured = measure_loudness(read_audio(path))
    if not expected.silent:
        yield checks.loudness(measured)
    yield checks.true_peak(measured)
    yield checks.pictures(sample_pictures(path))
