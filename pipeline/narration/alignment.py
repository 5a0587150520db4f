"""Alignment: from the word events that a voice reports to timestamps for every written word.

Voices report fewer, more and other words than the text has: punctuation is lost, "2024" becomes four events or one, a
whole Japanese sentence may be a single event. Events are kept where they match; the other words are interpolated by
their length.

There are two kinds of words: *spoken* ones ("five", "dollars"), which the voice knows, and *written* ones ("$5"), which
films show. `SpokenText.places` maps the second to the first.
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
from pipeline.narration.estimate import distribute, estimate, min_duration_s
from pipeline.narration.spoken_text import SpokenText

# Start and end, in seconds.
Span = tuple[float, float]

# Events closer than this may be out of order.
_TOLERANCE_S = 0.08


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The result of `match_events`."""

    # For each word when it is spoken; None: it has no event.
    spans: tuple[Span | None, ...]
    # How many words at the end have no event: if many, the audio was probably cut off.
    unmatched_at_end: int


def match_events(words: Sequence[str], events: Sequence[Word]) -> Alignment:
    """Match events to `words` by their texts, in order."""
    speakable = [index for index, word in enumerate(words) if has_words(word)]
    reported = [piece for event in events for piece in _split_event(event)]
    spans: list[Span | None] = [None] * len(words)
    matcher = SequenceMatcher(
        a=[_folded(words[index]) for index in speakable], b=[_folded(event.text) for event in reported], autojunk=False
    )
    unmatched = len(speakable)
    for kind, first, last, event_first, event_last in matcher.get_opcodes():
        if kind in {"equal", "replace"}:
            group, events_of_group = speakable[first:last], reported[event_first:event_last]
            for index, span in zip(group, _shared(words, group, events_of_group), strict=True):
                spans[index] = span
            surplus = last - first - 2 * (event_last - event_first) if kind == "replace" else 0
            unmatched = len(speakable) - last + surplus
    return Alignment(spans=tuple(spans), unmatched_at_end=max(0, unmatched))


def are_plausible(words: Sequence[str], spans: Sequence[Span | None], rate: float) -> bool:
    """Whether the spans are in order and no faster than `words` can be spoken at `rate`.

    Implausible ones are worse than none: all captions of a film would stand at its beginning.
    """
    timed = [(word, span[0]) for word, span in zip(words, spans, strict=True) if span]
    if any(start < before - _TOLERANCE_S for (_, before), (_, start) in pairwise(timed)):
        return False
    return not timed or timed[-1][1] - timed[0][1] >= min_duration_s([word for word, _ in timed[:-1]], rate)


def spans_of_written_words(spoken: SpokenText, spans: Sequence[Span | None]) -> tuple[Span | None, ...]:
    """For each written word the span of all that is spoken of it; `spans` are those of `split_words(spoken.text)`."""
    timed: list[tuple[int, int, Span]] = []
    position = 0
    for word, span in zip(split_words(spoken.text), spans, strict=True):
        start = spoken.text.index(word, position)
        position = start + len(word)
        if span is not None:
            timed.append((start, position, span))
    return tuple(place and _enclosing_span(place, timed) for place in spoken.places)


def distribute_evenly(spoken: SpokenText, start_s: float, end_s: float) -> tuple[Word, ...]:
    """All written words, without any events: each gets its share of the time from `start_s` to `end_s`."""
    shares = distribute(split_words(spoken.text), start_s, end_s)
    spans = spans_of_written_words(spoken, [(share.start_s, share.end_s) for share in shares])
    return interpolate(spoken.words, spans, end_s)


def interpolate(words: Sequence[str], spans: Sequence[Span | None], length_s: float) -> tuple[Word, ...]:
    """Timestamps for all words: its span if a word has one, else a share of its neighbours' time.

    The result is ordered, does not overlap and lies within 0 to `length_s`, whatever the spans are.
    """
    placed: list[Word] = []
    for run, span, end_s in _runs(words, spans, length_s):
        if sum(weight(word) > 0 for word in run) <= 1:
            placed += _single_word(run, span)
        else:
            placed += distribute(run, span[0], max(span[1], end_s))
    return _in_order(placed, length_s)


def _enclosing_span(place: tuple[int, int], timed: Sequence[tuple[int, int, Span]]) -> Span | None:
    """From the start of the first spoken word that overlaps a place to the end of the last one."""
    inside = [span for start, end, span in timed if start < place[1] and end > place[0]]
    return (inside[0][0], inside[-1][1]) if inside else None


def _runs(
    words: Sequence[str], spans: Sequence[Span | None], length_s: float
) -> list[tuple[Sequence[str], Span, float]]:
    """The words in runs with one span each; with each its span, and the latest time at which the run may end."""
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
        # Only silence of unknown length follows the last run: its words get their estimated duration.
        end_s = following[0] if following else min(length_s, end + _estimated_s(words[index + 1 :]))
        runs.append((words[first:last], (start, end), end_s))
    return runs


def _estimated_s(words: Sequence[str]) -> float:
    timed = estimate(words)
    return timed[-1].end_s if timed else 0.0


def _single_word(run: Sequence[str], span: Span) -> list[Word]:
    """The only speakable word gets the whole span, punctuation around it none, unless there is nothing else: "%"."""
    speakable = next((index for index, word in enumerate(run) if weight(word)), 0)
    placed, now = [], span[0]
    for index, word in enumerate(run):
        start, now = now, span[1] if index == speakable else now
        placed.append(Word(text=word, start_s=start, end_s=now))
    return placed


def _in_order(placed: Sequence[Word], length_s: float) -> tuple[Word, ...]:
    """The words, clamped so that none overlaps the one before or lies outside the audio."""
    ordered: list[Word] = []
    now = 0.0
    for position, word in enumerate(placed):
        start = min(max(word.start_s, now), length_s)
        end = min(max(word.end_s, start), length_s)
        # A word that overlaps the next one is shortened: its start is what viewers notice.
        if position + 1 < len(placed):
            end = max(start, min(end, placed[position + 1].start_s))
        ordered.append(Word(text=word.text, start_s=start, end_s=end))
        now = end
    return tuple(ordered)


def _split_event(event: Word) -> tuple[Word, ...]:
    """An event split as the text is, so that "日本" matches the words "日" and "本"."""
    words = split_words(event.text)
    return distribute(words, event.start_s, event.end_s) if len(words) > 1 else (event,)


def _shared(words: Sequence[str], group: Sequence[int], events: Sequence[Word]) -> list[Span]:
    """The spans of `events` for a group of words: one to one if there are as many, else shared out by length."""
    if len(group) == len(events):
        return [(event.start_s, event.end_s) for event in events]
    shares = distribute([words[index] for index in group], events[0].start_s, events[-1].end_s)
    return [(share.start_s, share.end_s) for share in shares]


def _folded(text: str) -> str:
    """Letters and digits only, NFKC and case-folded: "“Don’t" and "dont" are the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LNM") or folded
