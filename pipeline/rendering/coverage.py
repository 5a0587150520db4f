"""Which scripts can be drawn on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import features

from pipeline.rendering.fonts import face_for

# A few letters that tell whether a font knows a script.
_SAMPLES: Final = {
    "Latin": "aéßłőñ",
    "Greek": "αβγΩ",
    "Cyrillic": "абвЖї",
    "Vietnamese": "ễượ",
    "Devanagari": "कखगि",
    "Bengali": "কখগ",
    "Tamil": "கஙச",
    "Arabic": "ابتى",
    "Hebrew": "אבג",
    "Thai": "กขค",
    "Chinese": "中文字",
    "Japanese": "日本ひカ",
    "Korean": "한국어",
}


@dataclass(frozen=True, kw_only=True)
class ScriptCoverage:
    """Whether a script can be drawn here, and with which font file; an empty name: boxes would be drawn."""

    script: str
    font: str

    @property
    def covered(self) -> bool:
        """Whether every sample letter of the script has a glyph."""
        return bool(self.font)


def font_coverage() -> tuple[ScriptCoverage, ...]:
    """What this machine can draw, script by script. Reads the character tables of the fonts it finds."""
    found = []
    for script, sample in _SAMPLES.items():
        faces = [face_for(letter, weight=400) for letter in sample]
        font = Path(faces[0].path).name if faces[0] and all(faces) else ""
        found.append(ScriptCoverage(script=script, font=font))
    return tuple(found)


def can_shape() -> bool:
    """Whether Arabic and Indic letters are joined as they should be (Pillow with Raqm)."""
    return bool(features.check("raqm"))
