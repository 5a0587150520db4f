"""One function per property of a film that a profile decides about: what was measured against its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.media.loudness import Loudness
from pipeline.media.meter import CELLS_PER_S, range_of, silent_spans
from pipeline.media.probe import PictureTrack
from pipeline.media.span import Span
from pipeline.model import Check, QualityProfile
from pipeline.quality.checks import in_lufs
from pipeline.quality.expected import Expected, Twin
from pipeline.quality.limits import limits_of

# A voice whose words are silent for so long is lost; where words begin and end is estimated, for some voices.
LOST_S = 1.5
# Between words and sentences there is always some.
_PAUSE_S = 0.5
# A shorter film has too few numbers for a range (EBU R 128 s1: none for short-form content).
RANGED_S = 60.0


def keyframes(picture: PictureTrack, profile: QualityProfile) -> Check:
    """Players can seek."""
    return Check.of(
        "keyframes",
        passed=picture.keyframe_s <= profile.keyframe_s,
        measured=f"{picture.keyframe_s:.2f} s",
        limit=limits_of(profile).get("keyframes", ""),
        value=picture.keyframe_s,
        unit="s",
    )


def black(spans: Sequence[Span], profile: QualityProfile) -> Check:
    """No black picture stays."""
    longest = max((span.length_s for span in spans), default=0.0)
    return Check.of(
        "black",
        passed=longest <= profile.black_s,
        measured=f"{longest:.2f} s",
        limit=limits_of(profile).get("black", ""),
        value=longest,
        unit="s",
    )


def loudness(measured: Loudness, profile: QualityProfile) -> Check:
    """As loud as films on the net are, and so not silent (ITU-R BS.1770, over the whole film)."""
    lufs = measured.integrated_lufs
    return Check.of(
        "loudness",
        passed=lufs is not None and profile.lufs_min <= lufs <= profile.lufs_max,
        measured=in_lufs(lufs),
        limit=limits_of(profile).get("loudness", ""),
        value=lufs,
        unit="LUFS",
    )


def loudness_range(measured: Loudness, profile: QualityProfile) -> Check:
    """Nobody has to reach for the volume (EBU Tech 3342); of short films, nothing is said."""
    spread = range_of(np.array(measured.powers)) if len(measured.powers) >= RANGED_S * CELLS_PER_S else 0.0
    return Check.of(
        "loudness_range",
        passed=spread <= profile.range_lu,
        measured=f"{spread:.1f} LU",
        limit=limits_of(profile).get("loudness_range", ""),
        value=spread,
        unit="LU",
    )


def silence(measured: Loudness, expected: Expected, profile: QualityProfile) -> Check:
    """No dead air but the pauses that are meant, and no word that is not heard."""
    longest, lost, at_s = 0.0, 0.0, 0.0
    for span in filter(lambda span: span.length_s >= _PAUSE_S, silent_spans(measured.powers)):
        longest = max(longest, span.length_s - expected.pause_s(span.start_s, span.end_s))
        missing = expected.spoken_s(span.start_s, span.end_s)
        if missing > lost:
            lost, at_s = missing, span.start_s
    told = f"{lost:.2f} s of words without sound at {at_s:.2f} s" if lost > LOST_S else f"{longest:.2f} s"
    return Check.of(
        "silence",
        passed=longest <= profile.silence_s and lost <= LOST_S,
        measured=told,
        limit=limits_of(profile).get("silence", ""),
        value=longest,
        unit="s",
    )


def both_ears(measured: Loudness, profile: QualityProfile) -> Iterator[Check]:
    """Nobody hears half of it, or on a phone nothing."""
    ears = measured.ears
    if ears.audible:
        for name, spans in (("balance", ears.one_ear), ("phase", ears.cancelled)):
            passed, longest, told = fits_both_ears(spans, ears.audible, profile)
            limit = limits_of(profile).get(name, "")
            yield Check.of(name, passed=passed, measured=told, limit=limit, value=longest, unit="s")


def fits_both_ears(spans: Sequence[Span], audible: Span, profile: QualityProfile) -> tuple[bool, float, str]:
    """Whether these spans, of `Heard`, are few enough; how long the longest is, in seconds; and where."""
    if not spans:
        return True, 0.0, "none"
    longest = max(spans, key=lambda span: span.length_s)
    all_of_it = longest.length_s >= audible.length_s
    told = f"{longest.length_s:.2f} s at {longest.start_s:.2f} s" + (", all that is heard" if all_of_it else "")
    return longest.length_s <= profile.ears_s and not all_of_it, longest.length_s, told


def duplicate(twin: Twin | None, profile: QualityProfile) -> Check:
    """Not the same film as another one, under another name."""
    percent = 100 * twin.share if twin else 0.0
    called = f" (“{twin.title}”)" if twin and twin.title else ""
    return Check.of(
        "duplicate",
        passed=percent < profile.alike_percent,
        measured=f"{_whole_percent(percent)} % like {twin.name}{called}"
        if twin and twin.share
        else "unlike the others",
        limit=limits_of(profile).get("duplicate", ""),
        value=percent,
        unit="%",
    )


def _whole_percent(percent: float) -> int:
    """Only what is the same is 100 %."""
    return 100 if percent >= 100 else min(99, round(percent))
