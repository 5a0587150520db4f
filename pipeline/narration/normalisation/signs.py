"""Signs between words and numbers ("&", "+", "=", "×", "~"), and formulas ("CO₂", "x²")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.numbers import NUMBER, without_groups

_AMPERSAND = re.compile(r"(?<=[\w\s.])&(?=[\w\s])(?!\w+;)")
# Between operands, and after one, as in "Disney+" and "18+"; not in "C++".
_PLUS = re.compile(r"(?<=[\w)] )\+(?= [\w(])|(?<=[\w)])\+(?![\w+])|(?<=[\d²³])\+(?=[\w(])|(?<=\d\.)\+(?=\d)")
_EQUALS = re.compile(r"(?<=[\w)²³] )=(?= [\w(−$€£-])|(?<=[\w)²³])=(?=[\w(−])")
_PLUS_MINUS = re.compile(r"(?<=\d)\s?±\s?(?=\d)")
_TIMES = re.compile(r"(?<=[\d)])\s?×\s?(?=[\d(])|(?<=\d)\s[·⋅]\s(?=\d)|(?<=\d)\s?x\s?(?=\d+\s?=)")
# Dimensions: "45 × 12 cm", and "9x5", "18\" x 5\""; not "2x 500".
_SIZE = re.compile(r"(?<=\d)\s?×\s?(?=\d[\d.,]*(?:\s?×\s?\d[\d.,]*)?\s?(?:[cm]?m|in|ft|px)\b)")
_BY = re.compile(r"(?:(?<=[\d\"″])|(?<=\d[ cm]m)|(?<=\dm)|(?<=ft))(?:x|\s?x\s)(?=\d)(?<!\dx )")
# Dimensions, in languages that speak them differently from products.
_BY_WORDS = {"en": "by", "fr": "sur", "nl": "bij", "pl": "na", "pt": "por", "ru": "на", "uk": "на"}
# The score of a match, in Brazil.
_SCORE = re.compile(r"(?<![\w.,])\d\s?x\s?\d(?![\w.,]\d|\d|\s?(?:[cm]?m|ft|in)\b)")
# "1.9x faster".
_AS_MANY = re.compile(r"(?<=\d)[x×](?=\s\w|/[^\W\d]|[.,;:!?)]|$)")
_AS_MANY_WORDS = {"es": "veces", "it": "volte"}
_COUNTS_TIMES = frozenset({"cs", "de", "en", "fr", "nl", "pl", "pt", "sv"})
# Letters with subscript digits, and carbon dioxide, which is often written with a plain one (CO2).
_FORMULA = re.compile(r"(?<![^\W\d])(?:(?:[A-Z][a-z]?[₀-₉]*)*[A-Z][a-z]?[₀-₉]+(?:[A-Z][a-z]?[₀-₉]*)*|CO2)(?!\w)")
# A power of a number, of one or two letters, or of a bracket; not of a unit, as in "m²".
_POWER = re.compile(
    r"(?:(?<=\d)|(?<=\))|(?<![^\W\d])(?!(?:[cdkm]?m|ft|in|mi|yd|ha)[²³^])[^\W\d_]{1,2})"
    r"(?P<power>(?P<small>[⁻]?[⁰¹²³⁴-⁹]+)|\^(?P<large>-?\d+))(?!\w|\.\w|[⁺⁻])"
)
# Words for the second and the third power, and before any other exponent.
_POWERS = {
    "en": ("squared", "cubed", "to the power of"),
    "de": ("Quadrat", "hoch 3", "hoch"),
    "fr": ("au carré", "au cube", "puissance"),
    "es": ("al cuadrado", "al cubo", "elevado a"),
    "it": ("al quadrato", "al cubo", "elevato a"),
    "pt": ("ao quadrado", "ao cubo", "elevado a"),
    "nl": ("kwadraat", "tot de derde", "tot de macht"),
    "pl": ("do kwadratu", "do sześcianu", "do potęgi"),
    "ru": ("в квадрате", "в кубе", "в степени"),
    "sv": ("i kvadrat", "i kubik", "upphöjt till"),
}
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "-01234567890123456789")
# A ratio or a score; in English, not a verse: "John 3:9".
_RATIO = re.compile(rf"(?<![\w.,:/–-])(?P<one>\d{{1,3}}):(?P<other>{NUMBER})(?![\w:/–-])")
_BOOK = re.compile(r"[A-Z][a-z]+ $")
# A duration: "1:42:17", "45:30".
_DURATION = re.compile(r"(?<![\w.,:/–-])\d{1,2}(?::[0-5]\d){1,2}(?:[.,]\d+)?(?![\w:/–-])")
_RATIO_WORDS = {"en": "to", "de": "zu", "es": "a", "it": "a", "pl": "do"}
# A rating: "4.8/5", "9,2/10".
_RATING = re.compile(r"(?<![\w.,/])\d[.,]\d\s?(?P<of>/)\s?(?:5|10|100)(?![\w/]|[.,]\d)")
_RATING_WORDS = {
    "en": "out of",
    "de": "von",
    "fr": "sur",
    "es": "de",
    "it": "su",
    "pt": "de",
    "nl": "van de",
    "pl": "na",
}
_CLOSING = frozenset(",;.:!?)]")
_ABOUT = re.compile(r"(?<![\w~/.℃%％])[~≈]\s?(?=[\d$€£¥])")


def say_formulas(text: str, language: Language) -> Iterator[list[Edit]]:
    """Spell out chemical formulas (CO₂), and write out powers (x²) where a language has the words."""
    for match in _FORMULA.finditer(text):
        parts = re.findall(r"[A-Z]|[a-z]|\d+", match[0].translate(_DIGITS))
        yield [Edit(start=match.start(), end=match.end(), text=f" {' '.join(parts).upper()}")]
    if words := _POWERS.get(language.code):
        for match in _POWER.finditer(text):
            power = (match["small"] or match["large"]).translate(_DIGITS)
            spoken = {"2": words[0], "3": words[1]}.get(
                power
            ) or f"{words[2]} {power.replace('-', f'{language.signs.minus} ')}"
            yield [Edit(start=match.start("power"), end=match.end(), text=f" {spoken}")]


def say_ratios(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out the colon of ratios and scores: eSpeak names it ("3 colon 1") or omits it."""
    word = _RATIO_WORDS.get(language.code)
    for match in _RATIO.finditer(text) if word else ():
        one, other = match["one"], without_groups(match["other"], language)
        if not other.isdecimal():  # the lap time 1:14.165
            continue
        is_time = int(one) < 60 and len(other) == 2 and int(other) < 60
        is_verse = language.code == "en" and _BOOK.search(text, max(0, match.start() - 16), match.start())
        if not is_time and not is_verse:
            yield [Edit(start=match.start(), end=match.end(), text=f"{one} {word} {other}")]
    of = _RATING_WORDS.get(language.code)
    for match in _RATING.finditer(text) if of else ():
        yield [Edit(start=match.start("of"), end=match.end("of"), text=f" {of} ")]
    for match in _DURATION.finditer(text) if language.code == "en" else ():
        yield [Edit(start=match.start(), end=match.end(), text=match[0].replace(":", " "))]


def say_signs(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out signs that voices omit or spell."""
    signs = language.signs
    by = signs.times and _BY_WORDS.get(language.code, signs.times)
    for pattern, word in (
        (_AMPERSAND, signs.ampersand),
        (_PLUS, signs.plus),
        (_EQUALS, signs.equals),
        (_SIZE, by),
        (_TIMES, signs.times),
        (_BY, by),
        (_AS_MANY, signs.times if language.code in _COUNTS_TIMES else _AS_MANY_WORDS.get(language.code, "")),
        (_ABOUT, signs.about),
        (_PLUS_MINUS, signs.plus and signs.minus and f"{signs.plus} {signs.minus}"),
    ):
        if word:
            for match in pattern.finditer(text):
                if not (pattern is _BY and language.code == "pt" and _SCORE.match(text, match.start() - 1)):
                    after = "" if text[match.end() : match.end() + 1] in _CLOSING else " "
                    yield [Edit(start=match.start(), end=match.end(), text=f" {word}{after}")]
