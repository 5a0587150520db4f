"""Text styles of headings, body text, labels, captions and code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.language.writing_systems import writing_of
from pipeline.rendering.assets import Fonts, Typeface

# Cap height of Inter, the reference height of a line for alignment.
CAP_HEIGHT_EM = 1490 / 2048


class _ScriptMetrics(NamedTuple):
    """Of scripts taller than Latin, or whose letters fill their square."""

    # Minimum leading, as a multiple of the size.
    leading: float
    # Space that letters need above the cap height and below the baseline, in em.
    clearance_em: float


_LATIN = _ScriptMetrics(0.0, 0.0)
_SCRIPT_METRICS = {
    **dict.fromkeys(("th", "lo", "km", "my", "bo", "dz"), _ScriptMetrics(1.5, 0.24)),
    **dict.fromkeys(("ar", "fa", "ps", "ckb", "sd", "ug"), _ScriptMetrics(1.45, 0.1)),
    **dict.fromkeys(("ur", "ks"), _ScriptMetrics(1.6, 0.2)),
    **dict.fromkeys(
        ("hi", "mr", "ne", "sa", "bn", "as", "pa", "gu", "ta", "te", "kn", "ml", "si"), _ScriptMetrics(1.4, 0.2)
    ),
    **dict.fromkeys(("ja", "zh", "yue", "cmn", "ko"), _ScriptMetrics(1.28, 0.12)),
}


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """A style independent of size. `tracking` in em; `leading` from baseline to baseline, in multiples of the size."""

    weight: int
    tracking: float = 0.0
    leading: float = 1.35
    # Inter's optical size axis, from text (14) to display (32).
    optical_size: int = 32
    # Language tag, like ja: decides font, direction and line breaks.
    language: str = ""
    # Space that letters need above the cap height and below the baseline, beyond that of Latin ones.
    clearance_em: float = 0.0
    # Whether smaller sizes are preferred to hyphenation.
    rarely_hyphenated: bool = False
    # Set in the code font.
    monospaced: bool = False
    # Tabular figures: all digits as wide as the widest, for columns of numbers and counters.
    tabular: bool = False
    # Whether it uses the film's heading font, or its text font.
    is_heading: bool = False
    # The user's font; None: Inter.
    typeface: Typeface | None = None

    def in_language(self, language: str) -> TextStyle:
        """This style for a language: with enough leading for its script, and without tracking of ideographs."""
        writing = writing_of(language)
        height = _SCRIPT_METRICS.get(writing.language, _LATIN)
        return replace(
            self,
            language=language,
            leading=max(self.leading, height.leading),
            clearance_em=height.clearance_em,
            tracking=0.0 if writing.ideographs else self.tracking,
        )

    def in_fonts(self, fonts: Fonts) -> TextStyle:
        """This style in a film's own fonts. Inter is made for negative tracking; other fonts get half of it."""
        typeface = fonts.heading if self.is_heading else fonts.text
        if typeface is None or self.monospaced:
            return self
        return replace(self, typeface=typeface, tracking=self.tracking / 2 if self.tracking < 0 else self.tracking)


DISPLAY = TextStyle(weight=700, tracking=-0.028, leading=1.1, rarely_hyphenated=True, is_heading=True)
HEADING = TextStyle(weight=680, tracking=-0.022, leading=1.14, is_heading=True)
STATEMENT = TextStyle(weight=620, tracking=-0.022, leading=1.2, is_heading=True)
ITEM = TextStyle(weight=540, tracking=-0.012, leading=1.3, optical_size=28)
BODY = TextStyle(weight=420, tracking=-0.006, leading=1.35, optical_size=26)
LABEL = TextStyle(weight=620, tracking=0.07, leading=1.35, optical_size=20)
LARGE_CAPTION = TextStyle(weight=760, tracking=-0.014, leading=1.15, optical_size=32)
CAPTION = TextStyle(weight=600, tracking=-0.004, leading=1.2, optical_size=24)
CODE = TextStyle(weight=440, leading=1.5, monospaced=True)
