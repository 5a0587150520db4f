"""Where a word may be divided, by the patterns of its language (Liang's method, the one of TeX and LibreOffice).

The patterns are those that Pyphen carries. They are read here rather than by Pyphen, which takes seconds to parse all
of German's before the first word; here a pattern is parsed when a word has it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pyphen import LANGUAGES, language_fallback

from pipeline.language.graphemes import grapheme_clusters
from pipeline.language.writing_systems import writing_of

# Letters that stay together at either end of a word.
_LEAST_LETTERS = 3
# Thai lines break between phrases, and no hyphen is written there.
_WITHOUT_HYPHENS = frozenset({"th"})
# Tags whose patterns go by another name.
_ALIASES = {"no": "nb"}
# No patterns are needed where a syllable begins with the last consonant before a vowel, whatever the word.
_VOWELS = {"fi": "aeiouyäöå", "tr": "aeıioöuüâîû", "az": "aeəıioöuü"}
_DIGITS = re.compile(r"\d")


@lru_cache(maxsize=1024)
def hyphenation_points(word: str, language: str) -> tuple[int, ...]:
    """Indexes at which `word` (letters only) may be divided with a hyphen; none if nobody knows its language."""
    writing = writing_of(language)
    lowered = word.lower()
    if writing.language in _WITHOUT_HYPHENS or writing.right_to_left or len(lowered) != len(word):
        return ()
    if vowels := _VOWELS.get(writing.language):
        points = {match.start() for match in re.finditer(rf"[^{vowels}](?=[{vowels}])", lowered)}
    else:
        points = _points(lowered, _patterns(_ALIASES.get(writing.language, language)))
    ends, at = [], 0
    for cluster in grapheme_clusters(word):
        at += len(cluster)
        ends.append(at)
    return tuple(end for end in ends[_LEAST_LETTERS - 1 : -_LEAST_LETTERS] if end in points)


def is_word(text: str) -> bool:
    """Whether it is letters and their marks and nothing else: no address, no number, no hyphenated name."""
    return bool(text) and text[0].isalpha() and all(c.isalpha() or unicodedata.category(c)[0] == "M" for c in text)


def _points(word: str, patterns: dict[str, str]) -> set[int]:
    """Places that an odd number wins: each pattern of the word has its say between the letters that it names."""
    dotted = f".{word}."
    levels = [0] * (len(dotted) + 1)
    longest = max(map(len, patterns), default=0)
    for start in range(len(dotted)):
        for end in range(start + 1, min(start + longest, len(dotted)) + 1):
            at = start
            pattern, _, respelt = patterns.get(dotted[start:end], "").partition("/")
            for character in pattern:
                if character.isdigit():
                    # Where a word would be spelt differently (Hungarian asszony: asz-szony), it is not divided.
                    level = int(character) + (int(character) % 2 if respelt else 0)
                    levels[at] = max(levels[at], level)
                else:
                    at += 1
    return {at - 1 for at, level in enumerate(levels) if level % 2}


@cache
def _patterns(language: str) -> dict[str, str]:
    """Patterns like hy3ph of a language (a tag), by their letters; none if there are none for it."""
    known = language_fallback(language) if language else None
    if known is None:
        return {}
    content = LANGUAGES[known].read_bytes()
    encoding, _, rest = content.partition(b"\n")
    name = encoding.decode("ascii").strip().lower()
    text = rest.decode("cp1251" if name == "microsoft-cp1251" else name)
    text = re.sub(r"\^\^([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)
    lines = [line.strip() for line in text.split("\n") if line[:1] not in {"%", "#"}]
    letters = _DIGITS.sub("", "\n".join(line.partition("/")[0] for line in lines)).split("\n")
    patterns = dict(zip(letters, lines, strict=True))
    patterns.pop("", None)
    return patterns
