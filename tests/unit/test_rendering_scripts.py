"""Writing systems: direction, order, shapes and heights."""

import pytest

from pipeline.model import BulletsScene, ClosingScene, Cue, Script, SpokenLine, StatementScene, TitleScene, Word
from pipeline.rendering import Look, layouts
from pipeline.rendering.captions import captions
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.surface.motif_element import MotifElement
from pipeline.rendering.text import fonts
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import DISPLAY
from pipeline.rendering.text.uppercase import uppercase
from pipeline.rendering.thumbnail.drawing import draw_thumbnail
from tests.standins.system_fonts import make_font, system_fonts

pytestmark = pytest.mark.shaped

__all__ = ["system_fonts"]

LINES = (SpokenLine(text="ثلاث محطات."), SpokenLine(text="مكة.", reveals=0), SpokenLine(text="لندن.", reveals=1))
SCENES = [
    TitleScene(lines=LINES, heading="كيف وصلت القهوة؟", kicker="حكاية", subtitle="من المخا إلى London"),
    BulletsScene(lines=LINES, heading="ثلاث محطات", items=("مكة: نحو 1500", "لندن (London)")),
    StatementScene(lines=LINES, text="في السنام دهون، وليس فيه ماء.", emphasis="دهون", kicker="الجمل"),
    ClosingScene(lines=LINES, text="القهوة من اليمن.", subtitle="كيف وصلت القهوة؟"),
]
ARABIC = Look(title="القهوة", language="ar")


def words_of(scene):
    return tuple(
        Word(text=text, start_s=0.3 + n / 3, end_s=0.6 + n / 3)
        for n, text in enumerate(word for line in scene.lines for word in line.text.split())
    )


def sprites(scene, look):
    return [
        element
        for element in layouts.lay_out(scene, words_of(scene), look).elements
        if isinstance(element, Sprite | MotifElement)
    ]


def edges(sprite):
    if isinstance(sprite, MotifElement):
        return sprite.left, sprite.left + sprite.side_px
    return sprite.span or (sprite.left, sprite.left + sprite.mask.width)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.layout)
def test_the_layouts_of_a_right_to_left_language_are_mirrored_line_by_line(scene):
    plain = layouts.LAYOUTS[type(scene)](scene, words_of(scene), ARABIC).elements
    mirrored = sprites(scene, ARABIC)

    for before, after in zip(plain, mirrored, strict=True):
        (left, right), (new_left, new_right) = edges(before), edges(after)
        assert (new_left, new_right) == (1920 - right, 1920 - left)
        # Letters keep their place within their line.
        assert after.left - new_left == before.left - left
        assert after.top == before.top


def test_a_right_to_left_title_ends_at_the_margin_and_its_figure_stands_on_the_left():
    figure, *rest = sprites(SCENES[0], ARABIC)
    heading = max(rest, key=lambda sprite: sprite.mask.height * sprite.mask.width)

    assert figure.left + figure.side_px < heading.left
    assert abs(heading.left + heading.mask.width - ARABIC.grid.content.right) <= 12


def test_a_mirrored_progress_ring_still_fills_clockwise():
    def parts(look):
        return [
            sprite.left - sprite.span[0]
            for sprite in sprites(SCENES[1], look)
            if getattr(sprite, "order", None) is not None
        ]

    assert len(parts(ARABIC)) == 2
    assert parts(ARABIC)[0] > parts(ARABIC)[1]  # the first part is the right half


def test_a_thumbnail_is_mirrored_as_well():
    script = Script(title="القهوة", language="ar", scenes=())
    picture = draw_thumbnail(script, ARABIC).convert("L").point(lambda value: 255 if value > 225 else 0)

    left, _, right, _ = picture.getbbox()
    assert right == pytest.approx(1280 - 64, abs=8)
    assert 1280 - right < left


def caption_of(text, language, *, start_s=0.0):
    words = tuple(Word(text=word, start_s=n * 0.5, end_s=n * 0.5 + 0.5) for n, word in enumerate(text.split("|")))
    (caption,) = captions((Cue(start_s=start_s, end_s=9.0, lines=(words,)),), Look(title="t", language=language))
    return caption


def lefts(caption):
    in_order = sorted(caption.letters, key=lambda letters: letters.word)
    return [letters.plain.left for letters in in_order if letters.word >= 0]


def test_words_are_highlighted_from_right_to_left_but_foreign_names_in_their_own_order():
    first, second, ajay, bhatt, last = lefts(caption_of("אחד|ממפתחיו|Ajay|Bhatt|היה.", "he"))

    assert first > second > bhatt > ajay > last


def test_a_cue_that_begins_with_a_foreign_name_still_runs_right_to_left():
    name, said = lefts(caption_of("NASA|أطلقت.", "ar"))

    assert name > said


def test_the_full_stop_of_a_right_to_left_cue_is_on_its_left():
    caption = caption_of("העיר|RS-232.", "he")
    stop = [letters for letters in caption.letters if letters.word == -1]

    assert min(letters.plain.left for letters in stop) < min(lefts(caption))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("th", "น้ำแข็งเบา|กว่าน้ำ"),
        ("hi", "शून्य|की|खोज"),
        ("ar", "يخزّن|الماء"),
        ("ur", "نستعلیق"),
        ("vi", "Nhiệt|truyền"),
        ("en", "Ágyj"),
    ],
)
def test_no_letter_of_a_caption_leaves_its_plate(language, text):
    caption = caption_of(text, language)

    for letters in caption.letters:
        assert caption.behind[0].top <= letters.plain.top
        assert letters.plain.top + letters.plain.mask.height <= caption.behind[0].top + caption.behind[0].mask.height


def test_two_lines_of_a_tall_script_stay_in_the_caption_band():
    look = Look(title="t", language="th")
    line = (Word(text="น้ำแข็งที่ลอยอยู่ในน้ำ", start_s=0, end_s=1),)
    (caption,) = captions((Cue(start_s=0, end_s=2, lines=(line, line)),), look)

    assert caption.behind[0].top >= look.grid.captions.top - look.grid.px(8)
    assert caption.behind[0].top + caption.behind[0].mask.height <= look.grid.captions.bottom


@pytest.mark.parametrize(
    ("language", "text"),
    [("th", "ที่น้ำปู่ ญี่ปุ่นก็"), ("hi", "शून्य र्के कुर्बानी में"), ("ar", "يخزّن الماء جميعًا"), ("ja", "日本 鬱")],
)
def test_lines_of_tall_scripts_do_not_touch(language, text):
    style = DISPLAY.in_language(language)
    above = below = draw_ink(shape(text, style), 124)

    assert above.top + above.mask.height < below.top + round(124 * style.leading)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Η φύση γύρω μας", "el", "Η ΦΥΣΗ ΓΥΡΩ ΜΑΣ"),
        ("Αϊνστάιν", "el", "ΑΪΝΣΤΑΙΝ"),
        ("bilim", "tr", "BİLİM"),
        ("ısı", "tr-TR", "ISI"),
        ("მეცნიერება", "ka", "მეცნიერება"),
        ("Straße", "de", "STRASSE"),
        ("khoa học", "vi", "KHOA HỌC"),
        ("身近な科学", "ja", "身近な科学"),
    ],
)
def test_capitals_are_those_of_the_language(text, language, expected):
    assert uppercase(text, language) == expected


def test_an_ideograph_has_the_regional_shape_of_the_language(system_fonts):
    for place in ("JP", "KR", "SC", "TC", "HK"):
        make_font(system_fonts / f"NotoSans{place}-Regular.ttf", "直")

    drawn_by = {
        tag: fonts.face_for("直", weight=400, language=tag).path[-14:-12] for tag in ("ja", "ko", "zh", "zh-TW", "yue")
    }

    assert drawn_by == {"ja": "JP", "ko": "KR", "zh": "SC", "zh-TW": "TC", "yue": "HK"}


def test_quotes_among_ideographs_are_full_width(system_fonts):
    make_font(system_fonts / "NotoSansSC-Regular.ttf", "字“”…")

    assert fonts.face_for("“", weight=400, language="zh").path.endswith("NotoSansSC-Regular.ttf")
    assert not fonts.face_for("“", weight=400, language="de").path.endswith("NotoSansSC-Regular.ttf")
    assert not fonts.face_for("a", weight=400, language="zh").path.endswith("NotoSansSC-Regular.ttf")


@pytest.mark.ideographs
def test_a_title_in_japanese_is_broken_between_phrases():
    block = fit("QRコードはどこで生まれたか", DISPLAY.in_language("ja"), (140, 100), width_px=970, max_lines=5)

    assert [line.text for line in block.lines] in (
        ["QRコードは", "どこで", "生まれたか"],
        ["QRコードは", "どこで生まれたか"],
        ["QRコードはどこで", "生まれたか"],
    )
