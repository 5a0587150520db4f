"""Signs between words and numbers: "&", "+", "=", "×", "~"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.narration.saying.changes import Change
from pipeline.narration.saying.tongues import Tongue

_AMPERSAND = re.compile(r"(?<=[\w\s.])&(?=[\w\s])(?!\w+;)")
# Between two, and after one, as in "Disney+" and "18+"; not in "C++".
_PLUS = re.compile(r"(?<=[\w)] )\+(?= [\w(])|(?<=[\w)])\+(?![\w+])|(?<=\d)\+(?=\d)")
_EQUALS = re.compile(r"(?<=[\w)²³] )=(?= [\w(−-])|(?<=\d)=(?=\d)")
_TIMES = re.compile(r"(?<=[\d)])\s?×\s?(?=[\d(])|(?<=\d)\s?x\s?(?=\d+\s?=)")
_BY = re.compile(r"(?<=\d)\s?x\s?(?=\d)")
# Sizes are said otherwise than products where a language tells them apart.
_BY_WORDS = {"en": "by", "fr": "sur"}
# "1.9x faster".
_AS_MANY = re.compile(r"(?<=\d)[x×](?=\s[^\W\d]|[.,;:!?)]|$)")
_AS_MANY_WORDS = {"es": "veces", "it": "volte"}
_COUNTS_TIMES = frozenset({"cs", "de", "en", "fr", "nl", "pl", "pt", "sv"})
_ABOUT = re.compile(r"(?<![\w~/.])[~≈]\s?(?=[\d$€£¥])")


def say_signs_between(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The words for signs that voices leave out or spell."""
    signs = tongue.signs
    for pattern, word in (
        (_AMPERSAND, signs.ampersand),
        (_PLUS, signs.plus),
        (_EQUALS, signs.equals),
        (_TIMES, signs.times),
        (_BY, signs.times and _BY_WORDS.get(tongue.code, signs.times)),
        (_AS_MANY, signs.times if tongue.code in _COUNTS_TIMES else _AS_MANY_WORDS.get(tongue.code, "")),
        (_ABOUT, signs.about),
    ):
        if word:
            for match in pattern.finditer(text):
                yield [Change(start=match.start(), end=match.end(), said=f" {word} ")]
