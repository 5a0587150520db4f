"""Language-independent checks of a translation against its original.

All numbers and addresses must be kept, no text may be missing or too long, and the text must differ from the original.
Names are not checked: many languages inflect or respell them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.language.display_width import display_width
from pipeline.language.tags import same_language
from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.language.writing_systems import ascii_digits
from pipeline.script.checks import QUOTED_CHARS
from pipeline.script.shortening import shorten
from pipeline.script.translation.units import Texts, TranslationUnit

# Shorter texts, such as names and formulas, may be the same in both languages.
_MIN_WORDS_TO_DIFFER = 5
# Digits with group separators and a decimal mark; a space groups only before three digits.
_NUMBER = re.compile(r"\d+(?:[.,'’٫٬]\d+|[ \u00a0\u2009\u202f]\d{3}(?!\d))*")
_DIGITS = re.compile(r"\d+")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AFTER_ADDRESS = ".,;:!?)]}'’”»"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
# Centuries and monarchs: larger numbers are not translated into Roman numerals.
_MAX_ROMAN = 39


def find_translation_problems(
    unit: TranslationUnit, translated: Texts, *, source_language: str, language: str, strict: bool = True
) -> list[str]:
    """The problems of a unit's translation, a line each, as feedback for the model; empty if it is valid.

    Without `strict`, problems that can be repaired are ignored.
    """
    problems = [f"there is no {name} in it" for name in translated if name not in dict(unit.texts)]
    for name, text in unit.texts:
        if name not in translated:
            problems.append(f"{name} is missing")
        else:
            problems += (f"{name} {problem}" for problem in _text_problems(text, translated[name], unit.limit(name)))
    if strict and _has_stray_emphasis(translated):
        problems.append("emphasis must be copied from the translated text letter by letter")
    if not same_language(source_language, language) and _is_untranslated(unit, translated):
        problems.append(f"it is still in {source_language}, and must be in {language}")
    return [f"{unit.place}: {problem}" for problem in problems]


def _text_problems(text: str, translated: str, limit: int | None) -> Iterator[str]:
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
    """The numbers in a text by their digits ("1.234,5" is "12345"), each as written."""
    return {"".join(_DIGITS.findall(ascii_digits(found[0]))): found[0] for found in _NUMBER.finditer(text)}


def _roman(number: str) -> str:
    """The Roman numeral of a number: 19 is XIX; empty for 0 and beyond `_MAX_ROMAN`."""
    rest, letters = int(number[:3]), ""
    if not 0 < rest <= _MAX_ROMAN:
        return ""
    for value, letter in _ROMAN:
        letters += letter * (rest // value)
        rest %= value
    return letters


def _addresses(text: str) -> list[str]:
    return [found[0].rstrip(_AFTER_ADDRESS) for found in _ADDRESS.finditer(text)]


def _has_stray_emphasis(translated: Texts) -> bool:
    return translated.get("emphasis", "") not in translated.get("text", "")


def _is_untranslated(unit: TranslationUnit, translated: Texts) -> bool:
    long_texts = [(name, text) for name, text in unit.texts if len(split_words(text)) >= _MIN_WORDS_TO_DIFFER]
    return bool(long_texts) and all(translated.get(name) == text for name, text in long_texts)
