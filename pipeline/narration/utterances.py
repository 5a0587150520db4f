"""What is spoken at a time: a sentence, and of a long one a clause; and how long the voice rests after it.

A sentence by itself is what a voice service speaks most reliably, what can be said again when it was cut short, and
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

# Seconds between the last sound of a phrase and the first one of the next: a speaker breathes after a sentence, a
# little deeper where a thought ends, and hardly inside one.
_AFTER_SENTENCE_S = 0.35
_AFTER_LINE_S = 0.45
_AFTER_CLAUSE_S = 0.15
_NO_PAUSES: Mapping[int, float] = MappingProxyType({})

# Of escaped text: far below the 4,096 that the Edge service takes, and about a minute of speech.
MAX_BYTES = 1_000
# Where a long sentence is cut, best first; at last between any two words.
_CUTS = (tuple(SENTENCE_ENDS), (";", ":", "；", "：", "–", "—"), (",", "،", "、", "，"), ("",))


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What is spoken in one go."""

    said: SpokenText
    # The silence after it, where another phrase follows.
    breath_s: float
    # How long the scene goes on after it, where none does.
    hold_s: float = 0.0


def utterances_of(
    lines: Sequence[str], say: Callable[[str], SpokenText], pauses: Mapping[int, float] = _NO_PAUSES
) -> tuple[Utterance, ...]:
    """The phrases of a scene with these lines; together they have the words of the scene's narration, in order.

    `say` tells how a text is spoken. A line without a word to say is a phrase too, a silent one. `pauses` are the
    seconds before a line, by its index, where more than a breath is meant; after the last one, the scene goes on so
    long.
    """
    # By itself, a sentence does not know of the space after it, which in Thai is what readers tell sentences by.
    words = iter(split_words(" ".join(lines)))
    phrases: list[Utterance] = []
    for index, line in enumerate(lines):
        if index in pauses:
            _pause(phrases, pauses[index])
        sentences = [tuple(_pieces(say(sentence))) for sentence in _sentences(line)]
        for number, pieces in enumerate(sentences, start=1):
            after = _AFTER_LINE_S if number == len(sentences) else _AFTER_SENTENCE_S
            phrases += [Utterance(said=piece, breath_s=_AFTER_CLAUSE_S) for piece in pieces[:-1]]
            phrases.append(Utterance(said=pieces[-1], breath_s=after))
    if phrases and len(lines) in pauses:
        phrases[-1] = replace(phrases[-1], hold_s=pauses[len(lines)])
    own = (tuple(islice(words, len(phrase.said.words))) for phrase in phrases)
    return tuple(
        replace(phrase, said=replace(phrase.said, words=texts)) for phrase, texts in zip(phrases, own, strict=True)
    )


def _pause(phrases: list[Utterance], seconds: float) -> None:
    """Make the breath after the last phrase that is heard so long."""
    for index in range(len(phrases) - 1, -1, -1):
        if not phrases[index].said.is_silent:
            phrases[index] = replace(phrases[index], breath_s=seconds)
            return


def size_bytes(text: str) -> int:
    """How long a text is on the wire, where mark-up is escaped."""
    return len(escape(text).encode())


def _sentences(line: str) -> Iterator[str]:
    """The sentences of a line, cut between words only: to everybody else "end。)And" is one word."""
    words = split_words(line)
    text = join_words(words)
    ends = iter((*sentence_ends(text), len(text)))
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


def _pieces(said: SpokenText) -> Iterator[SpokenText]:
    """The text in pieces of at most `MAX_BYTES`, as far as it can be cut between words."""
    cut = _best_cut(said) if size_bytes(said.text) > MAX_BYTES else None
    if cut is None:
        yield said
        return
    yield from _pieces(_part(said, 0, cut))
    yield from _pieces(_part(said, cut, len(said.words)))


def _best_cut(said: SpokenText) -> int | None:
    """How many words go into the first half; None: nothing to cut between."""
    spoken = [index for index, place in enumerate(said.places) if place]
    cuts = spoken[1:]
    ends = {cut: (said.places[before] or (0, 0))[1] for before, cut in zip(spoken, cuts, strict=False)}
    middle = len(said.text) / 2
    for marks in _CUTS:
        marked = [cut for cut in cuts if said.words[cut - 1].rstrip(CLOSING_MARKS).endswith(marks)]
        # A crumb is no half, unless there is nothing else.
        fair = [cut for cut in marked if abs(ends[cut] - middle) <= 0.7 * middle or marks == ("",)]
        if fair:
            return min(fair, key=lambda cut: abs(ends[cut] - middle))
    return None


def _part(said: SpokenText, first: int, last: int) -> SpokenText:
    """Some of the words of a text, and how they are said."""
    places = said.places[first:last]
    kept = [place for place in places if place]
    start, end = kept[0][0], kept[-1][1]
    return SpokenText(
        text=said.text[start:end],
        words=said.words[first:last],
        places=tuple(place and (place[0] - start, place[1] - start) for place in places),
    )
