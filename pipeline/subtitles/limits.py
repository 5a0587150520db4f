"""What a viewer can read: limits that are asked for, and what becomes of them in another script."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.language.writing_systems import writing_of


@dataclass(frozen=True, kw_only=True)
class CueLimits:
    """What a viewer can read, in letters of an alphabet; an ideograph, kana or syllable of Hangul counts as two.

    Netflix TTSG: two lines of 42 characters, 20 characters a second. Who wants shorter lines, say 25 characters on an
    upright picture, asks for them; nothing here knows the picture but its rate.
    """

    max_chars_per_line: int
    # 1 or 2.
    max_lines: int
    # Spaces and line breaks count, marks above and below a letter do not.
    max_chars_per_s: float
    min_duration_s: float
    max_duration_s: float
    # Pictures a second.
    frame_rate: int = 30

    @property
    def gap_s(self) -> float:
        """The least time between two cues: two pictures (Netflix TTSG)."""
        return 2 / self.frame_rate

    def in_language(self, language: str) -> CueLimits:
        """These limits for a language (a tag): no line longer than its own limit, the pace in proportion to its own."""
        own = _OWN.get(writing_of(language).language)
        if own is None:
            return self
        return replace(
            self,
            max_chars_per_line=min(self.max_chars_per_line, own.max_chars_per_line),
            max_chars_per_s=self.max_chars_per_s * own.pace,
        )


@dataclass(frozen=True, kw_only=True)
class _Own:
    max_chars_per_line: int
    # Against readers of alphabets.
    pace: float = 1.0


# Netflix Timed Text Style Guides of these languages, "Character Limitation" and "Reading Speed": full-width characters
# in a line and a second, a half-width one (letter, digit, space) counting half. The speeds are those for the deaf and
# hard of hearing, where every word that is said is written, as it is here: 7 in Japanese (4 in translations), 11 in
# Chinese (9), 14 in Korean (12), against 20 in the alphabets. Thai has lines of 35; its pace, like that of Arabic and
# Hindi (23 and 25, counted with their marks), stays that of the others.
_READERS_OF_ALPHABETS = 20
_OWN = {
    "ja": _Own(max_chars_per_line=2 * 13, pace=2 * 7 / _READERS_OF_ALPHABETS),
    **dict.fromkeys(("zh", "cmn", "yue"), _Own(max_chars_per_line=2 * 16, pace=2 * 11 / _READERS_OF_ALPHABETS)),
    "ko": _Own(max_chars_per_line=2 * 16, pace=2 * 14 / _READERS_OF_ALPHABETS),
    "th": _Own(max_chars_per_line=35),
}
