"""How much each line of a translation may say, in a film of a wanted length.

One language takes more words than another for the same, and one voice more seconds than another. What a line may have
is its share of what the film holds at the pace of the voice that will speak it: as large as its share of the original.
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
    """How long a translation shall last, and at which pace it will be spoken."""

    wanted_s: int
    pace: Pace
    # The translation as it was at first, and how long it lasted, if its lines are to be written again.
    before: Script | None = None
    previous_s: float = 0.0

    @property
    def told(self) -> str:
        """What a translator is told about it."""
        unit, is_long = self.pace.unit, self.previous_s > self.wanted_s
        if self.before is None:
            return (
                f"Spoken, the film is to last {self.wanted_s} seconds. Beside each `say_…` stands how many {unit} of "
                "your language that gives it. Come near to it, line by line: where it is little, say the same more "
                "briefly; where it is much, say it more fully, and add nothing to it."
            )
        return (
            f"You have translated these lines before. Spoken, they last {self.previous_s:.0f} seconds, and "
            f"{self.wanted_s} are wanted: they are too {'long' if is_long else 'short'}. Beside each stands how many "
            f"{unit} it is to have, and below it what you wrote. Write each anew in about so many {unit}: the same, "
            f"said more {'briefly' if is_long else 'fully, with nothing added to it'}."
        )


def with_word_budgets(
    parts: Sequence[TranslationUnit], script: Script, length: TargetLength
) -> tuple[TranslationUnit, ...]:
    """The parts of `script` with what their lines may have; when they are written again, the lines and no more."""
    said, before = narration_by_scene(script), narration_by_scene(length.before) if length.before else {}
    share = _words(script, length) / sum(_weight(text) for lines in said.values() for text in lines.values())

    def with_words(part: TranslationUnit) -> TranslationUnit:
        lines = said.get(part.name, {})
        texts = tuple((name, text) for name, text in part.texts if name in lines or not length.before)
        words = tuple((name, max(1, round(share * _weight(text)))) for name, text in texts if name in lines)
        earlier = before.get(part.name, {})
        return replace(part, texts=texts, words=words, before=tuple((n, earlier[n]) for n, _ in words if n in earlier))

    return tuple(map(with_words, parts))


def _words(script: Script, length: TargetLength) -> float:
    """How many words the film holds beside its silence: as was heard, else at the pace, with as many sentences."""
    pace, narrations = length.pace, [split_words(narration_of(scene)) for scene in script.scenes]
    silence_s = len(narrations) * pace.scene_s + thinking_pauses_s(script)
    if length.before:
        words = sum(len(split_words(narration_of(scene))) for scene in length.before.scenes)
        return max(1.0, words * (length.wanted_s - silence_s) / max(1.0, length.previous_s - silence_s))
    breaths = sum(ends_sentence(word) for narration in narrations for word in narration[:-1])
    spoken_s = length.wanted_s - silence_s - breaths * pace.breath_s
    return max(1.0, spoken_s / (pace.word_weight * pace.weight_s))


def _weight(text: str) -> float:
    return sum(map(weight, split_words(text)))
