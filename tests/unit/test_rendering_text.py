"""Line breaking, fitting and shaping: text fits its box at every length and in every script."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.language.graphemes import grapheme_clusters
from pipeline.language.hyphenation import hyphenation_points
from pipeline.language.typography import typeset
from pipeline.rendering.text import fitting
from pipeline.rendering.text.break_opportunities import split_chunks
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.line import drawable_text, measure, shape
from pipeline.rendering.text.line_breaking import break_lines
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, DISPLAY, HEADING, ITEM, STATEMENT
from pipeline.rendering.type_scale import DISPLAY_SIZES, STATEMENT_SIZES
from tests.standins.system_fonts import system_fonts

__all__ = ["system_fonts"]

pytestmark = pytest.mark.shaped

NBSP = "\u00a0"

LETTERS = "abcdefghij MNOW.,’–-éßŁğЖщΩξ日本語中文한국กขคकखिا😀👩‍👩‍👧️!?"
WORDS = st.lists(st.text(alphabet=LETTERS, min_size=1, max_size=40), min_size=1, max_size=25).map(" ".join)
HOSTILE = st.one_of(WORDS, st.text(min_size=1, max_size=200), st.text(alphabet="Wm日", min_size=1, max_size=200))


def lines_of(text: str, *, width_px: int = 970, size_px: int = 100, most: int = 5) -> list[str]:
    broken = break_lines(text, split_chunks(text), DISPLAY, width_em=width_px / size_px, most=most)
    assert broken is not None
    return [text[span.start : span.end] for span in broken.spans]


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, width=st.integers(200, 1680), most=st.integers(1, 5))
@example(text="\x1b\n", width=200, most=1)
@example(text="0\n0", width=200, most=1)
# Mixed directions: the whole line is wider than the sum of its words.
@example(text="\u0627 \u0627 a\xa0??c", width=443, most=1)
def test_every_text_fits_the_width_the_height_and_the_number_of_lines(text, width, most):
    block = fit(text, DISPLAY, (124, 80, 50, 32), width_px=width, height_px=400, max_lines=most)

    # A poem has its own lines, which may be turned over.
    assert len(block.lines) <= max(most, 2 * len(text.split("\n")) if "\n" in text else 0)
    assert block.height_px <= 400
    assert block.width_px <= width
    assert bool(block.lines) is bool(drawable_text(text, weight=DISPLAY.weight))


@settings(max_examples=40, deadline=None)
@given(text=HOSTILE)
def test_the_ink_of_a_line_stays_within_its_measured_width(text):
    block = fit(text, BODY, (64,), width_px=900, max_lines=1)

    for line in block.lines:
        ink = draw_ink(line, block.size_px)
        if ink:
            assert ink.left >= -0.2 * block.size_px
            assert ink.left + ink.mask.width <= 900 + 0.2 * block.size_px


@settings(max_examples=60, deadline=None)
@given(text=WORDS, width=st.integers(8, 30))
def test_breaking_loses_no_letter(text, width):
    shown = drawable_text(text)
    broken = break_lines(shown, split_chunks(shown), BODY, width_em=width, most=1000) if shown else None

    if broken:
        kept = "".join(shown[span.start : span.end] for span in broken.spans)
        assert kept.replace(" ", "").replace("\u2009", "") == shown.replace(" ", "").replace("\u2009", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("She was nominated 48 times and never got it.", ["She was nominated", "48 times and never got it."]),
        ("EBIT margin was 6.4 percent, down from 7.1.", ["EBIT margin", "was 6.4 percent,", "down from 7.1."]),
        ("All of it grew in 1800 to more than before.", ["All of it grew in 1800", "to more than before."]),
    ],
)
def test_a_number_stays_with_its_noun_unless_it_is_a_year(text, lines):
    assert lines_of(text, width_px=1500) == lines


@pytest.mark.parametrize(
    ("text", "width_px", "lines"),
    [
        ("A book by J. R. R. Tolkien himself", 1200, ["A book by", "J. R. R. Tolkien himself"]),
        ("It was signed on max. 10 copies", 1000, ["It was signed", "on max. 10 copies"]),
        ("It is as hot as 98.6 °F in here", 830, ["It is as hot as", "98.6 °F in here"]),
    ],
)
def test_an_abbreviation_stays_with_the_word_that_it_belongs_to(text, width_px, lines):
    assert lines_of(text, width_px=width_px) == lines


@pytest.mark.parametrize(
    ("text", "width_px", "lines"),
    [
        (
            "Die Hauptversammlung ist am 14. November 2026 in Wien.",
            1600,
            ["Die Hauptversammlung", "ist am 14. November 2026 in Wien."],
        ),
        ("Bitte bis 1. Juni anmelden: fest@ahornweg.de", 1050, ["Bitte bis 1. Juni", "anmelden:", "fest@ahornweg.de"]),
        ("She lost 7 of 13. They went home at once.", 1250, ["She lost 7 of 13.", "They went home at once."]),
    ],
)
def test_the_number_of_a_day_stays_with_its_month_and_ends_no_sentence(text, width_px, lines):
    assert lines_of(text, width_px=width_px) == lines


def test_lines_without_letters_are_not_verse():
    assert not fit("\n", BODY, (48,), width_px=200, max_lines=1).lines
    assert [line.text for line in fit("one\n \ntwo", BODY, (48,), width_px=200).lines] == ["one", "two"]


def test_a_text_that_fits_keeps_all_its_words():
    text = "How the night the lights went out in New York changed the grid of a continent for good, at last"

    block = fit(text, DISPLAY, (124, 100, 80, 64), width_px=970, height_px=520, max_lines=5)

    assert " ".join(line.text for line in block.lines) == text
    assert not block.is_truncated


def test_verse_keeps_its_lines_and_the_longest_decides_the_size():
    stanza = "In what distant deeps\nBurnt\nthe fire of thine eyes, the fire of thine eyes?"

    block = fit(stanza, STATEMENT, STATEMENT_SIZES, width_px=1200, height_px=700, max_lines=2)
    narrow = fit(stanza, STATEMENT, STATEMENT_SIZES, width_px=700, height_px=700)
    low = fit(stanza, STATEMENT, STATEMENT_SIZES, width_px=1200, height_px=100, max_lines=2)

    assert [line.text for line in block.lines] == stanza.split("\n")
    assert block.size_px < STATEMENT_SIZES[0]
    assert [line.text for line in narrow.lines[:2]] == stanza.split("\n")[:2]
    assert len(narrow.lines) == 4
    assert all("\n" not in line.text for line in low.lines)
    assert low.height_px <= 100


def test_only_what_is_too_long_at_the_smallest_size_ends_in_an_ellipsis_after_a_whole_word():
    block = fit("several words " * 40, BODY, (44, 32), width_px=600, max_lines=2)

    assert block.is_truncated
    assert block.size_px == 32
    assert block.lines[-1].text.endswith(("words…", "several…"))


def test_truncation_keeps_as_many_words_as_fit_in_few_attempts(monkeypatch):
    tries = []
    monkeypatch.setattr(fitting, "break_lines", lambda *given, **named: tries.append(1) or break_lines(*given, **named))
    text = " ".join(f"w{number}" for number in range(200))

    block = fit(text, BODY, (32,), width_px=900, max_lines=2)

    shown = " ".join(line.text for line in block.lines)
    count = len(shown.split())
    assert shown == " ".join(text.split()[:count]) + "…"
    assert fit(" ".join(text.split()[: count + 1]) + "…", BODY, (32,), width_px=900, max_lines=2).is_truncated
    assert len(tries) < 30


def test_a_ligature_as_long_as_a_sentence_is_set():
    # FreeType draws it at no size at which it would be looked at.
    assert fit("\ufdfd", HEADING, (64, 32), width_px=2000, max_lines=1).lines


def test_an_ellipsis_of_the_text_itself_does_not_count_as_truncation():
    assert not fit("To be continued…", BODY, (32,), width_px=900, max_lines=1).is_truncated


def test_an_endless_word_is_cut_between_letters_rather_than_clipped():
    block = fit("https://example.org/" + "a" * 300, DISPLAY, (100, 64), width_px=970, max_lines=3)

    assert 1 < len(block.lines) <= 3
    assert block.width_px <= 970


@pytest.mark.parametrize("text", ["слово " * 200_000, "x" * 1_000_000], ids=["words", "one word"])
def test_only_the_beginning_of_an_enormous_text_is_measured(text, monkeypatch):
    looked_at = []
    monkeypatch.setattr(fitting, "drawable_text", lambda text, weight: looked_at.append(len(text)) or text)

    assert fit(text, DISPLAY, (100, 64), width_px=970, max_lines=4).is_truncated
    assert max(looked_at) < 1000


def test_where_not_even_an_ellipsis_fits_it_is_all_there_is():
    block = fit("388 trillion", BODY, (32,), width_px=4, max_lines=1)

    assert block.is_truncated
    assert len(block.lines) == 1


@pytest.mark.parametrize(
    ("word", "language", "lines"),
    [
        ("Donaudampfschifffahrtsgesellschaft", "de", ["Donaudampfschiff-", "fahrtsgesellschaft"]),
        ("megszentségteleníthetetlen", "hu", ["megszentség-", "teleníthetetlen"]),
        ("lentokonesuihkuturbiinimoottori", "fi", ["lentokonesuihku-", "turbiinimoottori"]),
        ("muvaffakiyetsizleştirici", "tr-TR", ["muvaffaki-", "yetsizleştirici"]),
        ("электрификация", "ru", ["электри-", "фикация"]),
        ("menneskerettighetsorganisasjon", "no", ["menneskerettig-", "hetsorganisasjon"]),
    ],
)
def test_a_word_wider_than_its_line_is_hyphenated_for_its_language(word, language, lines):
    style = ITEM.in_language(language)
    width = round(0.75 * measure(word, style) * 48)

    for text, sizes in ((word, (48,)), (f"„{word}“,", (48, 44, 40, 36, 32))):
        block = fit(text, style, sizes, width_px=width, max_lines=3)
        assert [line.text.strip("„“,") for line in block.lines] == lines
        assert not block.is_truncated


@pytest.mark.parametrize("language", ["", "de", "th", "ja", "he"])
@settings(max_examples=25, deadline=None)
@given(text=HOSTILE, width=st.integers(200, 900))
def test_hyphenated_words_keep_all_their_letters(language, text, width):
    block = fit(text, ITEM.in_language(language), (48, 40, 32), width_px=width, max_lines=8)

    if not block.is_truncated:
        said = "".join(line.text for line in block.lines)
        assert "".join(said.split()).replace("-", "") == "".join(drawable_text(text, weight=540).split()).replace(
            "-", ""
        )
    assert block.width_px <= width


def test_a_word_that_fits_its_line_is_never_hyphenated():
    text = "Die Geschwindigkeitsbegrenzung unterstützt Krankenversicherungen und Bundesausbildungsförderungsgesetze"

    block = fit(text, ITEM.in_language("de"), (48, 44, 40, 36, 32), width_px=1000, max_lines=2)

    assert not any(line.text.endswith("-") for line in block.lines)


def test_a_title_gets_smaller_before_it_is_hyphenated():
    word, box = "Geschwindigkeitsbegrenzung", {"width_px": 970, "max_lines": 3}
    title = fit(word, DISPLAY.in_language("de"), DISPLAY_SIZES, **box)
    item = fit(word, STATEMENT.in_language("de"), DISPLAY_SIZES, **box)

    assert [line.text for line in title.lines] == [word]
    assert [line.text for line in item.lines] == ["Geschwindig-", "keitsbegrenzung"]
    assert item.size_px > title.size_px


@pytest.mark.parametrize(
    "word", ["https://beispiel.de/geschwindigkeitsbegrenzung", "Geschwindigkeitsbegrenzung2024", "Geschwindig@keit.de"]
)
def test_addresses_and_numbers_get_no_hyphen(word):
    block = fit(word, ITEM.in_language("de"), (48,), width_px=400, max_lines=4)

    assert "".join(line.text for line in block.lines) == word


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        (
            "maximiliane.oberhofer-lindqvist@sonnendach-genossenschaft.example.com",
            ["maximiliane.oberhofer", "-lindqvist@sonnendach", "-genossenschaft", ".example.com"],
        ),
        (
            "https://www.example.org/solar-panels/offers_for_everybody?id=4711",
            ["https://www.example.org/", "solar-panels/offers_for", "_everybody?id=4711"],
        ),
        ("Photovoltaikanlage/Wärmepumpenheizung", ["Photovoltaikanlage/", "Wärmepumpenheizung"]),
    ],
)
def test_an_address_too_long_for_a_line_breaks_after_slashes_and_before_dots(word, lines):
    block = fit(word, ITEM.in_language("de"), (48,), width_px=640, max_lines=4)

    assert [line.text for line in block.lines] == lines


def test_an_address_that_fits_a_line_is_not_broken():
    block = fit("Write to anna-maria.klein@example.org, please.", ITEM, (48,), width_px=700, max_lines=4)

    assert any("anna-maria.klein@example.org," in line.text for line in block.lines)


@pytest.mark.parametrize("word", ["1.299.000,00", "Hm...", "z.B.", "«https://example.org/»,", "C++", "x-y.", "://"])
def test_words_keep_their_punctuation(word):
    for line in (line.text for line in fit(word, ITEM, (48,), width_px=340, max_lines=9).lines):
        assert any(map(str.isalnum, line)) or not any(map(str.isalnum, word)), word


def test_no_part_of_a_hyphenated_word_is_shorter_than_three_letters():
    for word, language in (("Abendessen", "de"), ("internationalization", "en"), ("asszonyság", "hu"), ("aamu", "fi")):
        points = hyphenation_points(word, language)
        assert all(3 <= point <= len(word) - 3 for point in points), (word, points)
    # It would be spelt asz-szonyság.
    assert hyphenation_points("asszonyság", "hu") == (7,)


def test_the_last_line_is_not_a_single_word():
    broken = lines_of("Why octopuses have three hearts", size_px=110)

    assert broken == ["Why octopuses", "have three hearts"]


@pytest.mark.parametrize("width_px", range(700, 1700, 100))
def test_the_lines_of_a_sentence_are_balanced(width_px):
    text = "An octopus prefers to crawl, because swimming stops the heart that feeds its whole body."
    lines = fit(text, STATEMENT, (64,), width_px=width_px, max_lines=9).lines

    assert min(line.width_em for line in lines) >= 0.65 * max(line.width_em for line in lines)


@pytest.mark.parametrize("title", ["Rust never sleeps", "The invention of the shipping container", "Rust and ruin"])
def test_a_better_break_costs_at_most_a_fifth_of_the_size(title, monkeypatch):
    box = {"width_px": 970, "height_px": 520, "max_lines": 5}
    chosen = fit(title, DISPLAY, DISPLAY_SIZES, **box)
    monkeypatch.setattr(fitting, "_STEPS_FOR_BREAKS", 0)

    assert chosen.size_px >= 0.79 * fit(title, DISPLAY, DISPLAY_SIZES, **box).size_px


@pytest.mark.parametrize(
    ("title", "width_px", "lines"),
    [
        ("How headphones cancel noise", 970, ["How headphones", "cancel noise"]),
        ("How headphones cancel noise", 840, ["How headphones", "cancel noise"]),
        ("What GPS owes to Einstein", 840, ["What GPS owes", "to Einstein"]),
    ],
)
def test_a_title_gets_smaller_before_its_first_line_is_one_short_word(title, width_px, lines):
    chosen = fit(title, DISPLAY, DISPLAY_SIZES, width_px=width_px, height_px=520, max_lines=5)

    assert [line.text for line in chosen.lines] == lines
    assert chosen.size_px >= 0.63 * DISPLAY_SIZES[0]


def test_a_sentence_does_not_begin_with_one_word_at_the_end_of_a_line():
    text = "Below 573 degrees you can still dissolve a pot in a bucket. Above it, never again."

    for width_px in range(600, 1400, 40):
        assert not any(line.endswith("bucket. Above") for line in lines_of(text, width_px=width_px, most=9))


def test_an_article_is_not_left_alone_on_a_line_before_a_long_word():
    block = fit(
        "Die Binnenschifffahrtsordnung galt für alle, nur nicht für den Kapitän.",
        STATEMENT.in_language("de"),
        STATEMENT_SIZES,
        width_px=1180,
        max_lines=6,
        emphasis="nur nicht für den Kapitän",
    )

    assert block.lines[0].text == "Die Binnenschifffahrtsordnung"


def test_a_short_japanese_heading_is_not_broken_within_a_word():
    block = fit("湯気のはたらき", DISPLAY.in_language("ja"), DISPLAY_SIZES, width_px=900, max_lines=3)

    assert [line.text for line in block.lines] == ["湯気のはたらき"]


def test_the_key_phrase_is_kept_on_one_line_where_that_is_possible():
    text = "When it swims, the main heart stops, so an octopus would rather crawl."

    block = fit(text, STATEMENT, (100,), width_px=1206, max_lines=6, emphasis="the main heart stops")

    marked = ["".join(p.text for p in line.pieces if p.group == 1) for line in block.lines]
    assert [phrase for phrase in marked if phrase] == ["the main heart stops"]


def test_a_dash_and_a_french_question_mark_never_begin_a_line():
    for width in range(300, 1200, 60):
        text = drawable_text("Pourquoi la tour - la grande - grandit en été ?")
        broken = break_lines(text, split_chunks(text), BODY, width_em=width / 48, most=20)
        assert broken is not None
        assert not any(text[span.start] in "–?" for span in broken.spans)


@pytest.mark.parametrize(("language", "text"), [("th", "แสงพบกับโมเลกุลเล็ก ๆ ของอากาศ"), ("lo", "ຄ່ອຍ ໆ ໄປ")])
def test_no_line_begins_with_a_repetition_mark(language, text):
    assert not any(text[chunk.start] in "ๆໆៗ" for chunk in split_chunks(text, language))


def test_ideographs_may_break_anywhere_but_before_closing_punctuation():
    text = "日本語の文章。"

    chunks = [text[c.start : c.end] for c in split_chunks(text)]

    assert chunks == ["日", "本", "語", "の", "文", "章。"]


@pytest.mark.parametrize("whole", ["👩‍👩‍👧", "🇩🇪", "é", "👍🏽", "क्षि", "각", "น้ำ"])
def test_graphemes_stay_whole(whole):
    assert grapheme_clusters(f"a{whole}b") == ["a", whole, "b"]


def test_quotes_apostrophes_and_dashes_become_real_ones():
    assert typeset("It's \"hot\" -- isn't it...") == "It’s “hot”\u00a0– isn’t it…"


@pytest.mark.parametrize("text", ["24 °C", "6.04 km", "3 m/s²", "50 %", "100 €", "$ 5.20", "−3 K", "440 Hz"])
def test_no_line_ends_between_a_number_and_its_unit(text):
    set_text = typeset(f"It was {text} by then")

    assert (
        " ".join(chunk.of(set_text) for chunk in split_chunks(set_text)) == f"It was {text.replace(' ', NBSP)} by then"
    )


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("so z = a + i sin θ here", ("so", "z = a + i sin θ", "here")),
        ("1 − θ²/(2!) + θ⁴/(4!) − θ⁶/(6!)", ("1", "− θ²/(2!)", "+ θ⁴/(4!)", "− θ⁶/(6!)")),
        ("log in now", ("log", "in", "now")),
    ],
)
def test_a_short_formula_stays_on_its_line_and_a_long_one_is_broken_before_a_sign(text, pieces):
    set_text = typeset(text)

    assert tuple(chunk.of(set_text).replace(NBSP, " ") for chunk in split_chunks(set_text)) == pieces


def test_a_phrase_wider_than_a_line_is_broken_between_words():
    style = replace(BODY, language="th")
    label = fit("รถไฟฟ้าบีทีเอส", style, (40,), width_px=200, max_lines=2)

    assert [line.text for line in label.lines] == ["รถไฟฟ้า", "บีทีเอส"]


def test_the_parts_of_an_endless_word_are_equally_long():
    lines = fit("x" * 45, BODY, (40,), width_px=800, max_lines=3).lines

    assert max(len(line.text) for line in lines) - min(len(line.text) for line in lines) <= 2


def test_turnover_lines_of_verse_are_indented():
    narrow = fit("Burnt\nthe fire of thine eyes, the fire of thine eyes?", BODY, (48,), width_px=600)

    assert [line.text.startswith(NBSP) for line in narrow.lines] == [False, False, True]
    assert narrow.width_px <= 600


def test_a_number_and_a_word_may_stand_in_two_lines():
    assert typeset("19 crates, 7 men, 3 lions") == "19 crates, 7 men, 3 lions"


def test_control_characters_and_direction_overrides_are_dropped():
    assert drawable_text("a\u202eb\x00c\r\nd\ufe0f 1\ufe0f") == "ab c d 1"


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष"])
def test_joiners_inside_a_word_are_kept(word):
    assert drawable_text(word) == word


@pytest.mark.usefixtures("system_fonts")
def test_an_emoji_without_a_font_leaves_no_box_and_no_gap():
    assert drawable_text("Why \U0001fae8 octopuses") == "Why octopuses"


def test_a_letter_without_a_font_stays_and_leaves_ink():
    unheard_of = "\U0001e900"  # Adlam, which hardly any machine has
    assert drawable_text(unheard_of) == unheard_of
    assert draw_ink(shape(unheard_of, BODY), 64) is not None


def test_tracking_keeps_kerning():
    apart = measure("A", DISPLAY) + measure("V", DISPLAY)

    assert measure("AV", DISPLAY) < apart + DISPLAY.tracking


def test_devanagari_is_shaped_as_one_piece_by_the_packaged_font():
    line = shape("क्यों", BODY)

    assert len(line.pieces) == 1
    assert "NotoSans" in line.pieces[0].face.path


def test_lines_of_different_sizes_begin_at_the_same_pixel():
    for style, size_px in ((DISPLAY, 156), (DISPLAY, 80), (BODY, 40)):
        ink = draw_ink(shape("Hill", style), size_px)
        assert ink is not None
        assert abs(ink.left) <= 1


def test_round_letters_overhang_the_margin_and_digits_keep_their_column():
    lefts = {}
    for text in ("Hill", "Over", "What", "To", "1962", "412"):
        ink = draw_ink(shape(text, DISPLAY), 400)
        assert ink is not None
        lefts[text] = ink.left

    assert abs(lefts["Hill"]) <= 1
    assert -8 <= lefts["Over"] <= -4
    assert -12 <= lefts["What"] < lefts["Over"]
    assert -12 <= lefts["To"] < lefts["Over"]
    assert abs(lefts["1962"]) <= 1
    assert abs(lefts["412"]) <= 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("vi", "Những giọt gieo quý Ễ Ương Ổ Ở yên gặp Ấn Độ"),
        ("ru", "Почему буруй Йога рядом, Ёлка и Йод друг другу"),
        ("cs", "Žluťoučký kůň pěly Ůpěl ďábelské ódy Čápy Řepy"),
        ("de", "Ganz gegen Öl über Ärger gegangen, Übung ging"),
        ("fr", "Le mot خبز ججج disent 面包 聽到 partout le جبج même"),
    ],
)
@pytest.mark.parametrize("style", [DISPLAY, HEADING, ITEM], ids=["display", "heading", "item"])
def test_accented_capitals_and_foreign_scripts_keep_clear_of_the_line_above(language, text, style):
    block = fit(text, style.in_language(language), (100,), width_px=700, max_lines=9)

    assert len(block.lines) > 2
    deepest, nearest = 0, 999
    for number, line in enumerate(block.lines):
        ink, baseline = draw_ink(line, block.size_px), number * block.leading_px
        if number:
            nearest = min(nearest, baseline + ink.top - deepest)
        deepest = baseline + ink.top + ink.mask.height
    assert nearest >= 0.03 * block.size_px


@pytest.mark.parametrize("width_px", [460, 560, 640, 720])
@pytest.mark.parametrize(
    "text", ["Die Sprachen von J. R. R. Tolkien", "Who was J. R. R. Tolkien?", "“J. S. Bach”, he said"]
)
def test_initials_are_never_separated(text, width_px):
    block = fit(text, DISPLAY, (180, 140, 104, 92), width_px=width_px, max_lines=4)

    assert any("J. R. R." in line.text or "J. S." in line.text for line in block.lines)


def test_leading_is_that_of_the_style_without_accented_capitals():
    for text in ("Why do we go there at once", "École et nous voilà en route"):
        block = fit(text, DISPLAY, (100,), width_px=700, max_lines=3)
        assert len(block.lines) > 1
        assert block.leading_px == round(DISPLAY.leading * 100)


def test_a_text_is_set_smaller_rather_than_as_a_narrow_column():
    text = "In Boston and in Portland, two operators disconnected their batteries."
    block = fit(text, STATEMENT, STATEMENT_SIZES, width_px=1188, height_px=600, max_lines=6)

    assert [line.text for line in block.lines] == [
        "In Boston and in Portland,",
        "two operators disconnected",
        "their batteries.",
    ]
