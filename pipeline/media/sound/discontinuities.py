"""Sound that is torn: clicks, where the wave leaps, dropouts, where it is cut off and comes back, and bursts of noise.

A leap has all frequencies at once, and for less than a millisecond. The third difference of the wave holds back what
is low and lets a leap stand out, as the residual of a linear prediction does, by which restorers find them (Godsill
and Rayner, "Digital Audio Restoration", 1998, chapter 5). Words, drums and effects begin as suddenly, but go on.

White noise has all frequencies, too, for as long as it lasts. Blows and cymbals die away, and hisses are faint: as
strong as a voice, and as strong at its end as at its beginning, is what a decoder makes of what is no sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.media.sound.periodicity import HEIGHT, WAVE, Hole, single, unplayed
from pipeline.media.span import Span

# In a thousandth of a second, beside the six before it and the six after it: speech reaches 33 dB.
_CLICK_DB = 36.0
_BESIDE = 6
# Smaller leaps are not heard; of the third difference of a wave, full scale at ±1.
_LEAST, _FLOOR = 0.02, 1e-5
# Leaps so close together are one.
_ONE_S = 0.01
# What is quiet for so long, between two that are loud, is torn out.
_QUIET_DB, _LOUD_DB = -50.0, -35.0
_SHORTEST, _LONGEST = 15, 400
# A leap lies so close to where it is torn: a codec smears it. Most of so much beside it is loud: a crackle is shorter.
_EDGE, _LASTS = 4, 10
# In a room it is never as quiet as this, but for so small a part of the time. There, what is, is torn out, though its
# edges be faded, as decoders do that hide what they lost; and an eighth of it is the style of some music.
_DEEP_DB, _NEVER, _STYLE = -80.0, 0.002, 0.125
_FADE = 20
# A burst: so strong on the whole, for so long, and hardly stronger at one time than at another. The third difference
# of white noise has 20 times its power, five times where a codec leaves out what is above 16 kHz; and of nearly
# everything that is heard around it, a hundredth or less.
_STRONG_DB, _DIPS_DB, _STEADY_DB, _WHITE, _RARE = -14.0, 3.0, 1.5, 3.0, 100.0
_SHORT_BURST, _LONG_BURST, _SMOOTH = 60, 600, 5
# Samples whose bytes are read in a wrong order are noise, as strong all along, and silent where they were silent: so
# much of what is louder than this, within so many decibels (standard deviation).
_HEARD_DB, _MOSTLY, _EVEN_DB = -40.0, 0.5, 3.0
_CELLS_PER_S = 1_000
_SECOND_S = 1.0
# So many cells are judged together, with those beside them: what is needed after one, and before one.
_TOGETHER = 60_000
_AFTER = max(_EDGE + _BESIDE + 2, _FADE + _LASTS)
_BEFORE = max(_LONGEST, _LONG_BURST) + _AFTER


@dataclass(frozen=True, kw_only=True)
class Discontinuities:
    """Where some sound is torn, in seconds."""

    clicks_s: tuple[float, ...] = ()
    dropouts: tuple[Span, ...] = ()


NO_DISCONTINUITIES = Discontinuities()


def merge_discontinuities(parts: Iterable[tuple[float, Discontinuities]]) -> Discontinuities:
    """The same of a film by its parts, each with the time at which it begins."""
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
    """How many of these ascending times lie in the worst window of that length, and when it begins."""
    most, worst_s, first = 0, 0.0, 0
    for last, at_s in enumerate(times_s):
        while at_s - times_s[first] >= window_s:
            first += 1
        if last - first + 1 > most:
            most, worst_s = last - first + 1, times_s[first]
    return most, worst_s


class DiscontinuityDetector:
    """Hears one channel, or the middle of two, piece by piece. Memory does not grow with its length.

    With `anyones`, of a film by anybody, holes with soft edges count where the sound is one of a room, and bursts of
    noise are looked for.
    """

    def __init__(self, rate_hz: int, *, anyones: bool = False) -> None:
        self._anyones = anyones
        self._cell = max(1, round(rate_hz / _CELLS_PER_S))
        self._cell_s = self._cell / rate_hz
        self._pieces: list[NDArray[np.floating]] = []
        self._samples = 0
        self._before = np.zeros(3, np.float32)
        # Of the last cells: how far the wave leaps in each, how much it does so all along, and how strong it is.
        self._cells: list[NDArray[np.float64]] = []
        # The number of the first of them, how many there are, and up to which all is judged.
        self._first, self._count, self._judged = 0, 0, 0
        # In cells from the beginning; of clicks, also how far the wave leaps.
        self._clicks: list[tuple[int, float]] = []
        self._dropouts: list[Hole] = []
        self._faded: list[Hole] = []
        self._bursts: list[Hole] = []
        # How many cells are heard, and of those that are white noise, how many, and the sums of decibels and squares.
        self._heard, self._white = 0, np.zeros(3)

    def hear(self, channel: NDArray[np.floating]) -> None:
        """The next of it."""
        self._pieces.append(channel)
        self._samples += len(channel)
        if self._samples * self._cell_s >= _SECOND_S * self._cell:
            self._measure()

    @property
    def torn(self) -> Discontinuities:
        """What was found, when all was heard."""
        self._measure()
        self._judge(is_last=True)
        times_s = np.array(single(self._clicks)) * self._cell_s
        first = np.diff(times_s, prepend=-np.inf) > _ONE_S
        return Discontinuities(
            clicks_s=tuple(round(float(at_s), 3) for at_s in times_s[first]),
            dropouts=self._spans(sorted((*self._dropouts, *unplayed(self._faded)))),
        )

    @property
    def bursts(self) -> tuple[Span, ...]:
        """Where white noise is heard, likewise."""
        self._measure()
        self._judge(is_last=True)
        _, mean_db, square = self._white / max(1.0, self._white[0])
        if self._white[0] > _MOSTLY * self._heard and square - mean_db**2 <= _EVEN_DB**2:
            return self._spans([(0, self._first + self._count)])
        return self._spans(self._bursts)

    def _spans(self, cells: Iterable[Hole]) -> tuple[Span, ...]:
        return tuple(
            Span(start_s=round(start * self._cell_s, 3), end_s=round(end * self._cell_s, 3)) for start, end in cells
        )

    def _measure(self) -> None:
        """Measure what there is, in whole cells."""
        wave = np.concatenate([np.zeros(0, np.float32), *self._pieces])
        whole = len(wave) // self._cell * self._cell
        wave, rest = wave[:whole], wave[whole:]
        self._pieces, self._samples = [rest], len(rest)
        if not whole:
            return
        known = np.concatenate([self._before, wave])
        self._before = known[-3:]
        leaps = np.abs(np.diff(known, n=3)).reshape(-1, self._cell)
        cells = wave.reshape(-1, self._cell)
        power = np.square(cells, dtype=np.float64).mean(axis=1)
        restless = np.square(leaps).mean(axis=1)
        if self._anyones:
            heard = power >= 10 ** (_HEARD_DB / 10)
            self._heard += int(heard.sum())
            white_db = 10 * np.log10(power[heard & (restless >= _WHITE * power)])
            self._white += (len(white_db), white_db.sum(), np.square(white_db).sum())
        self._cells.append(np.stack([leaps.max(axis=1), restless, power]))
        self._count += len(power)
        if self._count >= _TOGETHER:
            self._judge()

    def _judge(self, *, is_last: bool = False) -> None:
        """Judge the cells of which it is known what comes after them, and forget what nothing needs any more."""
        if not self._cells:
            return
        cells = np.concatenate(self._cells, axis=1)
        leap, restless, power = cells
        first, judged, until = self._first, self._judged, self._first + self._count - (0 if is_last else _AFTER)
        clicks = _clicks(leap, restless)
        self._clicks += [(first + int(at), float(leap[at])) for at in clicks if judged <= first + at < until]
        torn = _torn(_holes(power), clicks, leap)
        faded, bursts = list[Hole](), list[Hole]()
        if self._anyones:
            faded = sorted(set(_faded({*_holes(power), *_holes(power, _FADE)}, power)) - set(torn))
            bursts = _bursts(restless, power)
        for known, new in ((self._dropouts, torn), (self._faded, faded), (self._bursts, bursts)):
            known += [(first + start, first + end) for start, end in new if judged < first + end <= until]
        forgotten = max(0, until - _BEFORE - first)
        self._cells, self._count = [cells[:, forgotten:].copy()], self._count - forgotten
        self._first, self._judged = first + forgotten, until


def _clicks(leap: NDArray[np.float64], restless: NDArray[np.float64]) -> NDArray[np.intp]:
    """The cells in which the wave leaps as it does neither before nor after; the next cell may have a share in it."""
    sums = np.concatenate([[0.0], np.cumsum(np.pad(restless, _BESIDE + 1))])
    means = (sums[_BESIDE:] - sums[:-_BESIDE]) / _BESIDE
    cells = np.arange(len(leap))
    before, after = means[cells], means[cells + _BESIDE + 3]
    around = np.sqrt(np.maximum(0, np.maximum(before, after))) + _FLOOR
    # Sound that begins at once, with the first cells, is not torn.
    return np.flatnonzero((cells >= _BESIDE) & (leap > _LEAST) & (leap > around * 10 ** (_CLICK_DB / 20)))


def _bursts(restless: NDArray[np.float64], power: NDArray[np.float64]) -> list[Hole]:
    """The cells from and to which strong white noise is heard, unlike everything around it."""
    mean = np.full(_SMOOTH, 1 / _SMOOTH)
    if len(power) < _SHORT_BURST or power.max() < 10 ** (_STRONG_DB / 10):
        return []
    strong, wild = np.convolve(power, mean, "same"), np.convolve(restless, mean, "same")
    found = []
    noisy = (strong >= 10 ** ((_STRONG_DB - _DIPS_DB) / 10)) & (wild >= _WHITE * strong)
    for start, end in _runs(noisy, _SHORT_BURST, _LONG_BURST):
        held = strong[start + _SMOOTH : end - _SMOOTH]
        others = np.delete(restless, slice(start - _SMOOTH, end + _SMOOTH))
        usual = np.percentile(others, 99) if len(others) else np.inf
        is_steady = held.mean() >= 10 ** (_STRONG_DB / 10) and (10 * np.log10(held)).std() <= _STEADY_DB
        if is_steady and wild[start:end].mean() >= _RARE * usual:
            found.append((start, end))
    return found


def _holes(power: NDArray[np.float64], fade: int = 0) -> list[Hole]:
    """The cells from and to which it is quiet, between two that are loud, so many cells away from it."""
    loud = 10 ** (_LOUD_DB / 10)
    return [
        (start, end)
        for start, end in _runs(power < 10 ** (_QUIET_DB / 10), _SHORTEST, _LONGEST)
        if _usual(power[max(0, start - fade - _LASTS) : max(0, start - fade)]) > loud
        and _usual(power[end + fade : end + fade + _LASTS]) > loud
    ]


def _torn(holes: Sequence[Hole], clicks: NDArray[np.intp], leap: NDArray[np.float64]) -> list[Hole]:
    """Those that end or begin with a leap, where the wave beside them does not leap so by itself."""
    within = leap.copy()
    for edge in chain.from_iterable(holes):
        within[max(0, edge - _EDGE) : edge + _EDGE + 1] = 0

    def is_leap(edge: int, beside: slice) -> bool:
        near = clicks[np.abs(clicks - edge) <= _EDGE]
        return bool(leap[near].max(initial=0) > HEIGHT * within[beside].max(initial=0))

    return [
        (start, end)
        for start, end in holes
        if is_leap(start, slice(max(0, start - WAVE), start)) or is_leap(end, slice(end, end + WAVE))
    ]


def _faded(holes: Iterable[Hole], power: NDArray[np.float64]) -> list[Hole]:
    """Those in which a room is silent that never is."""
    deep = power < 10 ** (_DEEP_DB / 10)
    found = [(start, end) for start, end in holes if 2 * np.count_nonzero(deep[start:end]) >= end - start]
    torn_out = np.zeros(len(power), bool)
    for start, end in found:
        torn_out[start:end] = True
    # A hole may also lie where a voice just pauses; of a voice that is silent between words, most do.
    pauses = deep & ~torn_out
    for start, end in _runs(deep, 1, _LONGEST):
        pauses[start:end] = False
    elsewhere = np.count_nonzero(deep & ~torn_out)
    in_room = np.count_nonzero(pauses) <= _NEVER * len(power) and 2 * elsewhere <= np.count_nonzero(deep & torn_out)
    return found if in_room and np.count_nonzero(torn_out) <= _STYLE * len(power) else []


def _runs(marked: NDArray[np.bool_], shortest: int, longest: int) -> list[Hole]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(int(start), int(end)) for start, end in pairs if shortest <= end - start <= longest]


def _usual(power: NDArray[np.float64]) -> float:
    """The median; 0 of nothing. `np.median` would load numpy's masked arrays: 10 ms in every worker."""
    ordered = np.sort(power)
    return float(ordered[(len(power) - 1) // 2] + ordered[len(power) // 2]) / 2 if len(power) else 0.0
