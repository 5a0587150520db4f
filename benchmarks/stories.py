"""What the films of `encode.py` are about: towns with three bridges, and guests who are welcomed there.

A film of four sections lasts about 30 s: six scenes with 15 captions. Films about two towns have no sentence in
common. Films about one town for two guests differ in the first and the last scene; the others are the same, word for
word.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

# Of a film of 30 s.
SECTIONS = 4
# A section lasts about so many seconds.
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
    about = {"guest": name_of(guest + 7), **_words_of(town)}
    parts = islice(cycle(_PARTS), sections)
    body = (part.format(**_words_of(town + number // SECTIONS)) for number, part in enumerate(parts))
    return "\n".join([_FRONT.format(**about), *body])


def write_different(folder: Path, count: int, *, sections: int = SECTIONS) -> None:
    """So many briefs that have nothing in common."""
    _write(folder, (brief_text(town=number, guest=number, sections=sections) for number in range(count)))


def write_campaign(folder: Path, count: int, *, sections: int = SECTIONS) -> None:
    """So many rows: one town, and a guest each."""
    _write(folder, (brief_text(guest=number, sections=sections) for number in range(count)))


def sections_of(minutes: float) -> int:
    """How many sections make a film of about that length."""
    return round(60 * minutes / _SECTION_S)


def _write(folder: Path, texts: Iterator[str]) -> None:
    folder.mkdir(parents=True)
    for number, text in enumerate(texts, start=1):
        (folder / f"{number:04d}.md").write_text(text, encoding="utf-8")


def _words_of(town: int) -> dict[str, str]:
    return {"town": name_of(town), "river": name_of(town + 57), "farm": name_of(town + 113)}


def name_of(number: int) -> str:
    """No two numbers have the same."""
    again, within = divmod(number, len(_FIRSTS) * len(_LASTS))
    name = _FIRSTS[within % len(_FIRSTS)] + _LASTS[within // len(_FIRSTS)]
    return f"{name} {again + 1}" if again else name
