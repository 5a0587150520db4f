"""Opening what is about to be delivered, and measuring it.

`inspect_segment` decodes a part when it is made; `inspect_film` then only makes sure that the film is these parts, one
after the other. Asked to, or when a part can't be asked any more, it decodes everything itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from pipeline.choices import Depth
from pipeline.errors import InputError, QualityError
from pipeline.files import sha256_of
from pipeline.media.container.demux import opened
from pipeline.media.container.probe import MediaInfo, probe
from pipeline.media.pictures.decode import decode_video
from pipeline.media.pictures.perceptual_hash import perceptual_hash
from pipeline.media.sound.loudness import measure_film_loudness
from pipeline.model import Check, Package, QualityProfile, Verdict
from pipeline.quality import checks, companions, cues, profile_checks, texts
from pipeline.quality.expected import Expected, Parts
from pipeline.quality.findings import (
    Brightness,
    Findings,
    PartFindings,
    PictureFindings,
    Seen,
    SoundFindings,
    append_findings,
    read_part_findings,
)
from pipeline.quality.sidecars import reading_checks

_ALL_BUT_THE_LAST = {"video": (-1,)}
# Checks of a film of ours that a profile decides about: not what was ordered, but how it is.
_LENIENT = frozenset(
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

    What was ordered must be there; how the rest is judged (loudness, silence, captions, texts…), `profile` says.

    All its packets are read. If they are those of `parts`, which were decoded when they were made, nothing is decoded
    again (a tenth of a second for a minute of film); without parts, or to the full `depth`, all pictures and all sound
    are. Memory does not grow with the length. A file that is missing or can't be read to its end is a failed verdict,
    never an exception; of a film like that, and of one without exactly one picture and one sound, nothing else is said.
    """
    found = None
    if parts:
        # One that is gone, or was made before parts were inspected: then the film itself is looked at.
        with suppress(InputError):
            found = read_part_findings(parts, expected.pictures)
    everything = depth == "full" or found is None
    ordered: list[Check] = []
    lenient: list[Check] = []
    for check in (
        *_film(package, expected, profile, found, everything=everything),
        *_texts(expected, profile),
        companions.thumbnails(package.stills, expected.video_format.thumbnail_px),
        companions.metadata(package.metadata, expected.script, expected.title),
    ):
        (lenient if check.name in _LENIENT else ordered).append(check)
    judged_as = (*ordered, *Verdict(checks=tuple(lenient)).under(profile).checks)
    return Verdict(checks=judged_as, profile=profile.name).of_film(_digest(package.video))


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""  # that it can't be read is among the checks


def inspect_segment(
    path: Path, expected: Expected, *, changes: Collection[int], rest_db: float, clip_lufs: float | None
) -> None:
    """Decode a segment that was just made, and put into it what was found. Blocks: in the process that made it.

    `expected` is a film of this one scene, `changes` are the frame times at which its picture changes, and `rest_db` is
    how much it must stay the same at others (PSNR); `clip_lufs` is how loud its clip is (None: silent, or too short to
    say). Raises `QualityError` with all that is wrong, and `StorageError`.
    """
    try:
        with opened(path, in_memory=True) as segment:
            info = probe(segment, _ALL_BUT_THE_LAST)
            if not info.is_complete:
                raise InputError("it ends before its index says")
            _pass(checks.streams(info))
            (picture,), (sound,) = info.pictures, info.sounds
            if not sound.packets:
                raise InputError("it has no sound")
            (sound_packets,) = sound.packets
            seen = decode_video(segment, expected.resting_s, frame_rate=expected.frame_rate, changes=changes)
            loudness = measure_film_loudness(segment)
    except InputError as error:
        raise QualityError(f"the scene does not pass: {error.message}") from error
    at_rest = tuple(map(Brightness.of, seen.samples))
    _pass(
        *_properties(info, expected, seen.pixel_format),
        checks.decoded(picture, seen.pictures),
        checks.rest(seen, rest_db),
        checks.moves(seen, expected.frame_rate),
        checks.clip(loudness, clip_lufs),
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
                pixel_format=seen.pixel_format,
                at_rest=at_rest[0],
                look=perceptual_hash(seen.samples[0]),
                black=seen.black,
            ),
            sound=SoundFindings(packets=sound_packets, configuration=sound.configuration, loudness=loudness),
        ),
    )


def inspect_sound(path: Path) -> None:
    """The same for the sound of a whole film, which is judged with the film."""
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
    """The checks of the film and of its subtitles, whose times mean nothing without it."""
    try:
        info = probe(package.video, found.counts if found else {})
        if not info.is_complete:
            raise InputError("it ends before its index says")
        streams = checks.streams(info)
        yield streams
        if streams.passed:
            (picture,), (sound,) = info.pictures, info.sounds
            seen = found.seen(expected.starts_s) if found and not everything else _decoded(package.video, expected)
            yield from _properties(info, expected, seen.pixel_format)
            if found:
                yield checks.parts(picture, sound, found)
            if seen.decoded is not None:
                yield checks.decoded(picture, seen.decoded)
                yield checks.frozen(seen.frozen, expected.starts_s[1:])
            yield profile_checks.black(seen.black, profile)
            yield profile_checks.keyframes(picture, profile)
            if not expected.silent:
                yield profile_checks.loudness(seen.loudness, profile)
                yield profile_checks.loudness_range(seen.loudness, profile)
                yield profile_checks.silence(seen.loudness, expected, profile)
            yield from profile_checks.torn(seen.loudness.torn, profile, expected.starts_s)
            yield from profile_checks.stereo(seen.loudness.stereo, profile)
            yield checks.true_peak(seen.loudness, profile.peak_dbtp)
            yield checks.pictures(seen.scenes)
            yield cues.srt(package.srt, expected.cues, sound.duration_s)
            yield cues.vtt(package.vtt, expected.cues, sound.duration_s)
    except InputError as error:
        yield Check.of("file", passed=False, measured=error.message, limit="a whole film")


def _texts(expected: Expected, profile: QualityProfile) -> Iterator[Check]:
    """Checks of subtitles, metadata and script."""
    if expected.script is not None:
        yield cues.words(expected.cues, expected.script)
        yield checks.glyphs(expected.undrawable)
        yield texts.text(expected.script, expected.cells)
        yield texts.language(expected.script)
    if expected.cues:
        yield from reading_checks(expected.cues, profile)
    if expected.compared:
        yield profile_checks.duplicate(expected.twin, profile)


def _properties(info: MediaInfo, expected: Expected, pixel_format: str) -> Iterator[Check]:
    """Checks that need the packets only: nothing is decoded."""
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


def _decoded(video: Path, expected: Expected) -> Seen:
    """What is seen and heard: all pictures and all sound are decoded."""
    # FFmpeg works without Python's lock: sound and pictures are decoded side by side.
    with ThreadPoolExecutor(max_workers=1) as beside:
        sound = beside.submit(measure_film_loudness, video)
        pictures = decode_video(video, expected.resting_s, frame_rate=expected.frame_rate, everything=True)
        return Seen(
            pixel_format=pictures.pixel_format,
            scenes=tuple(map(Brightness.of, pictures.samples)),
            loudness=sound.result(),
            decoded=pictures.pictures,
            black=pictures.black,
            frozen=pictures.frozen,
        )
