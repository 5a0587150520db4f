"""Row selection: --rows 3 (the first three), --rows 2,5-9 (these), --rows extremes (outliers)."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.model import Brief

_PART = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
EXTREMES = "extremes"


@dataclass(frozen=True, kw_only=True)
class RowSelection:
    """A set of row numbers, from 1."""

    # Ranges, both ends included.
    spans: tuple[tuple[int, int], ...]

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and any(first <= number <= last for first, last in self.spans)

    @property
    def last(self) -> int:
        """The last selected row."""
        return max(last for _, last in self.spans)


def parse_row_selection(text: str) -> RowSelection:
    """Parse the value of --rows. Raises `InputError`."""
    spans = []
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        found = _PART.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last:
            raise InputError(
                f"{text[:40]!r} is not a row selection",
                where="--rows",
                hint="Write --rows 3 (the first three), 2,5-9, or extremes",
            )
        spans.append((first, last))
    if len(parts) == 1 and "-" not in parts[0]:
        spans = [(1, spans[0][0])]
    return RowSelection(spans=tuple(spans))


def find_extremes(briefs: Collection[Brief]) -> list[tuple[Brief, str]]:
    """Rows that are most likely to break a layout, with the reasons, in table order. Iterates over the briefs twice.

    The longest and the shortest text in total, the widest single text, and the most unusual: the rarest script, then
    the rarest letters.
    """
    letters: Counter[str] = Counter()
    scripts: Counter[int] = Counter()
    for brief in briefs:
        own = set("".join(_texts(brief)))
        letters.update(own)
        scripts.update({_script(each) for each in own})
    total = max(1, len(briefs))

    def unusualness(brief: Brief) -> tuple[float, ...]:
        own = set("".join(_texts(brief)))
        rarest = min((scripts[_script(each)] for each in own), default=total)
        return -rarest, sum(math.log(total / letters[each]) for each in own) / max(1, len(own))

    measures: dict[str, Callable[[Brief], tuple[float, ...]]] = {
        "longest": lambda brief: (sum(map(len, _texts(brief))),),
        "shortest": lambda brief: (-sum(map(len, _texts(brief))),),
        "widest": lambda brief: (max(map(width_em, _texts(brief)), default=0.0),),
        "most unusual": unusualness,
    }
    best: dict[str, tuple[tuple[float, ...], int, Brief]] = {}
    for number, brief in enumerate(briefs):
        for name, measure in measures.items():
            if name not in best or measure(brief) > best[name][0]:
                best[name] = (measure(brief), number, brief)
    why: dict[int, list[str]] = {}
    for name, (_, number, _) in best.items():
        why.setdefault(number, []).append(name)
    chosen = {number: brief for _, number, brief in best.values()}
    return [(chosen[number], ", ".join(why[number])) for number in sorted(why)]


def _script(character: str) -> int:
    """A rough script id by Unicode block; 0: Latin and common punctuation."""
    code = ord(character)
    if code < 0x250 or 0x2000 <= code < 0x2100:
        return 0
    # CJK blocks span thousands of code points.
    return code >> 12 if code >= 0x3000 else code >> 8


def width_em(text: str) -> float:
    """The approximate width of a text in ems, for an average font."""
    return sum(map(_width_em, text))


def _width_em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 1.0
    if character in "iIjl.,:;'|! ":
        return 0.28
    return 0.85 if character in "mwMW@—" else 0.66 if character.isupper() else 0.54


def _texts(brief: Brief) -> Iterator[str]:
    """The texts of a row, without its key and pictures, which are not displayed as text."""
    pictures = {wanted.source for wanted in brief.pictures}
    for _, text in brief.row.fields if brief.row else ():
        if text not in {brief.key, *pictures}:
            yield text
