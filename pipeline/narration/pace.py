"""How fast a voice speaks a language, measured on a sample that it speaks.

The sample is a scene like any other: it goes through the same narrators in the same order, its clip is kept in the
cache, and what is measured is what a film would hear, pauses and edges included.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pipeline.language.words import split_words
from pipeline.model import (
    SAMPLE_RATE_HZ,
    SCENE_QUANTUM_SAMPLES,
    Narration,
    Pace,
    Script,
    SpokenLine,
    StatementScene,
    Word,
)
from pipeline.model.pace import ends_sentence, weight
from pipeline.narration.clip_metadata import EDGES_S
from pipeline.narration.estimate import estimate
from pipeline.narration.sample_texts import sample_text

# A scene's length is rounded up to whole quanta: by half of one on the average.
_SCENE_S = EDGES_S + SCENE_QUANTUM_SAMPLES / SAMPLE_RATE_HZ / 2
# Where a sample has one sentence only.
_USUAL_BREATH_S = 0.35
# The words of a film are longer than those of the sample: by 15 % in 1,800 words of the English briefs in topics/ and
# tests/, by 7 % where somebody writes as plainly as models are told to. In the other languages the two differ by less,
# or there is too little to tell. Who is told too many words writes a film that is too long, and is asked once more.
_LONGER_WORDS = {"en": 1.1}
# In a language without a sample, people are taken to speak as calmly as in English.
_PLAIN = "the sun goes down and the sky turns red."


async def measure_pace(language: str, *, speak: Callable[[Script], Awaitable[Narration]]) -> Pace:
    """The pace of whoever speaks `language` (BCP-47) with `speak`, which is `narrate` with all but the script.

    A language without a sample has a pace that is estimated. Raises what `speak` raises.
    """
    sample = sample_text(language)
    if sample is None:
        return estimate_pace(language)
    scene = StatementScene(lines=(SpokenLine(text=sample),), text="")
    narration = await speak(Script(title="", language=language, scenes=(scene,)))
    return _of_films(pace_of(narration.clips[0].words, unit_sample=sample), language)


def estimate_pace(language: str) -> Pace:
    """The pace of a calm voice, with nothing spoken."""
    sample = sample_text(language) or _PLAIN
    return _of_films(pace_of(estimate(split_words(sample)), unit_sample=sample), language)


def pace_of(words: Sequence[Word], *, unit_sample: str) -> Pace:
    """The pace in which `words` are said; at least one of them must be heard."""
    texts = [word.text for word in words]
    pauses = [max(0.0, after.start_s - word.end_s) for word, after in pairwise(words) if ends_sentence(word.text)]
    breath_s = median(pauses) if pauses else _USUAL_BREATH_S
    length_s = words[-1].end_s - words[0].start_s
    weights = sum(map(weight, texts))
    return Pace(
        weight_s=(length_s - len(pauses) * breath_s) / weights,
        breath_s=breath_s,
        scene_s=_SCENE_S,
        word_weight=weights / len(words),
        unit="characters" if len(words) > 2 * len(unit_sample.split()) else "words",
    )


def _of_films(pace: Pace, language: str) -> Pace:
    """The pace with words as long as those of films."""
    return replace(pace, word_weight=pace.word_weight * _LONGER_WORDS.get(language.partition("-")[0].lower(), 1.0))
