"""Splitting a script for translation, reassembling it, and what must be preserved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import BulletsScene, Row, Script, SpokenLine, TableScene
from pipeline.script.checks import find_problems
from pipeline.script.translation import Translation
from pipeline.script.translation.checks import find_translation_problems
from pipeline.script.translation.units import TranslationUnit, assemble, translation_units
from pipeline.template import load_template
from tests.standins.scripts import SCRIPT

TEMPLATE = load_template("explainer", search=[])


def marked(script: Script) -> Script:
    """A "translation" in which every text differs from the original."""
    texts = {
        part.name: {name: f"«{text}»" for name, text in part.texts} for part in translation_units(script, TEMPLATE)
    }
    return assemble(script, texts, language="xx")


def test_a_script_has_a_unit_for_the_metadata_and_one_for_each_scene():
    parts = translation_units(SCRIPT, TEMPLATE)

    assert [(part.name, part.kind) for part in parts] == [
        ("film", "film"),
        ("scene_1", "title"),
        ("scene_2", "bullets"),
        ("scene_3", "statement"),
        ("scene_4", "closing"),
    ]
    assert dict(parts[2].texts) == {
        "heading": "Two things",
        "item_1": "Steam",
        "item_2": "The cup",
        "say_1": "Two things happen.",
        "say_2": "Steam leaves.",
        "say_3": "The cup warms.",
    }
    # Of two items, each has more room than of five.
    assert (parts[2].limit("item_2"), parts[2].limit("say_1")) == (120, None)


def test_all_spoken_and_shown_texts_are_translated_and_nothing_else_changes():
    after = marked(SCRIPT)

    assert (after.title, after.language, after.thumbnail_text) == ("«Why tea cools»", "xx", "«Tea cools»")
    assert after.tags == ("«tea»", "«physics»")
    assert after.description == "«A film about tea.»\n«More: https://example.org/tea»"
    title, bullets, statement, closing = after.scenes
    assert (title.heading, title.subtitle, title.kicker) == ("«Why tea cools»", "«And how fast»", "«Heat»")
    assert (bullets.items, bullets.kicker, bullets.first) == (("«Steam»", "«The cup»"), "1/2", 3)
    assert [line.reveals for line in bullets.lines] == [None, 0, 1]
    assert (statement.text, statement.emphasis) == ("«Then it rests.»", "«it rests»")
    assert closing.subtitle == after.title
    assert [scene.layout for scene in after.scenes] == [scene.layout for scene in SCRIPT.scenes]


def test_a_script_without_translations_is_unchanged():
    assert assemble(SCRIPT, {}, language="en") == SCRIPT


def test_translated_metadata_keeps_the_limits_of_hosts():
    film = {"description_1": "ж" * 4000, "tag_1": "ж" * 90, "tag_2": "ю" * 90}
    script = assemble(replace(SCRIPT, tags=("tea", "heat")), {"film": film}, language="ru")

    assert len(script.description.encode()) <= 5000
    assert script.tags == ("ж" * 90, "ю" * 90)
    many = {f"tag_{number}": f"{number}".zfill(90) for number in range(1, 9)}
    assert len(assemble(replace(SCRIPT, tags=tuple("abcdefgh")), {"film": many}, language="ru").tags) == 5


@given(st.lists(st.text("ab1 /", max_size=8), min_size=1, max_size=5), st.text("ab\n1", max_size=12))
def test_any_script_survives_splitting_and_reassembling(items, description):
    bullets = BulletsScene(
        lines=tuple(SpokenLine(text=item, reveals=n) for n, item in enumerate(items)), heading="", items=tuple(items)
    )
    script = replace(SCRIPT, description=description, scenes=(bullets, *SCRIPT.scenes))
    texts = {part.name: dict(part.texts) for part in translation_units(script, TEMPLATE)}

    assert assemble(script, texts, language="en") == script


# Checks -----------------------------------------------------------------------------------------------------------


def losses(text: str, translated: str, *, limit: int | None = None, **more: str) -> list[str]:
    limits = (("say_1", limit),) if limit else ()
    part = TranslationUnit(name="scene_3", kind="statement", texts=(("say_1", text),), limits=limits)
    return find_translation_problems(part, {"say_1": translated}, **{"source_language": "en", "language": "es", **more})


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        ("It takes 30 minutes.", "Dura 30 minutos."),
        ("About 1,234.5 km", "Unos 1.234,5 km"),
        ("About 1,500 people", "Unas 1500 personas"),
        ("About 12,000 people", "Près de 12\u202f000 personnes"),
        ("In 2024, 300 people came.", "En 2024 vinieron 300 personas."),
        ("The 19th century", "El siglo XIX"),
        ("Louis 14", "Ludwig XIV."),
        ("In 1969", "في عام ١٩٦٩"),
        ("Apollo 11", "アポロ11号"),
        ("1/2 of all", "1/2 de todo"),
        ("See www.example.org.", "Véase www.example.org."),
        ("No digits here", "Aquí no hay cifras"),
    ],
)
def test_numbers_and_addresses_may_have_the_notation_of_the_language(text, translated):
    assert losses(text, translated) == []


@pytest.mark.parametrize(
    ("text", "translated", "told"),
    [
        ("It takes 30 minutes.", "Dura media hora.", "say_1 has lost the number 30"),
        ("About 1,234.5 km", "Unos 1.234 km", "say_1 has lost the number 1,234.5"),
        ("The 40th president", "El presidente XL", "say_1 has lost the number 40"),
        (
            "See https://example.org/a?b=1.",
            "Véase example.org 1",
            "say_1 has lost the address https://example.org/a?b=1",
        ),
        ("Write to me@example.org", "Escribe", "say_1 has lost the address me@example.org"),
        ("Tea cools.", " … ", "say_1 is empty"),
        ("Tea cools within half an hour.", "Tea cools within half an hour.", "it is still in en, and must be in es"),
    ],
)
def test_lost_numbers_and_addresses_are_reported(text, translated, told):
    assert losses(text, translated) == [f"scene 3 (statement): {told}"]


def test_a_text_that_is_too_long_is_reported_with_its_limit():
    assert losses("Tea cools.", "El té se enfría.", limit=10) == [
        'scene 3 (statement): say_1 has 16 characters, at most 10 fit: "El té se enfría."'
    ]


def test_texts_may_be_equal_in_variants_of_one_language():
    text = "Tea cools within half an hour."

    assert losses(text, text, language="en-GB") == []


def test_missing_and_unknown_names_are_reported():
    part = TranslationUnit(name="scene_1", kind="title", texts=(("heading", "Tea"), ("say_1", "Tea cools.")), limits=())

    told = find_translation_problems(part, {"titular": "Té", "say_1": "El té."}, source_language="en", language="es")

    assert told == ["scene 1 (title): there is no titular in it", "scene 1 (title): heading is missing"]


def test_emphasis_must_be_part_of_the_translated_text_except_in_the_last_turn():
    part = TranslationUnit(
        name="scene_1", kind="statement", texts=(("text", "It is cold."), ("emphasis", "cold")), limits=()
    )
    translated = {"text": "Está frío.", "emphasis": "fría"}

    assert find_translation_problems(part, translated, source_language="en", language="es") == [
        "scene 1 (statement): emphasis must be copied from the translated text letter by letter"
    ]
    assert find_translation_problems(part, translated, source_language="en", language="es", strict=False) == []


@given(st.text())
def test_an_unchanged_text_loses_nothing(text):
    assert losses(text, text, language="en") == []


def test_translated_cells_that_are_too_long_together_are_shortened():
    long, short = "Wide enough for a table of two columns", "Short"
    table = TableScene(
        lines=(SpokenLine(text="Two things.", reveals=0),),
        heading="Table",
        columns=("One", "Two"),
        items=(Row(cells=(long[:36], short)),),
    )
    before = replace(SCRIPT, scenes=(*SCRIPT.scenes, table))
    wanted = Translation(script=before, language="de", models=(None,), template=TEMPLATE, cache=None)

    same = wanted.assemble({})
    longer = wanted.assemble({"scene_5": {"item_1_cell_1": long[:36], "item_1_cell_2": long[2:38] + " and more of it"}})

    assert find_problems(before, TEMPLATE) == ()
    assert same.scenes[-1] == table
    assert longer.scenes[-1].items[0].cells[0].endswith("…")
