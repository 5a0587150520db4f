"""From what a voice reports to a time for every word.

Voices report fewer, more and other words than were asked for: punctuation is lost, "2024" becomes four events or one,
a whole Japanese sentence may be a single one. What they say is kept where it fits; the rest is filled in by length.

Two kinds of words meet here: those that are *spoken* ("five", "dollars"), which a voice knows, and those that are
*written* ("$5"), which films show. `SpokenText.places` says which of the first belong to which of the second.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.model import Word
from pipeline.model.pace import weight
from pipeline.narration.estimate import estimate, min_duration_s, spread
from pipeline.narration.spoken_text import SpokenText

Span = tuple[float, float]

# One and the same moment, told twice.
_CLOCKS_DIFFER_S = 0.08


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """What could be matched."""

    # For each word when it is said, in seconds; None: no event is about it.
    spans: tuple[Span | None, ...]
    # How many spoken words at the end have no event: many mean that the sound was cut off.
    unheard_at_end: int


def match(words: Sequence[str], events: Sequence[Word]) -> Alignment:
    """Find for each of `words` the events that are about it, by their texts, in order."""
    said = [index for index, word in enumerate(words) if has_words(word)]
    heard = [piece for event in events for piece in _pieces(event)]
    spans: list[Span | None] = [None] * len(words)
    matcher = SequenceMatcher(
        a=[_plain(words[index]) for index in said], b=[_plain(piece.text) for piece in heard], autojunk=False
    )
    unheard = len(said)
    for kind, first, last, heard_first, heard_last in matcher.get_opcodes():
        if kind in {"equal", "replace"}:
            for index, span in zip(
                said[first:last], _shared(words, said[first:last], heard[heard_first:heard_last]), strict=True
            ):
                spans[index] = span
            unheard = len(said) - last + (last - first - 2 * (heard_last - heard_first) if kind == "replace" else 0)
    return Alignment(spans=tuple(spans), unheard_at_end=max(0, unheard))


def are_plausible(words: Sequence[str], spans: Sequence[Span | None], rate: float) -> bool:
    """Whether these times come one after the other, and no faster than anybody speaks `words` at `rate`.

    Others are no better than none: all captions of a film would stand at its beginning.
    """
    timed = [(word, span[0]) for word, span in zip(words, spans, strict=True) if span]
    if any(start < before - _CLOCKS_DIFFER_S for (_, before), (_, start) in pairwise(timed)):
        return False
    return not timed or timed[-1][1] - timed[0][1] >= min_duration_s([word for word, _ in timed[:-1]], rate)


def fold(said: SpokenText, spans: Sequence[Span | None]) -> tuple[Span | None, ...]:
    """For each written word the time of all that is spoken of it; `spans` are those of `split_words(said.text)`."""
    timed: list[tuple[int, int, Span]] = []
    position = 0
    for word, span in zip(split_words(said.text), spans, strict=True):
        start = said.text.index(word, position)
        position = start + len(word)
        if span is not None:
            timed.append((start, position, span))
    return tuple(place and _whole(place, timed) for place in said.places)


def proportional(said: SpokenText, start_s: float, end_s: float) -> tuple[Word, ...]:
    """A time for every written word where a voice gave none: its share of the time between the two."""
    shares = spread(split_words(said.text), start_s, end_s)
    return place(said.words, fold(said, [(share.start_s, share.end_s) for share in shares]), end_s)


def place(words: Sequence[str], spans: Sequence[Span | None], length_s: float) -> tuple[Word, ...]:
    """A time for every word: its span where there is one, a share of its neighbours' time where there is none.

    The result is ordered, does not overlap and lies between 0 and `length_s`, whatever the spans are.
    """
    placed: list[Word] = []
    for run, span, end_s in _runs(words, spans, length_s):
        if sum(weight(word) > 0 for word in run) <= 1:
            placed += _alone(run, span)
        else:
            placed += spread(run, span[0], max(span[1], end_s))
    return _in_order(placed, length_s)


def _whole(place: tuple[int, int], timed: Sequence[tuple[int, int, Span]]) -> Span | None:
    """From the start of the first spoken word that touches a place to the end of the last one."""
    inside = [span for start, end, span in timed if start < place[1] and end > place[0]]
    return (inside[0][0], inside[-1][1]) if inside else None


def _runs(
    words: Sequence[str], spans: Sequence[Span | None], length_s: float
) -> list[tuple[Sequence[str], Span, float]]:
    """The words cut so that each run holds one span; with it, where the words without one must end."""
    known = [index for index, span in enumerate(spans) if span is not None]
    if not known:
        return [(words, (0.0, length_s), length_s)]
    runs = []
    for number, index in enumerate(known):
        first = 0 if number == 0 else index
        last = known[number + 1] if number + 1 < len(known) else len(words)
        start, end = spans[index] or (0.0, 0.0)
        if any(weight(word) for word in words[first:index]):
            start = 0.0
        following = spans[last] if last < len(words) else None
        # Nothing follows the last run but silence of unknown length: its words take the time that words take.
        end_s = following[0] if following else min(length_s, end + _length_s(words[index + 1 :]))
        runs.append((words[first:last], (start, end), end_s))
    return runs


def _length_s(words: Sequence[str]) -> float:
    timed = estimate(words)
    return timed[-1].end_s if timed else 0.0


def _alone(run: Sequence[str], span: Span) -> list[Word]:
    """The one word that is heard takes the whole span; signs around it get none, unless they are all: "%"."""
    heard = next((index for index, word in enumerate(run) if weight(word)), 0)
    placed, now = [], span[0]
    for index, word in enumerate(run):
        start, now = now, span[1] if index == heard else now
        placed.append(Word(text=word, start_s=start, end_s=now))
    return placed


def _in_order(placed: Sequence[Word], length_s: float) -> tuple[Word, ...]:
    """The same words, none before the end of the one before, none outside the sound."""
    ordered: list[Word] = []
    now = 0.0
    for position, word in enumerate(placed):
        start = min(max(word.start_s, now), length_s)
        end = min(max(word.end_s, start), length_s)
        # A word that lasts into the next one is shortened: when a word begins is what viewers see.
        if position + 1 < len(placed):
            end = max(start, min(end, placed[position + 1].start_s))
        ordered.append(Word(text=word.text, start_s=start, end_s=end))
        now = end
    return tuple(ordered)


def _pieces(event: Word) -> tuple[Word, ...]:
    """An event cut as the text is cut, so that "日本" meets the words "日" and "本"."""
    words = split_words(event.text)
    return spread(words, event.start_s, event.end_s) if len(words) > 1 else (event,)


def _shared(words: Sequence[str], group: Sequence[int], heard: Sequence[Word]) -> list[Span]:
    """The time of `heard` shared out among a group of words; one to one where their numbers agree."""
    if len(group) == len(heard):
        return [(event.start_s, event.end_s) for event in heard]
    shares = spread([words[index] for index in group], heard[0].start_s, heard[-1].end_s)
    return [(share.start_s, share.end_s) for share in shares]


def _plain(text: str) -> str:
    """Letters and digits only, compatible and small: "“Don’t" and "dont" are the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LNM") or folded
