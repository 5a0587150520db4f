"""Compare a film with the one that it was derived from: size, duration, SSIM and VMAF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.media.pictures.ssim import Similarity, compare_pictures
from pipeline.model import Check, QualityProfile, Verdict
from pipeline.quality.limits import at_most, limited_check


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A film and the reference that it was derived from: sizes in bytes, durations in seconds."""

    bytes: int
    length_s: float
    reference_bytes: int
    reference_length_s: float
    # SSIM, and Netflix's VMAF, 0 to 100; None: not measured.
    similarity: Similarity
    vmaf: float | None = None


def compare_files(film: Path, reference: Path) -> Similarity | None:
    """SSIM of two films. Blocks: call it in a worker process. None: one can't be decoded."""
    try:
        return compare_pictures(film, reference)
    except InputError:
        return None


def with_comparison(verdict: Verdict, derived: Derived, profile: QualityProfile) -> Verdict:
    """The verdict on a film, extended by its comparison with the reference."""
    compared = Verdict(checks=tuple(_checks(derived, profile))).under(profile)
    return Verdict(checks=(*verdict.checks, *compared.checks), profile=profile.name)


def _checks(film: Derived, profile: QualityProfile) -> Iterator[Check]:
    ratio = film.bytes / max(1, film.reference_bytes)
    sizes = f"{film.bytes / 1e6:.2f} of {film.reference_bytes / 1e6:.2f} MB"
    yield at_most("size_ratio", profile, ratio, profile.size_ratio, measured=f"{ratio:.2f} times as large ({sizes})")
    difference_s = abs(film.length_s - film.reference_length_s)
    measured = f"{film.length_s:.2f} s beside {film.reference_length_s:.2f} s"
    yield at_most("length", profile, difference_s, profile.length_s, unit="s", measured=measured)
    found, mean = film.similarity, film.similarity.mean
    measured = f"{mean:.4f}, of {found.pictures} pictures; {found.least:.4f} at {found.least_at_s:.2f} s"
    yield limited_check("ssim", profile, passed=mean >= profile.ssim, measured=measured, value=mean)
    vmaf = film.vmaf
    if vmaf is not None:
        yield limited_check("vmaf", profile, passed=vmaf >= profile.vmaf, measured=f"{vmaf:.1f}", value=vmaf)
