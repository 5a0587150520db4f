"""The words around a number in a sentence, so that a large figure can take the number's place in it."""

from __future__ import annotations

import re

from pipeline.language.text import has_words
from pipeline.language.writing_systems import ascii_digits

# A number in running text, with separators of any locale.
_NUMBER = re.compile(r"[-−–]?\d(?:[\d.,'’٫٬\u00a0\u202f\u2009]*\d)?")
_AROUND = " \u00a0\u202f"
_AFTER = f"{_AROUND},;:–—-"
# One of a pair might be torn from the other.
_PAIRED = frozenset('()[]«»„“”"')
# A sentence that ends before the number is no beginning of the one with it.
_SENTENCE_END = re.compile(r"[.!?…؟।]\s")


def split_at_number(text: str, value: float, unit: str) -> tuple[str, str] | None:
    """The words of `text` before and after `value` with its `unit`: "The book has", "in its first printing".

    None if the text does not contain both together once, between spaces, or says nothing else; and if it begins with a
    small letter before them, since then it continues the number itself: "takes a turn, and 27 days takes an orbit".
    """
    wanted = significant_digits(f"{abs(value):.12g}")
    found = [match for match in _NUMBER.finditer(text) if significant_digits(match[0]) == wanted]
    if len(found) != 1:
        return None
    start, end = found[0].span()
    if unit:
        before, after = text[:start].rstrip(_AROUND), text[end:].lstrip(_AROUND)
        if before.endswith(unit):
            start = len(before) - len(unit)
        elif after.startswith(unit):
            end = len(text) - len(after) + len(unit)
        else:
            return None
    is_whole = text[start - 1 : start] in {"", *_AROUND} and text[end : end + 1] in {"", *_AFTER, "."}
    lead, rest = text[:start].strip(_AROUND), text[end:].lstrip(_AFTER + ".").rstrip()
    if (
        lead[:1].islower()
        or not is_whole
        or not has_words(lead + rest)
        or _SENTENCE_END.search(lead)
        or _PAIRED & set(lead + rest)
    ):
        return None
    return lead, rest


def significant_digits(text: str) -> str:
    """In ASCII: "1077" for "1,077", "125" for "12.50", "189" for "189,000", "0" for "0.0"; empty without digits."""
    digits = ascii_digits("".join(filter(str.isdecimal, text)))
    return digits.strip("0") or digits[:1]
