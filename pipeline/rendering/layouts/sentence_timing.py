"""Which sentences a statement shows, one after the other: each stands while it is said.

The one that is the point, with a phrase that is lit, stays once it has come. What says itself too soon to be read, or
has no room, is left to the voice: what stood before it stays meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pipeline.model import StatementScene, Word
from pipeline.rendering.motion.timeline import frame_at, line_starts

# In frames: how long a sentence stands at least, and the one that is the point.
_STANDS_AT_LEAST, _POINT_STANDS_AT_LEAST = 45, 60


class TimedSentence(NamedTuple):
    """A sentence, its phrase that is lit, and the frame in which it comes."""

    enters: int
    text: str
    emphasis: str = ""


def sentences_of(
    scene: StatementScene, words: Sequence[Word], *, has_room: Callable[[str], bool]
) -> tuple[TimedSentence, ...]:
    """The sentences in order, of those beside the scene's own text the ones that have room.

    The first is there from frame 0 on if nothing long is said before it.
    Where no line says the text of the scene, that stands all the time.
    """
    starts = line_starts(scene, words)
    own = next((number for number, line in enumerate(scene.lines) if line.reveals == 0 and number in starts), None)
    if own is None:
        return (TimedSentence(0, scene.text, scene.emphasis),)
    ends = frame_at(words[-1].end_s)
    sentences = list(_possible(scene, starts, own, has_room, latest=max(0, ends - _POINT_STANDS_AT_LEAST)))
    point = next(sentence for sentence in sentences if sentence.text == scene.text)
    kept: list[TimedSentence] = []
    for sentence in reversed(sentences):
        if kept and sentence is point:
            # It stands as long as that takes, and what comes then as long as is left.
            kept[-1] = kept[-1]._replace(enters=max(kept[-1].enters, sentence.enters + _STANDS_AT_LEAST))
            if _until(kept[:-1], ends) - kept[-1].enters < _STANDS_AT_LEAST:
                kept.pop()
        if sentence is point or _until(kept, ends) - sentence.enters >= _STANDS_AT_LEAST:
            kept.append(sentence)
    first, *others = reversed(kept)
    return (first._replace(enters=first.enters if first.enters >= _STANDS_AT_LEAST else 0), *others)


def _possible(
    scene: StatementScene, starts: dict[int, int], own: int, has_room: Callable[[str], bool], *, latest: int
) -> Iterator[TimedSentence]:
    shown = _letters(scene.text)
    for number, line in enumerate(scene.lines):
        if number == own:
            yield TimedSentence(min(starts[own], latest), scene.text, scene.emphasis)
        elif number > own and scene.emphasis:
            return
        elif number in starts and _letters(line.text) not in shown and has_room(line.text):
            yield TimedSentence(starts[number], line.text)


def _until(later: Sequence[TimedSentence], ends: int) -> int:
    """When the last of these comes, which is the next; or when the scene ends."""
    return later[-1].enters if later else ends


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
