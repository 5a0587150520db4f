"""Requested lengths when the sample, or the model, was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.language.words import split_words
from pipeline.model import (
    SAMPLE_RATE_HZ,
    Clip,
    Narration,
    Pace,
    Prosody,
    Script,
    SpokenLine,
    StatementScene,
    Word,
    narration_of,
)
from pipeline.orchestrator.film.target_length import (
    adjust_to_length,
    film_duration_s,
    length_warning,
    translate_to_length,
    write_to_length,
)
from pipeline.script import TargetLength
from pipeline.script.length import predicted_s

WORD_S = 0.5


def script(words: int, *, model: str = "parrot") -> Script:
    scene = StatementScene(lines=(SpokenLine(text=" ".join(["word"] * words)),), text="T")
    return Script(title="T", language="en", scenes=(scene,), model=model)


def lasting(*lengths_s: float) -> Narration:
    clips = (Clip(path=Path("x"), samples=round(s * SAMPLE_RATE_HZ), sha256="0", words=()) for s in lengths_s)
    return Narration(narrator="n", voice="v", clips=tuple(clips))


class Synthesiser:
    """Speaks the sample faster than everything else, by a share."""

    def __init__(self, deceit: float) -> None:
        self._deceit = deceit

    async def speak(self, spoken: Script) -> Narration:
        (scene,) = spoken.scenes
        words = split_words(narration_of(scene))
        each_s = WORD_S if set(words) == {"word"} else WORD_S / self._deceit
        times = (Word(text=word, start_s=n * each_s, end_s=(n + 1) * each_s) for n, word in enumerate(words))
        return Narration(
            narrator="n",
            voice="v",
            clips=(
                Clip(
                    path=Path("x"), samples=round(len(words) * each_s * SAMPLE_RATE_HZ), sha256="0", words=tuple(times)
                ),
            ),
        )


class FakeAuthor:
    """Writes as many words as the pace says that fit."""

    def __init__(self, *, model: str = "parrot") -> None:
        self.paces: list[Pace] = []
        self._model = model

    async def write(self, pace: Pace) -> Script:
        self.paces.append(pace)
        return script(pace.plan(60).words, model=self._model)


async def test_an_accurate_sample_needs_one_script() -> None:
    author, narrator = FakeAuthor(), Synthesiser(deceit=1.0)

    # The words of its sample are as long as "word".
    written, pace = await write_to_length(60, "es", write=author.write, speak=narrator.speak)

    assert author.paces == [pace]
    assert film_duration_s(await narrator.speak(written)) == pytest.approx(60, rel=0.15)


async def test_a_film_with_another_pace_gets_a_second_script() -> None:
    author, narrator = FakeAuthor(), Synthesiser(deceit=1.5)

    written, pace = await write_to_length(60, "en", write=author.write, speak=narrator.speak)

    first, second = author.paces
    assert pace == second
    assert second.weight_s > first.weight_s
    # By the second pace, the first script lasts as long as it did.
    spoken = script(first.plan(60).words)
    assert predicted_s(spoken, second) == pytest.approx(film_duration_s(await narrator.speak(spoken)))
    assert film_duration_s(await narrator.speak(written)) == pytest.approx(60, rel=0.15)


async def test_verbatim_notes_are_not_rewritten() -> None:
    author, narrator = FakeAuthor(model=""), Synthesiser(deceit=1.5)

    await write_to_length(60, "en", write=author.write, speak=narrator.speak)

    assert len(author.paces) == 1


class Interpreter:
    """Translates into as many words as it likes: of the tries of one film, so many each."""

    def __init__(self, *words: int) -> None:
        self.asked: list[TargetLength] = []
        self._words = list(words)

    async def translate(self, length: TargetLength) -> Script:
        self.asked.append(length)
        return script(self._words.pop(0))


async def test_a_translation_of_the_right_length_is_requested_once() -> None:
    translator, narrator = Interpreter(125), Synthesiser(deceit=1.0)

    translated = await translate_to_length(60, "en", translate=translator.translate, speak=narrator.speak)

    assert film_duration_s(await narrator.speak(translated)) == 62.5
    (length,) = translator.asked
    assert (length.wanted_s, length.previous) == (60, None)


@pytest.mark.parametrize(("tries", "kept"), [((200, 125), 125), ((140, 200), 140), ((200, 180), 180), ((60, 90), 90)])
async def test_a_translation_of_the_wrong_length_is_requested_once_more_and_the_closer_one_counts(
    tries: tuple[int, int], kept: int
) -> None:
    translator, narrator = Interpreter(*tries), Synthesiser(deceit=1.0)

    translated = await translate_to_length(60, "en", translate=translator.translate, speak=narrator.speak)

    assert translated == script(kept)
    _, again = translator.asked
    assert (again.previous, again.previous_s) == (script(tries[0]), tries[0] * WORD_S)


@pytest.mark.parametrize("lasts_s", [51.1, 60, 68.9])
async def test_a_film_within_the_tolerance_is_left_as_it_is(lasts_s: float) -> None:
    async def nobody(**_: object) -> Narration:
        raise AssertionError

    spoken = lasting(20, lasts_s - 20)

    assert await adjust_to_length(spoken, 60, prosody=Prosody(), speak=nobody) is spoken


@pytest.mark.parametrize(("lasts_s", "rate_percent", "how"), [(72, 18, "8 % faster"), (49, 2, "8 % slower")])
async def test_a_small_deviation_is_corrected_by_the_speaking_rate(lasts_s: float, rate_percent: int, how: str) -> None:
    heard: list[Prosody] = []

    async def speak(*, prosody: Prosody) -> Narration:
        heard.append(prosody)
        return lasting(60)

    held = await adjust_to_length(lasting(lasts_s), 60, prosody=Prosody(rate_percent=10, pitch_percent=3), speak=speak)

    assert heard == [Prosody(rate_percent=rate_percent, pitch_percent=3)]
    assert held.clips == lasting(60).clips
    assert held.incidents == (f"spoken {how}, because the film would have lasted {lasts_s} s",)


@pytest.mark.parametrize(("lasts_s", "usual_percent", "rate_percent"), [(72, 97, 100), (49, -45, -50)])
async def test_the_speaking_rate_stays_within_its_limits(lasts_s: float, usual_percent: int, rate_percent: int) -> None:
    heard: list[int] = []

    async def speak(*, prosody: Prosody) -> Narration:
        heard.append(prosody.rate_percent)
        return lasting(60)

    await adjust_to_length(lasting(lasts_s), 60, prosody=Prosody(rate_percent=usual_percent), speak=speak)

    assert heard == [rate_percent]


@pytest.mark.parametrize("lasts_s", [90, 20])
async def test_a_large_deviation_is_reported_and_nothing_is_cut_off(lasts_s: float) -> None:
    async def nobody(**_: object) -> Narration:
        raise AssertionError

    held = await adjust_to_length(lasting(lasts_s), 60, prosody=Prosody(), speak=nobody)

    assert held.clips == lasting(lasts_s).clips
    assert held.incidents == (f"the film lasts {lasts_s} s instead of the requested 60 s",)


@pytest.mark.parametrize(
    ("lasts_s", "says"),
    [
        (52, ""),
        (
            1455,
            "it lasts 1,455 s instead of the requested 60 s: shorten the notes, or request another length",
        ),
        (5, "it lasts 5 s instead of the requested 60 s: add to the notes, or request another length"),
    ],
)
def test_a_film_of_the_wrong_length_says_what_to_do(lasts_s: float, says: str) -> None:
    assert length_warning(lasting(lasts_s), 60) == says
