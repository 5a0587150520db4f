"""Inspect a film before it is delivered.

`inspect_segment` decodes a part when it is made; `inspect_film` then only verifies that the film consists of these
parts. On request, or if the findings of a part are missing, it decodes everything itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from pipeline.choices import Depth
from pipeline.errors import InputError, QualityError
from pipeline.files import sha256_of
from pipeline.media.container.probe import MediaInfo, probe
from pipeline.media.pictures.decode import decode_video
from pipeline.media.pictures.perceptual_hash import perceptual_hash
from pipeline.media.pictures.tile_colours import drawn_colours
from pipeline.media.sound.audio import read_wav
from pipeline.media.sound.likeness import SignalToNoise
from pipeline.media.sound.loudness import measure_film_loudness
from pipeline.model import Check, Package, QualityProfile, Verdict
from pipeline.quality import checks, companions, cues, profile_checks, texts
from pipeline.quality.expected import Expected, Parts, SegmentSource
from pipeline.quality.findings import (
    Brightness,
    FilmFindings,
    Findings,
    PartFindings,
    PictureFindings,
    SoundFindings,
    append_findings,
    read_part_findings,
)
from pipeline.quality.sidecars import reading_checks

_ALL_BUT_THE_LAST = {"video": (-1,)}
# Checks of our own films that a profile may turn into warnings: not what was ordered, but how good it is.
_BY_PROFILE = frozenset(
    {
        "loudness",
        "loudness_range",
        "true_peak",
        "dropouts",
        "clicks",
        "silence",
        "balance",
        "phase",
        "black",
        "keyframes",
        "caption_speed",
        "caption_lines",
        "text",
        "language",
        "duplicate",
    }
)


def inspect_film(
    package: Package,
    expected: Expected,
    parts: Parts | None,
    depth: Depth,
    profile: QualityProfile,
) -> Verdict:
    """Check all files of a film. Blocks: call it in a worker process.

    What was ordered must be there; the rest (loudness, silence, captions, texts…) is judged by `profile`.

    All packets are read. If they are those of `parts`, which were decoded when they were made, nothing is decoded again
    (a tenth of a second for a minute of film); without parts, or with `depth` "full", everything is decoded. Memory
    does not grow with the length. A file that is missing or can't be read to its end is a failed verdict, never an
    exception; such a film, and one without exactly one video and one audio stream, gets no other checks.
    """
    found = None
    if parts:
        # A part that is gone, or has no findings: then the film itself is decoded.
        with suppress(InputError):
            found = read_part_findings(parts, expected.pictures)
    everything = depth == "full" or found is None
    ordered: list[Check] = []
    by_profile: list[Check] = []
    for check in (
        *_film(package, expected, profile, found, everything=everything),
        *_texts(expected, profile),
        companions.thumbnails(package.stills, expected.video_format.thumbnail_px),
        companions.metadata(package.metadata, expected.script, expected.title),
    ):
        (by_profile if check.name in _BY_PROFILE else ordered).append(check)
    judged = (*ordered, *Verdict(checks=tuple(by_profile)).under(profile).checks)
    return Verdict(checks=judged, profile=profile.name).of_film(_digest(package.video))


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""  # the checks report that it can't be read


def inspect_segment(path: Path, expected: Expected, source: SegmentSource) -> None:
    """Decode a new segment and append the findings to its file. Blocks: call it in the process that made the segment.

    `expected` is a film of this one scene. Raises `QualityError` with all faults, and `StorageError`.
    """
    try:
        info = probe(path, _ALL_BUT_THE_LAST)
        if not info.is_complete:
            raise InputError("it ends before its index says")
        _pass(checks.streams(info))
        (picture,), (sound,) = info.pictures, info.sounds
        if not sound.packets:
            raise InputError("it has no sound")
        (sound_packets,) = sound.packets
        video = decode_video(path, expected.resting_s, frame_rate=expected.frame_rate, changes=source.changes)
        likeness = SignalToNoise(read_wav(source.clip))
        loudness = measure_film_loudness(path, likeness.push)
    except InputError as error:
        raise QualityError(f"the scene does not pass: {error.message}") from error
    at_rest = tuple(map(Brightness.of, video.samples))
    _pass(
        *_properties(info, expected, video.pixel_format),
        checks.decoded(picture, video.pictures),
        checks.rest(video, source.rest_db),
        checks.drawn(video.colours[0], drawn_colours(source.at_rest)),
        checks.moves(video, expected.frame_rate),
        checks.clip(loudness, source.clip_lufs),
        checks.likeness(likeness.db),
        checks.true_peak(loudness),
        checks.pictures(at_rest),
    )
    append_findings(
        path,
        Findings(
            picture=PictureFindings(
                packets=picture.packets,
                frames=round(picture.duration_s * expected.frame_rate),
                last_frames=round((picture.duration_s - picture.last_s) * expected.frame_rate),
                configuration=picture.configuration,
                pixel_format=video.pixel_format,
                at_rest=at_rest[0],
                look=perceptual_hash(video.samples[0]),
                black=video.black,
            ),
            sound=SoundFindings(packets=sound_packets, configuration=sound.configuration, loudness=loudness),
        ),
    )


def inspect_sound(path: Path) -> None:
    """`inspect_segment` for the audio of a whole film; it is judged with the film."""
    try:
        (sound,) = probe(path).sounds
        (packets,) = sound.packets
        loudness = measure_film_loudness(path)
    except (InputError, ValueError) as error:
        raise QualityError(f"the sound of the film does not pass: {error}") from error
    found = SoundFindings(packets=packets, configuration=sound.configuration, loudness=loudness)
    append_findings(path, Findings(picture=None, sound=found))


def _pass(*found: Check) -> None:
    verdict = Verdict(checks=found)
    if not verdict.passed:
        raise QualityError("the scene does not pass: " + "; ".join(verdict.reasons))


def _film(
    package: Package, expected: Expected, profile: QualityProfile, found: PartFindings | None, *, everything: bool
) -> Iterator[Check]:
    """The checks of the film, and of its subtitles, whose times depend on it."""
    try:
        info = probe(package.video, found.counts if found else {})
        if not info.is_complete:
            raise InputError("it ends before its index says")
        streams = checks.streams(info)
        yield streams
        if streams.passed:
            (picture,), (sound,) = info.pictures, info.sounds
            measured = (
                found.combined(expected.starts_s) if found and not everything else _decode(package.video, expected)
            )
            yield from _properties(info, expected, measured.pixel_format)
            if found:
                yield checks.parts(picture, sound, found)
            if measured.decoded is not None:
                yield checks.decoded(picture, measured.decoded)
                yield checks.frozen(measured.frozen, expected.starts_s[1:])
            yield profile_checks.longest_at_most("black", profile, measured.black, profile.black_s)
            yield profile_checks.keyframes(picture.keyframe_s, profile)
            if not expected.silent:
                yield profile_checks.loudness(measured.loudness.integrated_lufs, profile)
                yield profile_checks.loudness_range(measured.loudness, profile)
                yield profile_checks.silence(measured.loudness, expected, profile)
            yield from profile_checks.discontinuities(measured.loudness.torn, profile, expected.starts_s)
            yield from profile_checks.stereo(measured.loudness.stereo, profile)
            yield checks.true_peak(measured.loudness, profile.peak_dbtp)
            yield checks.pictures(measured.scenes)
            yield cues.srt(package.srt, expected.cues, sound.duration_s)
            yield cues.vtt(package.vtt, expected.cues, sound.duration_s)
    except InputError as error:
        yield Check.of("file", passed=False, measured=error.message, limit="a whole film")


def _texts(expected: Expected, profile: QualityProfile) -> Iterator[Check]:
    """The checks of subtitles and script."""
    if expected.script is not None:
        yield cues.words(expected.cues, expected.script)
        yield checks.glyphs(expected.undrawable)
        yield texts.text(expected.script, expected.cells)
        yield texts.language(expected.script)
    if expected.cues:
        yield from reading_checks(expected.cues, profile)
    if expected.compared:
        yield profile_checks.duplicate(expected.near_duplicate, profile)


def _properties(info: MediaInfo, expected: Expected, pixel_format: str) -> Iterator[Check]:
    """The checks that need no decoding."""
    (picture,), (sound,) = info.pictures, info.sounds
    yield checks.picture_codec(picture, pixel_format, expected.codec)
    yield checks.size(picture, expected.video_format)
    yield checks.frame_rate(picture, expected.video_format, may_vary=expected.variable_rate)
    yield checks.colours(picture)
    yield checks.sound_codec(sound)
    yield checks.duration(picture, expected.duration_s)
    yield checks.sync(picture, sound)
    yield checks.offset(sound)
    yield checks.index(info)


def _decode(video: Path, expected: Expected) -> FilmFindings:
    """Decode all pictures and all sound."""
    # FFmpeg releases the GIL: sound and pictures are decoded in parallel.
    with ThreadPoolExecutor(max_workers=1) as executor:
        sound = executor.submit(measure_film_loudness, video)
        pictures = decode_video(video, expected.resting_s, frame_rate=expected.frame_rate, everything=True)
        return FilmFindings(
            pixel_format=pictures.pixel_format,
            scenes=tuple(map(Brightness.of, pictures.samples)),
            loudness=sound.result(),
            decoded=pictures.pictures,
            black=pictures.black,
            frozen=pictures.frozen,
        )
