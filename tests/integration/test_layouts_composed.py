"""Regressions of composition found by looking at pictures: split words, uneven lines, unused space."""

import itertools
import math

import pytest

from pipeline.model import (
    Bar,
    BarsScene,
    BulletsScene,
    CodeScene,
    DiagramScene,
    LinesScene,
    Link,
    Node,
    NumberScene,
    Passage,
    PictureScene,
    Series,
    Share,
    SharesScene,
    TitleScene,
    VideoFormat,
)
from pipeline.rendering import Look
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import diagram, lay_out, routing
from pipeline.rendering.layouts.graph_layout import arrange
from pipeline.rendering.layouts.growth import FlippedSprite, Growth
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.surface.motif_element import MotifElement
from pipeline.rendering.surface.scrims import scrim_mask, side_scrim_mask
from tests.standins.photos import PHOTO, photo_of_tests
from tests.standins.text_reader import knowing_letters, read

WIDE, TALL, SQUARE = (1920, 1080), (1080, 1920), (1080, 1080)
BILL = DiagramScene(
    lines=(),
    heading="How a bill becomes law",
    items=tuple(
        Node(label=label)
        for label in ("Draft", "Committee", "First chamber", "Second chamber", "President", "Official journal")
    ),
    links=(
        Link(start=1, end=2),
        Link(start=2, end=3, label="approved"),
        Link(start=3, end=4),
        Link(start=4, end=5),
        Link(start=5, end=6, label="signed"),
        Link(start=4, end=2, label="rejected"),
    ),
)


@pytest.fixture(scope="module", autouse=True)
def _knowing_letters():
    with knowing_letters():
        yield


def look_of(size, language="en"):
    return Look(title="Film", format=VideoFormat(width_px=size[0], height_px=size[1]), language=language)


def written(scene, size, language="en"):
    return read(lay_out(scene, (), look_of(size, language)))


@pytest.mark.parametrize("size", [WIDE, TALL, SQUARE], ids=str)
def test_no_word_of_a_long_process_is_hyphenated_or_missing(size):
    lines = {line.text for line in written(BILL, size)}

    assert {node.label for node in BILL.items} <= lines
    assert {"approved", "signed", "rejected"} <= lines


def test_stacked_boxes_on_a_wide_picture_have_the_heading_beside_them():
    lines = written(BILL, WIDE)
    boxes = [line.box for line in lines if line.text in {node.label for node in BILL.items}]
    (heading, *more) = [line.box for line in lines if line.text in "How a bill becomes law"]

    assert all(box.right < min(each.left for each in boxes) for box in (heading, *more))
    assert min(box.top for box in boxes) < heading.top < max(box.top for box in boxes)


@pytest.mark.parametrize("size", [WIDE, TALL, SQUARE], ids=str)
def test_an_arrow_that_leads_back_has_only_right_angles(size):
    seen = []

    def ways(*given):
        seen.extend(routing.route_arrows(*given))
        return seen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagram, "route_arrows", ways)
        lay_out(BILL, (), look_of(size))

    back = seen[-1]
    level = [abs(one[1] - other[1]) for one, other in itertools.pairwise(back) if abs(one[0] - other[0]) > 60]
    assert len(level) >= 2
    assert max(level) < 1


def test_bars_with_long_labels_are_horizontal():
    shares = {
        "Windkraft": 31.9,
        "Photovoltaik": 12.1,
        "Braunkohle": 17.4,
        "Steinkohle": 8.2,
        "Erdgas": 10.5,
        "Biomasse": 8.4,
        "Wasserkraft": 4.5,
        "Geothermische Kraftwerke": 1.5,
    }
    items = tuple(Bar(label=label, value=value) for label, value in shares.items())
    scene = BarsScene(lines=(), heading="Wo der Strom herkommt", unit="%", point=1, items=items)
    composition = lay_out(scene, (), look_of(WIDE, "de"))

    assert {*shares} <= {line.text for line in read(composition)}
    assert {each.to for each in composition.elements if isinstance(each, Growth)} == {"right"}


@pytest.mark.parametrize("size", [WIDE, TALL, SQUARE], ids=str)
@pytest.mark.parametrize("years", [6, 12, 14, 24])
def test_an_axis_of_years_has_even_steps_between_its_ends(years, size):
    marks = tuple(str(2000 + year) for year in range(years))
    scene = LinesScene(lines=(), heading="Rents", marks=marks, items=(Series(label="Rent", values=(1.0,) * years),))

    shown = [int(line.text) for line in written(scene, size) if line.text in marks]
    assert len(shown) >= 4
    assert shown[-1] == int(marks[-1])
    assert len({later - earlier for earlier, later in itertools.pairwise(shown)}) == 1


@pytest.mark.parametrize("size", [WIDE, TALL, SQUARE], ids=str)
@pytest.mark.parametrize("name", ["Housing", "Housing and energy", "Eight limbs of all"])
def test_text_in_a_donut_keeps_clear_of_it(name, size):
    others = (("Food and drink", 15), ("Transport", 13), ("Leisure", 10), ("Everything else", 26))
    items = (Share(label=name, value=36), *(Share(label=label, value=value) for label, value in others))
    scene = SharesScene(lines=(), heading="Where money goes", unit="%", point=1, items=items)
    composition = lay_out(scene, (), look_of(size))
    track = max(
        (each for each in composition.elements if isinstance(each, FlippedSprite)), key=lambda each: each.mask.height
    )
    side = track.mask.width
    x, y = track.left + side / 2, track.top + side / 2

    inside = [line.box for line in read(composition) if line.text == "36%" or line.text in name]
    assert len(inside) >= 2
    for box in inside:
        # Without tails of letters, which are nowhere near its corners.
        bottom = min(box.bottom, box.top + 0.8 * box.height) if box != inside[0] else box.bottom
        corners = itertools.product((box.left, box.right), (box.top, bottom))
        assert max(math.hypot(left - x, top - y) for left, top in corners) < 0.33 * side


def test_a_passage_is_not_split_by_a_page_break():
    code = '''async def fetch(session, url: str, *, timeout_s: float = 10.0) -> bytes:
    """Read everything that an address has to offer."""
    async with session.get(url, timeout=timeout_s) as response:
        response.raise_for_status()
        if response.content_length and response.content_length > MOST_BYTES:
            raise TooLarge(url)
        return await response.read()


def main():
    for url in sys.argv[1:]:
        print(len(asyncio.run(fetch(session, url))))'''
    scene = CodeScene(lines=(), heading="Reading", language="python", code=code, items=(Passage(first=5, last=6),))
    rows = {line.text.strip(): line for line in written(scene, SQUARE)}

    first = next(rows[text] for text in rows if text.startswith("if response"))
    last = next(rows[text] for text in rows if text.startswith("raise"))
    assert first.box.top < last.box.top


@pytest.mark.parametrize("size", [WIDE, TALL], ids=["wide", "tall"])
def test_the_first_frame_of_a_film_has_its_title_and_most_of_its_motif(size):
    scene = TitleScene(lines=(), heading="Why octopuses have three hearts", kicker="Under the sea", subtitle="And why")
    elements = lay_out(scene, (), look_of(size)).elements

    begun = {each.text: each.pose(0) for each in elements if isinstance(each, Sprite) and each.text}
    (figure,) = (each for each in elements if isinstance(each, MotifElement))

    assert {text: pose and tuple(pose) for text, pose in begun.items()} == {
        "UNDER THE SEA": (255, 0, 255),
        "Why octopuses have three hearts": (255, 0, 255),
        "And why": None,
    }
    assert 128 < figure.pose(0).drawn < figure.pose(30).drawn == 255


def test_a_title_in_ideographs_is_as_large_on_tall_pictures():
    heading = {"en": "Why octopuses have three hearts", "ja": "タコにはなぜ心臓が三つあるのか"}
    sizes = {}
    for language, text in heading.items():
        scene = TitleScene(lines=(), heading=text, kicker="Sea", subtitle="Two lines")
        sizes[language] = max(line.size_px for line in written(scene, TALL, language))

    assert sizes["ja"] >= sizes["en"]


def test_items_of_several_lines_are_further_apart_than_their_lines():
    long = "Im Sommer kühlt sie das Haus, ohne dass ein zweites Gerät gebraucht wird"
    items = (long, "Förderung durch den Staat", long, "Kein Schornstein", long)
    scene = BulletsScene(lines=(), heading="Was eine Wärmepumpe wirklich spart", kicker="Fünf Gründe", items=items)
    # Of letters without tails and accents, and from baseline to baseline.
    tops = sorted({line.box.top for line in written(scene, WIDE, "de") if line.size_px in range(36, 50)})
    steps = [below - above for above, below in itertools.pairwise(tops)]

    within, apart = min(steps), [step for step in steps if step > 1.25 * min(steps)]
    assert len(apart) == len(items) - 1
    assert min(apart) >= 1.4 * within


def test_items_get_slightly_smaller_before_they_take_two_lines():
    items = ("Quenya: dem Finnischen nachempfunden", "Khuzdul: nur wenige Wörter sind überliefert")
    scene = BulletsScene(lines=(), heading="Drei Sprachen", items=items)
    look = Look(title="", format=VideoFormat(width_px=1920, height_px=1080), language="de")

    drawn = {each.text for each in lay_out(scene, (), look).elements if isinstance(each, Sprite)}

    assert set(items) <= drawn


def test_long_items_take_more_lines_on_a_phone_rather_than_small_letters():
    long = "Turn off the circulation pump if you can and wait for half an hour so that the air collects at the top"
    scene = BulletsScene(lines=(), heading="Steps", items=(long, long, long))

    sizes_px = [max(line.size_px for line in written(scene, size) if line.text in long) for size in (WIDE, TALL)]
    assert sizes_px[1] >= 1.2 * sizes_px[0]


@pytest.mark.parametrize("size", [WIDE, TALL, SQUARE, (1080, 1350)], ids=str)
def test_a_caption_as_long_as_it_may_be_is_whole(size):
    text = "A long caption that says what can be seen in this picture, where it was taken and by whom it was once seen"
    look = Look(title="", format=VideoFormat(width_px=size[0], height_px=size[1]), stills=(photo_of_tests(),))
    lines = read(lay_out(PictureScene(lines=(), picture=PHOTO, text=text), (), look))

    assert " ".join(line.text for line in lines if line.text in text) == text


@pytest.mark.parametrize(("end", "beside"), [(0.5, (0.55, 0.65)), (0.87, (0.8, 0.92))])
def test_a_narrow_strip_beside_text_is_about_as_dark_as_behind_it(end, beside):
    width, height = 400, 200
    mask = scrim_mask((width, height), Box(20, 100, round(end * width), 180), 0.8)
    under, at_the_edge = (mask.getpixel((x, 150)) for x in (60, width - 1))

    assert beside[0] <= at_the_edge / under <= beside[1]


@pytest.mark.parametrize(("is_light", "reach"), [(False, 0.36), (True, 0.24)])
def test_a_side_scrim_fades_softly_and_leaves_most_of_the_picture(is_light, reach):
    size, text, opacity = (1000, 100), Box(40, 20, 400, 80), 0.6
    mask = side_scrim_mask(size, text, opacity, is_light=is_light)
    levels = [mask.getpixel((x, 50)) for x in range(1000)]

    assert min(levels[:401]) >= 255 * opacity
    # From one twentieth of the picture to the next, at most a third of it goes.
    assert (
        max(one - other for one, other in zip(levels, levels[50:], strict=False)) <= (1 + is_light) * 255 * opacity / 3
    )
    assert not any(levels[round(400 + reach * 1000) + 2 :])


@pytest.mark.parametrize("size", [WIDE, TALL, SQUARE], ids=str)
@pytest.mark.parametrize(("value", "unit"), [(384400, "km"), (-0.00000125, "µg/m³"), (12, "years of age")])
def test_a_unit_is_legible_on_a_phone_however_long_the_number(value, unit, size):
    lines = written(NumberScene(lines=(), value=value, unit=unit, text="less than before"), size)

    found = [line for line in lines if line.text == unit]
    assert [line.size_px >= look_of(size).grid.type_px(50) for line in found] == [True]


def test_arrow_labels_are_whole_even_if_a_box_label_is_hyphenated():
    labels = ("Bundesregierung", "Bundestag", "Vermittlungsausschuss", "Bundespräsident")
    links = (Link(start=1, end=2), Link(start=2, end=3, label="Zustimmungspflicht"), Link(start=2, end=4))
    items = tuple(Node(label=label) for label in labels)
    scene = DiagramScene(lines=(), heading="Wie ein Gesetz entsteht", items=items, links=links)

    assert "Zustimmungspflicht" in {line.text for line in written(scene, WIDE, "de")}


@pytest.mark.parametrize("upright", [False, True])
def test_a_box_whose_arrow_skips_a_rank_is_next_to_the_lane(upright):
    # One leads to two; the first of them past the third to the last.
    network = arrange(5, [(0, 1), (0, 2), (2, 3), (1, 4), (3, 4)], upright=upright)
    across = [place.x if upright else place.y for place in network.places]

    assert across[1] > across[2]


def test_a_label_without_space_at_its_arrow_goes_beyond_the_next_one():
    labels = ("Bundesregierung", "Bundestag", "Vermittlungsausschuss", "Bundespräsident")
    words = {(1, 2): "Entwurf", (2, 3): "Zustimmungspflicht", (3, 2): "", (2, 4): "beschlossen"}
    links = tuple(Link(start=start, end=end, label=label) for (start, end), label in words.items())
    items = tuple(Node(label=label) for label in labels)
    scene = DiagramScene(lines=(), heading="Wie ein Gesetz entsteht", items=items, links=links)

    assert {"Entwurf", "Zustimmungspflicht", "beschlossen"} <= {line.text for line in written(scene, SQUARE, "de")}
