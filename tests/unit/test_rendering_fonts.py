"""Fonts: missing glyphs are found before drawing, and fonts are part of a film's key."""

import pytest

from pipeline.errors import MissingToolError
from pipeline.model import BulletsScene, ClosingScene, CodeScene, Script, SpokenLine, StatementScene, TitleScene
from pipeline.rendering import Look, font_digest
from pipeline.rendering.text import coverage, fonts
from pipeline.rendering.text.coverage import font_advice, font_coverage
from pipeline.rendering.thumbnail.drawing import draw_thumbnail
from tests.standins.system_fonts import forget, make_font, system_fonts

__all__ = ["system_fonts"]

LINES = (SpokenLine(text="Said."),)


def film(title="A film", *scenes, language="en", **texts):
    return Script(title=title, language=language, scenes=scenes, **texts)


def digest_of(title, **texts):
    return font_digest(film(title, **texts), Look(title=title))


@pytest.mark.usefixtures("system_fonts")
@pytest.mark.parametrize(
    ("title", "language", "says"),
    [
        ("今日は学校", "ja", "no font for Japanese (今日は学校; U+4ECA in the title). Install fonts-noto-cjk"),
        ("为什么", "zh", "no font for Chinese (为什么; U+4E3A in the title). Install fonts-noto-cjk"),
        ("Warum 山 so heißt", "de", "no font for Chinese (山; U+5C71 in the title)."),
        ("한국어", "ko", "no font for Korean (한국어; U+D55C in the title). Install fonts-noto-cjk"),
        (
            "ລາວ",
            "lo",
            (
                "no font for Lao (ລາວ; U+0EA5 in the title). "
                "Install fonts-noto-core (Debian, Ubuntu), elsewhere Noto Sans Lao"
            ),
        ),
        (
            "ລາວ ሰላም",
            "lo",
            (
                "no font for Lao (ລາວ; U+0EA5 in the title) and Ethiopic (ሰላም; U+1230 in the title). "
                "Install fonts-noto-core"
            ),
        ),
        ("字一二三四五六七八九", "zh", "no font for Chinese (字一二三四五六七…; U+5B57 in the title)."),
        (
            "ᱚᱞ",
            "en",
            (
                "no font for Ol Chiki (ᱚᱞ; U+1C5A in the title). "
                "Install fonts-noto-core (Debian, Ubuntu), elsewhere Noto Sans Ol Chiki from fonts.google.com"
            ),
        ),
    ],
)
def test_a_film_without_fonts_is_refused_with_what_to_install(title, language, says):
    with pytest.raises(MissingToolError) as caught:
        digest_of(title, language=language)

    assert str(caught.value).startswith(says)


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("سلام to all", "Arabic (سلام; U+0633 in the title)"),
        ("שלום", "Hebrew (שלום; U+05E9 in the title)"),
        ("नमस्ते", "Devanagari (स्ते; U+0938 in the title)"),
        ("ที่นี่", "Thai (ที่นี่; U+0E17 in the title)"),
    ],
)
def test_complex_scripts_are_refused_without_fribidi(title, says, monkeypatch):
    monkeypatch.setattr(coverage.features, "check", lambda name: name != "raqm")

    with pytest.raises(MissingToolError) as caught:
        digest_of(title)
    assert caught.value.message == f"text shaping is not available for {says}"
    assert "libfribidi0" in caught.value.hint


@pytest.mark.shaped
def test_installing_fribidi_changes_the_font_digest(monkeypatch):
    shaped = digest_of("Crème brûlée, ὁ βίος, й 👩‍🚀 1️⃣")
    monkeypatch.setattr(coverage.features, "check", lambda name: name != "raqm")

    assert digest_of("Crème brûlée, ὁ βίος, й 👩‍🚀 1️⃣") != shaped


@pytest.mark.usefixtures("system_fonts")
@pytest.mark.parametrize(
    "scene",
    [
        TitleScene(lines=LINES, heading="字"),
        TitleScene(lines=LINES, heading="a", kicker="字"),
        TitleScene(lines=LINES, heading="a", subtitle="字"),
        BulletsScene(lines=LINES, heading="字", items=()),
        BulletsScene(lines=LINES, heading="a", items=("a", "字")),
        BulletsScene(lines=LINES, heading="a", items=(), kicker="字"),
        StatementScene(lines=LINES, text="字"),
        StatementScene(lines=LINES, text="a", kicker="字"),
        ClosingScene(lines=LINES, text="字"),
        ClosingScene(lines=LINES, text="a", subtitle="字"),
    ],
    ids=repr,
)
def test_every_text_of_a_scene_is_checked(scene):
    with pytest.raises(MissingToolError, match="Chinese"):
        font_digest(film("A film", scene), Look(title="A film"))


@pytest.mark.usefixtures("system_fonts")
@pytest.mark.parametrize(
    ("scenes", "place"),
    [
        ((TitleScene(lines=LINES, heading="a"), StatementScene(lines=LINES, text="a 字")), "scene 2"),
        ((TitleScene(lines=(SpokenLine(text="字"),), heading="a"),), "the captions of scene 1"),
        ((CodeScene(lines=LINES, heading="a", items=(), code="print('字')", language="python"),), "scene 1"),
    ],
)
def test_the_first_letter_without_a_font_is_reported_with_code_point_and_scene(scenes, place):
    with pytest.raises(MissingToolError) as caught:
        font_digest(film("A film", *scenes), Look(title="A film", captions="boxed"))

    assert caught.value.message == f"no font for Chinese (字; U+5B57 in {place})"


@pytest.mark.usefixtures("system_fonts")
def test_the_text_of_the_thumbnail_is_checked():
    with pytest.raises(MissingToolError, match="Chinese"):
        digest_of("A film", thumbnail_text="字")


@pytest.mark.usefixtures("system_fonts")
def test_narration_needs_a_font_only_where_captions_are_drawn():
    script = film("A film", ClosingScene(lines=(SpokenLine(text="字を書く"),), text="End"))

    font_digest(script, Look(title="A film", captions="off"))
    with pytest.raises(MissingToolError):
        font_digest(script, Look(title="A film", captions="boxed"))


@pytest.mark.usefixtures("system_fonts")
@pytest.mark.parametrize(
    "title", ["Why \U0001fae8?", "1️⃣ first", "👩‍👩‍👧 and 🇩🇪", "a\u200db\ufe0f\u202e\x00c", "\ue000", ""]
)
def test_what_is_left_out_of_the_picture_needs_no_font(title):
    assert digest_of(title)


@pytest.mark.shaped
def test_system_fonts_are_not_searched_for_what_packaged_fonts_cover(monkeypatch):
    def looked(*, bold, place):
        raise AssertionError(f"looked through the system's fonts (bold={bold}, place={place})")

    forget()
    monkeypatch.setattr(fonts, "_system_faces", looked)
    try:
        assert digest_of(
            "“Größe” – naïve, Ελληνικά, русский, Tiếng Việt, हिन्दी, עברית, العربية؟ فارسی, ภาษาไทย… 5 € ½ №"
        )
    finally:
        monkeypatch.undo()
        forget()


def test_a_new_version_of_a_font_changes_the_digest(system_fonts):
    make_font(system_fonts / "Han.ttf", "字")
    before, again, latin = digest_of("字"), digest_of("字"), digest_of("Letters")
    make_font(system_fonts / "Han.ttf", "字", width=900)

    assert before == again != digest_of("字")
    assert latin == digest_of("Letters")


def test_a_better_font_changes_the_digest_but_a_moved_one_does_not(system_fonts):
    make_font(system_fonts / "Zhong.ttf", "字")
    before = digest_of("字")
    (system_fonts / "deeper").mkdir()
    (system_fonts / "Zhong.ttf").rename(system_fonts / "deeper" / "Moved.ttf")
    forget()
    moved = digest_of("字")
    make_font(system_fonts / "NotoSansSC.ttf", "字文", width=900)

    assert before == moved != digest_of("字")


def test_a_bold_file_that_draws_headings_counts_too(system_fonts):
    make_font(system_fonts / "Zhong.ttf", "字")
    before = digest_of("字")
    make_font(system_fonts / "ZhongBold.ttf", "字", width=900)

    assert before != digest_of("字")


def test_letters_of_a_system_font_leave_ink(system_fonts):
    make_font(system_fonts / "Han.ttf", "字")
    picture, without = (draw_thumbnail(film(title), Look(title="t")) for title in ("字", " "))

    assert picture.tobytes() != without.tobytes()


@pytest.mark.usefixtures("system_fonts")
def test_there_is_advice_for_every_script_that_is_missing():
    missing = [entry.script for entry in font_coverage() if not entry.covered]

    assert font_advice(missing) == (
        "Install fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji (Debian, Ubuntu), elsewhere Noto Sans "
        "Bengali, Noto Sans Tamil, Noto Sans SC, Noto Sans JP, Noto Sans KR and Noto Color Emoji from fonts.google.com"
    )
