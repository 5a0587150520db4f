"""Limits of cues: line length, reading speed and duration, and how they change with the language."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.language.writing_systems import writing_of


@dataclass(frozen=True, kw_only=True)
class CueLimits:
    """Limits in alphabetic characters; an ideograph, kana or Hangul syllable counts as two.

    Netflix TTSG: two lines of 42 characters, 20 characters per second. Vertical video needs shorter lines, say 25
    characters: the caller sets them, since only the frame rate of the video is known here.
    """

    max_chars_per_line: int
    # 1 or 2.
    max_lines: int
    # Spaces and line breaks count, marks above and below a letter do not.
    max_chars_per_s: float
    min_duration_s: float
    max_duration_s: float
    # Frames per second of the video.
    frame_rate: int = 30

    @property
    def gap_s(self) -> float:
        """The minimum gap between cues: two frames (Netflix TTSG)."""
        return 2 / self.frame_rate

    def for_language(self, language: str) -> CueLimits:
        """The limits for a language tag: line length capped by the language's own, reading speed in proportion."""
        own = _BY_LANGUAGE.get(writing_of(language).language)
        if own is None:
            return self
        return replace(
            self,
            max_chars_per_line=min(self.max_chars_per_line, own.max_chars_per_line),
            max_chars_per_s=self.max_chars_per_s * own.speed,
        )


@dataclass(frozen=True, kw_only=True)
class _LanguageLimits:
    max_chars_per_line: int
    # Reading speed relative to alphabetic languages.
    speed: float = 1.0


# Netflix Timed Text Style Guides of these languages, "Character Limitation" and "Reading Speed": full-width characters
# per line and second, a half-width one (letter, digit, space) counting half. The speeds are those of SDH, where every
# spoken word is written, as here: 7 in Japanese (4 in translations), 11 in Chinese (9), 14 in Korean (12), against 20
# in alphabetic languages. Thai has lines of 35; its speed, like that of Arabic and Hindi (23 and 25, with combining
# marks counted), stays the alphabetic one.
_ALPHABETIC_SPEED = 20
_BY_LANGUAGE = {
    "ja": _LanguageLimits(max_chars_per_line=2 * 13, speed=2 * 7 / _ALPHABETIC_SPEED),
    **dict.fromkeys(("zh", "cmn", "yue"), _LanguageLimits(max_chars_per_line=2 * 16, speed=2 * 11 / _ALPHABETIC_SPEED)),
    "ko": _LanguageLimits(max_chars_per_line=2 * 16, speed=2 * 14 / _ALPHABETIC_SPEED),
    "th": _LanguageLimits(max_chars_per_line=35),
}
