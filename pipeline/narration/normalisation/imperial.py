"""Feet and inches in English: 6'2", a 27" screen, 5 in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language

_FEET = re.compile(r"(?<![\w.,'’])(?P<feet>\d{1,2})\s?['′’]\s?(?P<inches>\d{1,2})\s?[\"″”](?!\w)")
_INCHES = re.compile(r"(?<![\w.,'’\"“$])\d{1,3}(?:\.\d+)?(?P<sign>\s?[\"″])(?=[\s.,;:)]|$)")
# "In." may be a preposition at the end of a sentence, but not before a small letter.
_ABBREVIATED = re.compile(r"(?<=[\d½¼¾⅓⅔])(?P<sign>[ \u00a0\u202f-]in\.)(?:(?= [a-z×(])|(?=[\"”’)]*$))")
# After "one", or before a noun or an adjective: "a 27 inch screen", "1 inch deep".
_ONE = re.compile(r"(?:(?<![\d.,])1|(?<!\d )[123]/\d\d?|(?<!\d)[½¼¾⅓⅔])$")
_NOUN = re.compile(r"\s(?!(?:and|or|by|x|of|to|in|on|at|is|was|from|than)\b)[a-z]")


def say_feet_and_inches(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out lengths in feet and inches. A straight quote that closes an earlier one is no inch sign."""
    if language.code != "en":
        return
    signs = 0  # straight quotes that are inch signs
    for match in _FEET.finditer(text):
        signs += match[0].endswith('"')
        yield [Edit(start=match.start(), end=match.end(), text=f"{match['feet']} foot {match['inches']}")]
    for match in _INCHES.finditer(text):
        is_straight = match["sign"].endswith('"')
        if not is_straight or (text.count('"', 0, match.start("sign")) - signs) % 2 == 0:
            signs += is_straight
            inch = "inch" if _NOUN.match(text, match.end()) else "inches"
            yield [Edit(start=match.start("sign"), end=match.end(), text=f" {inch}")]
    for match in _ABBREVIATED.finditer(text):
        is_one = match["sign"].startswith("-") or _ONE.search(text, max(0, match.start() - 8), match.start())
        inch = "inch" if is_one else "inches"
        stop = "." if match.end() == len(text.rstrip('"”’)')) else ""
        yield [Edit(start=match.start("sign"), end=match.end(), text=f" {inch}{stop}")]
