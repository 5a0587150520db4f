"""From timed words to readable cues, in every language."""

import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.display_width import display_width
from pipeline.language.words import join_words, split_words
from pipeline.model import SAMPLE_RATE_HZ, Clip, Cue, Narration, Word
from pipeline.subtitles import CueLimits, make_subtitles
from pipeline.subtitles.line_breaks import PHRASE, SENTENCE, break_costs

LIMITS = CueLimits(max_chars_per_line=42, max_lines=2, max_chars_per_s=20.0, min_duration_s=5 / 6, max_duration_s=7.0)
VERTICAL = replace(LIMITS, max_chars_per_line=25)
GAP_S = 2 / 30
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéñ"
ROUNDING = 1e-6
HANGING = set(
    "the of for across a and mit dem durch die auf im und la le les avec dans sur et las el los con en de y".split()  # noqa: SIM905
)


def spoken(text: str, *, chars_per_s: float = 15.0, pause_s: float = 0.35) -> Clip:
    """A clip of `text` at an even pace, with a pause after each sentence and half of it after a comma."""
    words, now = [], 0.3
    for word in split_words(text):
        end = now + (len(word) + 1) / chars_per_s
        words.append(Word(text=word, start_s=now, end_s=end))
        now = end + (pause_s if word[-1] in ".!?" else pause_s / 2 if word[-1] in ",;:" else 0)
    return Clip(path=Path("clip.wav"), sha256="0", samples=int((now + 0.5) * SAMPLE_RATE_HZ), words=tuple(words))


def cues_of(*clips: Clip, limits: CueLimits = LIMITS, language: str = "en") -> tuple[Cue, ...]:
    made = make_subtitles(Narration(narrator="test", voice="test", clips=clips), language=language, limits=limits)
    return tuple(cue for scene in made.scenes for cue in scene)


def texts(text: str, language: str = "en", **speech: float) -> list[tuple[str, ...]]:
    return [cue.texts for cue in cues_of(spoken(text, **speech), language=language)]


def chars(cue: Cue) -> int:
    return len("\n".join(cue.texts))


normal_words = st.text(LETTERS, min_size=1, max_size=14)
endings = st.sampled_from(["", "", "", "", "", "", "", ",", ".", "!", "?", ";", ":"])


normal_pace = st.floats(9, 17)


@st.composite
def speech(draw, chars_per_s=normal_pace, words=normal_words, least_words=8):
    """A scene like those of narrators: silence at both ends, pauses at punctuation, an even pace."""
    pace = draw(chars_per_s)
    now, spoken_words = 0.25 + draw(st.floats(0, 0.5)), []
    for text in draw(st.lists(words, min_size=least_words, max_size=60)):
        ending = draw(endings)
        end = now + (len(text + ending) + 1) / pace
        spoken_words.append(Word(text=text + ending, start_s=now, end_s=end))
        now = end + (draw(st.floats(0, 0.8)) if ending else 0.0)
    samples = int((max(now, end) + 0.4 + draw(st.floats(0, 0.5))) * SAMPLE_RATE_HZ) + 1
    return Clip(path=Path("clip.wav"), sha256="0", samples=samples, words=tuple(spoken_words))


def test_items_that_begin_with_small_letters_get_their_own_cues():
    items = "a radiator key and what belongs to it. a cup or small bowl."

    assert texts(items, pause_s=0.45) == [("a radiator key and what belongs to it.",), ("a cup or small bowl.",)]
    assert len(texts("a key of approx. twenty millimetres. ok", pause_s=0.1)) == 1


def assert_always(clip: Clip, cues: tuple[Cue, ...], limits: CueLimits) -> None:
    """Check the invariants at any speed: all words in order, lines that fit, no overlaps, within the scene."""
    for cue in cues:
        assert 1 <= len(cue.lines) <= limits.max_lines
        assert all(0 < len(line) <= limits.max_chars_per_line for line in cue.texts)
        assert cue.start_s < cue.end_s <= clip.samples / SAMPLE_RATE_HZ
        assert cue.start_s == cue.lines[0][0].start_s
        assert cue.end_s - cue.start_s <= limits.max_duration_s + ROUNDING
    assert all(earlier.end_s < later.start_s for earlier, later in pairwise(cues))


@settings(max_examples=60, deadline=None)
@given(clip=speech())
@pytest.mark.parametrize(
    "limits", [LIMITS, VERTICAL, replace(LIMITS, max_lines=1)], ids=["wide", "vertical", "one line"]
)
def test_speech_of_a_normal_pace_keeps_every_limit(clip, limits):
    cues = cues_of(clip, limits=limits)

    assert_always(clip, cues, limits)
    assert [word for cue in cues for line in cue.lines for word in line] == list(clip.words)
    for cue in cues:
        assert cue.end_s - cue.start_s >= limits.min_duration_s - ROUNDING, cue
        assert chars(cue) / (cue.end_s - cue.start_s) <= limits.max_chars_per_s + ROUNDING, cue
    assert all(later.start_s - earlier.end_s >= GAP_S - ROUNDING for earlier, later in pairwise(cues))


@settings(max_examples=60, deadline=None)
@given(
    clip=speech(
        chars_per_s=st.floats(2, 200), words=st.text(LETTERS + "-/漢字", min_size=1, max_size=120), least_words=1
    )
)
def test_any_speech_keeps_its_order_and_lines_without_overlapping_cues(clip):
    cues = cues_of(clip)

    assert_always(clip, cues, LIMITS)
    shown = "".join(word.text for cue in cues for line in cue.lines for word in line)
    asked = "".join(word.text for word in clip.words)
    assert shown.replace("-", "") == asked.replace("-", "")


@settings(max_examples=40, deadline=None)
@given(clip=speech(chars_per_s=st.floats(24, 40)))
def test_speech_that_is_too_fast_is_shown_no_faster_than_it_is_spoken(clip):
    spoken_s = clip.samples / SAMPLE_RATE_HZ - clip.words[0].start_s
    pace = len(join_words([word.text for word in clip.words])) / spoken_s

    fastest = max(chars(cue) / (cue.end_s - cue.start_s) for cue in cues_of(clip))

    assert fastest <= max(2 * pace, 2 * 40)


def test_sentences_become_cues_of_their_own():
    assert texts("Why is the sky blue? Sunlight looks white. It is a mixture of many colours.") == [
        ("Why is the sky blue?",),
        ("Sunlight looks white.",),
        ("It is a mixture of many colours.",),
    ]


def test_a_long_sentence_is_split_at_clauses():
    assert texts(
        "When it enters the atmosphere, it meets molecules of nitrogen and oxygen, "
        "which are far smaller than the wavelength of light."
    ) == [
        ("When it enters the atmosphere,", "it meets molecules of nitrogen and oxygen,"),
        ("which are far smaller", "than the wavelength of light."),
    ]


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [
        ("en", "If it sounds right, Li, one word is enough.", ("If it sounds right, Li,", "one word is enough.")),
        ("de", "Wenn es passt, Jörg, genügt ein einziges Wort.", ("Wenn es passt, Jörg,", "genügt ein einziges Wort.")),
    ],
)
def test_a_vocative_ends_its_line_and_begins_none(language, text, lines):
    assert texts(text, language) == [lines]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "They travelled for nine long days across the coldest sea of the whole wide world"),
        ("de", "Wir sind mit dem Zug durch die Berge gefahren und haben auf dem Gipfel im Schnee gegessen"),
        ("fr", "Nous avons traversé la montagne avec le train et mangé dans la neige sur le grand sommet"),
        ("es-MX", "Hemos cruzado las montañas en el tren y comido con los amigos en la nieve de la cumbre"),
    ],
)
def test_no_line_ends_with_an_article_or_a_preposition(language, text):
    broken = [line for cue in texts(text, language) for line in cue]

    assert len(broken) >= 2
    assert not [line for line in broken if line.split()[-1] in HANGING]


@pytest.mark.parametrize(
    ("language", "line", "following"),
    [
        (
            "pl",
            "Woda wrze w 100 °C w otwartym garnku, a dźwięk w powietrzu biegnie",
            "z prędkością 343 m/s i nie zwalnia w nocy.",
        ),
        ("ru", "старый дом стоит на холме над рекой в лесу", "и имеет большие окна в каждой комнате"),
        ("cs", "Starý dům stojí na kopci nad řekou", "v lese a má velká okna v každém pokoji i v kuchyni"),
        ("uk", "старий дім стоїть на горі над рікою", "в лісі і має великі вікна в кожній кімнаті"),
        (
            "tr",
            "Yaşlı adam her sabah erkenden kalkar",
            "ve küçük bir köpekle birlikte deniz kıyısında uzun bir yürüyüşe çıkar",
        ),
        ("el", "το παλιό σπίτι στέκεται", "στον λόφο πάνω από το ποτάμι με μεγάλα παράθυρα σε κάθε δωμάτιο"),
        ("da", "det gamle hus ligger", "på en bakke over floden i skoven og har meget store vinduer i hvert rum"),
        ("ar", "ذهب الرجل العجوز كل صباح مع كلبه الصغير إلى شاطئ البحر", "في المدينة القديمة قبل طلوع الشمس"),
        ("he", "הבית הישן עומד על הגבעה מעל הנהר בתוך היער", "עם חלונות גדולים מאוד בכל חדר של הבית"),
        # After a postposition, not before it.
        ("hi", "तूफ़ान के बाद सड़क के एक गड्ढे में", "पूरा आसमान दिखता है।"),
    ],
)
def test_lines_break_before_prepositions_and_conjunctions(language, line, following):
    lines = [each for cue in texts(f"{line} {following}", language) for each in cue]

    assert line in {" ".join(lines[:count]) for count in range(1, len(lines))}, lines


@pytest.mark.parametrize(
    ("language", "text", "line"),
    [
        # A line break after the clause, though the lines are uneven.
        ("en", "Still, it was the first serious attempt, and it made others try.", "and it made others try."),
        # Not between an adjective and its noun.
        ("en", "Only a tiny fraction of it reaches our very small planet today.", "Only a tiny fraction"),
        ("de", "Das hat der französische Chemiker schon vor langer Zeit gezeigt.", "Das hat der französische Chemiker"),
        # Nor between an adverb of degree and its number, or a number and its unit.
        ("de", "Im Kühlschrank altert Brot etwa sechsmal so schnell wie draußen.", "Im Kühlschrank altert Brot"),
        ("en", "It evaporates every year, and nearly all falls back to us.", "and nearly all falls back to us."),
        ("de", "Jeden Tag werden rund 1,7 Mio. Tonnen Backwaren weggeworfen.", "Backwaren weggeworfen."),
        ("en", "In the palace some 1,000–2,000 people dined there on each day.", "dined there on each day."),
        # But after a year.
        ("en", "In the hot summer of 2019 scientists found a new species at sea.", "In the hot summer of 2019"),
    ],
)
def test_a_line_ends_where_a_phrase_does(language, text, line):
    (cue,) = texts(text, language)

    assert line in cue


def test_a_pause_after_an_abbreviation_does_not_end_the_sentence():
    words = [Word(text=text, start_s=at, end_s=at + 0.5) for text, at in [("Mt.", 0.0), ("Vernon", 1.2), ("is", 1.7)]]

    assert break_costs(words, "en")[0] == PHRASE


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. med. Müller wohnt in der Hauptstr. 5 in Köln.", 1),
        ("Er rief: „Halt!“ Danach ging er.", 2),
        ('"What the...?" he muttered.', 1),
        ("Ai sensi dell'art. 2043, l'avv. Neri paga.", 1),
        ("Умер в 1837 г. Он был поэтом.", 2),
    ],
)
def test_captions_end_sentences_where_the_voice_does(text: str, sentences: int) -> None:
    costs = break_costs(spoken(text, pause_s=0).words, "")

    assert costs.count(SENTENCE) == sentences


def test_spaced_punctuation_is_not_separated_from_its_word():
    text = (
        "Louis n'avait pas encore dit un seul mot « Halte ! » au peuple qui vivait dans la ville : jamais ! Et puis ?"
    )

    lines = [line for cue in texts(text, "fr") for line in cue]

    assert not any(line[0] in "»!:?" or line[-1] == "«" for line in lines), lines


def test_the_language_is_the_one_of_the_script_however_foreign_the_words_are():
    words = "Bachs Kantaten und Suiten: The Well-Tempered Clavier, and all of the rest of that by the Bach of the age"
    text = f"{words} spielt Gould langsam durch schweren dichten Nebel"

    assert texts(text, "de") != texts(text, "en")


def test_a_language_without_function_words_is_broken_at_punctuation():
    text = "Niebo jest niebieskie, bo powietrze rozprasza światło, a najmocniej rozprasza krótkie fale światła."

    assert texts(text, "pl")[0][0] == "Niebo jest niebieskie,"


def test_first_and_last_name_stay_together():
    lines = [
        line
        for cue in texts("The colour of the sky was explained by John Rayleigh in his famous paper.")
        for line in cue
    ]

    assert any("John Rayleigh" in line for line in lines)


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [
        ("en", "It was the crew of Apollo 11 that landed first of all.", ("Apollo 11",)),
        ("de", "Im Jahr darauf: Lunik 3 fotografiert die Rückseite.", ("Lunik 3",)),
        # A number with its unit, after a word that only begins a sentence, and after a preposition.
        ("en", "Exactly 40 metres below that old bridge lies a wreck.", ("40 metres",)),
        ("de", "Das stimmt. Nach 12 Tagen war alles wieder vorbei.", ("12 Tagen",)),
    ],
)
def test_a_number_stays_with_its_name_or_its_unit(language, text, lines):
    limits = replace(LIMITS, max_chars_per_line=20)
    found = [
        " ".join(word.text for word in line)
        for cue in cues_of(spoken(text), limits=limits, language=language)
        for line in cue.lines
    ]

    assert all(any(each in line for line in found) for each in lines)


def test_a_cue_ends_with_its_clause_rather_than_within_it():
    limits = replace(LIMITS, max_chars_per_line=27)
    cues = cues_of(spoken("Light travels in waves, and their length decides what happens next."), limits=limits)

    assert [" ".join(word.text for line in cue.lines for word in line) for cue in cues] == [
        "Light travels in waves,",
        "and their length decides what happens next.",
    ]


@pytest.mark.parametrize("chars", [18, 20, 22, 25, 27])
def test_a_last_word_of_two_letters_has_neither_line_nor_cue_of_its_own(chars):
    limits = replace(LIMITS, max_chars_per_line=chars)
    text = "There is a kettle that remembers for you, and you have just found it."

    assert "it." not in [line for cue in cues_of(spoken(text), limits=limits) for line in cue.texts]


def test_an_abbreviation_ends_no_sentence():
    (cue,) = texts("It was Dr. Tyndall who saw it first.")

    assert " ".join(cue) == "It was Dr. Tyndall who saw it first."


def test_the_last_word_is_not_left_alone():
    cues = texts("Most of what we see of the night sky above us is only a very small part of all there is")

    assert all(sum(len(line.split()) for line in cue) > 1 for cue in cues)


def test_a_few_letters_at_the_end_of_a_sentence_are_not_left_alone():
    assert texts("Grate half of it in at the start, for warmth. Keep the other half for the last minute.") == [
        ("Grate half of it in at the start,", "for warmth."),
        ("Keep the other half for the last minute.",),
    ]


def test_a_long_last_word_is_not_left_alone_either():
    text = "A model that writes a script may search, thermodynamically."

    assert texts(text) == [("A model that writes", "a script may search, thermodynamically.")]


def test_short_sentences_stay_apart():
    assert texts("It cools. It warms.") == [("It cools.",), ("It warms.",)]


def test_an_answer_is_not_shown_with_its_question():
    text = "When does it stop? 15 minutes: the first molecules reach the brain."

    assert texts(text, pause_s=0.2)[0] == ("When does it stop?",)


def test_two_words_are_not_left_above_a_full_line():
    text = "So a swing, a loop and a blinking light don't count."

    assert texts(text) == [("So a swing, a loop", "and a blinking light don't count.")]


def test_cues_of_a_sentence_are_filled_evenly():
    text = "The price: a statement in the middle of a film may have another kind of figure than the title."

    assert texts(f"{text} A test keeps both in sync.") == [
        ("The price: a statement in the middle",),
        ("of a film may have another kind", "of figure than the title."),
        ("A test keeps both in sync.",),
    ]


def test_a_line_ends_after_an_object_rather_than_before_it():
    assert texts("A ferryman of the bay put it into the mouth of the sea.") == [
        ("A ferryman of the bay put it", "into the mouth of the sea.")
    ]


def test_two_lines_are_balanced_with_the_lower_one_rather_longer():
    ((top, bottom),) = texts("alpha bravo charlie delta echos foxtrot golfs hotel india")

    assert len(top) <= len(bottom) <= len(top) + 10


def test_a_pause_inside_a_sentence_separates_cues():
    words = [
        Word(text=text, start_s=at, end_s=at + 0.4)
        for text, at in [("And", 0.3), ("then,", 0.8), ("silence", 4.0), ("fell.", 4.5)]
    ]
    clip = Clip(path=Path("c"), sha256="0", samples=6 * SAMPLE_RATE_HZ, words=tuple(words))

    assert [cue.texts for cue in cues_of(clip)] == [("And then,",), ("silence fell.",)]


def test_a_short_cue_stays_until_it_can_be_read_when_there_is_silence():
    clip = Clip(
        path=Path("c"), sha256="0", samples=3 * SAMPLE_RATE_HZ, words=(Word(text="Really?", start_s=0.3, end_s=0.6),)
    )

    (cue,) = cues_of(clip)

    assert cue.end_s - cue.start_s == pytest.approx(5 / 6)


def test_a_cue_never_outlasts_its_scene():
    clip = Clip(
        path=Path("c"), sha256="0", samples=SAMPLE_RATE_HZ, words=(Word(text="Really?", start_s=0.3, end_s=0.6),)
    )

    assert cues_of(clip)[0].end_s == 1.0


def test_a_caption_does_not_flicker_off_for_a_few_frames():
    first, second = cues_of(spoken("The sun was shining on the sea. It did its very best.", pause_s=0.3))

    assert second.start_s - first.end_s == pytest.approx(GAP_S)


def test_an_address_longer_than_a_line_is_broken_after_a_slash():
    address = "https://www.example.com/a/rather/long/path/that/does/not/fit.html"

    lines = [line for cue in texts(f"Read {address} tonight.") for line in cue]

    assert max(map(len, lines)) <= 42
    assert any(line.endswith("/") for line in lines)
    assert address in "".join(lines)


def test_the_pieces_of_a_hyphenated_compound_share_its_time():
    compound = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
    clip = spoken(f"Die {compound} ruht.")

    pieces = [word for cue in cues_of(clip) for line in cue.lines for word in line][1:-1]

    assert [piece.text for piece in pieces] == [f"{compound[:41]}-", compound[41:]]
    assert pieces[0].start_s == clip.words[1].start_s
    assert pieces[0].end_s == pieces[1].start_s
    assert pieces[1].end_s == clip.words[1].end_s


@pytest.mark.parametrize(
    ("language", "text", "ends"),
    [
        ("de", "Die Wahrscheinlichkeitsrechnung zählt.", ["Wahrscheinlichkeitsrech-"]),
        ("de", "Das Rindfleischetikettierungsüberwachungsgesetz galt.", ["Das Rindfleischetikettie-"]),
        ("de", "Die Höchstgeschwindigkeits-Messanlage misst.", ["Höchstgeschwindigkeits-"]),
        ("en", "We read www.abcdefghijklmnopqrstuvwxyz.example today.", []),
    ],
)
def test_a_word_longer_than_a_line_is_hyphenated_by_its_language(language, text, ends):
    lines = [line for cue in cues_of(spoken(text), language=language, limits=VERTICAL) for line in cue.texts]

    assert [line for line in lines if line.endswith("-")] == ends
    assert max(map(len, lines)) <= 25


def test_pieces_of_one_word_are_on_lines_of_their_own():
    narrow, text = replace(LIMITS, max_chars_per_line=12), "Ton-Schifffahrtsgesellschaft"

    cues = cues_of(spoken(text), limits=narrow, language="de")

    # Not "Ton- Schiff-", although that would fit.
    assert [line for cue in cues for line in cue.texts] == ["Ton-", "Schiff-", "fahrtsge-", "sellschaft"]


def test_a_letter_is_never_separated_from_its_accents():
    word = "e\u0301" * 60

    pieces = [word for cue in cues_of(spoken(word)) for line in cue.lines for word in line]

    assert len(pieces) > 1
    assert not [piece for piece in pieces if unicodedata.combining(piece.text[0])]


def test_full_width_characters_count_twice():
    text = "空はなぜ青いのでしょうか太陽の光は白く見えますが虹のすべての色が混ざったものです"

    lines = [line for cue in texts(text, chars_per_s=6) for line in cue]

    assert "".join(lines) == text
    assert max(map(len, lines)) <= 21


@pytest.mark.parametrize(
    ("language", "text", "widest"),
    [
        ("ja", "空はなぜ青いのでしょうか。太陽の光は白く見えますが、実は虹のすべての色が混ざったものです。", 26),
        ("zh", "大熊猫属于食肉目，它的消化系统和熊差不多，可是它几乎只吃竹子。其余的时间，它大多在睡觉。", 32),
        ("ko", "김치를 담근 지 며칠이 지나면 신맛이 나기 시작합니다. 유산균이 일을 하기 때문입니다.", 32),
        ("th", "น้ำแข็งเบากว่าน้ำราว 9 เปอร์เซ็นต์ เราจึงเห็นภูเขาน้ำแข็ง เพียงหนึ่งในสิบส่วน", 35),
    ],
)
def test_limits_of_a_language_count_display_width(language, text, widest):
    lines = [line for cue in texts(text, language, chars_per_s=6) for line in cue]

    assert max(map(display_width, lines)) <= widest
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_the_requested_reading_speed_is_scaled_for_ideographs():
    assert LIMITS.for_language("en") == LIMITS
    assert LIMITS.for_language("ja-JP").max_chars_per_s == pytest.approx(2 * 7)
    assert replace(LIMITS, max_chars_per_s=10).for_language("zh-Hant").max_chars_per_s == pytest.approx(11)


def test_lines_never_exceed_the_requested_length():
    assert VERTICAL.for_language("ja").max_chars_per_line == 25


def test_combining_marks_have_no_width():
    assert display_width("น้ำ") == display_width("नी") == 2
    assert display_width("ก่อน") == 3


def test_phrases_are_not_broken_and_are_highlighted_as_one():
    (cue,) = cues_of(spoken("太陽の光は白く見えます。", chars_per_s=6), language="ja")

    assert [[word.text for word in line] for line in cue.lines] == [["太陽の", "光は", "白く", "見えます。"]]


def test_a_phrase_wider_than_a_line_is_broken_between_characters():
    narrow = replace(LIMITS, max_chars_per_line=10)

    lines = [
        line
        for cue in cues_of(spoken("コンピューターサイエンス", chars_per_s=4), limits=narrow, language="ja")
        for line in cue.texts
    ]

    assert "".join(lines) == "コンピューターサイエンス"
    assert max(map(display_width, lines)) <= 10


def test_a_phrase_wider_than_a_line_is_broken_between_words_if_known():
    narrow = replace(LIMITS, max_chars_per_line=12)

    found = cues_of(spoken("สถานีรถไฟฟ้าบีทีเอส", chars_per_s=4), limits=narrow, language="th")

    assert [line for cue in found for line in cue.texts] == ["สถานีรถไฟฟ้า", "บีทีเอส"]


def test_a_space_between_thai_clauses_is_kept_and_is_where_a_cue_would_end():
    made = texts("ของแข็งส่วนใหญ่จมในของเหลวของมันเอง แต่น้ำแข็งลอย เพราะมันเบากว่าน้ำ", "th", chars_per_s=9)

    assert " ".join(" ".join(lines) for lines in made) == "ของแข็งส่วนใหญ่จมในของเหลวของมันเอง แต่น้ำแข็งลอย เพราะมันเบากว่าน้ำ"
    assert not [line for lines in made for line in lines if line != line.strip()]


def test_a_greek_question_ends_a_sentence():
    assert texts("Γιατί είναι αλμυρή; Η βροχή διαλύει τα πετρώματα.", "el")[0] == ("Γιατί είναι αλμυρή;",)


def test_a_scene_without_words_has_no_cues():
    silent = Clip(path=Path("c"), sha256="0", samples=SAMPLE_RATE_HZ, words=())
    narration = Narration(narrator="t", voice="t", clips=(silent, spoken("Hello there, world."), silent))

    assert [len(scene) for scene in make_subtitles(narration, language="en", limits=LIMITS).scenes] == [0, 1, 0]


def test_words_that_take_no_time_still_give_cues_in_order():
    words = tuple(Word(text="word", start_s=0.5, end_s=0.5) for _ in range(60))

    cues = cues_of(Clip(path=Path("c"), sha256="0", samples=SAMPLE_RATE_HZ, words=words))

    assert sum(len(line) for cue in cues for line in cue.lines) == 60
    assert all(cue.start_s <= cue.end_s for cue in cues)


def test_the_same_words_give_the_same_cues():
    clip = spoken("Lord Rayleigh explained this in 1871, and nobody has doubted it since.")

    assert cues_of(clip) == cues_of(clip)


def test_a_minute_of_speech_is_processed_quickly():
    clip = spoken("It was a bright cold day in April, and the clocks were striking thirteen. " * 12)
    assert clip.samples >= 60 * SAMPLE_RATE_HZ

    began = process_time()
    cues_of(clip)

    assert process_time() - began < 0.5  # 0.02 s


@pytest.mark.parametrize(
    ("language", "chars", "per_s"),
    [("en", 42, 20), ("ja", 26, 14), ("zh-Hant", 32, 22), ("yue", 32, 22), ("ko", 32, 28), ("th", 35, 20)],
)
def test_line_length_and_reading_speed_follow_the_style_guide_of_the_language(
    language: str, chars: int, per_s: int
) -> None:
    """Netflix TTSG; an ideograph, kana or Hangul syllable counts as two."""
    own = LIMITS.for_language(language)

    assert (own.max_chars_per_line, own.max_chars_per_s) == (chars, pytest.approx(per_s))
    assert replace(LIMITS, max_chars_per_line=20).for_language(language).max_chars_per_line == 20


def test_a_conjunction_after_a_number_is_not_its_unit() -> None:
    texts = ["unter", "Tel.", "0800", "123", "45", "67", "oder", "unter", "030"]
    words = [Word(text=text, start_s=n / 2, end_s=n / 2 + 0.5) for n, text in enumerate(texts)]
    costs = break_costs(words, "de")
    assert costs[texts.index("67")] < min(costs[texts.index("0800") : texts.index("67")])
