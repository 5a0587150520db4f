"""Splitting text into words and joining it again; words, abbreviations, names."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.language.abbreviations import is_abbreviation
from pipeline.language.text import clean_text, has_words
from pipeline.language.words import ends_with_pause, join_words, split_words
from pipeline.model.file_names import NAME_MAX_BYTES, RESERVED_NAMES, is_reserved_name, safe_name

TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("日本語。、「」（）ーっ abc1-@#,.()“”—กิเะาๆ្ក👍\u200d"), st.characters()),
    max_size=15,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Why is it  blue?\n", ("Why", "is", "it", "blue?")),
        ("wait — what", ("wait", "—", "what")),
        ("空は青い。", ("空", "は", "青", "い。")),
        ("「光」です！", ("「光」", "で", "す！")),
        ("（東京）は", ("（東", "京）", "は")),
        ("2024年、GDPが3.5%増。", ("2024", "年、", "GDP", "が", "3.5%", "増。")),
        ("気温は-5℃、1914年–1918年", ("気", "温", "は", "-5℃、", "1914", "年", "–1918", "年")),
        ("No.5。¥500〜、OK！5LDK", ("No.5。", "¥500〜、", "OK！", "5LDK")),
        ("看@anna和#话题", ("看", "@anna", "和#", "话", "题")),
        ("コーヒーとちょっと", ("コー", "ヒー", "と", "ちょっ", "と")),
        ("วันดี", ("วั", "น", "ดี")),
        ("เก้าโมงเช้า", ("เก้า", "โม", "ง", "เช้า")),
        ("ວຽງຈັນ", ("ວຽ", "ງ", "ຈັ", "ນ")),
        ("ខ្មែរ", ("ខ្មែ", "រ")),
        ("ดีมาก ครับ", ("ดี", "มา", "ก ", "ค", "รั", "บ")),
        ("ใช้ API ได้", ("ใช้", "API", "ได้")),
        ("日本 語", ("日", "本", "語")),
        ("안녕하세요 세계", ("안녕하세요", "세계")),
        (" \n ", ()),
    ],
)
def test_text_is_split_where_a_reader_would_accept_a_line_break(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize(
    "text", ["他说:OK", "他说: OK", "10/5(土)開催。NHK(日本)は", "田中 (Tanaka)さん", "好吗?OK!行"]
)
def test_spaces_around_ascii_punctuation_between_scripts_are_preserved(text):
    assert join_words(split_words(text)) == text


def test_a_space_after_full_width_punctuation_is_dropped():
    assert join_words(split_words("3楼。 A4纸。")) == "3楼。A4纸。"


def is_whole(text):
    """Whether it neither begins with a character that joins the one before nor ends with one that joins the next."""
    first, last = text.strip()[:1] or "a", text.strip()[-1:] or "a"
    category = unicodedata.category(first)
    leans = category[0] == "M" or category == "Lm" or first in "ะาำๅฯะາຳຽ"
    is_stop = category[0] == "P" and "\u0e00" <= first <= "\u17ff"
    return not leans and not is_stop and last not in "เแโใไເແໂໃໄ\u17d2\u1039"


@given(TEXTS)
def test_splitting_joined_words_of_one_text_gives_the_same_words(text):
    words = split_words(text)

    assert split_words(join_words(words)) == words


@example(["𠀀", "0\r𠀀"])
@given(st.lists(TEXTS.filter(is_whole), max_size=4))
def test_splitting_joined_words_of_several_texts_gives_the_same_words(texts):
    words = [word for text in texts for word in split_words(text)]

    assert split_words(join_words(words)) == tuple(words)


@given(TEXTS)
def test_nothing_but_white_space_is_lost(text):
    assert "".join("".join(split_words(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("GDP が 3.5% 増", "GDP が 3.5% 増"),
        ("使用 Python 编写", "使用 Python 编写"),
        ("使用Python编写", "使用Python编写"),
        ("山田 太郎", "山田太郎"),
        ("Hello 田中", "Hello 田中"),
        ("Hello, 田中 and 山田!", "Hello, 田中 and 山田!"),
        ("Привет 田中 2024", "Привет 田中 2024"),
        ("ใช้ API ได้", "ใช้ API ได้"),
        ("ดีมาก ครับ", "ดีมาก ครับ"),
        # By itself "0«" is one word, after a letter it would be two.
        ("𠀀 0«", "𠀀 0«"),
        ("ปี พ.ศ. 2567 และ/หรือ กรุงเทพ-เชียงใหม่", "ปี พ.ศ. 2567 และ/หรือ กรุงเทพ-เชียงใหม่"),
        ("เวลา 14:30 น. ถึง 120 กม./ชม.", "เวลา 14:30 น. ถึง 120 กม./ชม."),
        ("ราคา ฿500 ครับ", "ราคา ฿500 ครับ"),
        ("안녕하세요 세계", "안녕하세요 세계"),
    ],
)
def test_running_text_has_the_spaces_that_its_script_writes(text, joined):
    assert join_words(split_words(text)) == joined


@pytest.mark.parametrize(
    ("word", "speaks"), [("ดี ", True), ("น. ", True), ("Hello ", False), ("中 ", False), ("ดี", False)]
)
def test_only_a_space_in_southeast_asian_scripts_is_a_pause(word, speaks):
    assert ends_with_pause(word) is speaks


@pytest.mark.parametrize("text", ["a", "…7!", "空", "क", "É"])
def test_a_letter_or_a_digit_is_a_word(text):
    assert has_words(text)


@pytest.mark.parametrize("text", ["", " ", "—", "“…”", "👍", "\u200d", "_"])
def test_punctuation_and_pictures_are_no_words(text):
    assert not has_words(text)


@pytest.mark.parametrize(
    ("word", "following", "belongs"),
    [
        ("Dr", "Watson", True),
        ("“Dr", "Watson", True),
        ("U.S", "Army", True),
        ("J", "S", True),
        ("3", "Oktober", True),
        ("No", "5", True),
        ("No", "Way", False),
        ("1969", "Then", False),
        ("sky", "Then", False),
        ("", "", False),
    ],
)
def test_the_full_stop_of_an_abbreviation_ends_no_sentence(word, following, belongs):
    assert is_abbreviation(word, following) is belongs


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Why is it blue?", "why-is-it-bl"),
        ("../../Etc/passwd", "etc-passwd"),
        ("What’s AC/DC?", "whats-ac-dc"),
        ("LPT1", "lpt1-film"),
        ("?!", "film"),
        ("शून्य की खोज", "शून्य-की-खोज"),
        ("ΤΩΝ Αντικυθήρων;", "των-αντικυθή"),
        ("abcde fghij klmno", "abcde-fghij"),
        ("น้ำ ทำไม?", "น้ำ-ทำไม"),
        ("ນ້ຳ", "ນ້ຳ"),
    ],
)
def test_a_name_is_safe_and_still_readable(text, name):
    assert safe_name(text, 12, default="film") == name


@given(st.text())
def test_no_text_makes_an_unsafe_name(text):
    name = safe_name(text, 60, default="film")

    assert 0 < len(name.encode()) <= NAME_MAX_BYTES + len("-film")
    assert name not in RESERVED_NAMES
    assert name == name.strip(" .-")
    assert not set(name) & set('<>:"/\\|?*')


@pytest.mark.parametrize("name", ["con", "NUL.txt", "aux .jpg", "COM¹", "conin$", "LPT9.tar.gz"])
def test_device_names_of_windows_are_known(name):
    assert is_reserved_name(name)


def test_a_long_name_in_letters_of_several_bytes_is_cut_between_them():
    assert safe_name("天" * 60, 60, default="film") == "天" * 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x1b[1;31mRed\x1b[0m alert", "Red alert"),
        ("\x1b]0;owned\x07\x1b[2JSky", "Sky"),
        ("\x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\", "here"),
        ("\x1bHello", "Hello"),
        ("a \uffff\ufffe b", "a b"),
        ("\x1b]0;" + "no end " * 99, "]0;" + "no end " * 98 + "no end"),
    ],
)
def test_terminal_escapes_and_noncharacters_are_removed(text, said):
    assert clean_text(text) == said
