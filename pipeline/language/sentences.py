"""Sentence segmentation, for writing scripts and for speaking them."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.language.abbreviations import is_abbreviation_in
from pipeline.language.text import (
    CLOSING_MARKS,
    GREEK_QUESTION,
    OPENING_MARKS,
    SPACED_ENDS,
    UNSPACED_ENDS,
    has_words,
)

# Closing marks after a full stop. French writes a space before »; in German » opens and « closes, and “ closes there
# but opens elsewhere: an opening mark touches the next character.
_CLOSING = (
    rf"(?:[{re.escape(CLOSING_MARKS.rstrip('“‘'))}]|[ \u00a0\u202f]»(?=[\s,;:]|$)|«(?=\s|$)"
    r"|[“‘](?=[\s,;:.!?»”“)]|$))*"
)
# A run of marks is matched once, as there may be thousands ("......"). Possessive quantifiers would do, but Python gets
# them wrong before 3.11.5 (gh-106052).
_END = re.compile(
    rf"(?<![{SPACED_ENDS}])(?P<stop>(?:[{SPACED_ENDS}]|{GREEK_QUESTION})+){_CLOSING}(?=\s+(?P<next>\S))"
    # "「止まれ。」と言った": the quotation is part of a sentence.
    rf"|[{UNSPACED_ENDS}]+(?![{UNSPACED_ENDS}])(?:[」』”\"]+(?![」』”\"とっ])|(?![」』”\"]){_CLOSING})"
)
# "For example" in forms that end in a word of another language: "ad es.", "p. ex.", "t. ex.", "p. ej."; and "c.-à-d.".
_FOR_EXAMPLE = re.compile(r"(?<!\w)(?:(?:ad|[pt]\.)\s?e[sxj]|c\.-à-d)$", re.IGNORECASE)
_APOSTROPHES = "'‘"
_EDGE = re.compile(rf"[\s{re.escape(OPENING_MARKS)}]")
# "XIV. Louis" and "im XIX. Jahrhundert"; after a name it is ambiguous: "unter Heinrich VIII. Danach".
_ROMAN = re.compile("[IVX]{2,}")
_BEFORE_ORDINAL = re.compile(r"(?:.*\b(?:das|dem|den|der|des|die|im|ins|vom|zum|seit|um))?\s*", re.IGNORECASE)
# Languages in which a number with a full stop may be an ordinal.
_ORDINAL_LANGUAGES = frozenset("bs cs da de et fi hr hu is lt lv nb nn no pl sk sl sr tr".split())  # noqa: SIM905
_BEFORE_ITEMS = frozenset(":;(–—-")
# A number that labels what follows: "1609: 60. 1959: 61."
_LABEL = re.compile(r"\d+:\s")
# No sentence begins with one of these: "p1 · p2 · … · pn".
_NEVER_FIRST = frozenset("·⋅×÷=≠≈≤≥±+*/&,;:")
# Nor with a minus before a space: "1 − x²/(2!) − …".
_MINUS = re.compile(r"\s+−\s")
# Text without capitals has sentences that begin with small letters. Elsewhere, a full stop before a small letter is
# taken for that of an unknown abbreviation, unless the sentence already has 40 words.
_MIN_WORDS, _MAX_WORDS = 4, 40
# A sentence that continues after an exclamation: "and — oh! — the sun came up".
_DASH_AND_SMALL = re.compile(rf"\s+[—–-]\s*[{re.escape(OPENING_MARKS)}]?(?P<next>\w)")
# A short form in brackets: "(Gr. M)", "(trans. R. Hass)".
_IN_BRACKETS = re.compile(r"\([^\s().!?]{1,8}$")
_CLOSES_BRACKET = re.compile(r"(?:[^()!?.]|(?<![^\W\d_]{2})\.)*\)")
# Context before and after a full stop, in characters.
_CONTEXT_BEFORE, _CONTEXT_AFTER = 40, 24
# Words that always begin with a small letter: "pH 7", "iPhone".
_ALWAYS_SMALL = re.compile("[a-z][A-Z]")
# After a quotation: "Why?" I asked.
_I_SAID = re.compile(r"I (?:said|asked|replied|answered|thought|whispered|shouted|cried|yelled|muttered|added|told)\b")
# In « French », after a nested quotation.
_CLOSES = re.compile(r"»[\s,;:.!?]")
# Abbreviations that may end a sentence, but mostly don't before a small letter.
_SHORT_FORMS = re.compile(
    r"etc|ecc|usw|usf|osv|enz|itd|itp|atd|stb|resp|esp|min|max|mins|hrs|tbsps?|tsps?|oz|lbs?|pkg|pcs?"
)


def split_sentences(text: str, language: str = "") -> tuple[str, ...]:
    """The sentences of `text`, stripped; joined, they have the words of `text`. `language`: see `sentence_ends`."""
    edges = [0, *sentence_ends(text, language), len(text)]
    sentences = (text[start:end].strip() for start, end in pairwise(edges))
    return tuple(sentence for sentence in sentences if sentence)


def sentence_ends(text: str, language: str = "") -> tuple[int, ...]:
    """The indices past the final mark of each sentence of `text` except the last.

    Each sentence has a letter or a digit: a stray mark belongs to the sentence before it. `language` is a tag (en,
    pt-BR), by which "scored 12. Messi" are two sentences and "am 12. Mai" is not; without one, neither is.
    """
    has_ordinals = not language or language.lower().partition("-")[0] in _ORDINAL_LANGUAGES
    ends: list[int] = []
    start = checked = 0
    has_content = False
    for match in _END.finditer(text):
        has_content = has_content or has_words(text[checked : match.end()])
        checked = match.end()
        if has_content and _ends_sentence(text, start, match, has_ordinals=has_ordinals):
            start, has_content = _before_opening_quote(text, match), False
            ends.append(start)
    if ends and not has_words(text[start:]):
        ends.pop()
    return tuple(ends)


def last_word(text: str) -> str:
    """The last word of `text` without opening marks; empty after a space."""
    return _word_before(len(text), text, 0)


def _word_before(end: int, text: str, start: int) -> str:
    """The word that ends at `end`, not reaching before `start`."""
    first = end
    while first > start and not _EDGE.match(text, first - 1):
        first -= 1
        if first > start + 1 and text[first - 1] in _APOSTROPHES and text[first - 2].isalnum():
            first -= 1  # within a word
    return text[first:end]


def _before_opening_quote(text: str, match: re.Match[str]) -> int:
    """The end of a sentence without the straight quote after it that opens the next one: 走吧。"你好。"."""
    opens = match["next"] is None and match[0].endswith('"') and text.count('"', 0, match.end()) % 2
    return match.end() - 1 if opens else match.end()


def _ends_sentence(text: str, start: int, match: re.Match[str], *, has_ordinals: bool) -> bool:
    if match["next"] is None:
        return True
    rest = text[match.start("next") : match.start("next") + _CONTEXT_AFTER]
    is_in_brackets = _IN_BRACKETS.search(text, max(start, match.start() - 9), match.start())
    continues = _continues_after_dash(text, match.end()) or (is_in_brackets and _CLOSES_BRACKET.match(rest))
    if continues or not _may_begin(rest, text, start, match):
        return False
    if match["stop"] != "." or "\u0e00" <= text[match.start() - 1] <= "\u0e7f":
        return match["stop"] != "."  # Thai has full stops in abbreviations only
    word = _word_before(match.start(), text, start)
    is_ordinal = _ROMAN.fullmatch(word) and _BEFORE_ORDINAL.fullmatch(text, start, match.start() - len(word))
    if is_ordinal or _FOR_EXAMPLE.search(text, max(start, match.start() - 8), match.start()):
        return False
    before = text[max(start, match.start() - len(word) - _CONTEXT_BEFORE) : match.start() - len(word)]
    if word.isdecimal() and has_words(before) and (not has_ordinals or _LABEL.match(rest)):
        return not _is_item_number(int(word), before)
    return not is_abbreviation_in(before, word, rest.split(maxsplit=1)[0], rest)


def _is_item_number(number: int, before: str) -> bool:
    """Whether it numbers an item within the sentence: "Pack: 1. Tent 2. Rope", "1. e4 e5 2. Nf3"."""
    return (number == 1 and before.rstrip()[-1:] in _BEFORE_ITEMS) or re.search(
        rf"(?<!\d){number - 1}\. ", before
    ) is not None


def _may_begin(rest: str, text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a sentence may begin with `rest`, the text after the match."""
    if rest[0] in _NEVER_FIRST or _CLOSES.match(rest) or (match.end() > match.end("stop") and _I_SAID.match(rest)):
        return False
    return not rest[0].islower() or _ALWAYS_SMALL.match(rest) is not None or _may_begin_lowercase(text, start, match)


def _continues_after_dash(text: str, end: int) -> bool:
    following = _DASH_AND_SMALL.match(text, end)
    return bool(_MINUS.match(text, end)) or (following is not None and following["next"].islower())


def _may_begin_lowercase(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence after the one from `start` to the match may begin with a small letter."""
    last = match["stop"][-1]
    if last not in ".!?" or match["stop"].endswith("..") or match.end() > match.end("stop"):  # "“Stop!” she said"
        return False
    if _SHORT_FORMS.fullmatch(_word_before(match.start(), text, start).casefold()):
        return False
    fewest = _MIN_WORDS if text[:1].islower() else _MAX_WORDS
    return len(text[start : match.start()].split(maxsplit=fewest)) >= fewest
