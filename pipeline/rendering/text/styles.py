"""How letters look: the styles of headings, texts, captions and code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.language.writing_systems import writing_of
from pipeline.rendering.assets import Fonts, Typeface

# Height of a capital letter of Inter, which stands for the height of a line when things are aligned.
CAP_HEIGHT_EM = 1490 / 2048


class _Height(NamedTuple):
    """Of a script that is higher than Latin letters, or fills its squares."""

    # The least distance between two lines, in sizes.
    leading: float
    # What its letters need above capitals and below the baseline, in em.
    reach: float


_LATIN = _Height(0.0, 0.0)
_HEIGHTS = {
    **dict.fromkeys(("th", "lo", "km", "my", "bo", "dz"), _Height(1.5, 0.24)),
    **dict.fromkeys(("ar", "fa", "ps", "ckb", "sd", "ug"), _Height(1.45, 0.1)),
    **dict.fromkeys(("ur", "ks"), _Height(1.6, 0.2)),
    **dict.fromkeys(("hi", "mr", "ne", "sa", "bn", "as", "pa", "gu", "ta", "te", "kn", "ml", "si"), _Height(1.4, 0.2)),
    **dict.fromkeys(("ja", "zh", "yue", "cmn", "ko"), _Height(1.28, 0.12)),
}


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """How letters look, whatever their size. `tracking` in em, `leading` in sizes from baseline to baseline."""

    weight: int
    tracking: float = 0.0
    leading: float = 1.35
    # Inter's drawing for small sizes (14) up to display (32).
    optical_size: int = 32
    # Of the text, a tag like ja: which font, which direction, where lines may end.
    language: str = ""
    # What letters need above capitals and below the baseline, in em, beyond what Latin ones do.
    reach: float = 0.0
    # Whether a word is divided only where the text would be torn otherwise, however small it gets.
    rarely_divided: bool = False
    # Set like a program: all letters as wide as each other.
    monospaced: bool = False
    # All digits as wide as the widest: for columns of numbers, and numbers that count.
    tabular: bool = False
    # Whether it has the font of headings, where a film has one, or that of all other texts.
    is_heading: bool = False
    # The font that goes first; None: Inter.
    typeface: Typeface | None = None

    def in_language(self, language: str) -> TextStyle:
        """This style for a text in a language: lines far enough apart, and nothing tracked that stands in squares."""
        writing = writing_of(language)
        height = _HEIGHTS.get(writing.language, _LATIN)
        return replace(
            self,
            language=language,
            leading=max(self.leading, height.leading),
            reach=height.reach,
            tracking=0.0 if writing.ideographs else self.tracking,
        )

    def in_fonts(self, fonts: Fonts) -> TextStyle:
        """This style in a film's own fonts. Inter is drawn to be tracked; others are half as much."""
        typeface = fonts.heading if self.is_heading else fonts.text
        if typeface is None or self.monospaced:
            return self
        return replace(self, typeface=typeface, tracking=self.tracking / 2 if self.tracking < 0 else self.tracking)


DISPLAY = TextStyle(weight=700, tracking=-0.028, leading=1.1, rarely_divided=True, is_heading=True)
HEADING = TextStyle(weight=680, tracking=-0.022, leading=1.14, is_heading=True)
STATEMENT = TextStyle(weight=620, tracking=-0.022, leading=1.2, is_heading=True)
ITEM = TextStyle(weight=540, tracking=-0.012, leading=1.3, optical_size=28)
BODY = TextStyle(weight=420, tracking=-0.006, leading=1.35, optical_size=26)
LABEL = TextStyle(weight=620, tracking=0.07, leading=1.35, optical_size=20)
LARGE_CAPTION = TextStyle(weight=760, tracking=-0.014, leading=1.15, optical_size=32)
CAPTION = TextStyle(weight=600, tracking=-0.004, leading=1.2, optical_size=24)
CODE = TextStyle(weight=440, leading=1.5, monospaced=True)
