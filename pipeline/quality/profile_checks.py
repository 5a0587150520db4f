"""One function per property of a film that a profile decides about: what was measured against its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.media.container.probe import PictureTrack
from pipeline.media.sound.discontinuities import Discontinuities, busiest_window
from pipeline.media.sound.loudness import Loudness
from pipeline.media.sound.meter import CELLS_PER_S, range_of, silent_spans
from pipeline.media.sound.stereo import Stereo
from pipeline.media.span import Span
from pipeline.model import Check, QualityProfile
from pipeline.quality.checks import format_lufs
from pipeline.quality.expected import Expected, NearDuplicate
from pipeline.quality.limits import limits_of

# A voice whose words are silent for so long is lost; where words begin and end is estimated, for some voices.
LOST_S = 1.5
# Between words and sentences there is always some.
_PAUSE_S = 0.5
# A shorter film has too few numbers for a range (EBU R 128 s1: none for short-form content).
RANGED_S = 60.0
# A click now and then is no fault.
CLICKED_S = 10.0


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
    length_s = max((span.length_s for span in spans), default=0.0)
    return Check.of(
        "black",
        passed=length_s <= profile.black_s,
        measured=f"{length_s:.2f} s",
        limit=limits_of(profile).get("black", ""),
        value=length_s,
        unit="s",
    )


def loudness(measured: Loudness, profile: QualityProfile) -> Check:
    """As loud as films on the net are, and so not silent (ITU-R BS.1770, over the whole film)."""
    lufs = measured.integrated_lufs
    return Check.of(
        "loudness",
        passed=lufs is not None and profile.lufs_min <= lufs <= profile.lufs_max,
        measured=format_lufs(lufs),
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
    length_s, lost, at_s = 0.0, 0.0, 0.0
    for span in filter(lambda span: span.length_s >= _PAUSE_S, silent_spans(measured.powers)):
        length_s = max(length_s, span.length_s - expected.pause_s(span.start_s, span.end_s))
        missing = expected.spoken_s(span.start_s, span.end_s)
        if missing > lost:
            lost, at_s = missing, span.start_s
    told = f"{lost:.2f} s of words without sound at {at_s:.2f} s" if lost > LOST_S else f"{length_s:.2f} s"
    return Check.of(
        "silence",
        passed=length_s <= profile.silence_s and lost <= LOST_S,
        measured=told,
        limit=limits_of(profile).get("silence", ""),
        value=length_s,
        unit="s",
    )


def stereo(found: Stereo, profile: QualityProfile) -> Iterator[Check]:
    """Nobody hears half of it, or on a phone nothing; of what is silent, nothing is said."""
    if not found.audible:
        return
    for name, spans in (("balance", found.one_sided), ("phase", found.cancelled)):
        length_s, told = longest_of(spans)
        is_all = length_s >= found.audible.length_s
        yield Check.of(
            name,
            passed=length_s <= profile.stereo_s and not is_all,
            measured=told + (", all that is heard" if is_all else ""),
            limit=limits_of(profile).get(name, ""),
            value=length_s,
            unit="s",
        )


def torn(found: Discontinuities, profile: QualityProfile, joints_s: Sequence[float] = ()) -> Iterator[Check]:
    """The voice does not stutter, and nothing cracks; at joints there is a pause that is meant."""
    places = [span for span in found.dropouts if not any(span.start_s <= at_s <= span.end_s for at_s in joints_s)]
    dropouts = len(places)
    yield Check.of(
        "dropouts",
        passed=dropouts <= profile.dropouts,
        measured=f"{dropouts} places, first at {places[0].start_s:.2f} s" if dropouts else "none",
        limit=limits_of(profile).get("dropouts", ""),
        value=dropouts,
    )
    most, at_s = busiest_window(found.clicks_s, CLICKED_S)
    yield Check.of(
        "clicks",
        passed=most <= profile.clicks,
        measured=f"{most} in the ten seconds at {at_s:.2f} s" if most else "none",
        limit=limits_of(profile).get("clicks", ""),
        value=most,
    )


def longest_of(spans: Sequence[Span]) -> tuple[float, str]:
    """The length of the longest one in seconds, and where it is."""
    if not spans:
        return 0.0, "none"
    found = max(spans, key=lambda span: span.length_s)
    return found.length_s, f"{found.length_s:.2f} s at {found.start_s:.2f} s"


def duplicate(twin: NearDuplicate | None, profile: QualityProfile) -> Check:
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
