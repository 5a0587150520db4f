"""Splitting a scene: every item and sentence ends up in one part, with its narration."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import (
    BulletsScene,
    ComparisonScene,
    Contrast,
    QuoteScene,
    Row,
    SplitScene,
    SpokenLine,
    StatementScene,
    Step,
    StepsScene,
    TableScene,
    TimelineScene,
)
from pipeline.rendering.layouts import LAYOUTS
from pipeline.script import split_scene
from tests.standins.typical import typical

ITEMS = ("Two pump", "One feeds", "One rests", "All beat", "None stops")
SAID = (SpokenLine(text="There are three."), *(SpokenLine(text=f"{item}.", reveals=n) for n, item in enumerate(ITEMS)))


def bullets(lines=SAID, **others):
    return BulletsScene(lines=lines, heading="Hearts", kicker="1/2", items=ITEMS, **others)


def lines(*texts, reveals=0):
    return tuple(SpokenLine(text=text, reveals=None if n else reveals) for n, text in enumerate(texts))


def test_items_are_split_with_their_lines_and_reveals():
    first, second = split_scene(bullets(first=6))

    assert (first.items, second.items) == (ITEMS[:3], ITEMS[3:])
    assert (first.heading, first.kicker, second.heading, second.kicker) == ("Hearts", "1/2", "Hearts", "1/2")
    assert (first.first, second.first) == (6, 9)
    assert first.lines == SAID[:4]
    assert second.lines == (SpokenLine(text="All beat.", reveals=0), SpokenLine(text="None stops.", reveals=1))


def test_lines_about_an_item_stay_with_it():
    remark = SpokenLine(text="That is a lot of work.")
    first, second = split_scene(bullets((*SAID[:4], remark, *SAID[4:])))

    assert first.lines[-1] == remark
    assert second.lines[0].reveals == 0


@settings(max_examples=60, deadline=None)
@given(spoken=st.sets(st.integers(0, 4)), between=st.lists(st.integers(0, 5), max_size=6))
def test_no_line_is_lost_or_reordered(spoken, between):
    said = [SpokenLine(text=f"{ITEMS[item]}.", reveals=item) for item in sorted(spoken)]
    for number, at in enumerate(between):
        said.insert(at, SpokenLine(text=f"Remark {number}."))
    halves = split_scene(bullets(tuple(said)))

    if len(said) < 2:
        assert halves is None
    if halves:
        first, second = halves
        assert first.items + second.items == ITEMS
        assert first.items
        assert second.items
        back = tuple(
            replace(line, reveals=None if line.reveals is None else line.reveals + len(first.items))
            for line in second.lines
        )
        assert (*first.lines, *back) == tuple(said)
        assert first.lines
        assert second.lines
        for half in halves:
            assert all(line.reveals is None or 0 <= line.reveals < len(half.items) for line in half.lines)


@pytest.mark.parametrize("kind", [StepsScene, TimelineScene, ComparisonScene, TableScene], ids=lambda kind: kind.layout)
def test_all_layouts_with_items_can_be_split(kind):
    scene = typical(kind)
    first, second = split_scene(scene)

    assert first.items + second.items == scene.items
    for half in (first, second):
        assert replace(half, items=(), lines=(), **later(half)) == replace(scene, items=(), lines=(), **later(half))


def later(scene):
    return {"first": 1} if hasattr(scene, "first") else {}


def test_charts_diagrams_and_quizzes_are_not_split():
    parted = {kind.layout for kind in LAYOUTS if split_scene(typical(kind))}
    assert parted == {"bullets", "steps", "comparison", "table", "timeline"}


def test_items_without_lines_are_split_in_proportion_to_the_lines():
    rows = tuple(Row(cells=(str(number), "x")) for number in range(4))
    scene = TableScene(
        lines=lines("One.", "Two.", "Three.", "Four.", reveals=None), heading="T", columns=("A", "B"), items=rows
    )
    first, second = split_scene(scene)

    assert (len(first.items), len(second.items)) == (2, 2)
    assert (len(first.lines), len(second.lines)) == (2, 2)


def test_a_scene_with_a_single_line_is_not_split():
    assert split_scene(bullets((SpokenLine(text="All five of them.", reveals=0),))) is None
    assert split_scene(StatementScene(lines=lines("One. Two."), text="One. Two.")) is None
    one = ComparisonScene(
        lines=lines("A.", "B."), heading="H", left="L", right="R", items=(Contrast(left="1", right="2"),)
    )
    assert split_scene(one) is None


def test_split_sentences_keep_their_reveals_and_the_emphasis():
    text = "Swimming stops a heart. So it would rather crawl, and takes its time."
    said = (SpokenLine(text="Now.", reveals=None), *lines("Swimming stops a heart.", "So, well:"))
    said = (*said, SpokenLine(text="So it would rather crawl, and takes its time."), SpokenLine(text="Slowly."))
    first, second = split_scene(StatementScene(lines=said, text=text, kicker="The price", emphasis="rather crawl"))

    assert (first.text, second.text) == ("Swimming stops a heart.", "So it would rather crawl, and takes its time.")
    assert (first.emphasis, second.emphasis) == ("", "rather crawl")
    assert (first.kicker, second.kicker) == ("The price", "The price")
    assert first.lines == said[:3]
    assert second.lines == (replace(said[3], reveals=0), said[4])


@pytest.mark.parametrize(
    "scene",
    [
        QuoteScene(lines=lines("I came.", "I saw.", "I won."), text="I came. I saw. I won.", name="Caesar"),
        SplitScene(
            lines=lines("I came.", "I saw.", "I won."), text="I came. I saw. I won.", heading="Veni", picture="p.jpg"
        ),
        StatementScene(lines=lines("我来了。", "我看见了。", "我赢了。"), text="我来了。我看见了。我赢了。"),
    ],
    ids=lambda scene: scene.layout,
)
def test_texts_in_all_writing_systems_are_split_between_sentences(scene):
    first, second = split_scene(scene)

    joint = " " if " " in scene.text else ""
    assert first.text + joint + second.text == scene.text
    assert first.lines == scene.lines[: len(first.lines)]
    assert [line.text for line in second.lines] == [line.text for line in scene.lines[len(first.lines) :]]
    assert second.lines[0].reveals == 0
    assert replace(first, text="", lines=()) == replace(scene, text="", lines=())


def test_numbering_continues_after_a_split():
    steps = StepsScene(
        lines=tuple(SpokenLine(text=f"Step {n}.", reveals=n) for n in range(2)),
        heading="How",
        items=(Step(title="One"), Step(title="Two")),
    )
    first, second = split_scene(steps)
    assert (first.first, second.first) == (1, 2)
