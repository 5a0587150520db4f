"""Writing systems, and grapheme clusters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.phrases import phrase_spans, split_phrases
from pipeline.language.text import full_stop_after, is_question
from pipeline.language.words import join_words, split_words
from pipeline.language.writing_systems import first_strong_direction, has_right_to_left, writing_of


@pytest.mark.parametrize("tag", ["ar", "ar-EG", "he", "iw", "fa", "ur", "uz-Arab", "az_Arab", "AR"])
def test_these_languages_run_right_to_left(tag):
    assert writing_of(tag).right_to_left


@pytest.mark.parametrize("tag", ["", "en", "de", "ja", "ku-Latn", "ar-Latn", "sr-Cyrl", "uz", "zh-Hant"])
def test_all_other_languages_run_left_to_right(tag):
    assert not writing_of(tag).right_to_left


@pytest.mark.parametrize(
    ("tag", "place"),
    [
        ("ja", "JP"),
        ("ko-KR", "KR"),
        ("zh", "SC"),
        ("zh-CN", "SC"),
        ("zh-Hans-HK", "SC"),
        ("zh-Hant", "TC"),
        ("zh-TW", "TC"),
        ("zh-HK", "HK"),
        ("yue", "HK"),
        ("th", ""),
    ],
)
def test_ideographs_have_regional_variants(tag, place):
    assert writing_of(tag).ideographs == place


@pytest.mark.parametrize(
    ("text", "direction"), [("NASA أطلقت", "L"), ("1500 عام", "R"), ("(USB) שקע", "L"), ("2024", ""), ("", "")]
)
def test_a_text_has_the_direction_of_its_first_strong_character(text, direction):
    assert first_strong_direction(text) == direction


def test_digits_and_marks_have_no_direction_of_their_own():
    assert not has_right_to_left("1500, 3.5 % – ?!")
    assert has_right_to_left("USB של")


@pytest.mark.parametrize(
    ("language", "text", "phrases"),
    [
        ("ja", "QRコードは1994年に生まれました。", ("QRコードは", "1994年に", "生まれました。")),
        ("zh", "其余的时间，它大多在睡觉。", ("其余的", "时间，", "它", "大多", "在", "睡觉。")),
        ("zh-Hant", "永遠只能看到同一面。", ("永遠", "只能", "看到同一面。")),
        ("th", "น้ำแข็งเบากว่าน้ำ", ("น้ำแข็งเบา", "กว่า", "น้ำ")),
        ("th", "ดีมาก ครับ", ("ดี", "มาก ", "ครับ")),
        # No line begins with a repetition sign.
        ("th", "โมเลกุลเล็ก ๆ ของอากาศ", ("โมเลกุลเล็ก ๆ ", "ของ", "อากาศ")),
        ("km", "ផ្សេង ៗ គ្នា", ("ផ្សេ", "ង ៗ ", "គ្នា")),
        ("en", "空は青い", ("空", "は", "青", "い")),
        ("ko", "김치를 담근 지", ("김치를", "담근", "지")),
    ],
)
def test_characters_are_grouped_into_phrases(language, text, phrases):
    assert split_phrases(text, language) == phrases


@pytest.mark.parametrize("word", ["มหาวิทยาลัย", "ภูเขา", "เปอร์เซ็นต์", "แอฟริกา", "รสชาติ", "พริก", "ช้าง", "เลือด"])
def test_no_thai_word_is_split(word):
    phrases = split_phrases(f"เราเห็น{word}มากกว่าเดิม", "th")

    assert any(word in phrase for phrase in phrases)


@given(
    st.text(alphabet="空青いはGDP 1。、กเาิ大熊猫 ", max_size=20), st.sampled_from(["ja", "zh", "zh-Hant", "th", "en"])
)
def test_phrases_are_all_of_the_words_in_order_and_join_to_the_same_text(text, language):
    words = split_words(text)
    spans = phrase_spans(words, language)

    assert [index for first, last in spans for index in range(first, last)] == list(range(len(words)))
    assert join_words(split_phrases(text, language)) == join_words(words)


@pytest.mark.parametrize(
    ("text", "mark"), [("rain", "."), ("дождь", "."), ("है", "।"), ("雨", "。"), ("あめ", "。"), ("ฝน", ""), ("비", ".")]
)
def test_a_statement_ends_with_the_full_stop_of_its_script(text, mark):
    assert full_stop_after(text) == mark


@pytest.mark.parametrize("text", ["Why?", "なぜ？", "لماذا؟", "Γιατί;", "Ինչո՞ւ։", "ለምን፧", "Why?”", "Really?!"])
def test_a_question_ends_with_the_question_mark_of_its_script(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["", "Why.", "He said; so.", "one; two;", "?Why"])
def test_other_sentences_are_not_questions(text):
    assert not is_question(text)
