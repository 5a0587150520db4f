"""Clicks (the wave leaps), dropouts (it is cut off and comes back) and bursts of noise.

A click contains all frequencies, for less than a millisecond. The third difference of the wave suppresses low
frequencies and makes leaps stand out, as the residual of a linear prediction does, by which audio restoration finds
them (Godsill and Rayner, "Digital Audio Restoration", 1998, chapter 5). Words, drums and effects begin as suddenly, but
go on.

White noise contains all frequencies, too, for as long as it lasts. Blows and cymbals decay, and hiss is faint: noise as
loud as a voice, and as loud at its end as at its beginning, is what a decoder makes of data that is not audio.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.media.sound.periodicity import HEIGHT_RATIO, MAX_PERIOD, Gap, isolated_clicks, unrhythmic_gaps
from pipeline.media.span import Span, true_runs

# All sizes without a unit are in cells of a millisecond.
_CELLS_PER_S = 1_000
# The third difference in one cell against the six before it and the six after it: speech reaches 33 dB.
_CLICK_DB = 36.0
_CONTEXT = 6
# Smaller leaps are inaudible; of the third difference of a wave, full scale at ±1.
_MIN_LEAP, _FLOOR = 0.02, 1e-5
# Clicks closer together are one.
_MERGE_S = 0.01
# A gap between two loud parts is a dropout if it is this long.
_QUIET_DB, _LOUD_DB = -50.0, -35.0
_MIN_GAP, _MAX_GAP = 15, 400
# Largest distance of a click to the edge of a gap that it belongs to: codecs smear. And the cells beside a gap whose
# median must be loud: a crackle is shorter.
_EDGE, _LOUD_CELLS = 4, 10
# A room is never as quiet as this, but for a tiny share of the time. There, silence is a dropout also with faded edges,
# as decoders fade that conceal what they lost; if there is more than an eighth of it, it is the style of some music.
_DEEP_DB, _NEVER, _STYLE = -80.0, 0.002, 0.125
_FADE = 20
# A burst: its minimum mean power, deepest dip and largest standard deviation. The third difference of white noise has
# 20 times its power, five times where a codec cuts above 16 kHz; and 99 % of the sound around the burst has a hundredth
# of it or less.
_BURST_DB, _DIPS_DB, _STEADY_DB, _WHITE, _RARE = -14.0, 3.0, 1.5, 3.0, 100.0
_MIN_BURST, _MAX_BURST, _SMOOTH = 60, 600, 5
# Samples in the wrong byte order are noise, equally loud all the time, and silent where the sound was silent: most of
# what is louder than this, with a standard deviation of at most 3 dB.
_AUDIBLE_DB, _MOSTLY, _EVEN_DB = -40.0, 0.5, 3.0
_SECOND_S = 1.0
# Cells are judged in batches; and the cells that are needed after one, and before one.
_BATCH = 60_000
_AFTER = max(_EDGE + _CONTEXT + 2, _FADE + _LOUD_CELLS)
_BEFORE = max(_MAX_GAP, _MAX_BURST) + _AFTER


@dataclass(frozen=True, kw_only=True)
class Discontinuities:
    """Clicks and dropouts, in seconds."""

    clicks_s: tuple[float, ...] = ()
    dropouts: tuple[Span, ...] = ()


NO_DISCONTINUITIES = Discontinuities()


def merge_discontinuities(parts: Iterable[tuple[float, Discontinuities]]) -> Discontinuities:
    """Those of a film from those of its parts, each with its start in seconds."""
    placed = list(parts)
    return Discontinuities(
        clicks_s=tuple(start_s + at_s for start_s, part in placed for at_s in part.clicks_s),
        dropouts=tuple(
            Span(start_s=start_s + span.start_s, end_s=start_s + span.end_s)
            for start_s, part in placed
            for span in part.dropouts
        ),
    )


def busiest_window(times_s: Sequence[float], window_s: float) -> tuple[int, float]:
    """The most of these ascending times in any window of that length, and when it begins."""
    most, start_s, first = 0, 0.0, 0
    for last, at_s in enumerate(times_s):
        while at_s - times_s[first] >= window_s:
            first += 1
        if last - first + 1 > most:
            most, start_s = last - first + 1, times_s[first]
    return most, start_s


class DiscontinuityDetector:
    """Examines one channel, or the mid signal of two. Memory does not grow with its length.

    With `third_party`, gaps with faded edges count too if the sound is that of a room, and bursts are looked for.
    """

    def __init__(self, rate_hz: int, *, third_party: bool = False) -> None:
        self._third_party = third_party
        self._cell = max(1, round(rate_hz / _CELLS_PER_S))
        self._cell_s = self._cell / rate_hz
        self._pending: list[NDArray[np.floating]] = []
        self._samples = 0
        self._before = np.zeros(3, np.float32)
        # Per cell: maximum and mean square of the third difference, and power.
        self._cells: list[NDArray[np.float64]] = []
        # Index of the first of them, their count, and the index up to which all is judged.
        self._first, self._count, self._judged = 0, 0, 0
        # In cells from the beginning; clicks with the height of the leap.
        self._clicks: list[tuple[int, float]] = []
        self._dropouts: list[Gap] = []
        self._faded: list[Gap] = []
        self._bursts: list[Gap] = []
        # Audible cells; and of those that are white noise: count, sum of decibels, sum of their squares.
        self._audible, self._white = 0, np.zeros(3)

    def push(self, channel: NDArray[np.floating]) -> None:
        """The next samples."""
        self._pending.append(channel)
        self._samples += len(channel)
        if self._samples * self._cell_s >= _SECOND_S * self._cell:
            self._measure()

    @property
    def result(self) -> Discontinuities:
        """Clicks and dropouts, after the last samples."""
        self._measure()
        self._judge(is_last=True)
        times_s = np.array(isolated_clicks(self._clicks)) * self._cell_s
        first = np.diff(times_s, prepend=-np.inf) > _MERGE_S
        return Discontinuities(
            clicks_s=tuple(round(float(at_s), 3) for at_s in times_s[first]),
            dropouts=self._spans(sorted((*self._dropouts, *unrhythmic_gaps(self._faded)))),
        )

    @property
    def bursts(self) -> tuple[Span, ...]:
        """Bursts of white noise, after the last samples; all of it, if it is nothing else."""
        self._measure()
        self._judge(is_last=True)
        _, mean_db, mean_square = self._white / max(1.0, self._white[0])
        if self._white[0] > _MOSTLY * self._audible and mean_square - mean_db**2 <= _EVEN_DB**2:
            return self._spans([(0, self._first + self._count)])
        return self._spans(self._bursts)

    def _spans(self, cells: Iterable[Gap]) -> tuple[Span, ...]:
        return tuple(
            Span(start_s=round(start * self._cell_s, 3), end_s=round(end * self._cell_s, 3)) for start, end in cells
        )

    def _measure(self) -> None:
        """Measure the pending samples, in whole cells."""
        wave = np.concatenate([np.zeros(0, np.float32), *self._pending])
        whole = len(wave) // self._cell * self._cell
        wave, rest = wave[:whole], wave[whole:]
        self._pending, self._samples = [rest], len(rest)
        if not whole:
            return
        known = np.concatenate([self._before, wave])
        self._before = known[-3:]
        differences = np.abs(np.diff(known, n=3)).reshape(-1, self._cell)
        cells = wave.reshape(-1, self._cell)
        power = np.square(cells, dtype=np.float64).mean(axis=1)
        roughness = np.square(differences).mean(axis=1)
        if self._third_party:
            audible = power >= 10 ** (_AUDIBLE_DB / 10)
            self._audible += int(audible.sum())
            white_db = 10 * np.log10(power[audible & (roughness >= _WHITE * power)])
            self._white += (len(white_db), white_db.sum(), np.square(white_db).sum())
        self._cells.append(np.stack([differences.max(axis=1), roughness, power]))
        self._count += len(power)
        if self._count >= _BATCH:
            self._judge()

    def _judge(self, *, is_last: bool = False) -> None:
        """Judge the cells whose successors are known, and forget those that are no longer needed."""
        if not self._cells:
            return
        cells = np.concatenate(self._cells, axis=1)
        leap, roughness, power = cells
        first, judged, until = self._first, self._judged, self._first + self._count - (0 if is_last else _AFTER)
        clicks = _find_clicks(leap, roughness)
        self._clicks += [(first + int(at), float(leap[at])) for at in clicks if judged <= first + at < until]
        dropouts = _with_leaping_edge(_find_gaps(power), clicks, leap)
        faded, bursts = list[Gap](), list[Gap]()
        if self._third_party:
            faded = sorted(set(_in_room({*_find_gaps(power), *_find_gaps(power, _FADE)}, power)) - set(dropouts))
            bursts = _find_bursts(roughness, power)
        for known, new in ((self._dropouts, dropouts), (self._faded, faded), (self._bursts, bursts)):
            known += [(first + start, first + end) for start, end in new if judged < first + end <= until]
        forgotten = max(0, until - _BEFORE - first)
        self._cells, self._count = [cells[:, forgotten:].copy()], self._count - forgotten
        self._first, self._judged = first + forgotten, until


def _find_clicks(leap: NDArray[np.float64], roughness: NDArray[np.float64]) -> NDArray[np.intp]:
    """The cells in which the wave leaps as it does neither before nor after; the next cell may be part of the click."""
    sums = np.concatenate([[0.0], np.cumsum(np.pad(roughness, _CONTEXT + 1))])
    means = (sums[_CONTEXT:] - sums[:-_CONTEXT]) / _CONTEXT
    cells = np.arange(len(leap))
    before, after = means[cells], means[cells + _CONTEXT + 3]
    around = np.sqrt(np.maximum(0, np.maximum(before, after))) + _FLOOR
    # Sound that begins at once, with the first cells, is no click.
    return np.flatnonzero((cells >= _CONTEXT) & (leap > _MIN_LEAP) & (leap > around * 10 ** (_CLICK_DB / 20)))


def _find_bursts(roughness: NDArray[np.float64], power: NDArray[np.float64]) -> list[Gap]:
    """Loud white noise, unlike everything around it."""
    kernel = np.full(_SMOOTH, 1 / _SMOOTH)
    if len(power) < _MIN_BURST or power.max() < 10 ** (_BURST_DB / 10):
        return []
    loud, rough = np.convolve(power, kernel, "same"), np.convolve(roughness, kernel, "same")
    found = []
    noisy = (loud >= 10 ** ((_BURST_DB - _DIPS_DB) / 10)) & (rough >= _WHITE * loud)
    for start, end in _runs(noisy, _MIN_BURST, _MAX_BURST):
        inner = loud[start + _SMOOTH : end - _SMOOTH]
        others = np.delete(roughness, slice(start - _SMOOTH, end + _SMOOTH))
        usual = np.percentile(others, 99) if len(others) else np.inf
        is_steady = inner.mean() >= 10 ** (_BURST_DB / 10) and (10 * np.log10(inner)).std() <= _STEADY_DB
        if is_steady and rough[start:end].mean() >= _RARE * usual:
            found.append((start, end))
    return found


def _find_gaps(power: NDArray[np.float64], fade: int = 0) -> list[Gap]:
    """Quiet cells between two loud parts, `fade` cells away."""
    loud = 10 ** (_LOUD_DB / 10)
    return [
        (start, end)
        for start, end in _runs(power < 10 ** (_QUIET_DB / 10), _MIN_GAP, _MAX_GAP)
        if _median(power[max(0, start - fade - _LOUD_CELLS) : max(0, start - fade)]) > loud
        and _median(power[end + fade : end + fade + _LOUD_CELLS]) > loud
    ]


def _with_leaping_edge(gaps: Sequence[Gap], clicks: NDArray[np.intp], leap: NDArray[np.float64]) -> list[Gap]:
    """The gaps that end or begin with a leap, unless the wave beside them leaps as much by itself."""
    inside = leap.copy()
    for edge in chain.from_iterable(gaps):
        inside[max(0, edge - _EDGE) : edge + _EDGE + 1] = 0

    def is_leap(edge: int, beside: slice) -> bool:
        near = clicks[np.abs(clicks - edge) <= _EDGE]
        return bool(leap[near].max(initial=0) > HEIGHT_RATIO * inside[beside].max(initial=0))

    return [
        (start, end)
        for start, end in gaps
        if is_leap(start, slice(max(0, start - MAX_PERIOD), start)) or is_leap(end, slice(end, end + MAX_PERIOD))
    ]


def _in_room(gaps: Iterable[Gap], power: NDArray[np.float64]) -> list[Gap]:
    """The gaps of deep silence, if the sound is that of a room, which is never that quiet otherwise."""
    deep = power < 10 ** (_DEEP_DB / 10)
    found = [(start, end) for start, end in gaps if 2 * np.count_nonzero(deep[start:end]) >= end - start]
    missing = np.zeros(len(power), bool)
    for start, end in found:
        missing[start:end] = True
    # A gap may also be where a voice just pauses; in a recording that is silent between words, most are.
    pauses = deep & ~missing
    for start, end in _runs(deep, 1, _MAX_GAP):
        pauses[start:end] = False
    elsewhere = np.count_nonzero(deep & ~missing)
    is_room = np.count_nonzero(pauses) <= _NEVER * len(power) and 2 * elsewhere <= np.count_nonzero(deep & missing)
    return found if is_room and np.count_nonzero(missing) <= _STYLE * len(power) else []


def _runs(marked: NDArray[np.bool_], shortest: int, longest: int) -> list[Gap]:
    return [(start, end) for start, end in true_runs(marked) if shortest <= end - start <= longest]


def _median(power: NDArray[np.float64]) -> float:
    """The median; 0 of nothing. `np.median` would load numpy's masked arrays: 10 ms in every worker."""
    ordered = np.sort(power)
    return float(ordered[(len(power) - 1) // 2] + ordered[len(power) // 2]) / 2 if len(power) else 0.0
