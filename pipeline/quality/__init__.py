"""Video -> Verdict: a finished film is opened and measured before it counts, its parts as soon as they are made.

expected          what the film must be
inspect           `inspect_segment`, `inspect_sound` and `inspect_film`: open, measure, collect checks
checks            measured against expected, a function per check; profile_checks: those whose limits a profile sets
findings          measurements of a part, stored in its file
cues              the subtitle files, read back
companions        thumbnail and metadata
replacements      files that a user has edited or replaced   (`faults_of`)
texts             text artefacts, such as unfilled placeholders, and the language

judge             `judge_file`: a third-party film, decoded and measured
third_party       its checks, a function each              (limits: a profile's limits in words)
sidecars          its caption files                        (caption_coverage, caption_timing: against the sound)
comparison        a film and the one that it was derived from: size, length, SSIM, VMAF
near_duplicates   is it the same film as another one?

PyAV and numpy are imported by the first call, not by code that only says what is expected.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.choices import Depth
from pipeline.model import STANDARD, Package, QualityProfile, Verdict
from pipeline.quality.expected import Expected, Parts, SegmentSource

# Part of the cache keys of parts: raise it when other faults are looked for, or other `findings` stored.
INSPECTION_VERSION = 11

__all__ = [
    "INSPECTION_VERSION",
    "Expected",
    "Parts",
    "SegmentSource",
    "faults_of",
    "inspect_film",
    "inspect_segment",
    "inspect_sound",
    "load",
]


def load() -> None:
    """Import the inspection ahead of the first call."""
    from pipeline.quality import inspect  # noqa: F401, PLC0415


def inspect_film(
    package: Package,
    expected: Expected,
    parts: Parts | None = None,
    depth: Depth = "parts",
    profile: QualityProfile = STANDARD,
) -> Verdict:
    """Check all files of a film. See `inspect.inspect_film`."""
    from pipeline.quality import inspect  # noqa: PLC0415

    return inspect.inspect_film(package, expected, parts, depth, profile)


def faults_of(name: str, path: Path, expected: Expected, profile: QualityProfile) -> tuple[str, ...]:
    """The faults of a file that a user has replaced. See `replacements.faults_of`."""
    from pipeline.quality import replacements  # noqa: PLC0415

    return replacements.faults_of(name, path, expected, profile)


def inspect_segment(path: Path, expected: Expected, source: SegmentSource) -> None:
    """Decode a new segment and append the findings to its file. See `inspect.inspect_segment`."""
    from pipeline.quality import inspect  # noqa: PLC0415

    inspect.inspect_segment(path, expected, source)


def inspect_sound(path: Path) -> None:
    """`inspect_segment` for the audio of a whole film."""
    from pipeline.quality import inspect  # noqa: PLC0415

    inspect.inspect_sound(path)
