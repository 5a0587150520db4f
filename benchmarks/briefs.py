"""The briefs for `encode.py`: about towns with three bridges, addressed to guests.

A film of four sections lasts about 30 s: six scenes with 15 captions. Films about different towns have no sentence in
common. Films about one town for different guests differ in the first and the last scene only.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

# Sections of a film of 30 s.
SECTIONS = 4
# Approximate duration of a section.
_SECTION_S = 5.85
_FRONT = """\
---
title: Why {town} has three bridges for {guest}
language: en
kicker: Prepared for {guest}
subtitle: And why one of them is closed
closing: "Come to {town}, {guest}. The {river} is calm."
---

Good day, {guest}.
This is {town}.
"""
_BRIDGES = """\
## Where the bridges of {town} lead

- Stone: to {farm}.
- Iron: to the {river}.
- Oak: not to {town}.
"""
_STONE = """\
## The oldest one is the strongest

Monks built it for {town}.
**The {river} is wild**.
But {town} stands.
"""
_IRON = """\
## Iron came with the railway

Trains reached {town}.
Iron **leaps over the {river}**.
"""
_OAK = """\
## The bridge that nobody crosses

{town} loves oak.
But **{farm} has no road**.
So {town} waits.
"""
_PARTS = (_BRIDGES, _STONE, _IRON, _OAK)
_FIRSTS = (
    "Al", "Bren", "Cor", "Dun", "Els", "Fal", "Gren", "Hol", "Ing", "Kel",
    "Lan", "Mar", "Nor", "Os", "Pen", "Ros", "Sel", "Tor", "Wen", "Yar",
)  # fmt: skip
_LASTS = ("ford", "wick", "ham", "mouth", "bury", "stead", "combe", "field", "well", "more")


def brief_text(*, town: int = 0, guest: int = 0, sections: int = SECTIONS) -> str:
    """A brief. With more than four sections it goes on with the next towns."""
    about = {"guest": unique_name(guest + 7), **_names_in(town)}
    parts = islice(cycle(_PARTS), sections)
    body = (part.format(**_names_in(town + number // SECTIONS)) for number, part in enumerate(parts))
    return "\n".join([_FRONT.format(**about), *body])


def write_distinct_briefs(folder: Path, count: int, *, sections: int = SECTIONS) -> None:
    """Write briefs that have nothing in common."""
    _write(folder, (brief_text(town=number, guest=number, sections=sections) for number in range(count)))


def write_campaign_briefs(folder: Path, count: int, *, sections: int = SECTIONS) -> None:
    """Write briefs about one town, each for another guest."""
    _write(folder, (brief_text(guest=number, sections=sections) for number in range(count)))


def section_count(minutes: float) -> int:
    """The number of sections of a film of about that duration."""
    return round(60 * minutes / _SECTION_S)


def _write(folder: Path, texts: Iterator[str]) -> None:
    folder.mkdir(parents=True)
    for number, text in enumerate(texts, start=1):
        (folder / f"{number:04d}.md").write_text(text, encoding="utf-8")


def _names_in(town: int) -> dict[str, str]:
    return {"town": unique_name(town), "river": unique_name(town + 57), "farm": unique_name(town + 113)}


def unique_name(number: int) -> str:
    """A different name for every number."""
    again, within = divmod(number, len(_FIRSTS) * len(_LASTS))
    name = _FIRSTS[within % len(_FIRSTS)] + _LASTS[within // len(_FIRSTS)]
    return f"{name} {again + 1}" if again else name
