"""Numbers spelt out in English: "nineteen sixty-nine", "five hundred million"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TEENS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = {word: n for n, word in enumerate(_TEENS)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_ANY = "|".join((*_SMALL, *_LARGE, "hundred"))
_RUN = re.compile(rf"\b(?:{_ANY})(?:[\s-]+(?:and\s+)?(?:{_ANY}))*\b", re.IGNORECASE)

_WORDS = re.compile(r"\b(?!and\b)[a-z]+")
# More than any number needs: Python refuses to print integers of thousands of digits.
_MOST_WORDS = 40


def spelt_out_numbers(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Each spelt-out number as written, with its value and, for round ones, its value in thousands, millions and so on.

    "five hundred million" has the values 500,000,000 and 500 (as in "500 million"). A bare "million" is skipped: it
    belongs to a number in digits, or means "very many".
    """
    runs = ((match[0], _WORDS.findall(match[0].lower())) for match in _RUN.finditer(text))
    return [(written, _values(words[:_MOST_WORDS])) for written, words in runs if any(word in _SMALL for word in words)]


def _values(words: Sequence[str]) -> tuple[int, ...]:
    if year := _year(words):
        return (year,)
    total = current = 0
    for word in words:
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = max(1, current) * 100
        else:
            total, current = total + max(1, current) * _LARGE[word], 0
    whole = total + current
    if current == 0 and words[-1] in _LARGE:
        return whole, whole // _LARGE[words[-1]]
    return (whole,)


def _year(words: Sequence[str]) -> int:
    """The year spoken in two parts ("nineteen sixty-nine", "twenty twenty-four"), or 0."""
    if not 2 <= len(words) <= 3 or any(word not in _SMALL for word in words):
        return 0
    first, *rest = (_SMALL[word] for word in words)
    last = sum(rest)
    two_parts = len(rest) == 1 or (rest[0] >= 20 and rest[1] < 10)
    return 100 * first + last if 11 <= first <= 20 and 10 <= last <= 99 and two_parts else 0
