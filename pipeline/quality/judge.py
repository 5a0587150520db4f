"""The verdict on a third-party film: nothing is known of it but the file and its captions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import sha256_of
from pipeline.media.analysis import analyse_film
from pipeline.model import Check, Package, QualityProfile, Verdict
from pipeline.quality.companions import own_metadata, own_thumbnail
from pipeline.quality.expected import NearDuplicate
from pipeline.quality.limits import limits_of
from pipeline.quality.near_duplicates import Fingerprint
from pipeline.quality.profile_checks import duplicate
from pipeline.quality.sidecars import caption_checks, first_cues, sidecars_of
from pipeline.quality.third_party import film_checks


def judge_file(path: Path, profile: QualityProfile) -> tuple[Verdict, Fingerprint | None]:
    """Decode a film to its end; returns the verdict and the film's fingerprint. Blocks: call it in a worker process.

    A file that is no film, or can't be read to its end, is a failed verdict with a single check and no fingerprint,
    never an exception.
    """
    limit = limits_of(profile).get("file", "a whole film")
    try:
        before = path.stat()
        digest = sha256_of(path)
        film = analyse_film(path)
        after = path.stat()
    except OSError as error:
        return unreadable(f"it can't be read ({type(error).__name__})", profile, limit), None
    except InputError as error:
        return unreadable(error.message, profile, limit), None
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        return unreadable("it is still being written", profile, limit), None
    read = Check.of("file", passed=True, measured="decoded to its end", limit=limit)
    end_s = film.sound.end_s if film.sound else film.picture.end_s if film.picture else 0.0
    captions = sidecars_of(path)
    checks = (read, *film_checks(path, film, profile), *caption_checks(captions, end_s, profile, film.sound))
    fingerprint = Fingerprint(
        length_s=end_s,
        hashes=film.picture.hashes if film.picture else (),
        lufs_by_second=film.sound.lufs_by_second if film.sound else (),
        caption_text=" ".join(cue.text for cue in first_cues(captions)),
    )
    return Verdict(checks=checks).under(profile).of_film(digest), fingerprint


def with_companions(verdict: Verdict, package: Package, profile: QualityProfile) -> Verdict:
    """The verdict on a film, extended to its thumbnail and metadata, as far as it has them. Blocks."""
    companions = ((own_thumbnail, package.thumbnail), (own_metadata, package.metadata))
    judged = Verdict(checks=tuple(check(path) for check, path in companions if path.is_file())).under(profile)
    return replace(verdict, checks=(*verdict.checks, *judged.checks)).of_film(verdict.film)


def with_duplicate(verdict: Verdict, found: NearDuplicate | None, profile: QualityProfile) -> Verdict:
    """The verdict on a film, extended by the comparison with others; `found` is the most similar one."""
    judged = Verdict(checks=(duplicate(found, profile),)).under(profile)
    extended = Verdict(checks=(*verdict.checks, *judged.checks), profile=profile.name)
    return extended.of_film(verdict.film) if verdict.film else extended


def unreadable(why: str, profile: QualityProfile, limit: str = "a whole film that can be decoded") -> Verdict:
    """The verdict on a file that is no film."""
    return Verdict(checks=(Check.of("file", passed=False, measured=why, limit=limit),)).under(profile)
