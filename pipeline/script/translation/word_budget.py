"""Word budgets: how many words each line of a translation may have in a film of a requested length.

Languages need different numbers of words for the same content, and voices different times for a word. A line's budget
is its share of the words that fit the film at the voice's pace, in proportion to its share of the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.language.words import split_words
from pipeline.model import Pace, Script, narration_of
from pipeline.model.pace import ends_sentence, weight
from pipeline.script.length import thinking_pauses_s
from pipeline.script.translation.units import TranslationUnit, narration_by_scene


@dataclass(frozen=True, kw_only=True)
class TargetLength:
    """The requested duration of a translation, and the pace at which it will be spoken."""

    wanted_s: int
    pace: Pace
    # The previous translation and its spoken duration, if its lines are to be rewritten.
    previous: Script | None = None
    previous_s: float = 0.0

    @property
    def instruction(self) -> str:
        """The part of the prompt about the length."""
        unit, is_long = self.pace.unit, self.previous_s > self.wanted_s
        if self.previous is None:
            return (
                f"Spoken aloud, the film must last {self.wanted_s} seconds. Each `say_…` has a budget of {unit} in "
                "your language. Stay close to it, line by line: if it is tight, say the same more briefly; if it is "
                "generous, say the same more fully, without adding anything."
            )
        return (
            f"You have translated these lines before. Spoken aloud, they last {self.previous_s:.0f} seconds instead of "
            f"{self.wanted_s}: they are too {'long' if is_long else 'short'}. Each has a new budget of {unit}, and "
            f"below it your previous translation. Rewrite each to about that many {unit}: the same content, said more "
            f"{'briefly' if is_long else 'fully, without adding anything'}."
        )


def with_word_budgets(
    units: Sequence[TranslationUnit], script: Script, length: TargetLength
) -> tuple[TranslationUnit, ...]:
    """The units with word budgets for their spoken lines; for a second translation, only the spoken lines."""
    narration = narration_by_scene(script)
    previous = narration_by_scene(length.previous) if length.previous else {}
    words_per_weight = _words(script, length) / sum(
        _weight(text) for lines in narration.values() for text in lines.values()
    )

    def with_budget(unit: TranslationUnit) -> TranslationUnit:
        lines = narration.get(unit.name, {})
        texts = tuple((name, text) for name, text in unit.texts if name in lines or not length.previous)
        words = tuple((name, max(1, round(words_per_weight * _weight(text)))) for name, text in texts if name in lines)
        old = previous.get(unit.name, {})
        return replace(unit, texts=texts, words=words, previous=tuple((n, old[n]) for n, _ in words if n in old))

    return tuple(map(with_budget, units))


def _words(script: Script, length: TargetLength) -> float:
    """How many words fit the film besides its pauses: by the measured duration if there is one, else by the pace."""
    pace, narrations = length.pace, [split_words(narration_of(scene)) for scene in script.scenes]
    silence_s = len(narrations) * pace.scene_s + thinking_pauses_s(script)
    if length.previous:
        words = sum(len(split_words(narration_of(scene))) for scene in length.previous.scenes)
        return max(1.0, words * (length.wanted_s - silence_s) / max(1.0, length.previous_s - silence_s))
    breaths = sum(ends_sentence(word) for narration in narrations for word in narration[:-1])
    spoken_s = length.wanted_s - silence_s - breaths * pace.breath_s
    return max(1.0, spoken_s / (pace.word_weight * pace.weight_s))


def _weight(text: str) -> float:
    return sum(map(weight, split_words(text)))
