"""Frames out of order, and single frames of another shot.

Out of order, first kind: frames come again, 1 2 3 2 3 4 5 4. Movement to and fro, blinking lights and things that turn
also show the same pictures again and again, but do not get on in between, and a shaking camera gets nowhere.

Second kind: frames change places, 1 3 2 4, and each comes once. In another order they would be an even movement: each
as far from the next as that one from the one after it, and further from those beyond. Nothing moves like that by
itself. Frames whose timestamps go backwards in decoded order are out of order as well.

A blink is one frame, or two, of something else: black between two scenes or inside one, or of another shot. A frame
that is brighter than those around it may be lightning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import block_means, subsample_plane

# Blocks whose means are compared. If the fiftieth of them that differs most differs by less than this noise, in levels,
# it is the same frame, coded again.
_COLUMNS, _ROWS, _WORST_PART, _NOISE = 64, 36, 50, 1.5
# From this number of sampled rows on, a quarter of the samples is enough.
_MANY_ROWS = 4 * _ROWS
# Seen again: its distance to an older frame is less than this share of all recent distances between neighbours. New:
# the last frame is the closest one, or nearly so.
_AGAIN, _NEW = 0.25, 0.75
# The history in seconds and in frames, and the longest jump.
_HISTORY_S, _MAX_FRAMES, _JUMP_S = 1.0, 32, 0.25
# Frames before a jump, each of which is further away than the one after it.
_BEFORE = 5
# Frames over which movement is judged, and the places by which one may be out of order. Movement is even if the longest
# step is no more than this multiple of the shortest, and two steps reach this much further than one.
_WINDOW, _MAX_DISPLACEMENT = 8, 3
_EVEN, _TWO_STEPS = 1.6, 1.2
# A blink: its longest duration (two frames at 24 fps), its distance in levels from the frames before and after it, and
# unless it is black, the distance between those; and the rows and columns of blocks by which they are compared.
_BLINK_S, _OTHER_SHOT, _SAME_SHOT, _COARSE = 0.09, 25.0, 4.0, 6
# Levels of black, and how much brighter its surroundings are, at least. With less change than this the film does not
# fade; and what comes again within this time flashes.
_DARK, _BRIGHTER, _FADES, _FLASHES_S = 20.0, 30.0, 8.0, 0.35
_Blocks = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """A frame, its time on screen, and its distance to each older frame of the history."""

    blocks: _Blocks
    since_s: float
    until_s: float
    distances: tuple[float, ...]

    @property
    def step(self) -> float:
        """Its distance to the frame before it."""
        return self.distances[-1] if self.distances else np.inf


class FrameOrderDetector:
    """Finds the times of jumps and blinks."""

    def __init__(self) -> None:
        self.jumps_s: list[float] = []
        self.blinks_s: list[float] = []
        # Each frame once, however long it was shown.
        self._history: deque[_Frame] = deque(maxlen=_MAX_FRAMES)
        # When frames began to come again; how many did, and by how many places back, or 0 if that differs.
        self._again_since_s: float | None = None
        self._again_count, self._places_back = 0, 0
        # Whether the last frame was new.
        self._was_new = False

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        luma = subsample_plane(picture, 0)
        sampled = luma[::2, ::2] if len(luma) >= _MANY_ROWS else luma
        blocks = block_means(sampled, _ROWS, _COLUMNS).astype(np.float32)
        while self._history and at_s - self._history[0].until_s > _HISTORY_S:
            self._history.popleft()
        if self._history and self._history[-1].blocks.shape != blocks.shape:
            self._history.clear()
        if not self._history:
            self._history.append(_Frame(blocks=blocks, since_s=at_s, until_s=at_s, distances=()))
            self._again_since_s, self._was_new = None, False
            return
        last = self._history[-1]
        if _is_same(blocks, last.blocks):
            self._history[-1] = replace(last, until_s=at_s)
            return
        distances = tuple(float(np.linalg.norm(blocks - frame.blocks)) for frame in self._history)
        self._find_blink(blocks, at_s, distances[-1])
        self._find_repetition(distances, at_s)
        self._history.append(_Frame(blocks=blocks, since_s=at_s, until_s=at_s, distances=distances))
        self._find_reordering()

    def _find_blink(self, blocks: _Blocks, at_s: float, step: float) -> None:
        """Whether a new frame comes too late, or the last ones were a blink."""
        last = self._history[-1]
        if at_s < last.until_s:
            self._add_jump(at_s)
            return
        # Few steps are that long: a mean of absolute differences never exceeds the root mean square.
        if step < _OTHER_SHOT * blocks.size**0.5:
            return
        frames = list(self._history)
        for first in range(len(frames) - 1, 0, -1):
            if at_s - frames[first].since_s > _BLINK_S:
                return
            if _is_blink(frames[first:], frames[:first], blocks):
                self.blinks_s.append(frames[first].since_s)
                return

    def _find_repetition(self, distances: Sequence[float], at_s: float) -> None:
        """Whether a new frame has come before, or ends a run of frames that have."""
        step, nearest = distances[-1], min(distances)
        alike = _AGAIN * min(step, *(frame.step for frame in self._history))
        if nearest < alike:
            if self._again_since_s is None and self._was_new:
                self._again_since_s, self._again_count = at_s, 0
                self._places_back = distances[::-1].index(nearest) + 1
            self._again_count += 1
            if self._places_back > len(distances) or distances[-self._places_back] >= alike:
                self._places_back = 0
            self._was_new = False
        elif nearest >= _NEW * step:
            since_s = self._again_since_s
            if since_s is not None and at_s - since_s <= _JUMP_S and self._goes_on(distances):
                self._add_jump(since_s)
            self._again_since_s, self._was_new = None, True

    def _goes_on(self, distances: Sequence[float]) -> bool:
        """Whether a new frame goes on from where the film was before the jump."""
        if self._places_back == self._again_count:
            # All of them came again, in the same order.
            return True
        before = distances[: len(distances) - self._again_count][-_BEFORE:]
        return len(before) == _BEFORE and all(old > new for old, new in pairwise(before))

    def _find_reordering(self) -> None:
        """Whether the last frames would be an even movement in another order."""
        frames = list(self._history)[-_WINDOW:]
        # In the right order, each is nearest to the one before it: the common case.
        if len(frames) < _WINDOW or all(frame.distances[-2] >= frame.step for frame in frames[2:]):
            return
        distances = np.zeros((_WINDOW, _WINDOW))
        for number in range(1, _WINDOW):
            distances[number, :number] = distances[:number, number] = frames[number].distances[-number:]
        order = _even_order(distances)
        places = np.argsort(order)
        if not order or np.abs(places - np.arange(_WINDOW)).max() > _MAX_DISPLACEMENT:
            return
        for before, after in pairwise(range(_WINDOW)):
            if places[after] < places[before]:
                self._add_jump(frames[after].since_s)

    def _add_jump(self, at_s: float) -> None:
        # The same frame is judged in several windows.
        if not self.jumps_s or at_s > self.jumps_s[-1]:
            self.jumps_s.append(at_s)


def _even_order(distances: NDArray[np.float64]) -> list[int]:
    """The order in which frames with these pairwise distances are an even movement; empty: there is none."""
    first, last = sorted(np.unravel_index(int(distances.argmax()), distances.shape))
    order, left = [int(first)], set(range(len(distances))) - {int(first)}
    while left:
        order.append(min(left, key=lambda number: distances[order[-1], number]))
        left.remove(order[-1])
    path = distances[np.ix_(order, order)]
    steps, twos, threes = (np.diagonal(path, offset) for offset in (1, 2, 3))
    is_even = steps.max() <= _EVEN * steps.min() and order[-1] == last
    is_line = bool(np.all(twos >= _TWO_STEPS * np.maximum(steps[:-1], steps[1:])))
    is_line = is_line and bool(np.all(threes >= np.maximum(twos[:-1], twos[1:])))
    return order if is_even and is_line else []


def _is_blink(blink: Sequence[_Frame], earlier: Sequence[_Frame], after: _Blocks) -> bool:
    """Whether frames fit neither those before them nor the one after them."""
    before, dark, since_s = earlier[-1].blocks, blink[0].blocks, blink[0].since_s
    if any(_coarse_distance(side, each.blocks) < _OTHER_SHOT for side in (before, after) for each in blink):
        return False
    # Neither a fade nor a flashing light.
    if len(earlier) > 1 and _coarse_distance(earlier[-2].blocks, before) > _FADES:
        return False
    if any(since_s - each.until_s <= _FLASHES_S and _coarse_distance(each.blocks, dark) <= _FADES for each in earlier):
        return False
    if dark.max() <= _DARK:
        return bool(min(before.mean(), after.mean()) >= dark.mean() + _BRIGHTER)
    return bool(_coarse_distance(before, after) <= _SAME_SHOT and dark.mean() <= before.mean())


def _coarse_distance(one: _Blocks, other: _Blocks) -> float:
    """The mean difference in levels over large blocks, in which thin bars that shake cancel out."""
    differences = one - other
    rows, columns = (range(0, length, max(1, length // _COARSE)) for length in differences.shape)
    sums = np.add.reduceat(np.add.reduceat(differences, rows, axis=0), columns, axis=1)
    return float(np.abs(sums).sum() / differences.size)


def _is_same(one: _Blocks, other: _Blocks) -> bool:
    differences = np.abs(one - other).ravel()
    worst = max(1, len(differences) // _WORST_PART)
    return bool(np.partition(differences, -worst)[-worst:].mean() < _NOISE)
