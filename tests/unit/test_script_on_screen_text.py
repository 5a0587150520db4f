"""Clauses, and the short text shown of them."""

from __future__ import annotations

from dataclasses import replace
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.language.display_width import display_width
from pipeline.model import SCENES, Brief, Paragraph, Scene
from pipeline.script.model_output import plain_text
from pipeline.script.on_screen_text import (
    capitalised,
    sentence_of_number,
    shown_items,
    shown_statement,
    spoken_item,
    spoken_lines,
    thumbnail_words,
)
from pipeline.script.shortening import shorten, without_full_stop
from pipeline.script.structured_output import WireScript, strict_schema, to_script
from pipeline.template import Layout, load_template


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("It fits", 10, "It fits"),
        ("Blue light bounces, red light goes on", 25, "Blue light bounces"),
        ("Blue light (the short waves) bounces", 25, "Blue light"),
        ("Rainbows: how light is bent", 15, "Rainbows"),
        ("A, then a very long clause goes on", 20, "A, then a very long…"),
        ("Supercalifragilistic", 10, "Supercali…"),
        ("天空是蓝色的，因为光被散射", 16, "天空是蓝色的"),
        ("天空是蓝色的因为光被散射", 16, "天空是蓝色的因…"),
        ("Warum J. R. R. Tolkien an seinem Roman schrieb", 36, "Warum J. R. R. Tolkien an seinem…"),
        ("Dr. No wrote it. Then he left", 20, "Dr. No wrote it"),
        ("How Ada typed max. 10 pages a day", 22, "How Ada typed…"),
        ("Die Donaudampfschifffahrt der Fantasie", 32, "Die Donaudampfschifffahrt…"),
        ("ทำไมเมืองนี้จึงมีชื่อยาวที่สุด", 17, "ทำไมเมืองนี้จึงมี…"),
        ("नमस्ते दुनिया", 9, "नमस्ते…"),
        ("सससससकुसससस", 7, "सससससकु…"),
    ],
)
def test_a_text_is_shortened_at_the_end_of_a_clause_or_a_word(text: str, limit: int, shown: str) -> None:
    assert shorten(text, limit) == shown


@given(st.text(min_size=1, max_size=80), st.integers(10, 60))
def test_a_shortened_text_keeps_its_limit(text: str, limit: int) -> None:
    shown = shorten(text, limit)

    assert display_width(shown) <= limit
    assert text.startswith(shown.removesuffix("…")) or shown == text


def test_a_label_loses_its_full_stop_but_an_abbreviation_keeps_it() -> None:
    assert [without_full_stop(text) for text in ("It is so.", "In the U.S.", "And so...", "蓝色。", "Why?")] == [
        "It is so",
        "In the U.S.",
        "And so...",
        "蓝色",
        "Why?",
    ]


def test_items_are_shown_in_full_if_all_fit_and_as_labels_otherwise() -> None:
    short = [Paragraph(text="Mercury: small."), Paragraph(text="Venus")]
    long = [*short, Paragraph(text="Earth - the one with a moon"), Paragraph(text="Mars is red. It is cold there.")]

    assert shown_items(short, 20) == ("Mercury: small", "Venus")
    assert shown_items(long, 20) == ("Mercury", "Venus", "Earth", "Mars is red")


def test_the_bold_start_of_an_item_is_its_label() -> None:
    items = [Paragraph(text="It arrives white. All colours travel together.", strong=("It arrives white.",))]

    assert shown_items(items, 20) == ("It arrives white",)


@pytest.mark.parametrize(
    ("text", "strong", "limit", "shown"),
    [
        ("Short. This one is shown here. This one is a little longer.", (), 60, ("This one is shown here.", "")),
        ("Blue goes astray, and red goes on.", ("red",), 60, ("Blue goes astray, and red goes on.", "red")),
        ("Blue goes astray, and red light goes on.", ("red light",), 30, ("And red light goes on.", "red light")),
        ("All of it.", ("All of it",), 60, ("All of it.", "")),
        ("One clause is here, another goes on for far too long to be shown.", (), 30, ("One clause is here", "")),
        ("Two bold. Words here.", ("bold. Words",), 60, ("Two bold. Words here.", "")),
    ],
)
def test_a_statement_shows_the_bold_or_the_shortest_sentence(
    text: str, strong: tuple[str, ...], limit: int, shown: tuple[str, str]
) -> None:
    assert shown_statement(Paragraph(text=text, strong=strong), limit, "") == shown


@pytest.mark.parametrize(
    ("said", "shown", "reveals"),
    [
        ("Look up. Blue is scattered most. So it is.", "Blue is scattered most", [None, 0, None]),
        ("Look up. And so “blue” is scattered, most of all!", "Blue is scattered most", [None, 0]),
        ("It’s so. It's so.", "It's so.", [0, None]),
        ("抬头看。天空是蓝色的。", "天空是蓝色的", [None, 0]),
        ("Look up. Blueberries taste good.", "Blue", [None, None]),
        ("Look up. Blue is scattered most.", "Blue goes astray", [None, None]),
        ("Look up.", "", [None]),
        ("Look up.", "…", [None]),
    ],
)
def test_on_screen_text_is_revealed_by_the_sentence_that_contains_it(
    said: str, shown: str, reveals: list[int | None]
) -> None:
    assert [line.reveals for line in spoken_lines(said, "", shown=shown)] == reveals


@pytest.mark.parametrize(
    ("said", "value", "sentence"),
    [
        ("Guess. It is 384,400 kilometres.", 384400, "It is 384,400 kilometres."),
        ("In 1969 we knew. It is 384\u202f400 km away.", 384400, "It is 384\u202f400 km away."),
        ("In 2 steps. Es kostet 84,90 Euro.", 84.9, "Es kostet 84,90 Euro."),
        ("There are 3 of them. There are 1.5 million.", 1500000, "There are 1.5 million."),
        ("In 1969. They are five hundred million.", 500000000, "They are five hundred million."),
        ("Look up. It is nearly 400,000 km.", 384400, "It is nearly 400,000 km."),
        ("Look up. Es ist weit. ", 384400, ""),
        ("در سال. زمین ۷۱ درصد آب است.", 71, "زمین ۷۱ درصد آب است."),
        ("It was 40 once. It was 4 then.", 4, "It was 4 then."),
        ("None, 0.", 0, "None, 0."),
        ("", 5, ""),
    ],
)
def test_a_number_is_revealed_by_the_sentence_that_states_it(said: str, value: float, sentence: str) -> None:
    assert sentence_of_number(said, value) == sentence


@pytest.mark.parametrize(
    ("scene", "reveals"),
    [
        (
            {
                "layout": "statement",
                "text": "Blue is scattered most.",
                "emphasis": "",
                "say": "Look up. Blue is scattered most!",
            },
            [None, 0],
        ),
        (
            {
                "layout": "number",
                "value": 384400,
                "unit": "km",
                "text": "to the Moon",
                "source": "",
                "say": "How far is it? It is 384,400 kilometres. Not far!",
            },
            [None, 0, None],
        ),
    ],
)
def test_a_models_statement_or_number_is_revealed_when_it_is_spoken(
    scene: dict[str, Any], reveals: list[int | None]
) -> None:
    about = {"title": "Light", "description": "", "tags": [], "thumbnail_text": ""}
    wire = WireScript.model_validate({**about, "scenes": [{"kicker": "", **scene}]})

    (made,) = to_script(wire, Brief(title="Light")).scenes

    assert [line.reveals for line in made.lines] == reveals


def _least(schema: dict[str, Any]) -> Any:
    """The smallest value that a schema allows: lists of one element, the first alternative."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        return {name: _least(each) for name, each in schema["properties"].items()}
    if schema["type"] == "array":
        return [_least(schema["items"])]
    return {"string": "Light", "boolean": False}.get(schema["type"], 1)


@pytest.mark.parametrize("kind", SCENES.values(), ids=SCENES)
def test_every_layout_can_be_parsed_from_the_schema_of_the_request(kind: type[Scene]) -> None:
    layout = Layout(name=kind.layout, use="", max_chars=())
    searching = Brief(title="Light", may_search=True)
    schema = strict_schema(replace(load_template("explainer", search=[]), layouts=(layout,)), searching)
    (asked,) = schema["properties"]["scenes"]["items"]["anyOf"]
    about = {"title": "Light", "description": "", "tags": [], "thumbnail_text": ""}

    (scene,) = to_script(WireScript.model_validate({**about, "scenes": [_least(asked)]}), searching).scenes

    assert isinstance(scene, kind)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_rejected(value: float) -> None:
    number = {"layout": "number", "kicker": "", "value": value, "unit": "", "text": "a", "source": "", "say": "a"}
    about = {"title": "Light", "description": "", "tags": [], "thumbnail_text": ""}

    with pytest.raises(ValidationError):
        WireScript.model_validate({**about, "scenes": [number]})


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("Ten minutes with Dr. Jane Okafor, Ph.D., on sleep", "Ten minutes with Dr. Jane Okafor, Ph.D."),
        ("Acme Corp. earnings in the third quarter in two minutes", "Acme Corp. earnings in the third quarter"),
        ("What is the difference between a virus and a bacterium?", "What is the difference"),
        ("Everything that everybody always wanted knowing", "Everything that everybody always wanted…"),
        ("Rainbows: how light gets bent into seven colours", "Rainbows"),
        ("Honey never spoils, and here is the reason why", "Honey never spoils"),
        ("Rhythms of the sea and its lighthouses", "Rhythms of the sea and its lighthouses"),
        ("What happens when you stop sleeping for eleven days?", "What happens when you stop sleeping"),
        ("A short history of the bicycle in the nineteenth century", "A short history of the bicycle"),
        ("Why J. R. R. Tolkien wrote for twelve years", "Why J. R. R. Tolkien wrote"),
        ("How the old machine typed pages all day, at night", "How the old machine typed pages all day"),
        ("为什么天空是蓝色的", "为什么天空是蓝色的"),
    ],
)
def test_a_thumbnail_shows_the_first_phrases_of_the_title(title: str, words: str) -> None:
    assert thumbnail_words(title, "en") == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Die Geschichte der Kuckucksuhr im Schwarzwald und anderswo", "Die Geschichte der Kuckucksuhr"),
        ("Warum Blätter im Herbst bunt werden und dann fallen", "Warum Blätter im Herbst bunt werden…"),
        ("Wie Ludwig XIV. sein Schloss in Versailles bauen ließ", "Wie Ludwig XIV. sein Schloss…"),
    ],
)
def test_a_clause_whose_verb_comes_last_is_not_cut_without_a_mark(title: str, words: str) -> None:
    assert thumbnail_words(title, "de") == words


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("**Bold** and *slanted*, `code` ~~gone~~", "Bold and slanted, code gone"),
        ("## Heading", "Heading"),
        ("- item", "item"),
        ("[text](http://x.y) ![alt](z.png)", "text alt"),
        ("<speak>Hello <break time='1s'/>there</speak>", "Hello there"),
        ("1 < 2", "1 2"),
        ("snake_case and 2*3*4 stay", "snake_case and 2*3*4 stay"),
        ("a\u202eb\x07\nc", "ab c"),
        ("Nothing - at all.", "Nothing - at all."),
    ],
)
def test_markup_in_model_output_is_removed(written: str, plain: str) -> None:
    assert plain_text(written) == plain


@pytest.mark.parametrize("half", ["[", "![", "[a](", "*a ", "_a "])
def test_unpaired_marks_are_handled_in_linear_time(half: str) -> None:
    begun = process_time()

    plain_text((half * 50_000)[:100_000])

    assert process_time() - begun < 10


def test_matching_on_screen_text_with_many_sentences_is_fast() -> None:
    begun = process_time()

    lines = spoken_lines("Red is long. " * 3_000 + "Blue is short.", "", shown="Blue is short. " * 3_000)

    assert process_time() - begun < 10
    assert all(line.reveals is None for line in lines)


def test_a_models_description_is_cut_to_the_limit_of_hosts() -> None:
    scene = {"layout": "statement", "kicker": "", "text": "Light", "emphasis": "", "say": "Light."}
    about = {"title": "T", "description": "word " * 60_000, "tags": [], "thumbnail_text": ""}
    wire = WireScript.model_validate({**about, "scenes": [scene]})

    assert len(to_script(wire, Brief(title="Light")).description) <= 5000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Flour", "Flour."),
        ("78 %", "78 %."),
        ("5 €", "5 €."),
        ("20 °", "20 °."),
        ("It is.", "It is."),
        ("5 %!", "5 %!"),
    ],
)
def test_an_item_gets_a_full_stop_also_after_a_spoken_sign(text: str, said: str) -> None:
    assert spoken_item(text).text == said


@pytest.mark.parametrize(
    ("written", "shown"),
    [("heat it", "Heat it"), ("http://fritz.box", "http://fritz.box"), ("iPhone 15", "iPhone 15"), ("a b", "A b")],
)
def test_addresses_and_names_with_a_small_first_letter_are_not_capitalised(written: str, shown: str) -> None:
    assert capitalised(written) == shown
