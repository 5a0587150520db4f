"""Hyphenation with the patterns of a language (Liang's algorithm, as in TeX and LibreOffice).

The pattern files are Pyphen's. They are not read by Pyphen, which takes seconds to parse all German patterns before the
first word; here a pattern is parsed when a word matches it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pyphen import LANGUAGES, language_fallback

from pipeline.language.graphemes import grapheme_clusters
from pipeline.language.writing_systems import writing_of

# Minimum letters before and after a hyphen.
_MIN_LETTERS = 3
# Thai lines break between phrases, without hyphens.
_WITHOUT_HYPHENS = frozenset({"th"})
# Tags whose patterns have another name.
_ALIASES = {"no": "nb"}
# Vowels of languages that need no patterns: every syllable begins with the last consonant before a vowel.
_VOWELS = {"fi": "aeiouyäöå", "tr": "aeıioöuüâîû", "az": "aeəıioöuü"}
_DIGITS = re.compile(r"\d")


@lru_cache(maxsize=1024)
def hyphenation_points(word: str, language: str) -> tuple[int, ...]:
    """Indices at which `word` (letters only) may be hyphenated; none in a language without patterns."""
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
    return tuple(end for end in ends[_MIN_LETTERS - 1 : -_MIN_LETTERS] if end in points)


def is_word(text: str) -> bool:
    """Whether `text` is only letters and combining marks: no address, number or hyphenated name."""
    return bool(text) and text[0].isalpha() and all(c.isalpha() or unicodedata.category(c)[0] == "M" for c in text)


def _points(word: str, patterns: dict[str, str]) -> set[int]:
    """Indices whose highest level, over all matching patterns, is odd."""
    dotted = f".{word}."
    levels = [0] * (len(dotted) + 1)
    longest = max(map(len, patterns), default=0)
    for start in range(len(dotted)):
        for end in range(start + 1, min(start + longest, len(dotted)) + 1):
            at = start
            pattern, _, replacement = patterns.get(dotted[start:end], "").partition("/")
            for character in pattern:
                if character.isdigit():
                    # A hyphen that would change the spelling (Hungarian asszony: asz-szony) is not allowed.
                    level = int(character) + (int(character) % 2 if replacement else 0)
                    levels[at] = max(levels[at], level)
                else:
                    at += 1
    return {at - 1 for at, level in enumerate(levels) if level % 2}


@cache
def _patterns(language: str) -> dict[str, str]:
    """The patterns (hy3ph) of a language tag, by their letters; empty if there are none."""
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
