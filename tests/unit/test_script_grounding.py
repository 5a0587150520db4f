"""Facts only from the notes: which additions are detected, and which are tolerated."""

from __future__ import annotations

import pytest

from pipeline.model import (
    Brief,
    BulletList,
    BulletsScene,
    ClosingScene,
    Paragraph,
    Scene,
    Script,
    Section,
    SpokenLine,
    StatementScene,
    TitleScene,
)
from pipeline.script.grounding import find_ungrounded
from pipeline.script.number_words import spelt_out_numbers

NOTES = Brief(
    title="Why an octopus has three hearts",
    tags=("biology",),
    sections=(
        Section(
            heading="Blue blood",
            blocks=(
                Paragraph(
                    text="Octopuses have lived for five hundred million years. In 1969 Jacques Cousteau met one."
                ),
                BulletList(
                    items=(Paragraph(text="Their blood carries 3.5 % copper."), Paragraph(text="About 1,200 suckers."))
                ),
                Paragraph(text="It was sold on 5.3.2024 in Rome for $300."),
            ),
        ),
    ),
)


def said(*sentences: str, language: str = "en") -> Script:
    scene = StatementScene(lines=tuple(SpokenLine(text=each) for each in sentences), text="It beats.")
    return Script(title="T", language=language, scenes=(scene,))


def beyond(*sentences: str, language: str = "en") -> tuple[str, ...]:
    return find_ungrounded(said(*sentences, language=language), NOTES)


@pytest.mark.parametrize(
    "sentence",
    [
        "An octopus has three hearts, and 2 of them serve the gills.",
        "In 1969, Jacques Cousteau met one.",
        "It was nineteen sixty-nine.",
        "They are 500 million years old.",
        "Five hundred million years!",
        "Blood with 3,5 % copper.",
        "It has 1200 suckers, or 1 200.",
        "On 5 March 2024 it was sold.",
        "It cost 300 dollars in Rome.",
        "I'm sure that I saw Cousteau's boat.",
        "He said: “Look at them.” Then they looked – And left.",
        "Romans loved octopuses.",
    ],
)
def test_facts_from_the_notes_are_accepted(sentence: str) -> None:
    assert beyond(sentence) == ()


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("In 1970 Jacques Cousteau met one.", ("1970",)),
        ("It was nineteen seventy.", ("nineteen seventy",)),
        ("Blood with 7 % copper.", ("7 %",)),
        ("It cost $12.", ("$12",)),
        ("It has 1,300 suckers.", ("1,300",)),
        ("Only 35 % is copper.", ("35 %",)),
        ("They weigh ninety kilos.", ("ninety",)),
        ("١٩٧٠ was a good year.", ("١٩٧٠",)),
        ("They were found by Charles Darwin in Chile.", ("Charles", "Darwin", "Chile")),
        ("Then NASA came to Mars, and Octavian to Bloor.", ("NASA", "Mars", "Octavian", "Bloor")),
        ("Once more: the Darwin of 1859, and 1859 again.", ("1859", "Darwin")),
    ],
)
def test_facts_that_are_not_in_the_notes_are_reported(sentence: str, found: tuple[str, ...]) -> None:
    assert beyond(sentence) == found


def test_in_german_capitals_are_ignored_and_numbers_are_checked() -> None:
    assert beyond("Der Tintenfisch hat im Jahr 1859 ein Herz.", language="de-AT") == ("1859",)


@pytest.mark.parametrize(
    ("sentence", "language", "found"),
    [
        ("Осьминог жил в Москве.", "ru", ("Москве",)),
        ("Le poulpe aime Paris.", "fr", ("Paris",)),
        ("タコには1859の心臓があります。", "ja", ("1859",)),
        ("الأخطبوط له ٩٩ قلبا", "ar", ("٩٩",)),
    ],
)
def test_other_languages_are_checked_too(sentence: str, language: str, found: tuple[str, ...]) -> None:
    assert beyond(sentence, language=language) == found


def test_inflected_forms_of_a_name_are_accepted() -> None:
    notes = Brief(title="Москва", sections=(Section(heading="", blocks=(Paragraph(text="Москва, Анна, Рим."),)),))

    assert find_ungrounded(said("Мы были в Москве, у Анны, в Риме.", language="ru"), notes) == ()


def test_on_screen_texts_are_checked_for_numbers_but_not_for_names() -> None:
    line = (SpokenLine(text="Look."),)
    scenes: tuple[Scene, ...] = (
        TitleScene(lines=line, heading="Nine Brains And Charles", kicker="2/15"),
        BulletsScene(lines=line, heading="H", items=("40 arms",), kicker="Since 1801"),
        ClosingScene(lines=line, text="It is 77 years old."),
    )
    script = Script(title="T", language="en", scenes=scenes, thumbnail_text="99 hearts", tags=("top 50",))

    assert find_ungrounded(script, NOTES) == ("77", "1801", "40", "99", "50")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seventeen", [17]),
        ("in nineteen sixty-nine", [1969]),
        ("twenty twenty-four", [2024]),
        ("two thousand and one", [2001]),
        ("one hundred and five thousand", [105_000, 105]),
        ("twelve hundred", [1200]),
        ("a million times, 500 million", []),
        ("thousands of tens", []),
    ],
)
def test_numbers_spelt_out_in_english_are_parsed(text: str, values: list[int]) -> None:
    assert [value for _, found in spelt_out_numbers(text) for value in found] == values


@pytest.mark.parametrize(
    "sentence",
    ["There are " + "9" * 5_000 + " of them.", "There are " + "9" * 5_000 + "% of them."],
)
def test_a_number_of_thousands_of_digits_is_reported(sentence: str) -> None:
    assert len(beyond(sentence)) == 1


def test_an_endless_spelt_out_number_is_reported() -> None:
    (written,) = beyond("There are one" + " hundred" * 3_000 + " of them.")

    assert written == "one" + " hundred" * 3_000
