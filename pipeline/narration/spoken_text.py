"""What of a text is said, and how: a text for a voice, and where each written word is in it.

Pictures, arrows and control characters are not said at all. With a language, numbers, dates, signs, abbreviations and
addresses are said as people say them (`saying`); what is shown stays as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipeline.language.text import has_words
from pipeline.language.words import join_words, split_words
from pipeline.narration.normalisation import Place, Pronunciations, apply, changes_of

# Pictures, arrows, boxes and dingbats with what modifies them. Degrees, ©, ™ and currency stand below and are spoken.
_PICTURES = re.compile(
    "[\u2190-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]\u200d?"
)
# Letters, digits and units in another dress (𝓐, Ⓐ, Ａ, ﬁ, ㎡), which voices name one by one: they are said as what they
# are.
_DECORATED = re.compile(
    "[\U0001d400-\U0001d7ff\u2460-\u2473\u24b6-\u24ea\u3380-\u33df\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\ufb00-\ufb06]+"
)
# Control characters, lone surrogates, private and unassigned code points: no service may see them. Nor may one see
# what hides or reorders text (category Cf); the joiners (U+200C, U+200D) are part of how words are spelt.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_JOINERS = "\u200c\u200d"
_NONE = Pronunciations()


@dataclass(frozen=True, kw_only=True)
class SpokenText:
    """A text for a voice, and which part of it is which word."""

    text: str
    # Of the original text, as `split_words` cuts it.
    words: tuple[str, ...]
    # For each word its first and one past its last character in `text`; None: nothing of it is said.
    places: tuple[Place | None, ...]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say."""
        return not has_words(self.text)


def spoken(text: str, language: str = "", pronunciations: Pronunciations = _NONE) -> SpokenText:
    """`text` as a voice should be given it. Without a language, only what can't be said is left out.

    Every word with a letter or a digit in it has a place; places are in order and do not overlap. With a language, a
    file of CLDR is read the first time: not for the event loop.
    """
    words = split_words(text)
    said = [_without_pictures(word) for word in words]
    whole = join_words([word for word in said if word])
    spans: list[Place] = []
    for word in filter(None, said):
        start = whole.index(word, spans[-1][1] if spans else 0)
        spans.append((start, start + len(word)))
    if language:
        whole, found = apply(whole, spans, changes_of(whole, language, pronunciations))
    else:
        found = tuple(spans)
    remaining = iter(found)
    places = tuple(next(remaining) if word else None for word in said)
    return SpokenText(text=whole, words=words, places=places)


def normaliser_for(language: str, pronunciations: Pronunciations) -> Callable[[str], SpokenText]:
    """`spoken` for a language, with all that it reads from disk in memory. Blocks; what it returns does not."""
    say = partial(spoken, language=language, pronunciations=pronunciations)
    say("1 km, $1, 2000-01-01")
    return say


def _without_pictures(word: str) -> str:
    plain = _DECORATED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), word)
    kept = _PICTURES.sub("", plain)
    return "".join(c for c in kept if c in _JOINERS or unicodedata.category(c) not in _UNSPEAKABLE)
