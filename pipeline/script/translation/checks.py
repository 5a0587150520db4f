"""Whether a translation says what the original says, as far as it can be seen without knowing the languages.

Every number and every address has to be there again, nothing may be missing or too long for its place, and it must not
be the original. Names are left to the model: many languages inflect or respell them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.language.tags import same_language
from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.language.writing_systems import ascii_digits, display_width
from pipeline.script.checks import QUOTED_CHARS
from pipeline.script.shortening import shorten
from pipeline.script.translation.units import Texts, TranslationUnit

# Shorter texts may well be the same in both languages: names, formulas.
_TELLING_WORDS = 5
# Digits with what groups them, and with the decimal mark; a space groups only before three digits.
_NUMBER = re.compile(r"\d+(?:[.,'’٫٬]\d+|[ \u00a0\u2009\u202f]\d{3}(?!\d))*")
_DIGITS = re.compile(r"\d+")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AFTER_ADDRESS = ".,;:!?)]}'’”»"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
# Centuries and kings; beyond these, Roman numerals are not what a digit becomes.
_MOST_ROMAN = 39


def find_translation_problems(
    part: TranslationUnit, translated: Texts, *, written_in: str, language: str, strict: bool = True
) -> list[str]:
    """What is wrong with the translation of a part, a line each, as a model is told; empty: nothing is.

    Not `strict` lets pass what can be mended.
    """
    problems = [f"there is no {name} in it" for name in translated if name not in dict(part.texts)]
    for name, text in part.texts:
        if name not in translated:
            problems.append(f"{name} is missing")
        else:
            problems += (f"{name} {problem}" for problem in _losses(text, translated[name], part.limit(name)))
    if strict and _is_elsewhere(translated):
        problems.append("emphasis must be copied from the translated text letter by letter")
    if not same_language(written_in, language) and _is_the_original(part, translated):
        problems.append(f"it is still in {written_in}, and must be in {language}")
    return [f"{part.place}: {problem}" for problem in problems]


def _losses(text: str, translated: str, limit: int | None) -> Iterator[str]:
    if has_words(text) and not has_words(translated):
        yield "is empty"
        return
    if limit is not None and display_width(translated) > limit:
        yield f'has {display_width(translated)} characters, at most {limit} fit: "{shorten(translated, QUOTED_CHARS)}"'
    yield from (f"has lost the number {number}" for number in _lost_numbers(text, translated))
    yield from (f"has lost the address {address}" for address in _addresses(text) if address not in translated)


def _lost_numbers(text: str, translated: str) -> list[str]:
    there = set(_numbers(translated)) | set(_DIGITS.findall(ascii_digits(translated)))
    words = set(re.findall(r"[IVX]+", translated))
    return [
        written
        for number, written in _numbers(text).items()
        if number not in there
        and not set(_DIGITS.findall(ascii_digits(written))) <= there
        and _roman(number) not in words
    ]


def _numbers(text: str) -> dict[str, str]:
    """The numbers in a text, digits only ("1.234,5" is "12345"), and how each is written."""
    return {"".join(_DIGITS.findall(ascii_digits(found[0]))): found[0] for found in _NUMBER.finditer(text)}


def _roman(number: str) -> str:
    """19 -> XIX; empty for what is not written so."""
    rest, letters = int(number[:3]), ""
    if not 0 < rest <= _MOST_ROMAN:
        return ""
    for value, letter in _ROMAN:
        letters += letter * (rest // value)
        rest %= value
    return letters


def _addresses(text: str) -> list[str]:
    return [found[0].rstrip(_AFTER_ADDRESS) for found in _ADDRESS.finditer(text)]


def _is_elsewhere(translated: Texts) -> bool:
    return translated.get("emphasis", "") not in translated.get("text", "")


def _is_the_original(part: TranslationUnit, translated: Texts) -> bool:
    telling = [(name, text) for name, text in part.texts if len(split_words(text)) >= _TELLING_WORDS]
    return bool(telling) and all(translated.get(name) == text for name, text in telling)
