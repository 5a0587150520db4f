"""What a film says and shows: never meant for viewers, in another language, or not what was written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.media.loudness import Loudness
from pipeline.model import (
    SAMPLE_RATE_HZ,
    STANDARD,
    CodeScene,
    QuizScene,
    Script,
    SpokenLine,
    StatementScene,
    Subtitles,
    TitleScene,
    VideoFormat,
    Word,
)
from pipeline.model.leftovers import find_leftover
from pipeline.model.tongues import another_language
from pipeline.quality import Expected, checks, companions, cues, judged, languages, texts
from pipeline.quality.expected import TimedText
from tests.acceptance.command import REPOSITORY

WORLD = sorted((REPOSITORY / "tests" / "acceptance" / "world").glob("*.md"))


# As UTF-8; read as Windows-1252, each must be told.
WRITTEN = (
    "Der Tee kühlt ab.",
    "Pourquoi le thé refroidit.",
    "Tea isn’t hot – it cools…",
    "¿Por qué?",
    "Herbata stygnie, gdyż oddaje ciepło.",
    "Чай остывает сам.",
    "Το τσάι κρυώνει.",
    "お茶は冷める。",
    "차는 식는다.",
    "الشاي يبرد.",
    "चाय ठंडी होती है।",
    "Tea 🍵 cools.",
)


def script(said="Tea cools by itself, and nobody asks why.", **changes):
    scenes = (
        TitleScene(heading="Why tea cools", lines=(SpokenLine(text="Why does tea cool?"),)),
        StatementScene(text="It gives its heat away", lines=(SpokenLine(text=said),)),
    )
    return replace(Script(title="Why tea cools", language="en", scenes=scenes, tags=("tea",)), **changes)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Dear {{ name }}, this is for you.", "a field that nobody filled"),
        ("Dear {% if name %}", "a field that nobody filled"),
        ("Hello ${first_name}!", "a field that nobody filled"),
        ("Call us at [insert phone number].", "a field that nobody filled"),
        ("Welcome to [Your Company].", "a field that nobody filled"),
        ("Lorem ipsum dolor sit amet.", "a field that nobody filled"),
        ("nan", "no value"),
        ("None", "no value"),
        ("As an AI language model, I cannot taste tea.", "what a model says of itself"),
        ("As an AI, I don't drink.", "what a model says of itself"),
        ("I'm just an AI, but tea is nice.", "what a model says of itself"),
        ("I cannot assist with that request.", "what a model says of itself"),
        ("Sure! Here's a script about tea.", "what a model says of itself"),
        ("Als KI-Modell kann ich keinen Tee trinken.", "what a model says of itself"),
        ('{"title": "Tea", "scenes": []}', "JSON"),
        ('and then, "text": "It cools" }', "JSON"),
        ("It is **very** hot.", "Markdown"),
        ("## Heat", "Markdown"),
        ("See [the source](https://example.org).", "Markdown"),
        ("- one\n- two", "Markdown"),
        ("It is <b>hot</b>.", "mark-up"),
        ("Tea &amp; milk.", "mark-up"),
        ("[Music] Tea cools.", "stage directions"),
        ("Narrator: Tea cools.", "stage directions"),
        *((said.encode().decode("cp1252", "replace"), "letters in a wrong encoding") for said in WRITTEN),
        ("Der Tee k\ufffdhlt ab.", "letters in a wrong encoding"),
    ],
)
def test_what_was_never_meant_for_viewers_is_found(said, kind):
    assert find_leftover(said).startswith(kind)

    check = texts.text(script(said))
    assert not check.passed
    assert check.measured.endswith("in scene 2, spoken")


@pytest.mark.parametrize(
    "said",
    [
        "She works as an AI researcher.",
        "As an AI model, it learns from what people write.",
        "None of them has asked why.",
        "In C, a block stands between { and }.",
        "Five stars * * * * * for this tea.",
        "2 * 3 * 4 is 24, and 2**10 is not said.",
        "Prices: $5, €4 [as of May].",
        "He said: \u201cHere it is.\u201d",
        "A < B, and B > C.",
        "In 1969 (the music was loud) they danced.",
        "Sure, here and there it rains.",
        "The file is called data.json, and #1 of its kind.",
        "«AMANHû, “IRMÔ, ‘MAÇÔ e “NÃO”: Ãs.",
        "Â «non», Ä… Ö–Ä, À—É, ß“, Ñ’, Ø€, 5 Å², Ð»",
        "Þórður Ægisson, Ÿ, ðæ, à “l’été” — ça… où « là »",
        *WRITTEN,
    ],
)
def test_what_only_looks_like_it_raises_no_alarm(said):
    assert find_leftover(said) == ""


@pytest.mark.parametrize(
    ("said", "cells"),
    [
        ("Dear {{ name }}, this is for you.", ["{{ name }}"]),
        ("Dear {{ Name }}, this is for you.", ["{{ name }}"]),  # as filters write it
        ("b }} for {{ a.", ["{{ a", "b }}"]),
        ("Hello {{ x.", ["{{ x. y }}"]),  # one of its sentences
        ("As an AI, I greet **you**.", ["As an AI, I", "**you**"]),
    ],
)
def test_what_a_row_says_is_text_whatever_it_looks_like(said, cells):
    assert texts.text(script(said), ["Maria", *cells]).passed
    assert not texts.text(script(said), ["Maria", "name", "you"]).passed


def test_what_a_template_left_is_found_beside_what_a_row_says():
    check = texts.text(script("Dear {{ first_name }}, here is {{ x }} for ${name}."), ["{{ x }}", "name", "first_name"])

    assert not check.passed
    assert "Dear {{ first_name }}" in check.measured
    assert not texts.text(script("Dear ${name}."), ["{{ x }}", "name"]).passed


def test_every_text_of_a_film_is_looked_at_but_programs():
    unfilled = "{{ name }}"
    places = {
        "the title": script(title=unfilled),
        "the thumbnail": script(thumbnail_text=unfilled),
        "the description": script(description=unfilled),
        "a tag": script(tags=(unfilled,)),
        "scene 2, text": script(scenes=(script().scenes[0], replace(script().scenes[1], text=unfilled))),
    }
    for place, film in places.items():
        assert texts.text(film).measured.endswith(f"in {place}")
    program = CodeScene(
        heading="A template", code="{{ name }}", items=(), lines=(SpokenLine(text="A name goes here."),)
    )
    assert texts.text(script(scenes=(program,))).passed


# Languages ---------------------------------------------------------------------------------------------------------


def body(path):
    front, _, text = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    (tag,) = [line.split(":")[1].strip() for line in front.splitlines() if line.startswith("language:")]
    return tag, text


@pytest.mark.parametrize("path", WORLD, ids=lambda path: path.stem)
def test_topics_of_the_world_are_in_their_language(path):
    tag, text = body(path)

    assert another_language(text, tag) == ""


@pytest.mark.parametrize("path", WORLD, ids=lambda path: path.stem)
def test_topics_of_the_world_are_not_in_english(path):
    _, text = body(path)

    # A short one says too little.
    assert another_language(text, "en") or sum(map(str.isalpha, text)) < 60


ENGLISH = (
    "Tea cools because it gives its heat away. The air above the cup is colder than the tea, and so is the table that "
    "it stands on. What is fast in the water leaves it first, and what stays is slower than it was before."
)


@pytest.mark.parametrize("tag", ["de", "fr-CA", "es", "pt-BR", "it", "nl", "sv", "pl", "tr", "ru", "ja", "zh", "ar"])
def test_an_english_text_is_in_no_other_language(tag):
    assert another_language(ENGLISH, tag)
    check = languages.language(script(ENGLISH, language=tag))
    assert (check.name, check.passed, check.limit) == ("language", False, f"a text in {tag}")


@pytest.mark.parametrize("tag", ["en", "en-GB", "sw", "xx"])
def test_an_english_text_may_be_in_these(tag):
    """Of Swahili we have no words, and say nothing."""
    assert another_language(ENGLISH, tag) == ""


def test_names_and_short_texts_say_nothing():
    assert another_language("Apple, Google, Microsoft, IBM.", "de") == ""


# Words, metadata, glyphs -------------------------------------------------------------------------------------------

READ = (
    TimedText(start_s=0.1, end_s=1.0, text="Why does tea\ncool?"),
    TimedText(start_s=1.2, end_s=4.0, text="Tea cools by itself,\nand nobody asks why."),
)


def test_captions_with_every_word_of_the_script_pass():
    assert cues.words(READ, script()).passed


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (READ[:1], "another text from “Teacoolsbyitself,and” on"),
        ((READ[0], replace(READ[1], text="Tea cools, and nobody asks why.")), "another text from “"),
        (READ[::-1], "another text from “Whydoesteacool?Teaco” on"),
    ],
    ids=["one is missing", "two words are missing", "exchanged"],
)
def test_captions_without_a_word_of_the_script_fail(shown, told):
    check = cues.words(shown, script())

    assert not check.passed
    assert check.measured.startswith(told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "tea", "tags": ["Why tea cools"]}, "another title than the script's"),
        ({"language": "de"}, "another language than the script's"),
        ({"tags": []}, "another tags than the script's"),
        ({"description": "x" * 5_001}, "a description of 5001 bytes, at most 5000"),
        ({"description": "a <b> c"}, "angle brackets, which hosts refuse"),
        ({"description": 3}, "without a description and a list of tags"),
    ],
    ids=["swapped", "language", "tags", "too long", "brackets", "no text"],
)
def test_metadata_that_is_not_the_scripts_or_no_host_takes_fails(tmp_path, changes, told):
    path = tmp_path / "metadata.json"
    good = {"title": "Why tea cools", "description": "", "language": "en", "tags": ["tea"]}
    path.write_text(json.dumps(good), encoding="utf-8")
    assert companions.metadata(path, script()).passed

    path.write_text(json.dumps(good | changes), encoding="utf-8")
    check = companions.metadata(path, script())

    assert (check.passed, check.measured) == (False, told)


def test_a_letter_without_a_font_fails():
    assert checks.glyphs("").passed
    assert checks.glyphs("ꙮ").measured == "no font for ꙮ"


# Pauses ------------------------------------------------------------------------------------------------------------


def film(scene, *words):
    return Expected(
        video_format=VideoFormat(),
        lengths=(12 * SAMPLE_RATE_HZ,),
        subtitles=Subtitles(scenes=((),)),
        script=Script(title="Tea", language="en", scenes=(scene,)),
        words=(tuple(Word(text="tea", start_s=start_s, end_s=end_s) for start_s, end_s in words),),
    )


def heard(*silent):
    """The powers of a film of 12 seconds that is silent in these spans."""
    powers = [1e-3] * 360
    for start_s, end_s in silent:
        powers[round(start_s * 30) : round(end_s * 30)] = [0.0] * round((end_s - start_s) * 30)
    return Loudness(integrated_lufs=-15.0, true_peak_dbtp=-3.0, powers=tuple(powers))


PLAIN = StatementScene(text="Tea", lines=(SpokenLine(text="Tea."),))
QUIZ = QuizScene(
    text="Which is larger?",
    items=("Mars", "Jupiter"),
    answer=2,
    lines=(
        SpokenLine(text="Which is larger?"),
        SpokenLine(text="Mars,", reveals=0),
        SpokenLine(text="or Jupiter?", reveals=1),
        SpokenLine(text="Jupiter.", reveals=2),
    ),
)


@pytest.mark.parametrize(
    ("scene", "silent", "words", "passed"),
    [
        (PLAIN, (2, 6), ((0, 2), (6, 12)), True),
        (PLAIN, (2, 8), ((0, 2), (8, 12)), False),
        (QUIZ, (2, 9), ((0, 2), (9, 12)), True),
        (QUIZ, (2, 11), ((0, 2), (11, 12)), False),
        (PLAIN, (4, 7), ((0, 12),), False),
        (PLAIN, (4, 5), ((0, 12),), True),
    ],
    ids=["a pause", "dead air", "a pause to think", "more than that", "words that are lost", "a word that is quiet"],
)
def test_silence_is_held_against_what_is_said(scene, silent, words, passed):
    assert judged.silence(heard(silent), film(scene, *words), STANDARD).passed is passed
