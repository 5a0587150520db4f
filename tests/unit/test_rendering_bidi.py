"""Bidirectional lines: the visual order of their runs."""

import pytest

from pipeline.language.writing_systems import is_right_to_left
from pipeline.rendering.text.bidi import embedding_levels, visual_order
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.styles import CAPTION, DISPLAY

# What is expected is what stands from left to right; brackets are turned by the font, not here.
RIGHT = {"right_to_left": True}
LEFT = {"right_to_left": False}


def seen(text, *, right_to_left):
    return "".join(visual_order(list(text), embedding_levels(text, right_to_left=right_to_left)))


@pytest.mark.parametrize(
    ("text", "direction", "visual"),
    [
        ("car", LEFT, "car"),
        ("אבג", RIGHT, "גבא"),
        ("אבג דהו.", RIGHT, ".והד גבא"),
        ("אבג USB 1.0.", RIGHT, ".USB 1.0 גבא"),
        ("Ajay Bhatt אבג", RIGHT, "גבא Ajay Bhatt"),
        ("שקע (RS-232).", RIGHT, ".)RS-232( עקש"),
        ("עד 50% או 3,5", RIGHT, "3,5 וא 50% דע"),
        ("ה-USB?", RIGHT, "?USB-ה"),
        ("he said אבג.", LEFT, "he said גבא."),
        ("אבג, דהו", LEFT, "והד ,גבא"),
        ("عام 1500", RIGHT, "1500 ماع"),
        ("عام ١٥٠٠ ", RIGHT, " ١٥٠٠ ماع"),
        ("(אבג) abc", LEFT, "(גבא) abc"),
        ("a (אבג", LEFT, "a (גבא"),
        # A number and its unit stay together, and run as they are read.
        ("عند 95 °C تغلي", RIGHT, "يلغت 95 °C دنع"),
        ("عند ٩٥\u00a0°C.", RIGHT, ".٩٥\u00a0°C دنع"),
        ("(−5 °C) אבג", RIGHT, "גבא )−5 °C("),
        ("אבג 100 km/h, דהו", RIGHT, "והד ,100 km/h גבא"),
        ("אבג 10–20 °C", RIGHT, "10–20 °C גבא"),
        ("אבג 2 km² דהו", LEFT, "והד 2 km² גבא"),
        ("אבג 5 iPhones", RIGHT, "iPhones 5 גבא"),
    ],
)
def test_runs_are_reordered_visually(text, direction, visual):
    assert seen(text, **direction) == visual


@pytest.mark.shaped
def test_brackets_of_a_right_to_left_phrase_run_with_it_and_are_mirrored_by_the_font():
    pieces = shape("אבג (דהו) זחט", CAPTION.in_language("he")).pieces

    assert all(piece.right_to_left for piece in pieces)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("NASA أطلقت", "ar", True),
        ("NASA", "ar", False),
        ("What is NASA?", "ar", False),
        ("العربية", "en", True),
        ("Say שלום", "en", False),
        ("محمد, your roof could pay you", "en", False),
        ("שלום רב, NASA", "en", True),
        ("", "he", False),
    ],
)
def test_the_base_direction_is_that_of_the_language_unless_no_letter_belongs_to_it(text, language, expected):
    assert is_right_to_left(text, language) is expected


@pytest.mark.shaped
def test_a_name_inside_a_right_to_left_line_stands_between_its_neighbours():
    line = shape("خبر OpenAI جديد.", CAPTION.in_language("ar"))
    left = {piece.text.strip(): piece.left_em for piece in line.pieces}

    assert left["."] < left["جديد"] < left["O"] < left["I"] < left["خبر"]


@pytest.mark.shaped
def test_lines_of_a_right_to_left_text_end_at_the_ink_of_their_first_letter():
    for text in ("لماذا", "كيف", "اسم"):
        line = shape(text, DISPLAY.in_language("ar"))

        assert line.bearing_em >= 0
        assert line.pieces[-1].left_em + line.pieces[-1].width_em - line.width_em == pytest.approx(line.bearing_em)


@pytest.mark.shaped
@pytest.mark.parametrize("text", ["الجمل", "पंख", "ช้าง", "שלום"])
def test_joining_letters_are_drawn_as_one_piece(text):
    assert len(shape(text, DISPLAY).pieces) == 1
