"""What a voice is asked to speak: the normalised text, and where each written word is in it.

Emoji and control characters are dropped, arrows become dashes. With a language, numbers, dates, symbols, abbreviations
and addresses are written out as people say them (`normalisation`); what films show stays as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipeline.language.tags import same_language
from pipeline.language.text import has_words
from pipeline.language.words import join_words, split_words
from pipeline.narration.normalisation import CharSpan, Pronunciations, apply, edits_for

# Emoji, arrows, boxes and dingbats with their modifiers. Degrees, ©, ™ and currency signs lie below and are spoken.
_PICTOGRAPHS = re.compile(
    "[\u2190-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]\u200d?"
)
# Between two values, an arrow is a range or a pause.
_ARROWS = re.compile("[→⇒➔➜➡⟶]\ufe0f?")
# A minus in Japanese accounts: "▲5％".
_TRIANGLE = re.compile(r"[▲△](?=\d)")
# Compatibility forms of letters, digits and units (𝓐, Ⓐ, Ａ, ﬁ, ㎡), which voices would name one by one: NFKC undoes
# them.
_COMPATIBILITY_FORMS = re.compile(
    "[\U0001d400-\U0001d7ff\u2460-\u2473\u24b6-\u24ea\u3380-\u33df\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\ufb00-\ufb06]+"
)
# Control characters, lone surrogates, private and unassigned code points, and what hides or reorders text (Cf): no
# service may see them. The joiners (U+200C, U+200D) are part of how words are spelt.
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_JOINERS = "\u200c\u200d"
_NO_PRONUNCIATIONS = Pronunciations()


@dataclass(frozen=True, kw_only=True)
class SpokenText:
    """A text for a voice, and which part of it is which written word."""

    text: str
    # The written words, as `split_words` cuts them.
    words: tuple[str, ...]
    # For each word its first and one past its last character in `text`; None: nothing of it is spoken.
    places: tuple[CharSpan | None, ...]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to speak."""
        return not has_words(self.text)


def normalise_text(text: str, language: str = "", pronunciations: Pronunciations = _NO_PRONUNCIATIONS) -> SpokenText:
    """`text` as a voice should be given it. Without a language, only unspeakable characters are dropped.

    Every word with a letter or a digit has a place; places are ordered and do not overlap. With a language, this reads
    a file of CLDR the first time: not for the event loop.
    """
    words = split_words(text)
    is_japanese = same_language(language, "ja")
    speakable = [_speakable(_TRIANGLE.sub("−", word) if is_japanese else word) for word in words]
    whole = join_words([word for word in speakable if word])
    spans: list[CharSpan] = []
    for word in filter(None, speakable):
        start = whole.index(word, spans[-1][1] if spans else 0)
        spans.append((start, start + len(word)))
    if language:
        whole, found = apply(whole, spans, edits_for(whole, language, pronunciations))
    else:
        found = tuple(spans)
    remaining = iter(found)
    places = tuple(next(remaining) if word else None for word in speakable)
    return SpokenText(text=whole, words=words, places=places)


def normaliser_for(language: str, pronunciations: Pronunciations) -> Callable[[str], SpokenText]:
    """`normalise_text` for one language, its data preloaded from disk. Blocks; the returned function does not."""
    normalise = partial(normalise_text, language=language, pronunciations=pronunciations)
    normalise("1 km, $1, 2000-01-01")
    return normalise


def _speakable(word: str) -> str:
    plain = _COMPATIBILITY_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), word)
    kept = _PICTOGRAPHS.sub("", _ARROWS.sub("–", plain))
    return "".join(c for c in kept if c in _JOINERS or unicodedata.category(c) not in _UNSPEAKABLE)
