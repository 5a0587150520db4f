"""Real-world texts (an article, a product feed, a changelog, a recipe, a poem) give sensible scripts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.model import Brief, Pictures, Table, narration_of, texts_of
from pipeline.orchestrator.film.pictures import drop_missing_pictures
from pipeline.script.checks import find_problems
from pipeline.script.outline import outline
from pipeline.sources.markdown import parse_brief
from pipeline.template import load_template

FOLDER = Path(__file__).parent / "briefs"
TEMPLATE = load_template("explainer", search=[])
# What a person would draw for each.
LAYOUTS = {
    "lighthouse": (
        *("title", "statement", "statement", "statement"),
        *("section", "statement", "quote", "statement", "statement", "timeline", "timeline"),
        *("section", "bars", "steps", "comparison", "section", "statement", "number", "bullets"),
    ),
    "headphones": (
        *("title", "number", "bullets", "table", "table", "bars", "statement", "quote", "statement", "shares"),
        "closing",
    ),
    "changelog": (
        *("title", "bullets", "section", "bullets", "code", "statement", "section", "bullets", "bullets"),
        *("section", "bullets", "bars"),
    ),
    "flammkuchen": (
        *("title", "statement", "statement", "table", "table", "steps", "steps", "statement", "bars", "quiz"),
        "closing",
    ),
    "hafez": ("title", "statement", "statement", "statement", "statement", "quote", "timeline"),
}
EVERY = pytest.mark.parametrize("name", LAYOUTS)
MARKUP = re.compile(r"\*\*|~~|\]\(|\[\^|\[[ x]\]|```|<\w|^#|\|")


def brief(name: str) -> Brief:
    path = FOLDER / f"{name}.md"
    parsed = parse_brief(path.read_text(encoding="utf-8"), path)
    # None of the pictures that they name is here.
    missing = tuple(picture.source for picture in parsed.pictures)
    return drop_missing_pictures(parsed, Pictures(missing=missing))


def test_every_brief_of_the_folder_is_looked_at():
    assert {path.stem for path in FOLDER.glob("*.md")} == set(LAYOUTS)


@EVERY
def test_each_part_of_it_gets_the_picture_that_fits_it(name):
    script = outline(brief(name), TEMPLATE)

    assert find_problems(script, TEMPLATE) == ()
    assert tuple(scene.layout for scene in script.scenes) == LAYOUTS[name]


@EVERY
def test_all_of_it_is_said_and_little_else(name):
    notes = brief(name)
    written = Counter(
        _bare(word)
        for section in notes.sections
        for block in section.blocks
        for each in block.said
        for word in split_words(each.text)
    ) + Counter(_bare(word) for word in split_words(notes.closing))

    said = Counter(
        _bare(word) for scene in outline(notes, TEMPLATE).scenes for word in split_words(narration_of(scene))
    )

    # Chapters that have no paragraph to begin with say their heading.
    headings = Counter(_bare(word) for section in notes.sections for word in split_words(section.heading))
    # Units that stand in the headers of tables are said with each number.
    units = Counter(
        _bare(word.strip("()"))
        for section in notes.sections
        for block in section.blocks
        if isinstance(block, Table)
        for column in block.columns
        for word in split_words(column) * len(block.rows)
    )
    assert not written - said
    assert not said - written - headings - units


@EVERY
def test_no_mark_up_is_said_or_shown(name):
    script = outline(brief(name), TEMPLATE)

    said = [line.text for scene in script.scenes for line in scene.lines]
    shown = [each.text for scene in script.scenes for each in texts_of(scene) if not each.rule.is_fixed]
    assert all(has_words(text) for text in said)
    assert [text for text in (*said, *shown) if MARKUP.search(text)] == []


@EVERY
def test_nothing_that_is_shown_is_cut_within_a_thought(name):
    script = outline(brief(name), TEMPLATE)

    cut = [each.text for scene in script.scenes for each in texts_of(scene) if each.text.endswith("…")]
    assert cut == []


@EVERY
def test_no_scene_lasts_longer_than_a_picture_may_stand(name):
    script = outline(brief(name), TEMPLATE)

    assert max(len(split_words(narration_of(scene))) for scene in script.scenes) < 80


@EVERY
def test_without_rich_layouts_it_is_still_a_film(name):
    plain = {"title", "bullets", "statement", "closing"}
    script = outline(brief(name), _only(plain))

    assert find_problems(script, _only(plain)) == ()
    assert {scene.layout for scene in script.scenes} <= plain


def _only(names):
    return replace(TEMPLATE, layouts=tuple(each for each in TEMPLATE.layouts if each.name in names))


def _bare(word):
    return word.strip().rstrip(".。")
