"""The words around a number that a large figure takes the place of."""

import pytest

from pipeline.model import NumberScene, VideoFormat
from pipeline.rendering import Look, find_overflowing_texts
from pipeline.rendering.layouts import number
from pipeline.rendering.layouts.lead_in import split_at_number


@pytest.mark.parametrize(
    ("text", "value", "unit", "parts"),
    [
        ("The book has 1,077 pages in its first printing", 1077, "pages", ("The book has", "in its first printing")),
        ("It costs $189,000 for a first edition", 189_000, "$", ("It costs", "for a first edition")),
        ("Es wiegt 1,4 kg, mehr als zwei Hände halten", 1.4, "kg", ("Es wiegt", "mehr als zwei Hände halten")),
        ("Das liegt bei etwa −45 °C", -45, "°C", ("Das liegt bei etwa", "")),
        ("71 % of it", 71, "%", ("", "of it")),
        ("भारत में हर साल 11,00,000 टन चाय", 1_100_000, "टन", ("भारत में हर साल", "चाय")),
        # Without spaces, particles would begin or end a part.
        ("光は昼の38倍の空気を通ります", 38, "倍", None),
        ("is what tea still has, poured in at 95", 71, "°C", None),
        # It continues the large number: "27.3 days is one orbit, …".
        ("is one orbit, and 27.3 days is one turn", 27.3, "days", None),
        ("From 3 m to 3 m", 3, "m", None),
        ("It was 3 in 1954", 3, "m", None),
        ("It is long. The book has 1,077 pages", 1077, "pages", None),
        ("It has (with 9 maps) many pages", 9, "maps", None),
        ("$12.50", 12.5, "$", None),
    ],
)
def test_a_meaning_is_split_where_it_repeats_the_number(text, value, unit, parts):
    assert split_at_number(text, value, unit) == parts


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (1080, 1350)], ids=str)
def test_the_large_number_takes_its_place_in_the_sentence_only_where_both_parts_fit(size):
    look = Look(title="", format=VideoFormat(width_px=size[0], height_px=size[1]), language="en")
    short, long = (
        NumberScene(lines=(), kicker="Length", value=1077, unit="pages", text=text)
        for text in ("The book has 1,077 pages in print", f"The {'very ' * 30} long book has 1,077 pages in print")
    )
    plans = [number._plan(scene, look) for scene in (short, long)]

    assert [line.text for line in plans[0].lead.lines] == ["The book has"]
    assert [line.text for line in plans[0].meaning.lines] == ["in print"]
    assert plans[0].height_px <= look.grid.content.height
    assert not find_overflowing_texts(short, look)
    assert not plans[1].lead.lines
