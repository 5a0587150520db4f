"""Timing of the sentences of a statement scene: each is shown while it is spoken.

The key sentence, with the highlighted phrase, stays once it appeared. Sentences that are spoken too quickly to be read,
or don't fit, are only spoken, while the previous one stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pipeline.model import StatementScene, Word
from pipeline.rendering.motion.timeline import frame_at, line_starts

# Minimum duration of a sentence and of the key sentence, in frames.
_MIN_FRAMES, _MIN_KEY_FRAMES = 45, 60


class TimedSentence(NamedTuple):
    """A sentence, its highlighted phrase, and the frame in which it appears."""

    enters: int
    text: str
    emphasis: str = ""


def time_sentences(
    scene: StatementScene, words: Sequence[Word], *, fits: Callable[[str], bool]
) -> tuple[TimedSentence, ...]:
    """The sentences in order of appearance: the scene's own text, and others of its lines that fit.

    The first one is shown from frame 0 on unless something long is said before it. If no line says the scene's text, it
    is shown all the time.
    """
    starts = line_starts(scene, words)
    own = next((number for number, line in enumerate(scene.lines) if line.reveals == 0 and number in starts), None)
    if own is None:
        return (TimedSentence(0, scene.text, scene.emphasis),)
    ends = frame_at(words[-1].end_s)
    sentences = list(_candidates(scene, starts, own, fits, latest=max(0, ends - _MIN_KEY_FRAMES)))
    key = next(sentence for sentence in sentences if sentence.text == scene.text)
    kept: list[TimedSentence] = []
    for sentence in reversed(sentences):
        if kept and sentence is key:
            # It stands for its minimum; the next one for the rest, if that is long enough.
            kept[-1] = kept[-1]._replace(enters=max(kept[-1].enters, sentence.enters + _MIN_FRAMES))
            if _end(kept[:-1], ends) - kept[-1].enters < _MIN_FRAMES:
                kept.pop()
        if sentence is key or _end(kept, ends) - sentence.enters >= _MIN_FRAMES:
            kept.append(sentence)
    first, *others = reversed(kept)
    return (first._replace(enters=first.enters if first.enters >= _MIN_FRAMES else 0), *others)


def _candidates(
    scene: StatementScene, starts: dict[int, int], own: int, fits: Callable[[str], bool], *, latest: int
) -> Iterator[TimedSentence]:
    shown = _letters(scene.text)
    for number, line in enumerate(scene.lines):
        if number == own:
            yield TimedSentence(min(starts[own], latest), scene.text, scene.emphasis)
        elif number > own and scene.emphasis:
            return
        elif number in starts and _letters(line.text) not in shown and fits(line.text):
            yield TimedSentence(starts[number], line.text)


def _end(later: Sequence[TimedSentence], ends: int) -> int:
    """When the next sentence appears, or the scene ends."""
    return later[-1].enters if later else ends


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
