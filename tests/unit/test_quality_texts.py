"""Texts of a film: not meant for viewers, in another language, or not what was written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.media.sound.loudness import Loudness
from pipeline.model import (
    SAMPLE_RATE_HZ,
    STANDARD,
    Check,
    QuizScene,
    Script,
    SpokenLine,
    StatementScene,
    Subtitles,
    TitleScene,
    Verdict,
    VideoFormat,
    Word,
)
from pipeline.publishing import FileNames
from pipeline.quality import Expected, checks, companions, cues, profile_checks, texts
from pipeline.quality.expected import TimedText
from pipeline.quality.judge import with_companions
from pipeline.subtitles.wrapping import split_long_words


def script(said="Tea cools by itself, and nobody asks why.", **changes):
    scenes = (
        TitleScene(heading="Why tea cools", lines=(SpokenLine(text="Why does tea cool?"),)),
        StatementScene(text="It gives its heat away", lines=(SpokenLine(text=said),)),
    )
    return replace(Script(title="Why tea cools", language="en", scenes=scenes, tags=("tea",)), **changes)


def test_text_artefacts_fail_with_their_place_unless_they_come_from_the_row():
    film = script("Dear {{ name }}, see you.")

    check = texts.text(film)

    assert (check.passed, check.value) == (False, 1)
    assert check.measured == "an unfilled placeholder (“Dear {{ name }}, see you.”) in scene 2, spoken"
    assert texts.text(film, ["Maria", "{{ name }}"]).passed
    assert texts.text(script("Dear {{ name }}, {{ greeting }}.", title="{{ title }}")).measured.endswith(", and 1 more")


def test_letters_that_were_lost_are_found_in_their_caption():
    said = ("Tea cools.", "F?r Gr?ntee ist das zu hei?er Tee.")
    captions = [TimedText(start_s=at, end_s=at + 1.0, text=text) for at, text in enumerate(said)]

    assert texts.caption_text(captions).measured.endswith("in caption 2")
    assert texts.caption_text(captions[:1]).passed


def test_an_english_film_fails_if_german_was_ordered():
    said = (
        "Tea cools because it gives its heat away. The air above the cup is colder than the tea, and so is the table "
        "that it stands on. What is fast in the water leaves it first, and what stays is slower than it was before."
    )

    check = texts.language(script(said, language="de"))

    assert (check.name, check.passed, check.limit) == ("language", False, "a text in de")
    assert texts.language(script(said)).passed


# Words, metadata, glyphs -------------------------------------------------------------------------------------------

READ = (
    TimedText(start_s=0.1, end_s=1.0, text="Why does tea\ncool?"),
    TimedText(start_s=1.2, end_s=4.0, text="Tea cools by itself,\nand nobody asks why."),
)


def test_captions_with_every_word_of_the_script_pass():
    assert cues.words(READ, script()).passed


def test_a_word_longer_than_a_caption_line_is_broken_without_loss():
    film = script("Rindfleischetikettierungen und U-Bahn-Fahrten.")
    (before, *_) = READ
    divided = TimedText(start_s=1.2, end_s=4.0, text="Rindfleischetiket-\ntierungen und U-Bahn-\nFahrten.")

    assert cues.words((before, divided), film).passed
    # The script's own hyphens stay, and no hyphen is added inside of a line.
    for text in (
        "Rindfleischetiket-\ntierungen und U-Bahn\nFahrten.",
        "Rindfleischetiket-tierungen und U-Bahn-Fahrten.",
    ):
        assert not cues.words((before, replace(divided, text=text)), film).passed


@pytest.mark.parametrize(
    "word", ["Geschwindigkeitsbegrenzungen", "well-known-and-", "w" * 190, "https://a.b/" + "c" * 90]
)
@pytest.mark.parametrize("width", [12, 25, 42])
def test_a_word_wider_than_a_caption_line_passes_with_its_hyphens(word, width):
    pieces, _ = split_long_words(
        [Word(text=word, start_s=0, end_s=1), Word(text="on.", start_s=1, end_s=2)], width, "de"
    )
    shown = TimedText(start_s=0, end_s=2, text="\n".join(piece.text for piece in pieces))

    assert cues.words((READ[0], shown), script(f"{word} on.")).passed
    assert not cues.words((READ[0], shown), script(f"{word}x on.")).passed


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (READ[:1], "another text from “Teacoolsbyitself,and” on"),
        ((READ[0], replace(READ[1], text="Tea cools, and nobody asks why.")), "another text from “"),
        (READ[::-1], "another text from “Whydoesteacool?Teaco” on"),
    ],
    ids=["one is missing", "two words are missing", "exchanged"],
)
def test_captions_without_a_word_of_the_script_fail(shown, told):
    check = cues.words(shown, script())

    assert not check.passed
    assert check.measured.startswith(told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "tea", "tags": ["Why tea cools"]}, "another title than the script's"),
        ({"language": "de"}, "another language than the script's"),
        ({"tags": []}, "another tags than the script's"),
        ({"description": "x" * 5_001}, "a description of 5001 bytes, at most 5000"),
        ({"description": "a <b> c"}, "angle brackets, which hosts refuse"),
        ({"description": 3}, "without a description and a list of tags"),
    ],
    ids=["swapped", "language", "tags", "too long", "brackets", "no text"],
)
def test_metadata_that_differ_from_the_script_or_exceed_limits_fail(tmp_path, changes, told):
    path = tmp_path / "metadata.json"
    good = {"title": "Why tea cools", "description": "", "language": "en", "tags": ["tea"]}
    path.write_text(json.dumps(good), encoding="utf-8")
    assert companions.metadata(path, script()).passed

    path.write_text(json.dumps(good | changes), encoding="utf-8")
    check = companions.metadata(path, script())

    assert (check.passed, check.measured) == (False, told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"title": "A talk", "description": "-> more in \u201cTea\u201d, & <3"}, ""),
        ({"title": "For {{ name }}"}, "an unfilled placeholder"),
        (
            {"title": "A talk", "description": "As an AI model, I can't say."},
            "an AI self-reference",
        ),
        ({"title": "A talk", "tags": ["tea", "kÃ¼hl"]}, "wrongly decoded characters"),
        ({"title": "x" * 101}, "a title of 101 characters, at most 100"),
        ({"title": "A talk", "tags": ["x" * 99] * 6}, "tags of more than 480 characters"),
    ],
)
def test_a_users_own_metadata_pass_or_fail_unchanged(tmp_path, said, told):
    package = FileNames().in_folder(tmp_path)
    passes = Verdict(checks=(Check.of("file", passed=True, measured="", limit=""),)).of_film("f")
    # With a byte order mark, as Windows editors save it.
    package.metadata.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8-sig")

    verdict = with_companions(passes, package, STANDARD)

    assert (verdict.is_pass_for("f"), [check.name for check in verdict.checks]) == (not told, ["file", "metadata"])
    assert told in "; ".join(verdict.reasons)
    package.metadata.unlink()
    assert with_companions(passes, package, STANDARD) == passes


def test_a_character_without_a_font_fails():
    assert checks.glyphs("").passed
    assert checks.glyphs("ꙮ").measured == "no font for ꙮ"


# Pauses ------------------------------------------------------------------------------------------------------------


def film(scene, *words):
    return Expected(
        video_format=VideoFormat(),
        lengths=(12 * SAMPLE_RATE_HZ,),
        subtitles=Subtitles(scenes=((),)),
        script=Script(title="Tea", language="en", scenes=(scene,)),
        words=(tuple(Word(text="tea", start_s=start_s, end_s=end_s) for start_s, end_s in words),),
    )


def heard(*silent):
    """The powers of a film of 12 seconds with these silent spans."""
    powers = [1e-3] * 360
    for start_s, end_s in silent:
        powers[round(start_s * 30) : round(end_s * 30)] = [0.0] * round((end_s - start_s) * 30)
    return Loudness(integrated_lufs=-15.0, true_peak_dbtp=-3.0, powers=tuple(powers))


PLAIN = StatementScene(text="Tea", lines=(SpokenLine(text="Tea."),))
QUIZ = QuizScene(
    text="Which is larger?",
    items=("Mars", "Jupiter"),
    answer=2,
    lines=(
        SpokenLine(text="Which is larger?"),
        SpokenLine(text="Mars,", reveals=0),
        SpokenLine(text="or Jupiter?", reveals=1),
        SpokenLine(text="Jupiter.", reveals=2),
    ),
)


@pytest.mark.parametrize(
    ("scene", "silent", "words", "passed"),
    [
        (PLAIN, (2, 6), ((0, 2), (6, 12)), True),
        (PLAIN, (2, 8), ((0, 2), (8, 12)), False),
        (QUIZ, (2, 9), ((0, 2), (9, 12)), True),
        (QUIZ, (2, 11), ((0, 2), (11, 12)), False),
        (PLAIN, (4, 7), ((0, 12),), False),
        (PLAIN, (4, 5), ((0, 12),), True),
    ],
    ids=["a pause", "dead air", "a pause to think", "more than that", "words that are lost", "a word that is quiet"],
)
def test_silence_is_compared_with_the_times_of_words(scene, silent, words, passed):
    assert profile_checks.silence(heard(silent), film(scene, *words), STANDARD).passed is passed
