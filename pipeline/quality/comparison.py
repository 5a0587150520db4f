"""A film that was made of another: how much smaller it is, whether it is as long, and whether it looks like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.media.pictures.ssim import Similarity, compare_pictures
from pipeline.model import Check, QualityProfile, Verdict
from pipeline.quality.limits import limits_of


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A film beside the one that it was made of: sizes in bytes, lengths in seconds."""

    bytes: int
    length_s: float
    reference_bytes: int
    reference_length_s: float
    # What the pictures have in common, and Netflix's VMAF, 0 to 100; None: nobody could measure it.
    similarity: Similarity
    vmaf: float | None = None


def compare_files(film: Path, reference: Path) -> Similarity | None:
    """The pictures of both, compared. Blocks: call it in a worker process. None: one can't be decoded."""
    try:
        return compare_pictures(film, reference)
    except InputError:
        return None


def with_comparison(verdict: Verdict, derived: Derived, profile: QualityProfile) -> Verdict:
    """The verdict on a film, and on how it is beside the one that it was made of."""
    compared = Verdict(checks=tuple(_checks(derived, profile))).under(profile)
    return Verdict(checks=(*verdict.checks, *compared.checks), profile=profile.name)


def _checks(film: Derived, profile: QualityProfile) -> Iterator[Check]:
    limits = limits_of(profile)
    times = film.bytes / max(1, film.reference_bytes)
    sizes = f"{film.bytes / 1e6:.2f} of {film.reference_bytes / 1e6:.2f} MB"
    yield Check.of(
        "size_ratio",
        passed=times <= profile.size_ratio,
        measured=f"{times:.2f} times as large ({sizes})",
        limit=limits.get("size_ratio", ""),
        value=times,
    )
    apart_s = abs(film.length_s - film.reference_length_s)
    yield Check.of(
        "length",
        passed=apart_s <= profile.length_s,
        measured=f"{film.length_s:.2f} s beside {film.reference_length_s:.2f} s",
        limit=limits.get("length", ""),
        value=apart_s,
        unit="s",
    )
    alike = film.similarity
    yield Check.of(
        "ssim",
        passed=alike.mean >= profile.ssim,
        measured=f"{alike.mean:.4f}, of {alike.pictures} pictures; {alike.least:.4f} at {alike.least_at_s:.2f} s",
        limit=limits.get("ssim", ""),
        value=alike.mean,
    )
    if film.vmaf is not None:
        yield Check.of(
            "vmaf",
            passed=film.vmaf >= profile.vmaf,
            measured=f"{film.vmaf:.1f}",
            limit=limits.get("vmaf", ""),
            value=film.vmaf,
        )
