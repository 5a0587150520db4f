"""Text not meant for viewers is found in scripts, without false alarms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.model import CodeScene, Script, SpokenLine, StatementScene, TitleScene
from pipeline.model.text_artefacts import find_artefact, find_artefacts, find_mojibake
from pipeline.orchestrator.film.stages.quality import _own_cells
from pipeline.script.outline import outline
from pipeline.sources.markdown import parse_brief
from pipeline.template import load_template

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
        ("Dear {{ name }}, this is for you.", "an unfilled placeholder"),
        ("Dear {% if name %}", "an unfilled placeholder"),
        ("Hello ${first_name}!", "an unfilled placeholder"),
        ("Hello %FIRSTNAME%!", "an unfilled placeholder"),
        ("Call us at [insert phone number].", "an unfilled placeholder"),
        ("Welcome to [Your Company].", "an unfilled placeholder"),
        ("Lorem ipsum dolor sit amet.", "an unfilled placeholder"),
        ("nan", "no value"),
        ("None", "no value"),
        ("As an AI language model, I cannot taste tea.", "an AI self-reference"),
        ("As an AI, I don't drink.", "an AI self-reference"),
        ("I'm just an AI, but tea is nice.", "an AI self-reference"),
        ("I cannot assist with that request.", "an AI self-reference"),
        ("Sure! Here's a script about tea.", "an AI self-reference"),
        ("Als KI-Modell kann ich keinen Tee trinken.", "an AI self-reference"),
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
        *((said.encode().decode("cp1252", "replace"), "wrongly decoded characters") for said in WRITTEN),
        ("Der Tee k\ufffdhlt ab.", "wrongly decoded characters"),
    ],
)
def test_what_was_never_meant_for_viewers_is_found(said, kind):
    assert find_artefact(said).startswith(kind)
    (left,) = find_artefacts(script(said))
    assert left.endswith("in scene 2, spoken")


@pytest.mark.parametrize("tag", ["*|FNAME|*", "<<name>>", "${name}", "%FIRSTNAME%", "{{{name}}}"])
def test_a_field_of_another_program_in_notes_is_found_and_in_a_program_it_is_not(tag):
    lesson = load_template("lesson", search=[])
    letter = parse_brief(f"# Bread\n\nHello {tag}, bread rises in the night. It takes time.\n", Path("bread.md"))
    program = parse_brief(f"# Bread\n\nThis is a letter.\n\n```\nHello {tag}\n```\n", Path("bread.md"))

    assert any("an unfilled placeholder" in left for left in find_artefacts(outline(letter, lesson)))
    assert [left for left in find_artefacts(outline(program, lesson)) if "placeholder" in left] == []


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
    assert find_artefact(said) == ""


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
    assert not any(find_artefacts(script(said), ["Maria", *cells]))
    assert any(find_artefacts(script(said), ["Maria", "name", "you"]))


def test_what_a_template_left_is_found_beside_what_a_row_says():
    said = "Dear {{ first_name }}, here is {{ x }} for ${name}."
    first, *_ = find_artefacts(script(said), ["{{ x }}", "name", "first_name"])

    assert "Dear {{ first_name }}" in first
    assert any(find_artefacts(script("Dear ${name}."), ["{{ x }}", "name"]))


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
        assert next(find_artefacts(film)).endswith(f"in {place}")
    program = CodeScene(
        heading="A template", code="{{ name }}", items=(), lines=(SpokenLine(text="A name goes here."),)
    )
    assert not any(find_artefacts(script(scenes=(program,))))


def test_none_in_a_table_of_notes_is_a_word_and_nan_is_not() -> None:
    table = "| | Bus | Bicycle |\n|---|---|---|\n| Sport | None | nan |\n| Rain | Dry | Wet |"
    text = f"---\ntitle: Bus or bicycle?\n---\nLook.\n\n## H\n\n{table}"
    brief = parse_brief(text, Path("a.md"))
    script = outline(brief, load_template("explainer", search=[]))

    assert list(find_artefacts(script, _own_cells(brief))) == ["no value (“nan”) in scene 2, item 1 right"]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "name", ["Jürgen", "Zoë", "Straße", "KÖLN", "MÜLLER", "Österreich", "Änne", "Évora", "5 €", "it’s"]
)
def test_names_that_were_read_in_a_wrong_encoding_are_found(name, encoding):
    assert find_mojibake(name.encode().decode(encoding))


@pytest.mark.parametrize(
    "name", ["Işıl", "İbrahim", "Çağrı", "Paweł", "Świętek", "Čapek", "řeka", "Erdős", "Ştefan", "Åsa"]
)
def test_so_are_those_of_turkey_and_central_europe(name):
    assert find_mojibake(name.encode().decode("cp1252"))


@pytest.mark.parametrize(
    "said", ["x√y = √2", "├── src", "5 Å±0.1", "„TÄMÄ“", "PÅ – og", "IRMÃ…", "CAFÉ–BAR", "5 Å³, 18 °C", "daß…"]
)
def test_signs_beside_letters_are_no_wrong_encoding(said):
    assert find_mojibake(said) == ""
