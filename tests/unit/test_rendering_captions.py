"""The caption styles."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Brief, Cue, VideoFormat, Word
from pipeline.orchestrator.context import open_context
from pipeline.rendering import Look
from pipeline.rendering.captions import captions
from pipeline.rendering.type_scale import LARGE_SIZES
from pipeline.theme.loading import load_theme
from pipeline.theme.theme import MIDNIGHT

WORDS = ("Swimming ", "stops ", "the ", "heart ", "that ", "feeds ", "the ", "body.")


def cue_of(words, *, each_s=0.4):
    timed = tuple(Word(text=text, start_s=n * each_s, end_s=(n + 1) * each_s) for n, text in enumerate(words))
    half = (len(timed) + 1) // 2
    lines = tuple(line for line in (timed[:half], timed[half:]) if line)
    return Cue(start_s=0, end_s=len(timed) * each_s + 0.2, lines=lines)


def shown(style, words=WORDS, theme=MIDNIGHT, size=(1920, 1080)):
    look = Look(title="t", captions=style, theme=theme, format=VideoFormat(width_px=size[0], height_px=size[1]))
    return captions((cue_of(words),), look), look


def test_off_shows_nothing():
    assert shown("off")[0] == []


@pytest.mark.parametrize(("style", "lights"), [("block", False), ("boxed", False), ("karaoke", True), ("words", True)])
def test_the_spoken_word_is_highlighted_if_the_style_says_so(style, lights):
    elements, _ = shown(style)

    lit = {pose.highlighted for element in elements for frame in range(120) if (pose := element.pose(frame))}
    assert (max(lit) >= 0) is lights


@pytest.mark.parametrize(("style", "plates"), [("block", False), ("boxed", True), ("karaoke", True), ("words", False)])
def test_letters_have_a_plate_behind_them_or_an_outline(style, plates):
    (element, *_), _ = shown(style)

    letters = [each.plain.box(each.plain.pose(0)) for each in element.letters]
    behind = [each.box(each.pose(0)) for each in element.behind]
    assert len(behind) == (1 if plates else len(letters))
    for box in letters:
        assert any(box.clipped_to(other) == box for other in behind)


@pytest.mark.shaped
def test_an_english_line_that_starts_with_an_arabic_name_runs_left_to_right():
    (element, *_), _ = shown("karaoke", ("محمد ", "one ", "word ", "is ", "enough"))

    lefts = [each.plain.box(each.plain.pose(0)).left for each in element.letters][:3]
    assert lefts == sorted(lefts)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=24), min_size=1, max_size=20), st.sampled_from([16, 9]))
def test_split_cues_are_consecutive_and_lose_no_word(texts, wide):
    size = (1920, 1080) if wide == 16 else (1080, 1920)
    elements, look = shown("words", [f"{text} " for text in texts], size=size)

    assert all(element.ends == following.starts for element, following in pairwise(elements))
    assert sum(len(element.word_frames) for element in elements) == len(texts)
    for element in elements:
        assert element.box(None).clipped_to(look.grid.captions) == element.box(None)


@pytest.mark.parametrize("size", [(1080, 1350), (864, 1080)], ids=str)
def test_captions_of_upright_pictures_keep_clear_of_the_lower_edge(size):
    word = Word(text="Gypsy", start_s=0.0, end_s=1.0)
    look = Look(title="", format=VideoFormat(width_px=size[0], height_px=size[1]), language="en", captions="boxed")
    (plate,) = captions([Cue(start_s=0.0, end_s=1.0, lines=((word,), (word,)))], look)[0].behind

    assert size[1] - (plate.top + plate.mask.height) >= 40 * size[0] / 1080
    assert plate.top - look.grid.content.bottom >= 20 * size[0] / 1080


def test_split_cues_do_not_end_in_an_orphan():
    elements, _ = shown("words", ["It", "was", "in", "Peru."])

    assert [len({each.word for each in element.letters} - {-1}) for element in elements] == [2, 2]


def test_split_cues_of_wide_letters_are_as_large_as_others():
    elements, look = shown("words", ["熱は", "どこから", "来るのでしょうか。"], size=(1080, 1920))

    heights = [max(each.plain.mask.height for each in element.letters) for element in elements]
    assert len(heights) == 2
    assert min(heights) > 0.85 * look.grid.type_px(LARGE_SIZES[0])


def test_split_cues_end_at_phrase_boundaries():
    elements, _ = shown("words", ["The", "yellow,", "that", "was", "there,", "oh,", "all", "along."])
    assert [len(element.word_frames) for element in elements] == [2, 3, 3]

    # No word of a phrase is left for itself where there is another one to go with it.
    elements, _ = shown("words", ["There", "is", "a", "price:", "it", "is", "hard."])
    assert [len(element.word_frames) for element in elements] == [2, 2, 3]


@pytest.mark.parametrize("style", ["block", "words"])
def test_letters_without_a_plate_are_dark_on_a_light_theme(style):
    theme = load_theme("paper")
    (element, *_), _ = shown(style, theme=theme)

    assert element.letters[0].plain.ink.y < 80
    assert element.behind[0].ink.y > 200


def test_the_settings_go_before_the_template(tmp_path):
    brief = Brief(title="Tea")
    assert open_context(workspace=tmp_path).appearance.captions(brief) == "karaoke"

    (tmp_path / "nightreel.toml").write_text('[subtitles]\nstyle = "words"\n', encoding="utf-8")
    assert open_context(workspace=tmp_path).appearance.captions(brief) == "words"
