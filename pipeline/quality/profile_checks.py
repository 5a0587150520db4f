"""One function per check whose limit the profile sets: measured against that limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.media.sound.discontinuities import Discontinuities, busiest_window
from pipeline.media.sound.loudness import Loudness
from pipeline.media.sound.meter import CELLS_PER_S, range_of_powers, silent_spans
from pipeline.media.sound.stereo import Stereo
from pipeline.media.span import Span
from pipeline.model import Check, QualityProfile
from pipeline.quality.expected import Expected, NearDuplicate
from pipeline.quality.limits import at_most, limited_check

# Words that are silent for longer than this are lost; for some voices, the times of words are estimates.
LOST_S = 1.5
# Shorter silence is a pause between words or sentences.
_PAUSE_S = 0.5
# A shorter film has too few values for a range (EBU R 128 s1: none for short-form content).
RANGED_S = 60.0
# The window in which clicks are counted: a single one is no fault.
CLICKED_S = 10.0


def keyframes(keyframe_s: float, profile: QualityProfile) -> Check:
    """Keyframes are close enough for players to seek."""
    return at_most("keyframes", profile, keyframe_s, profile.keyframe_s, unit="s", measured=f"{keyframe_s:.2f} s")


def loudness(lufs: float | None, profile: QualityProfile, *, unknown: str = "silence") -> Check:
    """Integrated loudness is in the range of online video, and so not silent (ITU-R BS.1770)."""
    passed = lufs is not None and profile.lufs_min <= lufs <= profile.lufs_max
    measured = unknown if lufs is None else f"{lufs:.2f} LUFS"
    return limited_check("loudness", profile, passed=passed, measured=measured, value=lufs, unit="LUFS")


def loudness_range(measured: Loudness, profile: QualityProfile) -> Check:
    """Nobody has to adjust the volume (EBU Tech 3342). 0 for short films."""
    spread = range_of_powers(np.array(measured.powers)) if len(measured.powers) >= RANGED_S * CELLS_PER_S else 0.0
    return at_most("loudness_range", profile, spread, profile.range_lu, unit="LU", measured=f"{spread:.1f} LU")


def silence(measured: Loudness, expected: Expected, profile: QualityProfile) -> Check:
    """No silence but intended pauses, and no silent words."""
    length_s, lost, at_s = 0.0, 0.0, 0.0
    for span in filter(lambda span: span.length_s >= _PAUSE_S, silent_spans(measured.powers)):
        length_s = max(length_s, span.length_s - expected.pause_s(span.start_s, span.end_s))
        missing = expected.spoken_s(span.start_s, span.end_s)
        if missing > lost:
            lost, at_s = missing, span.start_s
    described = f"{lost:.2f} s of words without sound at {at_s:.2f} s" if lost > LOST_S else f"{length_s:.2f} s"
    passed = length_s <= profile.silence_s and lost <= LOST_S
    return limited_check("silence", profile, passed=passed, measured=described, value=length_s, unit="s")


def stereo(found: Stereo, profile: QualityProfile) -> Iterator[Check]:
    """Both channels are there (`balance`) and do not cancel out in mono (`phase`). No checks of a silent film."""
    if not found.audible:
        return
    for name, spans in (("balance", found.one_sided), ("phase", found.cancelled)):
        length_s, where = longest_of(spans)
        is_all = length_s >= found.audible.length_s
        passed, measured = length_s <= profile.stereo_s and not is_all, where + ", all that is heard" * is_all
        yield limited_check(name, profile, passed=passed, measured=measured, value=length_s, unit="s")


def discontinuities(found: Discontinuities, profile: QualityProfile, joints_s: Sequence[float] = ()) -> Iterator[Check]:
    """Few dropouts and clicks. Dropouts at `joints_s`, the starts of scenes, are intended pauses."""
    places = [span for span in found.dropouts if not any(span.start_s <= at_s <= span.end_s for at_s in joints_s)]
    measured = f"{len(places)} places, first at {places[0].start_s:.2f} s" if places else "none"
    yield at_most("dropouts", profile, len(places), profile.dropouts, measured=measured)
    most, at_s = busiest_window(found.clicks_s, CLICKED_S)
    measured = f"{most} in the ten seconds at {at_s:.2f} s" if most else "none"
    yield at_most("clicks", profile, most, profile.clicks, measured=measured)


def longest_at_most(name: str, profile: QualityProfile, spans: Sequence[Span], most_s: float) -> Check:
    """No span is longer than `most_s`."""
    length_s, where = longest_of(spans)
    return at_most(name, profile, length_s, most_s, unit="s", measured=where)


def longest_of(spans: Sequence[Span]) -> tuple[float, str]:
    """The duration of the longest span, 0 without any, and a description of it."""
    if not spans:
        return 0.0, "none"
    longest = max(spans, key=lambda span: span.length_s)
    return longest.length_s, f"{longest.length_s:.2f} s at {longest.start_s:.2f} s"


def duplicate(other: NearDuplicate | None, profile: QualityProfile) -> Check:
    """Not the same film as another one."""
    percent = 100 * other.share if other else 0.0
    title = f" (“{other.title}”)" if other and other.title else ""
    measured = "unlike the others"
    if other and other.share:
        measured = f"{_whole_percent(percent)} % like {other.name}{title}"
    passed = percent < profile.alike_percent
    return limited_check("duplicate", profile, passed=passed, measured=measured, value=percent, unit="%")


def _whole_percent(percent: float) -> int:
    """Rounded, but 100 only if it is exactly that."""
    return 100 if percent >= 100 else min(99, round(percent))
