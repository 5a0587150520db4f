"""Chapters, quotations, counting numbers, and closing scenes."""

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.model import (
    BulletsScene,
    ClosingScene,
    NumberScene,
    QuoteScene,
    SectionScene,
    SpokenLine,
    StatementScene,
    TitleScene,
    VideoFormat,
    Word,
)
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.layouts.components import kicker
from pipeline.rendering.layouts.counter import Counter
from pipeline.rendering.layouts.stretching_rule import StretchingRule
from pipeline.rendering.motion.animation import Pose
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.timeline import last_picture
from pipeline.rendering.motion.ycbcr import Picture, colour
from pipeline.theme.theme import MIDNIGHT
from tests.standins import scenes
from tests.standins.text_reader import assert_within, content_of

SAID = (SpokenLine(text="Guess how far it is."), SpokenLine(text="It is 384,400 kilometres away.", reveals=0))
MOON = NumberScene(lines=SAID, kicker="To the Moon", value=384400, unit="km", text="to the Moon", source="NASA")
SHARE = NumberScene(lines=SAID, kicker="Our planet", value=71, unit="%", text="of the Earth is water")
QUOTE = QuoteScene(
    lines=(SpokenLine(text="Newton said it best."), SpokenLine(text="I stood on the shoulders of giants.", reveals=0)),
    text="If I have seen further, it is by standing on the shoulders of giants.",
    name="Isaac Newton",
    role="In a letter of 1675",
)
CHAPTER = SectionScene(lines=SAID[:1], heading="The way to the Moon", subtitle="Three days", number=2)
ASKING = ClosingScene(lines=SAID[:1], text="Look up tonight.", action="Visit example.org", subtitle="The Moon")

SIZES = [(960, 540), (540, 960), (540, 540), (540, 676)]
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
LATE = 600
WORDS = st.one_of(
    st.text(max_size=120),
    st.text(alphabet="Wmgjy日é ", max_size=120),
    st.lists(
        st.sampled_from(["of", "Geschwindigkeitsbegrenzung", "наука", "日本", "سماء", "ไทย", "😀"]), max_size=20
    ).map(" ".join),
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "ja", "ar", "fa", "he", "hi", "mr", "th", "tr", "xx", ""])


def look_of(size=(960, 540), language="en"):
    return Look(title="The Moon", format=VideoFormat(width_px=size[0], height_px=size[1]), language=language)


spoken = partial(scenes.spoken, begins_s=0.3, word_s=0.4, pause_s=0.4)


def frame_of(words, text):
    return round(30 * next(word.start_s for word in words if word.text == text))


def texts(composition, frame=LATE):
    """The boxes of what is read: lines of text, whole, and figures that count."""
    read = {colour(getattr(MIDNIGHT, role)) for role in ("text", "muted", "accent", "on_accent")}

    def is_read(ink):
        # A line with emoji in it has a tile of its own.
        return isinstance(ink, Picture) or ink in read

    lines: dict[object, Box] = {}
    for element in composition.elements:
        pose = element.pose(frame)
        if isinstance(element, Counter) and pose:
            lines[id(element)] = element.box(pose)
        elif isinstance(element, Sprite) and element.order is None and element.span and is_read(element.ink) and pose:
            key = (element.span, element.motion.enters)
            box = element.box(pose)
            lines[key] = lines[key].union(box) if key in lines else box
    return list(lines.values())


def the_counter(composition):
    (found,) = (element for element in composition.elements if isinstance(element, Counter))
    return found


def assert_kept(composition, look):
    content, slack = content_of(look), look.grid.px(24) + 2
    boxes = texts(composition)
    assert_within(boxes, content, slack)
    for box in boxes:
        assert not box.intersects(look.grid.captions)
    for one, other in itertools.combinations(boxes, 2):
        shared = one.clipped_to(other)
        assert not shared.width or shared.height <= 0.3 * min(one.height, other.height)


@pytest.mark.shaped
@settings(max_examples=15, deadline=None)
@given(
    value=st.one_of(st.floats(), st.integers(-(10**9), 10**9).map(float), st.sampled_from([0.0, -0.0, 1e-9, 1e15])),
    unit=st.sampled_from(["", "%", "km", "$", "€", "°C", "Kilowattstd", "人", "كيلومتر", "per animal", "$bn", "x"]),
    text=WORDS,
    size=st.sampled_from(SIZES),
    language=LANGUAGES,
)
def test_any_number_stays_in_its_area(value, unit, text, size, language):
    look = look_of(size, language)
    scene = NumberScene(lines=SAID, kicker=text[:40], value=value, unit=unit, text=text[:90], source=text[:60])

    composition = lay_out(scene, spoken(scene), look)

    assert_kept(composition, look)
    assert the_counter(composition).sprites


def test_a_counter_completes_in_the_frame_in_which_the_number_is_spoken():
    words = spoken(MOON)
    counter = the_counter(lay_out(MOON, words, look_of()))
    lands = frame_of(words, "384,400")

    assert counter.pose(counter.enters - 1) is None
    assert 24 <= lands - counter.enters + 1 <= 36
    assert counter.pose(lands - 1).text != "384,400"
    assert counter.pose(lands).text == "384,400"
    assert counter.pose(LATE).text == "384,400"


def test_a_counter_recognises_its_number_in_the_digits_of_other_scripts():
    line = SpokenLine(text="منذ عام ١٩٦٩ نعرف أن المسافة ٣٨٤٬٤٠٠ كيلومتر.", reveals=0)
    scene = replace(MOON, lines=(SAID[0], line))
    words = spoken(scene)
    counter = the_counter(lay_out(scene, words, look_of(language="ar")))
    lands = frame_of(words, "٣٨٤٬٤٠٠")

    assert counter.pose(lands - 1).text != counter.pose(lands).text == counter.pose(LATE).text


def test_a_number_that_is_spoken_at_once_still_counts_for_most_of_a_second():
    scene = replace(MOON, lines=SAID[1:])
    counter = the_counter(lay_out(scene, spoken(scene), look_of()))

    landed = next(frame for frame in range(200) if (pose := counter.pose(frame)) and pose.text == "384,400")
    assert 0.8 <= (landed + 1 - counter.enters) / 30 <= 1.2


def test_a_number_counts_upwards_in_places_that_do_not_move():
    counter = the_counter(lay_out(MOON, spoken(MOON), look_of()))
    values = [int("".join(filter(str.isdecimal, reading))) for reading in counter.readings]

    assert values == sorted(values)
    assert len(set(values)) > 15
    assert {len(reading) for reading in counter.readings} == {len("384,400")}


@EVERY_SIZE
@pytest.mark.parametrize(
    ("value", "unit", "language"),
    [(71, "%", "en"), (1, "%", "en"), (1.1, "kr", "sv"), (-870, "°C", "fa"), (90.1, "%", "he"), (11111, "$", "en")],
)
def test_digits_touch_neither_unit_nor_edge_while_counting(value, unit, language, size):
    scene = replace(MOON, value=value, unit=unit, kicker="")
    composition = lay_out(scene, spoken(scene), look_of(size, language))
    counter = the_counter(composition)
    still = [box for box in texts(composition) if box != counter.box(counter.pose(LATE))]

    for frame in range(counter.enters, counter.enters + len(counter.readings)):
        box = counter.box(counter.pose(frame))
        assert not any(box.intersects(other) for other in still)
        assert 0.02 * size[0] < box.left
        assert box.right < 0.98 * size[0]


def test_between_two_readings_only_differing_digits_are_repainted():
    counter = the_counter(lay_out(MOON, spoken(MOON), look_of()))
    poses = [counter.pose(frame) for frame in range(counter.enters + 20, counter.enters + 30)]
    whole = counter.box(poses[-1])

    for before, now in itertools.pairwise(poses):
        differ = [at for at, (old, new) in enumerate(zip(before.text, now.text, strict=True)) if old != new]
        changes = counter.changes(before, now)
        assert len(changes) == 2 * len(differ)
        assert sum(box.width for box in changes) < 2 * whole.width


def test_before_a_late_number_only_its_topic_is_visible():
    words = spoken(MOON)
    composition = lay_out(MOON, words, look_of())
    counter = the_counter(composition)

    before, after = (texts(composition, frame) for frame in (counter.enters - 12, LATE))

    assert len(before) == 1
    assert len(after) == 5


def test_the_meaning_of_a_late_number_without_kicker_appears_first():
    scene = replace(MOON, kicker="", source="")
    composition = lay_out(scene, spoken(scene), look_of())

    assert len(texts(composition, the_counter(composition).enters - 1)) == 1


@EVERY_SIZE
def test_a_percentage_fills_a_ring_while_counting(size):
    composition = lay_out(SHARE, spoken(SHARE), look_of(size))
    counter = the_counter(composition)
    (filled,) = (
        element
        for element in composition.elements
        if isinstance(element, Sprite) and element.order and element.motion.enters == counter.enters
    )

    def seen(frame):
        pose = filled.pose(frame)
        return (np.asarray(filled.order) <= pose.drawn).sum() if pose else 0

    lands = counter.enters + len(counter.readings) - 1
    assert seen(counter.enters - 1) == 0
    assert seen(counter.enters + 3) < seen(lands - 8) <= seen(lands)
    assert counter.pose(lands).text == "71"
    for box in texts(composition):
        assert not box.intersects(filled.box(Pose(255, 0, 255)))


def test_a_quotation_appears_when_it_is_spoken_and_its_author_before():
    words = spoken(QUOTE)
    composition = lay_out(QUOTE, words, look_of())
    begins = frame_of(words, "I")

    assert len(texts(composition, begins - 1)) == 2
    assert len(texts(composition, LATE)) > 3


def test_a_kicker_in_a_script_without_capitals_is_a_step_larger():
    sizes = {
        language: kicker(text, look_of(language=language), width_px=800).size_px
        for text, language in (("Light", "en"), ("ضوء", "ar"), ("प्रकाश", "hi"), ("光", "ja"))
    }

    assert sizes["ar"] == sizes["hi"] > sizes["en"] == sizes["ja"]
    assert kicker("1/2", look_of(language="ar"), width_px=800).size_px == sizes["en"]


@EVERY_SIZE
def test_the_key_phrase_of_a_statement_has_the_accent_and_the_rest_has_not(size):
    def lit(emphasis):
        scene = StatementScene(lines=(), text="When it swims, its heart stops.", emphasis=emphasis)
        elements = [each for each in lay_out(scene, (), look_of(size)).elements if isinstance(each, Sprite)]
        written = [each for each in elements if each.text]
        return [each.ink == colour(MIDNIGHT.accent) for each in written]

    assert not any(lit(""))
    assert any(lit("heart stops"))
    assert not all(lit("heart stops"))


def timed(lines, word_s=0.5):
    """The words of lines, so many seconds each."""
    said = [word for line in lines for word in split_words(line.text)]
    return tuple(Word(text=word, start_s=word_s * n, end_s=word_s * (n + 1)) for n, word in enumerate(said))


def shown_in_turn(scene, size=(960, 540), word_s=0.5):
    """By second, from a half on, the sentences that are to be seen; kickers and announcements among them."""
    words = timed(scene.lines, word_s)
    elements = lay_out(scene, words, look_of(size)).elements
    written = [each for each in elements if isinstance(each, Sprite) and each.text]
    seconds = range(int(words[-1].end_s))
    return [
        sorted({each.text for each in written if (pose := each.pose(30 * second + 29)) and pose.opacity > 128})
        for second in seconds
    ]


TOLD = (
    SpokenLine(text="Yeast eats sugar all night."),
    SpokenLine(text="It breathes out gas.", reveals=0),
    SpokenLine(text="A net of gluten keeps the gas."),
)


@pytest.mark.parametrize("size", SIZES)
def test_each_sentence_of_a_statement_is_shown_while_spoken(size):
    scene = StatementScene(lines=TOLD, text=TOLD[1].text)

    found = shown_in_turn(scene, size)

    assert found[1] == [TOLD[0].text]
    assert found[3] == [TOLD[1].text]
    assert found[6] == [TOLD[2].text]


def test_the_key_sentence_stays_once_it_appeared():
    scene = StatementScene(lines=TOLD, text=TOLD[1].text, emphasis="gas")

    found = shown_in_turn(scene)

    assert found[1] == [TOLD[0].text]
    assert found[3] == found[6] == [TOLD[1].text]


def test_a_sentence_spoken_too_quickly_to_be_read_is_skipped():
    lines = (*TOLD[:2], SpokenLine(text="Slowly."), TOLD[2])
    found = shown_in_turn(StatementScene(lines=lines, text=TOLD[1].text), word_s=1.0)

    assert found[9] == [TOLD[1].text]
    assert not any("Slowly." in shown for shown in found)


def test_the_key_sentence_is_shown_long_enough_however_fast_it_is_spoken():
    lines = (*TOLD, SpokenLine(text="That is all it takes to bake a good loaf."))
    found = shown_in_turn(StatementScene(lines=lines, text=TOLD[1].text), word_s=0.25)

    assert found[1] == found[2][-1:] == [TOLD[1].text]
    assert found[-1] == [lines[3].text]


@pytest.mark.parametrize("long", ["W" * 130 + ".", "\u4e00" * 80 + "。"])
def test_a_sentence_that_would_be_truncated_or_small_is_only_spoken(long):
    lines = (*TOLD[:2], SpokenLine(text=long), TOLD[2])
    found = shown_in_turn(StatementScene(lines=lines, text=TOLD[1].text))

    assert not any(len(text) > 40 for shown in found for text in shown)


def test_the_section_is_announced_while_a_long_sentence_is_spoken():
    lines = (SpokenLine(text="Long " * 40 + "ago."), *TOLD[1:])
    found = shown_in_turn(StatementScene(lines=lines, text=TOLD[1].text, kicker="Bread"))

    assert found[4] == ["Bread"]
    assert found[21] == ["BREAD", TOLD[1].text]


def test_a_statement_whose_text_is_not_spoken_is_shown_from_the_start():
    lines = tuple(replace(line, reveals=None) for line in TOLD)
    found = shown_in_turn(StatementScene(lines=lines, text="Bread takes its time."))

    assert found[0] == found[-1] == ["Bread takes its time."]


@pytest.mark.parametrize("size", SIZES)
def test_the_rule_stretches_with_the_sentence_and_repaints_correctly(size):
    lines = (
        *TOLD[:2],
        SpokenLine(text="And a net of gluten, which grows and stretches all night, keeps all of it in."),
    )
    scene = StatementScene(lines=lines, text=TOLD[1].text)
    words = timed(lines)
    (rule,) = [each for each in lay_out(scene, words, look_of(size)).elements if isinstance(each, StretchingRule)]
    poses = [rule.pose(frame) for frame in range(200)]

    assert poses[199] > poses[80]
    assert rule.pose(rule.rests_from) == rule.pose(rule.rests_from + 50)
    frames = list(draw_scene(scene, words=words, cues=(), frames=200, look=look_of(size)))
    assert sum(frame.hold for frame in frames) == 200
    # Each picture is made by changes to the one before; the last is that of who comes late.
    picture = [
        frame.picture.to_rgb().tobytes()
        for frame in draw_scene(scene, words=words, cues=(), frames=200, look=look_of(size))
    ][-1]
    whole = last_picture(lay_out(scene, words, look_of(size))).to_rgb().tobytes()
    assert picture == whole


@pytest.mark.parametrize("text", ["Stay curious.", "I came, I saw, I won.", QUOTE.text, f"{QUOTE.text} {QUOTE.text}"])
def test_a_quotation_and_its_mark_are_centred_and_fill_most_of_a_wide_picture(text):
    look = look_of()
    composition = lay_out(replace(QUOTE, text=text), (), look)
    lines = texts(composition)
    left = composition.elements[0].left
    right = max(box.right for box in lines)

    assert abs(left - (960 - right)) <= 6
    assert right - left > 0.58 * 960


def test_a_quotation_has_one_pair_of_marks():
    def drawn(text):
        scene = replace(QUOTE, text=text)
        return [(e.left, e.top, e.mask.size) for e in lay_out(scene, (), look_of()).elements if isinstance(e, Sprite)]

    plain = drawn("Stay hungry.")
    assert drawn("“Stay hungry.”") == drawn("„Stay hungry.“") == plain
    assert drawn("“Stay” and “go”") != drawn("Stay” and “go")


@EVERY_SIZE
def test_the_mark_of_a_quotation_is_a_fifth_of_the_accent(size):
    composition = lay_out(QUOTE, (), look_of(size))
    mark = composition.elements[0]

    assert mark.ink == colour(MIDNIGHT.accent)
    assert np.asarray(mark.mask).max() == round(0.2 * 255)
    assert not any(mark.box(Pose(255, 0, 255)).intersects(box) for box in texts(composition))


@EVERY_SIZE
def test_a_chapter_number_is_an_outline_beside_or_above_its_name(size):
    composition = lay_out(CHAPTER, (), look_of(size))
    outline = composition.elements[0]
    ink = np.asarray(outline.mask)

    # A line around it and nothing in it: far less than the strokes of a numeral cover.
    assert ink.max() > 200
    assert 0.01 < (ink > 128).mean() < 0.12
    assert not any(outline.box(Pose(255, 0, 255)).intersects(box) for box in texts(composition))


def test_a_closing_without_an_action_has_a_bar_and_with_one_a_button():
    quiet, asking = (lay_out(scene, (), look_of()) for scene in (replace(ASKING, action=""), ASKING))

    def accents(composition, *, drawn):
        bright = [e for e in composition.elements if isinstance(e, Sprite) and e.ink == colour(MIDNIGHT.accent)]
        return [e for e in bright if (e.order is not None) == drawn]

    assert [len(accents(each, drawn=True)) for each in (quiet, asking)] == [1, 0]
    assert not accents(quiet, drawn=False)
    (button,) = accents(asking, drawn=False)
    inside = [box for box in texts(asking) if box.intersects(button.box(Pose(255, 0, 255)))]
    assert len(inside) == 1
    assert inside[0].clipped_to(button.box(Pose(255, 0, 255))) == inside[0]


def test_a_square_list_of_short_items_has_its_ring_beside_them():
    look = look_of((540, 540))
    short, long = (
        BulletsScene(lines=SAID, heading="What happens to light", items=(item, item, item))
        for item in ("It is bent", "It is bent by every drop of water that it meets on its way")
    )

    def parts(scene):
        return [e for e in lay_out(scene, (), look).elements if isinstance(e, Sprite) and e.order is not None]

    assert len(parts(short)) == 3
    assert not parts(long)


@pytest.mark.parametrize("size", SIZES[1:], ids=str)
def test_in_stacked_layouts_the_motif_is_cropped_by_the_corner_above_the_text(size):
    scene = TitleScene(lines=SAID, heading="The Moon", kicker="Far away", subtitle="And near")
    composition = lay_out(scene, (), look_of(size))
    figure = composition.elements[0]
    box = figure.box(Pose(255, 0, 255))

    assert box.top < 0
    assert box.right > size[0]
    assert box.bottom < min(text.top for text in texts(composition))


@pytest.mark.parametrize("scene", [MOON, SHARE, QUOTE, CHAPTER, ASKING], ids=lambda scene: scene.layout)
def test_every_layout_comes_to_rest_and_is_deterministic(scene):
    def drawn():
        frames = draw_scene(scene, words=spoken(scene), cues=(), frames=200, look=look_of((480, 270)))
        return [(frame.picture.y.tobytes(), frame.hold) for frame in frames]

    first = drawn()
    assert first == drawn()
    assert len(first) < 90
    assert first[-1][1] > 20


HEARTS = ("Left gill heart: pushes blood through the left gill", "Main heart: sends it to the body")


def bullets(*items):
    lines = tuple(SpokenLine(text=f"{item}.", reveals=number) for number, item in enumerate(items))
    return BulletsScene(lines=lines, heading="Hearts", items=items)


def text_tops(scene, item, size):
    """How high the lines of an item are, by their ink: number of lines, and the ink's heights."""
    found = lay_out(scene, (), look_of(size)).elements
    return [(each.top, each.span) for each in found if isinstance(each, Sprite) and each.text == item]


@EVERY_SIZE
def test_labels_stand_above_their_explanations_if_all_items_have_one(size):
    for item in HEARTS:
        label, *explanation = text_tops(bullets(*HEARTS), item, size)
        assert explanation
        assert all(top > label[0] and span[0] == label[1][0] for top, span in explanation)


@pytest.mark.parametrize("other", ["Nobody knows", "Begins at 12:30", "See https://example.org"])
def test_items_stay_as_they_are_if_one_has_no_label(other):
    main = "Main: it pumps"
    assert len(text_tops(bullets(main, other), main, SIZES[0])) == 1
