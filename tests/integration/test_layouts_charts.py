"""Charts and tables: correct values, timed with the words, no overlaps."""

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.model import (
    Bar,
    BarsScene,
    LinesScene,
    Row,
    Series,
    Share,
    SharesScene,
    SpokenLine,
    TableScene,
    VideoFormat,
)
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.layouts import lay_out, shares
from pipeline.rendering.layouts.charts import chart_frame
from pipeline.rendering.layouts.growth import FlippedSprite, Growth
from pipeline.rendering.layouts.table_fitting import fit_table
from pipeline.rendering.motion import sprites
from pipeline.rendering.motion.sprites import Sprite
from tests.standins import scenes
from tests.standins.text_reader import assert_within, content_of, knowing_letters, read

SPOKEN = (
    SpokenLine(text="Here is what was counted, and we begin with the first."),
    SpokenLine(text="The first of them is there now.", reveals=0),
    SpokenLine(text="The second of them comes much later than that.", reveals=1),
)
BARS = BarsScene(
    lines=SPOKEN,
    heading="Blue wins",
    unit="×",
    point=2,
    items=(Bar(label="Red", value=1), Bar(label="Blue", value=5.5)),
    source="Computed from 1/λ⁴",
)
COLUMNS = replace(
    BARS, unit="%", items=tuple(Bar(label=str(2018 + n), value=value) for n, value in enumerate((1, 2, -4, 3, 1.5)))
)
LINES = LinesScene(
    lines=SPOKEN,
    heading="Solar overtakes hydro",
    unit="TWh",
    marks=("2015", "2016", "2017"),
    point=1,
    items=(Series(label="Solar", values=(1, 5, 12)), Series(label="Hydro", values=(8, 7, 8))),
)
SHARES = SharesScene(
    lines=SPOKEN,
    heading="Most fresh water is frozen",
    point=1,
    items=(Share(label="Glaciers", value=69), Share(label="Groundwater", value=30), Share(label="Rivers", value=1)),
)
TABLE = TableScene(
    lines=SPOKEN,
    heading="The inner planets",
    columns=("Planet", "Diameter", "Moons"),
    items=tuple(Row(cells=cells) for cells in (("Mercury", "4,879 km", "0"), ("Mars", "6,792 km", "2"))),
)
SCENES = [BARS, COLUMNS, LINES, SHARES, TABLE]
EVERY_SCENE = pytest.mark.parametrize("scene", SCENES, ids=["bars", "columns", "lines", "shares", "table"])
SIZES = [(640, 360), (360, 640), (360, 360), (360, 450)]
LATE = 900


def look_of(size=SIZES[0], language="en"):
    return Look(title="Charts", format=VideoFormat(width_px=size[0], height_px=size[1]), language=language)


words_of = partial(scenes.spoken, begins_s=0.2, word_s=0.4, pause_s=0.0)


def start_of(scene, item):
    """The frame in which the line of an item begins."""
    words, spoken = words_of(scene), 0
    for line in scene.lines:
        if line.reveals == item:
            return round(words[spoken].start_s * 30)
        spoken += len(split_words(line.text))
    raise AssertionError(item)


def grown(scene, **look):
    return [each for each in lay_out(scene, words_of(scene), look_of(**look)).elements if isinstance(each, Growth)]


def lines_of(composition):
    """The boxes of lines of text at rest; what stands in the middle of a ring counts with the ring."""
    drawn = [each for each in composition.elements if isinstance(each, Sprite)]
    rings = {each.span for each in drawn if each.order is not None}
    found = {}
    for each in drawn:
        if each.order is None and each.span and each.span not in rings:
            box = each.box(each.pose(LATE))
            key = (each.span, each.motion.enters, each.top // 4)
            found[key] = found[key].union(box) if key in found else box
    return list(found.values())


def assert_readable(scene, look, words=()):
    """Text stays inside, and no line lies on another."""
    content, slack = content_of(look), look.grid.px(24) + 2
    lines = lines_of(lay_out(scene, words, look))
    assert lines
    assert_within(lines, content, slack)
    for one, other in itertools.combinations(lines, 2):
        shared = one.clipped_to(other)
        assert shared.height <= 0.34 * min(one.height, other.height) or shared.width <= 1, (one, other)


@EVERY_SCENE
def test_a_value_appears_with_its_line_and_is_complete_soon_after(scene):
    composition = lay_out(scene, words_of(scene), look_of())
    second = start_of(scene, 1)

    came = sorted(next(frame for frame in range(LATE) if each.pose(frame) is not None) for each in composition.elements)

    settled = [frame for frame in came if frame > 60]
    starts = [start_of(scene, 0), second]
    assert all(any(start <= frame <= start + 30 for start in starts) for frame in settled)
    assert any(second <= frame <= second + 30 for frame in settled)


@EVERY_SCENE
def test_values_without_a_line_appear_together_at_the_beginning(scene):
    silent = replace(scene, lines=SPOKEN[:1])

    composition = lay_out(silent, words_of(silent), look_of())

    assert all(each.pose(70) == each.pose(LATE) for each in composition.elements)
    # What is gone by then are parts of lines that gave way to a number.
    gone = [each for each in composition.elements if each.pose(LATE) is None]
    assert all(isinstance(each, FlippedSprite) and min(each.mask.size) <= 2 for each in gone)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("scene", [BARS, COLUMNS], ids=["bars", "columns"])
def test_a_bar_chart_has_numbers_instead_of_an_axis(scene, size):
    elements = lay_out(scene, (), look_of(size)).elements

    digits = [each.text for each in elements if any(map(str.isdigit, getattr(each, "text", "")))]
    told = [each for each in digits if each not in {bar.label for bar in scene.items} and each != scene.source]
    assert len(told) == len(scene.items)


@EVERY_SCENE
def test_pictures_rest_between_the_lines_and_change_little_at_a_time(scene):
    words = words_of(scene)
    frames = list(draw_scene(scene, words=words, cues=(), frames=400, look=look_of()))

    holds = [frame.hold for frame in frames]
    assert sum(holds) == 400
    assert sum(hold for hold in holds if hold > 15) > 200
    # The first picture is new in all its parts.
    changed = [sum(box.width * box.height for box in frame.changed) for frame in frames[1:]]
    assert sum(changed) < (12 if scene is SHARES else 6) * 640 * 360


@EVERY_SCENE
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_chart_text_has_the_minimum_size(scene, size, monkeypatch):
    drawn = []
    draw_ink = sprites.draw_ink
    monkeypatch.setattr(
        sprites, "draw_ink", lambda line, size_px, group: drawn.append(size_px) or draw_ink(line, size_px, group)
    )
    look = look_of(size)

    lay_out(scene, (), look)

    assert drawn
    assert min(drawn) >= look.grid.px(28)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("amounts", [(1, 2, 4), (100, 50, 25, 75, 10), (-3, 6), (-2, -8, -4), (0, 5), (0, 0)], ids=str)
def test_bars_are_as_long_as_their_values_from_one_axis(amounts, size):
    scene = replace(BARS, point=0, items=tuple(Bar(label=f"B{n}", value=value) for n, value in enumerate(amounts)))

    bars = grown(scene, size=size)

    assert len(bars) == sum(value != 0 for value in amounts)
    shown = [value for value in amounts if value]
    across = bars and bars[0].to in {"right", "left"}
    lengths = [bar.at.width if across else bar.at.height for bar in bars]
    for (one, length), (other, longer) in itertools.combinations(zip(shown, lengths, strict=True), 2):
        assert abs(length / abs(one) - longer / abs(other)) <= 2 / min(abs(one), abs(other))
    zeros = {
        {"right": bar.at.left, "left": bar.at.right, "up": bar.at.bottom, "down": bar.at.top}[bar.to] for bar in bars
    }
    assert len(zeros) <= 1
    assert [bar.to in {"left", "down"} for bar in bars] == [value < 0 for value in shown]


def test_a_bar_grows_from_its_axis_and_only_its_end_is_repainted():
    bar = grown(BARS)[1]
    poses = [bar.pose(frame) for frame in range(bar.enters, bar.enters + bar.frames)]

    assert bar.pose(bar.enters - 1) is None
    assert poses == sorted(poses)
    assert poses[-1] == bar.at.width
    assert all(bar.box(pose).left == bar.at.left for pose in poses)
    (changed,) = bar.changes(poses[5], poses[6])
    assert changed.width < 0.3 * bar.at.width


def test_only_the_key_value_has_the_accent():
    look = look_of()
    first, second = grown(BARS)

    assert second.ink == sprites.colour(look.theme.accent)
    assert first.ink != second.ink


def test_without_a_key_value_the_largest_has_the_accent_if_there_is_one():
    accent = sprites.colour(look_of().theme.accent)
    values = {(1, 5.5, 2): [False, True, False], (5, 5, 2): [False] * 3, (1, 5.5, -2): [False] * 3}

    for amounts, has_accent in values.items():
        bars = tuple(Bar(label=str(number), value=amount) for number, amount in enumerate(amounts))
        assert [bar.ink == accent for bar in grown(replace(BARS, point=0, items=bars))] == has_accent


def test_bars_are_horizontal_if_few_or_on_narrow_pictures_and_vertical_if_many():
    assert {bar.to for bar in grown(BARS)} == {"right"}
    assert {bar.to for bar in grown(COLUMNS)} == {"up", "down"}
    assert {bar.to for bar in grown(COLUMNS, size=SIZES[1])} == {"right", "left"}


@pytest.mark.parametrize("scene", [BARS, COLUMNS, LINES], ids=["bars", "columns", "lines"])
def test_drawings_are_flipped_in_right_to_left_languages(scene):
    usual, turned = grown(scene), grown(scene, language="ar")

    assert len(usual) == len(turned)
    for one, other in zip(usual, turned, strict=True):
        assert other.to == {"right": "left", "left": "right"}.get(one.to, one.to)
        # The labels of numbers may differ in width from one language to the other.
        assert abs(other.at.left - (640 - one.at.right)) <= 0.1 * 640


def test_a_donut_is_flipped_in_right_to_left_languages():
    def parts(language):
        elements = lay_out(SHARES, (), look_of(language=language)).elements
        return [
            each for each in elements if isinstance(each, Sprite) and each.order is not None and each.order.height > 20
        ]

    for one, other in zip(parts("en"), parts("ar"), strict=True):
        assert other.left == 640 - one.left - one.mask.width
        assert np.array_equal(np.asarray(one.mask)[:, ::-1], np.asarray(other.mask))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_donut_segments_are_proportional_to_their_shares(size):
    elements = lay_out(SHARES, (), look_of(size)).elements
    parts = [each for each in elements if isinstance(each, Sprite) and each.order is not None]

    inks = [float(np.asarray(part.mask, np.float64).sum()) for part in parts]

    covered = [ink / sum(inks) for ink in inks]
    assert covered == pytest.approx([0.69, 0.30, 0.01], abs=0.02)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_names_of_five_lines_are_whole_and_do_not_overlap(size):
    names = ("Coal and other solid fuels", "Wind, sun and water power", "Nuclear power stations", "Gas, oil", "Waste")
    items = tuple(Series(label=name, values=(number, 5, 30 + number / 9)) for number, name in enumerate(names))
    scene = replace(LINES, heading="Where all the electricity of a country comes from today", items=items)

    assert {*names} <= {each.text for each in lay_out(scene, (), look_of(size)).elements if isinstance(each, Sprite)}
    assert_readable(scene, look_of(size))


def test_the_name_of_a_line_gets_more_width_before_it_is_hyphenated():
    scene = replace(LINES, items=(Series(label="Lighthouses", values=(1, 5, 30)),))

    shown = [each.text for each in lay_out(scene, (), look_of((1080, 1920))).elements if isinstance(each, Sprite)]
    assert "Lighthouses" in shown


def test_lines_rise_with_their_values():
    solar = grown(LINES)[-1]
    rows = [int(np.asarray(solar.mask)[:, column].argmax()) for column in (4, -5)]

    assert solar.to == "right"
    assert rows[0] > rows[1]


def peak_of(marks):
    """Where a line peaks that is highest at the second mark, as a share of its width."""
    items = (Series(label="Solar", values=(0, 9, *[0] * (len(marks) - 2))),)
    mask = np.asarray(grown(replace(LINES, marks=marks, items=items))[-1].mask)
    # Without the round caps at its ends.
    cap = int(mask[-20:].max(axis=0).argmax())
    columns = np.flatnonzero(mask[2] == mask[2].max())
    return (columns.mean() - cap) / (mask.shape[1] - 1 - 2 * cap)


@pytest.mark.parametrize(
    ("marks", "share"),
    [
        (("1954", "1965", "2001"), 11 / 47),
        (("-40", "\N{MINUS SIGN}10", "0"), 30 / 40),
        (("١٩٥٤", "١٩٦٥", "٢٠٠١"), 11 / 47),
        (("2015", "2016", "2017"), 1 / 2),
        # Years that are too close are moved apart.
        (("1850", "2020", "2021"), 0.985),
        # Not rising, no numbers, and too close to be told apart.
        (("11", "12", "1"), 1 / 2),
        (("May", "July", "2001"), 1 / 2),
        (("1", "2", "1000"), 1 / 2),
    ],
)
def test_years_and_other_rising_numbers_are_to_scale(marks, share):
    assert peak_of(marks) == pytest.approx(share, abs=0.02)


def test_labels_of_unevenly_spaced_marks_do_not_touch_and_include_the_first_and_the_last():
    years = (1900, 1950, 1960, 1970, 1975, 1980, 1990, 2000, 2005, 2010, 2015, 2020)
    scene = replace(LINES, marks=tuple(map(str, years)), items=(Series(label="Solar", values=tuple(range(12))),))
    for size in SIZES:
        assert_readable(scene, look_of(size))
        with knowing_letters():
            shown = [line.text for line in read(lay_out(scene, (), look_of(size))) if line.text in scene.marks]
        assert {"1900", "2020"} < set(shown)


def told_by_mark(*texts):
    return replace(LINES, lines=tuple(SpokenLine(text=text) for text in texts))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_line_spoken_mark_by_mark_is_drawn_from_mark_to_mark(size):
    scene = told_by_mark("Two sources compared.", "2015: one and eight.", "2016: five and seven.", "2017: 12 and 8.")
    words = words_of(scene)
    begins = [round(words[3].start_s * 30), round(words[6].start_s * 30), round(words[9].start_s * 30)]
    for line in grown(scene, size=size):
        before, at_first, at_second, at_last = (line.pose(frame) or 0 for frame in (*begins, LATE))

        assert not before > 2
        assert abs(at_second - at_last / 2) < 0.05 * at_last
        assert at_first < 0.1 * at_last
        assert at_last == line.at.width
        assert line.rests_from > begins[2]


@pytest.mark.parametrize(
    "texts", [("2015 was low.", "Then it grew.", "2017: 12."), ("20150: 1.", "2016: 5.", "2017: 12.")]
)
def test_a_line_spoken_otherwise_is_drawn_as_a_whole(texts):
    assert not any(line.stages for line in grown(told_by_mark(*texts)))


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_numbers_of_a_table_are_right_aligned(size, language):
    look = look_of(size, language)
    table = replace(TABLE, items=tuple(Row(cells=("M", number, "1")) for number in ("7", "1,111", "12,345")))
    start = {(start, each.right) for each in lines_of(lay_out(table, (), look)) for start in [each.left]}

    rights = [right for left, right in start]

    # The ink of a 1 ends a little sooner than that of a 7.
    assert max(sum(abs(right - other) <= look.grid.px(8) + 1 for other in rights) for right in rights) >= 4


def test_a_last_column_of_text_leaves_no_empty_half():
    look = look_of((1920, 1080))
    rows = tuple(Row(cells=cells) for cells in (("Ada", "Mathematics", "Oxford"), ("Emmy", "Algebra", "Rome")))
    table = replace(TABLE, columns=("Name", "Subject", "Town"), items=rows)

    rights = [line.right for line in lines_of(lay_out(table, (), look))]

    assert max(rights) > look.grid.content.left + 0.75 * look.grid.content.width


def test_cells_take_two_lines_before_they_get_too_small_for_a_phone():
    look = look_of((1080, 1920))
    rows = tuple(Row(cells=("Christopher Tolkien", "Made the index", town)) for town in ("Oxford", "Poole"))
    table = replace(TABLE, columns=("Name", "Job", "Lives in"), items=rows)
    page = chart_frame(look, message=table.heading, source="")

    cells = [cell for row in fit_table(table, page).rows for cell in row]

    assert min(cell.size_px for cell in cells) >= 48
    assert max(len(cell.lines) for cell in cells) == 2


def test_a_single_line_is_named_once():
    alone = replace(LINES, heading="Solar overtakes hydro", items=LINES.items[:1])
    other = replace(alone, heading="A fast year")

    texts, others = (
        [e.text for e in lay_out(each, (), look_of()).elements if isinstance(e, Sprite)] for each in (alone, other)
    )

    assert "Solar" not in texts
    assert "Solar" in others
    assert any("12" in text for text in texts)


LABELS = st.one_of(
    st.text(alphabet="abcdefghij WMgy-.,", min_size=1, max_size=24),
    st.sampled_from(
        ["Geschwindigkeitsbegrenz", "日本の人口と面積について", "الأنهار الجليدية", "กรุงเทพมหานคร", "😀 Emoji", "Ünï"]
    ),
).filter(lambda text: text.strip())
AMOUNTS = st.one_of(
    st.integers(-100, 100).map(float), st.floats(-1e14, 1e14, allow_nan=False), st.sampled_from([0.0, 1e-6, 12345.678])
)
LOOKS = st.builds(look_of, st.sampled_from(SIZES), st.sampled_from(["en", "de", "ja", "ar", "th", "hi"]))
UNITS = st.sampled_from(["", "%", "$", "km/h", "million tonnes"])


@pytest.mark.parametrize(
    ("unit", "told"), [("mm", "mm"), ("€m", "€m"), ("TWh a day", "TWh a day"), ("%", ""), ("t", "")]
)
def test_a_line_chart_shows_its_unit_from_the_start_unless_the_axis_does(unit, told):
    texts = {e.text for e in lay_out(replace(LINES, unit=unit), (), look_of()).elements if isinstance(e, Sprite)}

    assert (unit in texts) == bool(told)


@pytest.mark.shaped
@settings(max_examples=15, deadline=None)
@given(bars=st.lists(st.builds(Bar, label=LABELS, value=AMOUNTS), min_size=2, max_size=8), unit=UNITS, look=LOOKS)
def test_any_bars_are_legible(bars, unit, look):
    scene = replace(BARS, items=tuple(bars), unit=unit, point=len(bars) % 3, subtitle="What is measured")

    assert_readable(scene, look)


@pytest.mark.shaped
@settings(max_examples=15, deadline=None)
@given(data=st.data(), unit=UNITS, look=LOOKS)
def test_any_lines_are_legible(data, unit, look):
    marks = data.draw(st.lists(st.text(alphabet="0123456789Jan", min_size=1, max_size=12), min_size=2, max_size=24))
    values = st.lists(AMOUNTS, min_size=len(marks), max_size=len(marks)).map(tuple)
    series = data.draw(st.lists(st.builds(Series, label=LABELS, values=values), min_size=1, max_size=5))

    assert_readable(replace(LINES, marks=tuple(marks), items=tuple(series), unit=unit), look)


@pytest.mark.shaped
@settings(max_examples=15, deadline=None)
@given(
    labels=st.lists(LABELS, min_size=2, max_size=5),
    amounts=st.lists(st.floats(0.001, 1e12), min_size=5, max_size=5),
    point=st.integers(0, 2),
    unit=UNITS,
    look=LOOKS,
)
def test_any_shares_are_legible(labels, amounts, point, unit, look):
    parts = tuple(Share(label=label, value=amount) for label, amount in zip(labels, amounts, strict=False))

    assert_readable(replace(SHARES, items=parts, point=point, unit=unit), look)


@pytest.mark.shaped
@settings(max_examples=15, deadline=None)
@given(data=st.data(), columns=st.integers(2, 5), look=LOOKS)
def test_any_table_is_legible(data, columns, look):
    cells = st.one_of(
        st.text(alphabet="abcdefg WM", max_size=28), st.sampled_from(["1,234 km", "−5 °C", "12%", "–", "日本語の説明"])
    )
    rows = data.draw(st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=1, max_size=6))
    heads = data.draw(st.lists(LABELS, min_size=columns, max_size=columns))
    scene = replace(TABLE, columns=tuple(heads), items=tuple(Row(cells=tuple(row)) for row in rows))

    assert_readable(scene, look)


@given(amounts=st.lists(st.floats(0.01, 1e9), min_size=2, max_size=5))
def test_shares_without_a_unit_are_per_cent_that_add_up_to_a_hundred(amounts):
    shown = shares.percentages(amounts)

    assert sum(shown) == pytest.approx(100)
    assert all(abs(each - 100 * amount / sum(amounts)) < 1 for each, amount in zip(shown, amounts, strict=True))


def test_zero_shares_do_no_harm():
    whole = replace(SHARES, items=(Share(label="All", value=5), Share(label="Nothing", value=0)), point=0)

    assert_readable(whole, look_of())
