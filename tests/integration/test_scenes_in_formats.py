"""Scenes in every format: nothing truncated or covered, everything readable."""

import itertools

import pytest

from pipeline.model import (
    Bar,
    BarsScene,
    BulletsScene,
    ClosingScene,
    CodeScene,
    ComparisonScene,
    Contrast,
    Cue,
    DiagramScene,
    LinesScene,
    Link,
    Moment,
    Node,
    NumberScene,
    QuizScene,
    QuoteScene,
    Row,
    SectionScene,
    Series,
    Share,
    SharesScene,
    SpokenLine,
    StatementScene,
    Step,
    StepsScene,
    TableScene,
    TimelineScene,
    TitleScene,
    VideoFormat,
    Word,
)
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.captions import captions
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.surface.motif_element import MotifElement

LINES = (SpokenLine(text="Three hearts share the work."),)
SCENES = [
    TitleScene(
        lines=LINES,
        heading="Everything that you always wanted to know about electroencephalography",
        kicker="A series about the sea",
        subtitle="And why one of them stops when they swim, which is a subtitle of two lines",
    ),
    TitleScene(lines=LINES, heading="Why octopuses have three hearts", subtitle="And why one of them rests"),
    BulletsScene(
        lines=LINES,
        heading="What each heart does",
        kicker="Three hearts",
        items=(
            "Two of them pump blood through the gills",
            "The third feeds the organs and the arms",
            "It stops beating while the octopus swims",
            "Crawling is therefore less tiring than swimming",
            "Blue blood carries oxygen with copper",
        ),
    ),
    BulletsScene(lines=LINES, heading="Two things", items=("Two of them pump blood", "One rests")),
    StatementScene(
        lines=LINES,
        text="An octopus prefers to crawl, because swimming stops the heart that feeds its body.",
        emphasis="stops the heart",
        kicker="The price",
    ),
    CodeScene(
        lines=LINES,
        heading="A retry that waits longer each time",
        language="python",
        code="for attempt in range(5):\n    try:\n        return call()\n    except OSError:\n        wait(attempt)",
        items=(),
    ),
    QuizScene(
        lines=LINES,
        kicker="Test yourself",
        text="Which of an octopus's hearts stops beating while the animal swims through the sea?",
        items=("The one for the organs", "Both of those at the gills", "All three of them", "None"),
    ),
    ClosingScene(lines=LINES, text="Next time you see an octopus crawl, you know why it takes its time."),
    ClosingScene(
        lines=LINES,
        text="Next time you see an octopus crawl, you know why it takes its time, and what it would cost it to swim.",
        action="Watch the next one: example.org/octopus",
    ),
    SectionScene(lines=LINES, heading="What a heart is for, and what two are", subtitle="In the gills", number=12),
    QuoteScene(
        lines=LINES,
        text="I seem to have been only like a boy playing on the seashore, and diverting myself in now and then "
        "finding a smoother pebble or a prettier shell than ordinary, whilst the great ocean lay undiscovered.",
        name="Sir Isaac Newton",
        role="Shortly before he died, as his nephew remembered",
    ),
    QuoteScene(lines=LINES, text="Stay curious.", name="Anonymous"),
    NumberScene(
        lines=LINES,
        kicker="Suckers",
        value=2240,
        unit="per animal",
        text="is how many suckers the arms of a giant Pacific octopus have, and each can be moved on its own",
        source="Monterey Bay Aquarium, 2021",
    ),
    NumberScene(lines=LINES, value=62.5, unit="%", text="of its nerve cells are in its arms"),
    NumberScene(lines=LINES, value=-1234567890.5, unit="$", text="were lost"),
    StepsScene(
        lines=LINES,
        heading="How blood goes round",
        items=(
            Step(title="Two hearts pump", text="They send it through the gills, where it takes up oxygen"),
            Step(title="One heart feeds", text="It sends what comes back to the organs and the arms"),
            Step(title="All rest", text="At the surface, for a moment"),
        ),
    ),
    TimelineScene(
        lines=LINES,
        heading="What people knew about octopuses",
        kicker="Dates",
        items=(
            Moment(when="350 BC", text="Aristotle describes how they change their colour"),
            Moment(when="1878", text="Léon Fredericq finds copper in their blood"),
            Moment(when="2015", text="The genome of one of them is read"),
        ),
    ),
    ComparisonScene(
        lines=LINES,
        heading="Swim or crawl",
        left="Swimming",
        right="Crawling",
        better="right",
        items=(
            Contrast(aspect="Hearts at work", left="Two", right="Three"),
            Contrast(aspect="Tiring", left="After a few seconds", right="Hardly ever"),
        ),
    ),
    DiagramScene(
        lines=LINES,
        heading="Where the blood goes",
        items=(Node(label="Gills"), Node(label="Main heart"), Node(label="Arms and organs"), Node(label="Gill hearts")),
        links=(Link(start=1, end=2, label="oxygen"), Link(start=2, end=3), Link(start=3, end=4), Link(start=4, end=1)),
    ),
    BarsScene(
        lines=LINES,
        heading="The giant Pacific octopus outweighs all the others together",
        subtitle="Weight of a grown animal",
        unit="kg",
        point=1,
        items=tuple(
            Bar(label=label, value=value)
            for label, value in (
                ("Giant Pacific octopus", 50),
                ("Common octopus", 9),
                ("Day octopus", 6.5),
                ("Blue", 0),
            )
        ),
        source="Encyclopaedia of the sea, 2021",
    ),
    BarsScene(
        lines=LINES,
        heading="Catches rise and fall",
        unit="%",
        items=tuple(Bar(label=str(2016 + n), value=value) for n, value in enumerate((3, -4.5, 12, 0.5, -1, 7, 2, 9))),
    ),
    LinesScene(
        lines=LINES,
        heading="Catches of octopus have doubled in thirty years",
        unit="tonnes",
        marks=tuple(map(str, range(2000, 2024))),
        point=2,
        items=tuple(
            Series(label=label, values=tuple(base + step * n for n in range(24)))
            for label, base, step in (("Asia", 210000, 900), ("Europe", 50000, 100), ("Africa and Arabia", 48000, 90))
        ),
        source="FAO",
    ),
    SharesScene(
        lines=LINES,
        heading="Most nerve cells of an octopus are in its arms",
        point=1,
        items=tuple(
            Share(label=label, value=value)
            for label, value in (("In its eight arms", 62), ("Optic lobes", 30), ("Central brain", 7), ("Elsewhere", 1))
        ),
        source="Young, 1971",
    ),
    TableScene(
        lines=LINES,
        heading="Four kinds of octopus and how they live",
        columns=("Name", "Arm span", "Depth", "Lives where"),
        items=tuple(
            Row(cells=cells)
            for cells in (
                ("Giant Pacific octopus", "4.3 m", "0–2,000 m", "Cold water, on rocks"),
                ("Blue-ringed octopus", "0.2 m", "0–50 m", "Tide pools and reefs"),
                ("Dumbo octopus", "0.3 m", "−", "Above the deep sea floor"),
            )
        ),
        source="Monterey Bay Aquarium",
    ),
]
# Halves of what people ask for: layouts are drawn to scale.
SIZES = [(960, 540), (540, 960), (540, 676), (540, 540), (720, 540), (240, 426)]
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
EVERY_SCENE = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.layout)
# A frame by which everything has come.
LATE = 600


def look_of(size, rate=30):
    return Look(
        title="Why octopuses have three hearts",
        format=VideoFormat(width_px=size[0], height_px=size[1], frame_rate=rate),
        language="en",
    )


def boxes(sprites):
    shown = [(sprite, sprite.pose(LATE)) for sprite in sprites]
    return [sprite.box(pose) for sprite, pose in shown if pose]


def lines_of(composition):
    """The boxes of all lines of text as they rest: letters of one line that differ in colour are one."""
    sprites = [e for e in composition.elements if isinstance(e, Sprite) and e.order is None and e.span]
    figures = [e for e in composition.elements if isinstance(e, Sprite) and e.order is not None]
    # Parts of a dial have a span, too: that of the dial.
    spans = {figure.span for figure in figures}
    # Letters that share a span and come at once are of one line, if they also stand beside each other.
    lines = []
    for sprite in sprites:
        if sprite.span in spans or not sprite.pose(LATE):
            continue
        key, box = (sprite.span, sprite.motion.enters), sprite.box(sprite.pose(LATE))
        same = [line for line in lines if line[0] == key and line[1].top < box.bottom and box.top < line[1].bottom]
        lines = [line for line in lines if line not in same]
        lines.append((key, _union([box, *(line[1] for line in same)])))
    return [box for _, box in lines]


def _union(line):
    first, *others = line
    for box in others:
        first = first.union(box)
    return first


@EVERY_SIZE
@EVERY_SCENE
def test_motifs_above_the_text_do_not_touch_it(scene, size):
    look = look_of(size)
    if not look.grid.is_stacked:
        return
    composition = lay_out(scene, (), look)
    drawn = [
        e
        for e in composition.elements
        if isinstance(e, MotifElement) or (isinstance(e, Sprite) and e.order is not None)
    ]
    squares = [box for box in boxes(drawn) if box.height > look.grid.px(40)]
    for square, line in itertools.product(squares, lines_of(composition)):
        assert not square.intersects(line)


@pytest.mark.parametrize("size", [(540, 960), (720, 1280)], ids=str)
@EVERY_SCENE
def test_tall_pictures_keep_clear_of_app_controls_and_have_large_type(scene, size):
    look = look_of(size)
    word = Word(text="whenever", start_s=0.0, end_s=1.0)
    (caption,) = captions((Cue(start_s=0.0, end_s=1.0, lines=((word,), (word,))),), look)
    shown = [*lines_of(lay_out(scene, (), look)), caption.box(None)]

    assert max(box.bottom for box in shown) <= 0.8 * size[1]
    assert min(box.top for box in shown) >= 0.1 * size[1]
    assert caption.behind[0].mask.height > 0.06 * size[1]


@pytest.mark.parametrize("rate", [24, 25, 50, 60])
def test_at_another_frame_rate_elements_enter_at_the_same_time(rate):
    def times(rate):
        at, seen = 0, []
        for frame in draw_scene(SCENES[3], words=(), cues=(), frames=4 * rate, look=look_of((320, 240), rate)):
            seen.append(at / rate)
            at += frame.hold
        assert at == 4 * rate
        return seen

    usual, other = times(30), times(rate)

    # When the last thing has come to rest, to the picture.
    assert abs(usual[-1] - other[-1]) <= 1 / 30 + 1 / rate
