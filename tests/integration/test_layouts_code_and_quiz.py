"""Code and quizzes: code is readable, the ring counts whole seconds, no answer appears early."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.model import CodeScene, Passage, QuizScene, Script, SpokenLine, VideoFormat, Word, pauses_of
from pipeline.rendering import Look, draw_scene, font_digest
from pipeline.rendering.code_listing import CodeRow, TokenKind, clean, highlight, shape_row, wrap_lines
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.layouts.derived_colours import code_colours
from pipeline.rendering.layouts.rings import seconds_before
from pipeline.rendering.motion.animation import DIMMED, FULL
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.motion.ycbcr import colour
from pipeline.theme.colours import contrast
from pipeline.theme.theme import MIDNIGHT
from tests.standins.text_reader import content_of

SIZES = [(960, 540), (540, 960), (540, 540), (540, 676)]
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
PROGRAM = '''def retry(call, attempts=5):
    """Call it until it works."""
    for attempt in range(attempts):
        try:
            return call()
        except OSError as error:
            wait(2 ** attempt)  # longer each time

print(retry(ask))'''
WORDS = (
    "for",
    "x",
    "=",
    "retry(",
    "on=Transient,",
    "'日本語'",
    "# комментарий",
    "# تحية",
    "supercalifragilistic" * 5,
    "])",
    "0.5",
)


def look_of(size, language="en"):
    return Look(title="Film", format=VideoFormat(width_px=size[0], height_px=size[1]), language=language)


def words_for(scene, each_s=0.3):
    """Words as a voice would say them, with the pauses that are meant."""
    words, now = [], 0.3
    for index, line in enumerate(scene.lines):
        now += pauses_of(scene).get(index, 0.3)
        for word in split_words(line.text):
            words.append(Word(text=word, start_s=now, end_s=now + each_s))
            now += each_s
    return tuple(words)


def code_scene(code=PROGRAM, passages=((1, 2), (6, 7)), heading="Try again"):
    lines = [SpokenLine(text=f"Here is part {number}.", reveals=number) for number in range(len(passages))]
    items = tuple(Passage(first=first, last=last) for first, last in passages)
    lead = SpokenLine(text="This function calls another one.")
    return CodeScene(heading=heading, language="python", code=code, items=items, lines=(lead, *lines))


def quiz_scene(
    items=("To the gills", "To the brain", "To the arms"), answer=1, text="Where do two hearts pump the blood?"
):
    options = [SpokenLine(text=f"Is it {item}?", reveals=number) for number, item in enumerate(items)]
    lead, told = SpokenLine(text="A question for you."), SpokenLine(text="To the gills.", reveals=len(items))
    return QuizScene(kicker="Quiz", text=text, items=items, answer=answer, lines=(lead, *options, told))


def sprites_of(composition):
    return [element for element in composition.elements if isinstance(element, Sprite)]


def code_rows(composition):
    """The sprites of the rows of a program: the bar beside a heading has no part in a card."""
    return [sprite for sprite in sprites_of(composition) if sprite.order is not None and sprite.span]


def box_of(sprite):
    return Box(sprite.left, sprite.top, sprite.left + sprite.mask.width, sprite.top + sprite.mask.height)


@pytest.mark.parametrize("size", SIZES[1:], ids=lambda size: "{}x{}".format(*size))
def test_on_a_phone_code_is_large_and_wrapped_rather_than_small(size):
    look = look_of(size)
    scene = code_scene("def height_m(hours: float, mean: float = 4.0) -> float:\n    return mean", ((1, 2),))

    rows = code_rows(lay_out(scene, (), look))

    # Its letters as large as running text, at which the first line takes three rows.
    assert max(row.mask.height for row in rows) >= 0.8 * look.grid.type_px(40)
    assert 3 <= len(rows) <= 5


# --- programs --------------------------------------------------------------------------------------------------------


def without_spaces(texts):
    return "".join("".join(texts).split())


@pytest.mark.shaped
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12), max_size=12), st.floats(8, 60), st.booleans())
@settings(max_examples=30, deadline=None)
def test_wrapping_code_loses_no_character_and_no_row_is_too_wide(lines, width_em, narrow):
    code = "\n".join(" " * (4 * (index % 3)) + " ".join(words) for index, words in enumerate(lines))

    rows = wrap_lines(highlight(code, "python"), width_em, narrow=narrow)

    assert without_spaces(row.line.text for row in rows) == without_spaces([clean(code)])
    for row in rows:
        # A single letter has a row, however narrow that is.
        assert row.indent_em + shape_row(row).width_em <= width_em + 0.01 or len(row.line.text) == 1


@pytest.mark.shaped
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=9), min_size=1, max_size=16), st.sampled_from(SIZES))
@settings(max_examples=12, deadline=None)
def test_any_code_stays_inside_its_card(lines, size):
    scene = code_scene("\n".join("    " + " ".join(words) for words in lines), passages=((1, 1),))
    look = look_of(size)

    composition = lay_out(scene, words_for(scene), look)

    content, slack = content_of(look), look.grid.px(8)
    rows = code_rows(composition)
    for row in rows:
        box = box_of(row)
        assert content.left <= box.left
        assert box.right <= content.right - look.grid.px(16)
        assert content.top - slack <= box.top
        assert box.bottom <= content.bottom
    together = [(one, other) for one, other in combinations(rows, 2) if one.pose(400) and other.pose(400)]
    assert not any(box_of(one).clipped_to(box_of(other)).height > slack for one, other in together)


@EVERY_SIZE
def test_code_is_typed_line_by_line_and_then_rests(size):
    scene = code_scene(passages=())
    rows = code_rows(lay_out(scene, words_for(scene), look_of(size)))

    starts = [row.motion.enters for row in rows]
    assert starts == sorted(set(starts))
    assert all(row.pose(starts[0] - 1) is None for row in rows)
    assert all(row.pose(75) == row.pose(600) == (FULL, 0, 255) for row in rows)


def test_the_spoken_lines_are_highlighted_and_the_rest_dimmed():
    scene = code_scene()
    look, words = look_of((960, 540)), words_for(scene)
    first, second = item_frames(scene, words, 2)
    rows = code_rows(lay_out(scene, words, look))

    def lit(frame):
        poses = [row.pose(frame) for row in rows]
        assert {pose.opacity for pose in poses} <= {FULL, DIMMED}
        return [number for number, pose in enumerate(poses, start=1) if pose.opacity == FULL]

    assert lit(first - 1) == [*range(1, 9)]
    assert lit(first + 20) == [1, 2]
    assert lit(second + 20) == [6, 7]


def test_long_code_turns_the_page_when_a_passage_on_it_is_spoken():
    scene = code_scene("\n".join(f"value_{n} = compute(first={n}, second={n})" for n in range(16)), ((1, 2), (15, 16)))
    words = words_for(scene)
    rows = code_rows(lay_out(scene, words, look_of((540, 540))))
    _, second = item_frames(scene, words, 2)

    before = {id(row) for row in rows if row.pose(second - 1)}
    after = {id(row) for row in rows if row.pose(second + 90)}

    assert before
    assert after
    assert not before & after
    assert len(before | after) == len(rows)


def test_columns_of_code_are_aligned():
    lines = highlight("il = 1\nmw = 2", "python")
    first, second = (shape_row(CodeRow(line, 0.0, is_first=True)) for line in lines)

    def at(line, letter):
        return next(piece.left_em for piece in line.pieces if piece.text == letter) + line.bearing_em

    assert at(first, "=") == pytest.approx(at(second, "=")) == pytest.approx(3 * 0.6)


@pytest.mark.shaped
def test_right_to_left_words_in_code_stay_in_their_token():
    (line,) = highlight("return 'مرحبا'  # تحية", "python")
    pieces = shape_row(CodeRow(line, 0.0, is_first=True)).pieces

    string = [piece.left_em for piece in pieces if piece.group == TokenKind.TEXT]
    comment = [piece.left_em for piece in pieces if piece.group == TokenKind.COMMENT]
    assert max(string) < min(comment)


def test_code_keeps_quotes_spaces_and_arrows_but_not_invisible_characters():
    assert clean('x = "a"  -- b ... "c"\n\ty\n') == 'x = "a"  -- b ... "c"\n    y'
    assert clean("if x:\u202e return\u2066\x1b[0m") == "if x: return"


def test_a_comment_is_not_separated_from_its_mark():
    rows = wrap_lines(highlight("time.sleep(wait_s)  # patience is cheaper than a failure", "python"), 14)

    assert [row.line.text for row in rows][:2] == ["time.sleep(wait_s)", "# patience is"]


def test_an_unknown_language_is_plain():
    lines = highlight("for x in y:", "no such language")

    assert {kind for line in lines for kind in line.kinds} == {TokenKind.PLAIN}


def test_every_colour_of_code_has_enough_contrast():
    inks = code_colours(MIDNIGHT)

    for ink in (inks.plain, inks.keyword, inks.name, inks.text, inks.number, inks.comment):
        assert contrast(ink, inks.surface) >= 4.5
        assert contrast(ink, inks.band) >= 4.5


def test_a_film_with_code_depends_on_the_code_font():
    look = look_of((960, 540))
    plain = Script(title="Film", language="en", scenes=(quiz_scene(),))
    with_code = Script(title="Film", language="en", scenes=(quiz_scene(), code_scene(code="x = '│'")))

    assert font_digest(plain, look) != font_digest(with_code, look)


# --- quizzes ---------------------------------------------------------------------------------------------------------


@EVERY_SIZE
def test_options_and_answer_appear_when_they_are_spoken(size):
    scene, look = quiz_scene(answer=2), look_of(size)
    words = words_for(scene)
    *starts, answer = item_frames(scene, words, 4)
    sprites = sprites_of(lay_out(scene, words, look))

    for start in starts:
        assert sum(sprite.motion.enters == start for sprite in sprites) >= 4
    positive = [sprite for sprite in sprites if sprite.ink == colour(MIDNIGHT.positive)]
    assert positive
    assert all(sprite.pose(answer - 1) is None and sprite.pose(answer + 40) for sprite in positive)
    (card,) = [sprite for sprite in positive if sprite.order is None]
    assert card.top == sorted({s.top for s in sprites if s.mask.size == card.mask.size})[1]


def test_the_ring_counts_the_three_seconds_of_the_pause():
    scene, look = quiz_scene(), look_of((320, 180))
    words = words_for(scene)
    *_, answer = item_frames(scene, words, 4)

    changed, at = set(), 0
    for frame in draw_scene(scene, words=words, cues=(), frames=answer, look=look):
        changed.add(at)
        at += frame.hold

    counted = [frame - (answer - 90) for frame in changed if frame >= answer - 90]
    assert {0, 30, 60} <= set(counted)
    # Of each second, more than half is at rest.
    assert all(frame % 30 < 15 for frame in counted)


def test_it_never_counts_more_than_five_seconds_and_only_whole_ones():
    assert seconds_before(300, 0) == (150, 180, 210, 240, 270)
    assert seconds_before(300, 212) == (210, 240, 270)
    assert seconds_before(300, 290) == ()


def test_a_pause_to_think_is_part_of_a_quiz():
    assert pauses_of(quiz_scene()) == {4: 3.0}


def test_a_program_stands_until_it_is_read():
    def pauses(words, lines):
        code = "\n\n".join(["print(1)"] * lines)
        return pauses_of(replace(code_scene(code=code), lines=(SpokenLine(text=words),)))

    assert pauses("Try it", 1) == {1: 2.0}
    assert pauses("Try it", 12) == {1: 5.0}
    assert pauses("word " * 40, 12) == {}


def test_a_quiz_without_words_yet_is_laid_out_as_well():
    assert sprites_of(lay_out(quiz_scene(), (), look_of((960, 540))))
    assert sprites_of(lay_out(code_scene(code=""), (), look_of((960, 540))))


def test_more_options_than_fit_are_refused():
    with pytest.raises(ValueError, match="at most 4 fit"):
        lay_out(quiz_scene(items=tuple("abcde")), (), look_of((960, 540)))
