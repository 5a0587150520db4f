"""Utterances: what a voice speaks in one request (a sentence, or a clause of a long one), and the pause after it.

Single sentences are what a voice service speaks most reliably, what can be spoken again when one was cut short, and
what two films have in common: "Hi Maria," is new in each row of a campaign, all that follows is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from xml.sax.saxutils import escape

from pipeline.language.sentences import sentence_ends
from pipeline.language.text import CLOSING_MARKS, SENTENCE_ENDS
from pipeline.language.words import join_words, split_words
from pipeline.narration.spoken_text import SpokenText

# Seconds from the last sound of an utterance to the first one of the next: a speaker breathes after a sentence, a
# little deeper at the end of a thought, and hardly inside a sentence.
_AFTER_SENTENCE_S = 0.35
_AFTER_LINE_S = 0.45
_AFTER_CLAUSE_S = 0.15
_NO_PAUSES: Mapping[int, float] = MappingProxyType({})

# Of escaped text: far below the 4,096 that the Edge service takes, and about a minute of speech.
MAX_BYTES = 1_000
# Where a long sentence is split, best first; failing all, between any two words.
_SPLIT_MARKS = (tuple(SENTENCE_ENDS), (";", ":", "；", "：", "–", "—"), (",", "،", "、", "，"), ("",))


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What is spoken in one request."""

    spoken: SpokenText
    # Silence after it, if another utterance follows.
    pause_s: float
    # How much longer the scene lasts after it, if none does.
    hold_s: float = 0.0


def utterances_of(
    lines: Sequence[str],
    normalise: Callable[[str], SpokenText],
    pauses: Mapping[int, float] = _NO_PAUSES,
    *,
    language: str = "",
) -> tuple[Utterance, ...]:
    """The utterances of a scene with these lines; together they have the words of the scene's narration, in order.

    `normalise` is the text normalisation, `language` a tag, by which sentences are told apart. A line without a word to
    speak is an utterance too, a silent one. `pauses` are longer pauses in seconds, by the index of the line that they
    precede; one after the last line prolongs the scene.
    """
    # A sentence by itself has lost the space after it, by which readers of Thai tell sentences: so the words are those
    # of all lines.
    words = iter(split_words(" ".join(lines)))
    utterances: list[Utterance] = []
    for index, line in enumerate(lines):
        if index in pauses:
            _set_pause(utterances, pauses[index])
        sentences = [tuple(_split_long(normalise(sentence))) for sentence in _sentences(line, language)]
        for number, parts in enumerate(sentences, start=1):
            pause_s = _AFTER_LINE_S if number == len(sentences) else _AFTER_SENTENCE_S
            utterances += [Utterance(spoken=part, pause_s=_AFTER_CLAUSE_S) for part in parts[:-1]]
            utterances.append(Utterance(spoken=parts[-1], pause_s=pause_s))
    if utterances and len(lines) in pauses:
        utterances[-1] = replace(utterances[-1], hold_s=pauses[len(lines)])
    own_words = [tuple(islice(words, len(utterance.spoken.words))) for utterance in utterances]
    return tuple(
        replace(utterance, spoken=replace(utterance.spoken, words=own))
        for utterance, own in zip(utterances, own_words, strict=True)
    )


def _set_pause(utterances: list[Utterance], pause_s: float) -> None:
    """Change the pause after the last utterance that is not silent."""
    for index in range(len(utterances) - 1, -1, -1):
        if not utterances[index].spoken.is_silent:
            utterances[index] = replace(utterances[index], pause_s=pause_s)
            return


def size_bytes(text: str) -> int:
    """Size of a text on the wire, as escaped XML in UTF-8."""
    return len(escape(text).encode())


def _sentences(line: str, language: str) -> Iterator[str]:
    """The sentences of a line, split between words only: elsewhere "end。)And" counts as one word."""
    words = split_words(line)
    text = join_words(words)
    ends = iter((*sentence_ends(text, language), len(text)))
    end, first, position = next(ends), 0, 0
    for index, word in enumerate(words):
        start = text.index(word, position)
        if end <= start:
            yield join_words(words[first:index])
            first = index
        while end <= start:
            end = next(ends)
        position = start + len(word)
    if words:
        yield join_words(words[first:])


def _split_long(spoken: SpokenText) -> Iterator[SpokenText]:
    """The text in parts of at most `MAX_BYTES`, as far as it can be split between words."""
    split = _best_split(spoken) if size_bytes(spoken.text) > MAX_BYTES else None
    if split is None:
        yield spoken
        return
    yield from _split_long(_part(spoken, 0, split))
    yield from _split_long(_part(spoken, split, len(spoken.words)))


def _best_split(spoken: SpokenText) -> int | None:
    """How many words go into the first half; None: fewer than two words are spoken."""
    audible = [index for index, place in enumerate(spoken.places) if place]
    splits = audible[1:]
    ends = {split: (spoken.places[before] or (0, 0))[1] for before, split in zip(audible, splits, strict=False)}
    middle = len(spoken.text) / 2
    for marks in _SPLIT_MARKS:
        marked = [split for split in splits if spoken.words[split - 1].rstrip(CLOSING_MARKS).endswith(marks)]
        # Very uneven halves are a last resort.
        even = [split for split in marked if abs(ends[split] - middle) <= 0.7 * middle or marks == ("",)]
        if even:
            return min(even, key=lambda split: abs(ends[split] - middle))
    return None


def _part(spoken: SpokenText, first: int, last: int) -> SpokenText:
    """The words `first` to before `last`, and how they are spoken."""
    places = spoken.places[first:last]
    kept = [place for place in places if place]
    start, end = kept[0][0], kept[-1][1]
    return SpokenText(
        text=spoken.text[start:end],
        words=spoken.words[first:last],
        places=tuple(place and (place[0] - start, place[1] - start) for place in places),
    )
