"""How long a voice takes to say a text, known before it is said: the pace of the voice, and the weight of the text.

The narration room measures the pace, the script room writes by it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.language.text import CLOSING_MARKS, SENTENCE_ENDS, has_words

# The lengths that can be asked for: two scenes that can be read; and what one script can hold (`_MAX_WORDS` of the
# script room).
SHORTEST_FILM_S, LONGEST_FILM_S = 10, 1800
# How long a scene may stand: seconds. More scenes than these give are hurried, fewer are dull.
_SHORT_SCENE_S, _LONG_SCENE_S = 8, 12
# Words, or characters, in a sentence that is written to be spoken.
_SENTENCE = {"words": 9, "characters": 20}


@dataclass(frozen=True, kw_only=True)
class LengthPlan:
    """What a film of a wanted length holds, as a writer is told."""

    length_s: int
    # Spoken in all, and what they are: scripts without spaces between words are counted in characters.
    words: int
    unit: Literal["words", "characters"]
    fewest_scenes: int
    most_scenes: int


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast one voice speaks one language, in seconds."""

    # For a unit of weight (see below), short pauses inside a sentence included.
    weight_s: float
    # The breath between two sentences of a scene, and the silence around a scene.
    breath_s: float
    scene_s: float
    # How much an average word (or a character: see `LengthPlan`) weighs.
    word_weight: float
    unit: Literal["words", "characters"] = "words"

    @property
    def word_s(self) -> float:
        """Seconds for a word of a film, the breaths between its sentences included."""
        return self.word_weight * self.weight_s + self.breath_s / _SENTENCE[self.unit]

    def corrected(self, factor: float) -> Pace:
        """The pace of a voice that takes `factor` times as long for what it says."""
        return replace(self, weight_s=self.weight_s * factor, breath_s=self.breath_s * factor)

    def seconds(self, words: Sequence[str]) -> float:
        """How long a scene lasts in which these words (of `split_words`) are said."""
        breaths = sum(map(ends_sentence, words[:-1]))
        return self.scene_s + sum(map(weight, words)) * self.weight_s + breaths * self.breath_s

    def plan(self, length_s: int) -> LengthPlan:
        """What fits a film of `length_s`."""
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
    """How long a word takes, in letters of English. Zero: nothing of it is heard."""
    return sum(map(_weight_of_character, word)) + 1 if has_words(word) else 0.0


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends with this word."""
    return word.rstrip(CLOSING_MARKS)[-1:] in {*SENTENCE_ENDS}


def _weight_of_character(character: str) -> float:
    """A digit is a word ("seven"), a Han character or kana a syllable, a sign like % too; punctuation is not said."""
    category = unicodedata.category(character)
    if category[0] == "N":
        return 3.5
    if category == "Lo" and character >= "\u3040":
        return 1.8
    if category[0] == "L":
        return 1.0
    return 4.0 if category in {"Sc", "Sm"} or character in "%&@°" else 0.0
