"""Estimates the duration of speech from the pace of a voice and the weight of a text.

The narration room measures the pace; the script room plans the length of scripts with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.language.text import CLOSING_MARKS, SENTENCE_ENDS, has_words

# Limits of a requested length: two readable scenes, and the maximum size of a script (`_MAX_WORDS` of the script room).
SHORTEST_FILM_S, LONGEST_FILM_S = 10, 1800
# Range of the average duration of a scene: shorter is hurried, longer is dull.
_SHORT_SCENE_S, _LONG_SCENE_S = 8, 12
# Average length of a spoken sentence, in words or characters.
_SENTENCE = {"words": 9, "characters": 20}


@dataclass(frozen=True, kw_only=True)
class LengthPlan:
    """The size of a script for a requested length."""

    length_s: int
    # Number of spoken words, and the unit: writing systems without spaces are counted in characters.
    words: int
    unit: Literal["words", "characters"]
    fewest_scenes: int
    most_scenes: int


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The speaking rate of a voice in a language, in seconds."""

    # Duration of a unit of weight (see `weight`), including short pauses inside sentences.
    weight_s: float
    # Pause between sentences, and the silence around a scene.
    breath_s: float
    scene_s: float
    # Weight of an average word (or character: see `LengthPlan`).
    word_weight: float
    unit: Literal["words", "characters"] = "words"

    @property
    def word_s(self) -> float:
        """Average duration of a word, including pauses between sentences."""
        return self.word_weight * self.weight_s + self.breath_s / _SENTENCE[self.unit]

    def corrected(self, factor: float) -> Pace:
        """The pace of a voice that takes `factor` times as long."""
        return replace(self, weight_s=self.weight_s * factor, breath_s=self.breath_s * factor)

    def seconds(self, words: Sequence[str]) -> float:
        """The duration of a scene with these spoken words (of `split_words`)."""
        breaths = sum(map(ends_sentence, words[:-1]))
        return self.scene_s + sum(map(weight, words)) * self.weight_s + breaths * self.breath_s

    def plan(self, length_s: int) -> LengthPlan:
        """The script size for a film of `length_s`."""
        fewest = max(2, round(length_s / _LONG_SCENE_S))
        most = max(fewest + 1, round(length_s / _SHORT_SCENE_S))
        spoken_s = max(1.0, length_s - (fewest + most) / 2 * self.scene_s)
        return LengthPlan(
            length_s=length_s,
            words=max(1, round(spoken_s / self.word_s)),
            unit=self.unit,
            fewest_scenes=fewest,
            most_scenes=most,
        )


def weight(word: str) -> float:
    """The relative duration of a word, in English letters; 0: it is not spoken."""
    return sum(map(_weight_of_character, word)) + 1 if has_words(word) else 0.0


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends with this word."""
    return word.rstrip(CLOSING_MARKS)[-1:] in {*SENTENCE_ENDS}


def _weight_of_character(character: str) -> float:
    """Digits and symbols like % count as words ("seven"), Han characters and kana as syllables."""
    category = unicodedata.category(character)
    if category[0] == "N":
        return 3.5
    if category == "Lo" and character >= "\u3040":
        return 1.8
    if category[0] == "L":
        return 1.0
    return 4.0 if category in {"Sc", "Sm"} or character in "%&@°" else 0.0
