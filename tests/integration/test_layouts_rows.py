"""Steps, timelines, comparisons and diagrams in every format."""

import itertools
import math
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.model import (
    ComparisonScene,
    Contrast,
    DiagramScene,
    Link,
    Moment,
    Node,
    SpokenLine,
    Step,
    StepsScene,
    TimelineScene,
    VideoFormat,
)
from pipeline.rendering import Look
from pipeline.rendering.layouts import comparison, diagram, lay_out, routing, steps
from pipeline.rendering.layouts.graph_layout import arrange
from pipeline.rendering.motion.sprites import text_sprites
from pipeline.rendering.text.fitting import TextBlock
from tests.standins import scenes

SIZES = [(960, 540), (540, 960), (540, 540), (540, 676)]
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
LONG = "Parliament and council have to agree on exactly the same text"
LATE = 2000


def says(count):
    return (
        SpokenLine(text="Something comes first."),
        *(SpokenLine(text=f"Now number {number}.", reveals=number) for number in range(count)),
    )


def steps_of(count, title="Fold, don’t knead", text=LONG):
    return StepsScene(
        lines=says(count),
        heading="How it rises",
        kicker="In the kitchen",
        items=(Step(title=title, text=text),) * count,
    )


def timeline_of(count, when="March 2021", text=LONG):
    return TimelineScene(
        lines=says(count), heading="A short history", kicker="Dates", items=(Moment(when=when, text=text),) * count
    )


def comparison_of(count, better="right", aspect="Running costs", left="1,900 € a year", right="Much less than that"):
    return ComparisonScene(
        lines=says(count),
        heading="Two ways to heat",
        left="Gas boiler",
        right="Heat pump",
        better=better,
        items=(Contrast(aspect=aspect, left=left, right=right),) * count,
    )


def diagram_of(count, links=(), label="Groundwater", words=""):
    return DiagramScene(
        lines=says(count),
        heading="The water cycle",
        items=(Node(label=label),) * count,
        links=tuple(Link(start=start, end=end, label=words) for start, end in links),
    )


CYCLE = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 1)]
BRANCHING = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (5, 1)]
SCENES = [
    steps_of(2, text=""),
    steps_of(3),
    steps_of(4),
    timeline_of(2),
    timeline_of(4),
    timeline_of(6),
    comparison_of(1, better="neither", aspect=""),
    comparison_of(2, better="left"),
    comparison_of(4),
    diagram_of(3),
    diagram_of(6),
    diagram_of(5, CYCLE, words="then"),
    diagram_of(5, BRANCHING, words="then"),
    diagram_of(4, [(1, 2), (2, 1), (2, 3), (1, 4)]),
]
EVERY_SCENE = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.layout}-{len(scene.items)}")


def look_of(size, language="en"):
    return Look(title="Rows", format=VideoFormat(width_px=size[0], height_px=size[1]), language=language)


spoken = partial(scenes.spoken, begins_s=0.5, word_s=0.3, pause_s=1.0)


@EVERY_SCENE
def test_an_item_has_no_text_before_it_is_spoken(scene):
    words = spoken(scene)
    composition = lay_out(scene, words, look_of((960, 540)))
    first = next(word for word in words if word.text.startswith("Now"))
    starts = [round(word.start_s * 30) for word in words if word.text == "Now"]
    texts = [e for e in composition.elements if e.span]

    assert first.start_s * 30 > 30
    by_frame = [sum(e.pose(frame) is not None for e in texts) for frame in [*(start - 1 for start in starts), LATE]]
    # Each line brings words, and not one frame early.
    assert by_frame == sorted(set(by_frame))


@pytest.mark.parametrize("scene", [SCENES[2], SCENES[5], SCENES[8], SCENES[12]], ids=lambda scene: scene.layout)
def test_between_changes_the_picture_rests(scene):
    words = spoken(scene)
    composition = lay_out(scene, words, look_of((960, 540)))
    frames = range(round(words[-1].end_s * 30) + 60)
    poses = [[e.pose(frame) for e in composition.elements] for frame in frames]
    moving = sum(one != other for one, other in itertools.pairwise(poses))

    # The header's entrance, and about a second for each item.
    assert moving <= 45 + 36 * len(scene.items)


@st.composite
def linked(draw):
    """How many boxes, and which of them lead to which."""
    count = draw(st.integers(2, 6))
    links = [(a, b) for a in range(1, count + 1) for b in range(1, count + 1) if a != b]
    return count, draw(st.lists(st.sampled_from(links), max_size=8, unique=True))


@settings(max_examples=25, deadline=None)
@given(linked(), st.sampled_from(SIZES))
# A lane at the edge, which was a tenth of a pixel beyond it.
@example((5, [(1, 5), (4, 5), (1, 2), (2, 5)]), (540, 960))
def test_arrows_never_cross_boxes(boxes_and_links, size):
    count, chosen = boxes_and_links
    seen = []

    def ways(network, boxes, lanes, between, look):
        found = routing.route_arrows(network, boxes, lanes, between, look)
        seen.append((boxes, between, found))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagram, "route_arrows", ways)
        composition = lay_out(diagram_of(count, chosen, words="then"), (), look_of(size))

    ((boxes, between, found),) = seen
    assert composition.elements
    assert len(set(boxes)) == count
    content = look_of(size).grid.content
    for (start, end), way in zip(between, found, strict=True):
        for one, other in itertools.pairwise(way):
            for share in (0, 0.25, 0.5, 0.75):
                x, y = routing.interpolate(one, other, share)
                assert not any(box.left < x < box.right and box.top < y < box.bottom for box in boxes)
                assert content.left <= x <= content.right
                assert y <= content.bottom
        # It begins and ends close to its boxes, without touching them.
        for box, (x, y) in ((boxes[start], way[0]), (boxes[end], way[-1])):
            away = math.hypot(max(box.left - x, 0, x - box.right), max(box.top - y, 0, y - box.bottom))
            assert 3 <= away <= 9


def test_a_chain_without_links_is_one_row_and_a_long_one_turns_back():
    short, long = (arrange(count, [(n, n + 1) for n in range(count - 1)], upright=False) for count in (4, 6))

    assert {place.y for place in short.places} == {0.5}
    assert [place.x for place in long.places] == [0.5, 1.5, 2.5, 2.5, 1.5, 0.5]


def test_upright_ranks_share_the_width_and_arrows_between_wide_boxes_are_straight():
    tree = arrange(3, [(0, 2), (1, 2)], upright=True)
    ranks = [[(place.x, place.span) for place in tree.places if place.y == y] for y in (0.5, 1.5)]
    seen = []

    def ways(*how):
        seen.append(routing.route_arrows(*how))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagram, "route_arrows", ways)
        lay_out(diagram_of(3, [(1, 3), (2, 3)]), (), look_of((540, 960)))

    assert ranks == [[(0.5, 1), (1.5, 1)], [(1, 2)]]
    for way in seen[0]:
        assert max(x for x, _ in way) - min(x for x, _ in way) < 2


def test_a_cycle_is_arranged_clockwise():
    circle = arrange(4, [(0, 1), (1, 2), (2, 3), (3, 0)], upright=False)

    assert [place[:2] for place in circle.places] == [(0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5)]


def test_an_arrow_of_a_mirrored_layout_points_the_other_way():
    chain = diagram_of(2)
    masks = []
    for language in ("en", "ar"):
        drawn = [e for e in lay_out(chain, (), look_of((960, 540), language)).elements if e.order is not None]
        masks.append(drawn[0].mask)
    halves = [
        (mask.crop((0, 0, mask.width // 2, mask.height)), mask.crop((mask.width // 2, 0, mask.width, mask.height)))
        for mask in masks
    ]
    (begins, tip), (mirrored_tip, mirrored_begins) = [[sum(half.histogram()[128:]) for half in both] for both in halves]

    assert tip > begins
    assert mirrored_tip > mirrored_begins


def test_the_better_one_has_stronger_letters_than_the_other():
    weights = texts_drawn(comparison_of(1, "left", left="This", right="That"))

    assert weights["This"][0] > weights["That"][0]
    assert weights["This"][1] != weights["That"][1]


def test_the_names_have_a_colour_each_if_neither_is_better():
    theme = look_of((1920, 1080)).theme
    scene = replace(comparison_of(1, "neither"), left="This", right="That")

    found = texts_drawn(scene)

    assert [found[name][1] for name in ("This", "That")] == [theme.accent, theme.accent_2]


def texts_drawn(scene):
    """By first line, the weight and colour of the texts of a comparison."""
    found = {}

    def seen(block, **where):
        if isinstance(block, TextBlock) and block.lines:
            found[block.lines[0].text] = block.style.weight, where["colour"]
        return text_sprites(block, **where)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "text_sprites", seen)
        lay_out(scene, (), look_of((1920, 1080)))
    return found


@pytest.mark.parametrize(
    ("scene", "most"),
    [(steps_of(5), 4), (timeline_of(7), 6), (comparison_of(5), 4), (diagram_of(7), 6)],
    ids=lambda value: getattr(value, "layout", ""),
)
def test_more_items_than_fit_are_refused_not_dropped(scene, most):
    with pytest.raises(ValueError, match=f"{most + 1} items, but at most {most} fit"):
        lay_out(scene, (), look_of((960, 540)))


def test_descenders_keep_off_the_edges_of_crowded_cards():
    texts = {
        "Send a signal": "Greenwich sent the time by telegraph to every large station in the country",
        "Set the clock": "The station master compared the clock on the platform and corrected it by hand",
        "Print it": "Timetables could be printed in one time for the whole country",
    }
    items = tuple(Step(title=title, text=text) for title, text in texts.items())
    lines = tuple(SpokenLine(text=f"{step.title}.", reveals=number) for number, step in enumerate(items))
    heading = "What the engineers and the astronomers of the nineteenth century finally agreed on"
    plan = steps._plan(StepsScene(lines=lines, heading=heading, items=items), look_of((1080, 1920)))
    bottoms = [card.text_at[1] + card.text.height_px + card.text.descent_px for card in plan.cards]
    assert all(bottom + 16 <= card.box.bottom for bottom, card in zip(bottoms, plan.cards, strict=True))
