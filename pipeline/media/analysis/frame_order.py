"""How often a film jumps back: a picture comes that was there before the last one, and then it goes on.

So look films whose pictures come twice: 1 2 3 2 3 4 5 4. What goes to and fro, blinks or goes round shows the same
pictures again and again and does not get on in between, and a camera that shakes gets nowhere: it is none of them.

Pictures that change places, 1 3 2 4, come once each. Where they do, all would be an even movement in another order:
each as far from the next as that from the one after it, and further from those beyond. Nothing moves so by itself.
Where a film itself says that a picture comes before the one that was decoded before it, they do, too.

A blink is one picture, or two, of something else: black between two scenes, or in the middle of one, or of another
film. What is brighter than what is around it may be lightning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane

# Each picture is compared as so many fields; where those of them that differ most, a fiftieth, differ by less than
# so many levels of brightness, it is the same picture, coded again.
_COLUMNS, _ROWS, _PART, _NOISE = 64, 36, 50, 1.5
# Of a picture of so many rows, as they are looked at, a quarter is enough.
_MANY = 4 * _ROWS
# Seen again: so much closer to an older picture than any two lately were that followed each other. New: closest to the
# last one, or nearly so.
_CLOSER, _NEW = 0.25, 0.75
# How long pictures are kept in mind, and how many, and how long a jump may last.
_MEMORY_S, _MOST, _JUMP_S = 1.0, 32, 0.25
# So many pictures before a jump are each further away than the one after it.
_BEFORE = 5
# A movement is looked at over so many pictures, none of them more than so many places away from its own. It is even
# where the longest step is no more than so many times the shortest, and two steps so much further than one.
_WINDOW, _AWAY = 8, 3
_EVEN, _TWO_STEPS = 1.6, 1.2
# A blink: so short (two pictures, 24 a second), and so many levels of brightness away from what is before and after;
# these, if it is not black, as like each other. They are compared in so many rows and columns.
_BLINK_S, _ELSE, _BACK, _LARGE = 0.09, 25.0, 4.0, 6
# Black, in levels; how much brighter at least it is around it; what moves less does not fade; and what comes again
# so soon flashes.
_DARK, _LIT, _FADES, _AGAIN_S = 20.0, 30.0, 8.0, 0.35
_Fields = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A picture, since and until when, and how far it is from each of those before it that were kept in mind."""

    fields: _Fields
    since_s: float
    until_s: float
    apart: tuple[float, ...]

    @property
    def step(self) -> float:
        """How far it is from the one before it."""
        return self.apart[-1] if self.apart else np.inf


class FrameOrderDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        # Each picture once, however long it stayed.
        self._recent: deque[_Shown] = deque(maxlen=_MOST)
        # Since when only pictures come that were there; how many, and so many places behind which they were, or 0.
        self._back_since_s: float | None = None
        self._again, self._behind = 0, 0
        # Whether the last one was new.
        self._gets_on = False
        self.times_s: list[float] = []
        self.blinks_s: list[float] = []

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = subsample_plane(picture, 0)
        fields = _fields(luma[::2, ::2] if len(luma) >= _MANY else luma)
        while self._recent and at_s - self._recent[0].until_s > _MEMORY_S:
            self._recent.popleft()
        if self._recent and self._recent[-1].fields.shape != fields.shape:
            self._recent.clear()
        if not self._recent:
            self._recent.append(_Shown(fields=fields, since_s=at_s, until_s=at_s, apart=()))
            self._back_since_s, self._gets_on = None, False
            return
        last = self._recent[-1]
        if _is_same(fields, last.fields):
            self._recent[-1] = replace(last, until_s=at_s)
            return
        apart = tuple(float(np.linalg.norm(fields - shown.fields)) for shown in self._recent)
        step, nearest = apart[-1], min(apart)
        self._compare(fields, at_s, step)
        alike = _CLOSER * min(step, *(each.step for each in self._recent))
        if nearest < alike:
            if self._back_since_s is None and self._gets_on:
                self._back_since_s, self._again, self._behind = at_s, 0, apart[::-1].index(nearest) + 1
            self._again += 1
            if self._behind > len(apart) or apart[-self._behind] >= alike:
                self._behind = 0
            self._gets_on = False
        elif nearest >= _NEW * step:
            if self._back_since_s is not None and at_s - self._back_since_s <= _JUMP_S and self._goes_on(apart):
                self._note(self._back_since_s)
            self._back_since_s, self._gets_on = None, True
        self._recent.append(_Shown(fields=fields, since_s=at_s, until_s=at_s, apart=apart))
        self._sort()

    def _compare(self, fields: _Fields, at_s: float, step: float) -> None:
        """Look whether a new picture comes too late, or the last one was a blink."""
        last = self._recent[-1]
        if at_s < last.until_s:
            self._note(at_s)
            return
        # Few steps are so long, and the mean of differences is never above the root of the mean of their squares.
        if step < _ELSE * fields.size**0.5:
            return
        shown = list(self._recent)
        for first in range(len(shown) - 1, 0, -1):
            if at_s - shown[first].since_s > _BLINK_S:
                return
            if _is_blink(shown[first:], shown[:first], fields):
                self.blinks_s.append(shown[first].since_s)
                return

    def _goes_on(self, apart: Sequence[float]) -> bool:
        """Whether a new picture, so far from all that were shown, goes on from where it was before the jump."""
        if self._behind == self._again:
            # All of them came again, in the same order.
            return True
        before = apart[: len(apart) - self._again][-_BEFORE:]
        return len(before) == _BEFORE and all(old > new for old, new in pairwise(before))

    def _sort(self) -> None:
        """Look whether the last pictures would be an even movement in another order."""
        shown = list(self._recent)[-_WINDOW:]
        # Of pictures in their order, each is nearest to the one before it: most are.
        if len(shown) < _WINDOW or all(each.apart[-2] >= each.step for each in shown[2:]):
            return
        apart = np.zeros((_WINDOW, _WINDOW))
        for number in range(1, _WINDOW):
            apart[number, :number] = apart[:number, number] = shown[number].apart[-number:]
        order = _even_order(apart)
        places = np.argsort(order)
        if not order or np.abs(places - np.arange(_WINDOW)).max() > _AWAY:
            return
        for before, after in pairwise(range(_WINDOW)):
            if places[after] < places[before]:
                self._note(shown[after].since_s)

    def _note(self, at_s: float) -> None:
        # The same picture is looked at with others before it and after it.
        if not self.times_s or at_s > self.times_s[-1]:
            self.times_s.append(at_s)


def _even_order(apart: NDArray[np.float64]) -> list[int]:
    """The order in which pictures that are so far apart are an even movement; nothing: there is none."""
    first, last = sorted(np.unravel_index(int(apart.argmax()), apart.shape))
    order, left = [int(first)], set(range(len(apart))) - {int(first)}
    while left:
        order.append(min(left, key=lambda number: apart[order[-1], number]))
        left.remove(order[-1])
    path = apart[np.ix_(order, order)]
    steps, twos, threes = (np.diagonal(path, away) for away in (1, 2, 3))
    is_even = steps.max() <= _EVEN * steps.min() and order[-1] == last
    is_line = bool(np.all(twos >= _TWO_STEPS * np.maximum(steps[:-1], steps[1:])))
    is_line = is_line and bool(np.all(threes >= np.maximum(twos[:-1], twos[1:])))
    return order if is_even and is_line else []


def _is_blink(blink: Sequence[_Shown], earlier: Sequence[_Shown], after: _Fields) -> bool:
    """Whether pictures fit neither to those before them nor to the one after them."""
    before, dark, since_s = earlier[-1].fields, blink[0].fields, blink[0].since_s
    if any(min(_apart(before, each.fields), _apart(after, each.fields)) < _ELSE for each in blink):
        return False
    # Nor does it fade, nor is it a light that blinks.
    if len(earlier) > 1 and _apart(earlier[-2].fields, before) > _FADES:
        return False
    if any(since_s - each.until_s <= _AGAIN_S and _apart(each.fields, dark) <= _FADES for each in earlier):
        return False
    if dark.max() <= _DARK:
        return bool(min(before.mean(), after.mean()) >= dark.mean() + _LIT)
    return bool(_apart(before, after) <= _BACK and dark.mean() <= before.mean())


def _apart(one: _Fields, other: _Fields) -> float:
    """By how many levels two pictures differ, in large fields: thin bars that shake do not."""
    differences = one - other
    rows, columns = (range(0, length, max(1, length // _LARGE)) for length in differences.shape)
    sums = np.add.reduceat(np.add.reduceat(differences, rows, axis=0), columns, axis=1)
    return float(np.abs(sums).sum() / differences.size)


def _fields(luma: NDArray[np.uint8]) -> _Fields:
    """The mean of each field of a picture."""
    rows, columns = (
        np.arange(min(n, length)) * length // min(n, length)
        for n, length in zip((_ROWS, _COLUMNS), luma.shape, strict=True)
    )
    sums = np.add.reduceat(np.add.reduceat(luma, rows, axis=0, dtype=np.float32), columns, axis=1)
    pixels = np.outer(np.diff(rows, append=luma.shape[0]), np.diff(columns, append=luma.shape[1]))
    fields: _Fields = (sums / pixels).astype(np.float32)
    return fields


def _is_same(one: _Fields, other: _Fields) -> bool:
    differences = np.abs(one - other).ravel()
    most = max(1, len(differences) // _PART)
    return bool(np.partition(differences, -most)[-most:].mean() < _NOISE)
