"""The speaking rate of a voice in a language, measured on a sample text.

The sample is a scene like any other: it goes through the same narrators in the same order and its clip is cached, so
the rate is that of a film, pauses and edges included.
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

# A scene is padded to whole quanta: by half of one on average.
_SCENE_S = EDGES_S + SCENE_QUANTUM_SAMPLES / SAMPLE_RATE_HZ / 2
# For samples of one sentence.
_DEFAULT_PAUSE_S = 0.35
# Words in films are longer than in the sample: by 15 % in 1,800 words of the English briefs in topics/ and tests/, by
# 7 % in text as plain as models are asked for. In other languages the difference is smaller or not yet measurable. A
# model that is given too high a word count writes a film that is too long, and has to be asked again.
_LONGER_WORDS = {"en": 1.1}
# For languages without a sample: the English one, abridged.
_DEFAULT_SAMPLE = "the sun goes down and the sky turns red."


async def measure_pace(language: str, *, speak: Callable[[Script], Awaitable[Narration]]) -> Pace:
    """Measure the pace of `language` (BCP-47); `speak` is `narrate` with all arguments but the script.

    It is estimated for a language without a sample. Raises what `speak` raises.
    """
    sample = sample_text(language)
    if sample is None:
        return estimate_pace(language)
    scene = StatementScene(lines=(SpokenLine(text=sample),), text="")
    narration = await speak(Script(title="", language=language, scenes=(scene,)))
    return _with_film_words(pace_of(narration.clips[0].words, unit_sample=sample), language)


def estimate_pace(language: str) -> Pace:
    """The pace of a calm voice, without speaking anything."""
    sample = sample_text(language) or _DEFAULT_SAMPLE
    return _with_film_words(pace_of(estimate(split_words(sample)), unit_sample=sample), language)


def pace_of(words: Sequence[Word], *, unit_sample: str) -> Pace:
    """The pace at which `words` are spoken; at least one of them must have a letter or digit."""
    texts = [word.text for word in words]
    pauses = [max(0.0, after.start_s - word.end_s) for word, after in pairwise(words) if ends_sentence(word.text)]
    breath_s = median(pauses) if pauses else _DEFAULT_PAUSE_S
    length_s = words[-1].end_s - words[0].start_s
    weights = sum(map(weight, texts))
    return Pace(
        weight_s=(length_s - len(pauses) * breath_s) / weights,
        breath_s=breath_s,
        scene_s=_SCENE_S,
        word_weight=weights / len(words),
        unit="characters" if len(words) > 2 * len(unit_sample.split()) else "words",
    )


def _with_film_words(pace: Pace, language: str) -> Pace:
    """The pace with the average word length of films instead of the sample's."""
    return replace(pace, word_weight=pace.word_weight * _LONGER_WORDS.get(language.partition("-")[0].lower(), 1.0))
