"""A brand's fonts and logo: loaded from files, part of a film's identity, applied to every picture."""

import os
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import ConfigurationError, InputError
from pipeline.model import Brief, BulletsScene, ClosingScene, Script, TitleScene, VideoFormat
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.templates.catalogue import copy_template
from pipeline.orchestrator.templates.validation import check_template
from pipeline.rendering import Fonts, Look, font_digest, read_logo, read_typeface
from pipeline.rendering.captions import captions
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import LAYOUTS, lay_out
from pipeline.rendering.layouts import logo as placing
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.surface.logos import LogoLimits, fit_logo, render_logo
from pipeline.rendering.text import line as setting
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, CAP_HEIGHT_EM, HEADING
from pipeline.theme.colours import contrast
from pipeline.theme.loading import known_themes, load_theme
from tests.standins.brands import font_of_boxes, logo
from tests.standins.photos import photo_of_tests
from tests.standins.scenes import spoken
from tests.standins.typical import typical

EVERY_LAYOUT = pytest.mark.parametrize("kind", LAYOUTS, ids=lambda kind: kind.layout)
AT_REST = 10**6


theme_of = cache(load_theme)


def look_of(size=(960, 540), *, theme="midnight", language="en", **others):
    width, height = size
    return Look(
        title="Why octopuses have three hearts",
        format=VideoFormat(width_px=width, height_px=height),
        theme=theme_of(theme),
        language=language,
        stills=(photo_of_tests(),),
        **others,
    )


def workspace(folder, brand):
    (folder / "nightreel.toml").write_text(f"[brand]\n{brand}\n", encoding="utf-8")
    return open_context(workspace=folder)


# Fonts ------------------------------------------------------------------------------------------------------------


@EVERY_LAYOUT
def test_every_text_of_a_layout_is_set_in_the_fonts_of_the_brand(kind, tmp_path, monkeypatch):
    boxes = read_typeface(str(font_of_boxes(tmp_path / "boxes.ttf")), tmp_path, weight=700)
    scene, without = typical(kind), []
    face_for = setting._face_for

    def noted(cluster, style):
        if style.typeface is None and not style.monospaced:
            without.append(cluster)
        return face_for(cluster, style)

    monkeypatch.setattr(setting, "_face_for", noted)
    look = look_of((640, 360), fonts=Fonts(heading=boxes, text=boxes))
    lay_out(scene, spoken(scene), look)
    captions((), look)

    assert not without


def test_headings_and_other_texts_have_a_font_each(tmp_path):
    boxes = read_typeface(str(font_of_boxes(tmp_path / "boxes.ttf")), tmp_path, weight=700)
    look = look_of(fonts=Fonts(heading=boxes))

    assert {piece.face.sha256 for piece in shape("Word", look.styled(HEADING)).pieces} == {boxes.sha256}
    assert {piece.face.sha256 for piece in shape("Word", look.styled(BODY)).pieces} == {""}


@pytest.mark.shaped
@pytest.mark.parametrize("text", ["Where Ж and 漢 stand", "A שלום B", "two 🐙 three"])
def test_letters_that_a_font_lacks_are_set_as_always(text, tmp_path):
    boxes = read_typeface(str(font_of_boxes(tmp_path / "boxes.ttf")), tmp_path, weight=700)
    pieces = shape(text, look_of(fonts=Fonts(text=boxes)).styled(BODY)).pieces

    for piece in (each for each in pieces if not each.text.isspace()):
        assert (not piece.face.sha256) == any(not letter.isascii() for letter in piece.text)
    assert len({piece.face for piece in pieces}) > 1


@pytest.mark.parametrize("capital", [600, 640, 800])
def test_capitals_are_as_tall_as_ours_whatever_the_font(capital, tmp_path):
    boxes = read_typeface(str(font_of_boxes(tmp_path / "boxes.ttf", capital=capital)), tmp_path, weight=700)
    ink = draw_ink(shape("H", look_of(fonts=Fonts(heading=boxes)).styled(HEADING)), 100)

    assert abs(ink.mask.height - 100 * CAP_HEIGHT_EM) <= 2


def test_a_variable_font_has_the_weight_that_is_asked_for_as_far_as_it_goes(tmp_path):
    mono = read_typeface("JetBrains Mono", tmp_path, weight=700)
    assert [(axis.tag, axis.low, axis.high) for axis in mono.axes] == [("wght", 100, 800)]

    look = look_of(fonts=Fonts(text=mono))
    inks = [
        np.asarray(draw_ink(shape("Hamburg", replace(look.styled(BODY), weight=weight)), 60).mask, np.int32).sum()
        for weight in (400, 700, 800, 900)
    ]
    assert inks[0] < inks[1] < inks[2] == inks[3]


def test_a_family_is_known_by_its_name_whatever_the_capitals(tmp_path):
    assert read_typeface("noto sans", tmp_path, weight=400).path.endswith("NotoSans[wdth,wght].ttf")


@pytest.mark.parametrize("name", ["heading_font", "text_font"])
@pytest.mark.parametrize(
    ("make", "named", "says"),
    [
        (lambda path: None, "gone.ttf", "gone.ttf does not exist. Looked for"),
        (lambda path: path.write_bytes(b"no font"), "broken.ttf", "broken.ttf is not a readable font"),
        (lambda path: path.write_bytes(b"\0\1\0\0" + os.urandom(400)), "noise.ttf", "noise.ttf is not a readable"),
        (
            lambda path: path.write_bytes(font_of_boxes(path).read_bytes()[:900]),
            "torn.ttf",
            "torn.ttf is not a readable",
        ),
        (lambda path: font_of_boxes(path, letters="0123 "), "digits.ttf", "digits.ttf has no letters"),
        (lambda path: None, "Intr", "Intr is not an installed font. Did you mean Inter?"),
    ],
)
def test_a_font_that_cannot_be_used_is_an_error_of_one_line_that_names_the_setting(tmp_path, name, make, named, says):
    make(tmp_path / named)
    context = workspace(tmp_path, f'{name} = "{named}"')

    with pytest.raises(ConfigurationError) as caught:
        context.job_id(Brief(title="Tea", language="en"))

    assert str(caught.value).startswith(f"brand.{name}: {says}")
    assert "\n" not in str(caught.value)


# What a film is -----------------------------------------------------------------------------------------------------


def test_a_film_is_another_with_another_font_or_logo_and_the_same_wherever_they_lie(tmp_path):
    brief = Brief(title="Tea", language="en")
    plain = open_context(workspace=tmp_path).job_id(brief)
    font_of_boxes(tmp_path / "a.ttf")
    (tmp_path / "fonts").mkdir()
    font_of_boxes(tmp_path / "fonts" / "b.ttf")
    font_of_boxes(tmp_path / "c.ttf", capital=500)
    logo(tmp_path / "logo.png", "#102030")
    asked = ('heading_font = "a.ttf"', 'heading_font = "c.ttf"', 'text_font = "a.ttf"', 'logo = "logo.png"')
    ids = [workspace(tmp_path, each).job_id(brief) for each in asked]

    assert len({plain, *ids}) == 5
    assert workspace(tmp_path, 'heading_font = "fonts/b.ttf"').job_id(brief) == ids[0]
    assert workspace(tmp_path, 'logo = ""').job_id(brief) == plain
    logo(tmp_path / "logo.png", "#112233")
    assert workspace(tmp_path, 'logo = "logo.png"').job_id(brief) not in {*ids, plain}


def test_fonts_of_a_brand_are_part_of_what_scenes_are_kept_under(tmp_path):
    boxes = read_typeface(str(font_of_boxes(tmp_path / "boxes.ttf")), tmp_path, weight=700)
    script = Script(title="Tea", language="en", scenes=(typical(TitleScene),))
    assert font_digest(script, look_of(fonts=Fonts(text=boxes))) != font_digest(script, look_of())


def test_a_template_brings_its_own_and_the_brand_goes_before_it(tmp_path):
    context = open_context(workspace=tmp_path)
    copy_template(context, "mine", origin="explainer")
    folder = tmp_path / "templates" / "mine"
    font_of_boxes(folder / "own.ttf")
    logo(folder / "own.png", "#AA2222")
    path = folder / "template.toml"
    own = '[assets]\nlogo = "own.png"\nheading_font = "own.ttf"\n'
    path.write_text(path.read_text(encoding="utf-8").replace("[prompt]", f"{own}\n[prompt]"), encoding="utf-8")
    brief = Brief(title="Tea", language="en", template="mine")
    fonts, mark = open_context(workspace=tmp_path).appearance.brand_identity(brief)

    assert (fonts.heading.path, fonts.text) == (str(folder / "own.ttf"), None)
    assert mark.path == str(folder / "own.png")
    logo(tmp_path / "ours.png", "#22AA22")
    assert workspace(tmp_path, 'logo = "ours.png"').appearance.brand_identity(brief)[1].path == str(
        tmp_path / "ours.png"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            'transition = "swirl"',
            r"template\.toml:\d+: transition: is 'swirl', must be 'cut', 'fade', 'slide' or 'wipe'",
        ),
        ('motion = "wild"', r"template\.toml:\d+: motion: is 'wild', must be 'full', 'reduced' or 'none'"),
        (
            'assets.logo = "../x.png"',
            r"template\.toml:\d+: assets\.logo: is '\.\./x\.png', must be the name of a PNG next to template\.toml",
        ),
        ('assets.logo = "x.png"', r"template\.toml:13: assets\.logo: x\.png can't be read"),
        ('assets.text_font = "x.ttf"', r"template\.toml:13: assets\.text_font: x\.ttf does not exist"),
    ],
)
def test_a_check_tells_what_a_template_brings_that_is_none(tmp_path, line, says):
    context = open_context(workspace=tmp_path)
    copy_template(context, "mine", origin="news")
    path = tmp_path / "templates" / "mine" / "template.toml"
    text = path.read_text(encoding="utf-8").replace('transition = "cut"\n', "")
    path.write_text(text.replace("[intro]", f"{line}\n\n[intro]", 1), encoding="utf-8")

    faults = check_template(open_context(workspace=tmp_path), "mine")

    assert len(faults) == 1
    assert re.search(says, str(faults[0]))


def test_a_check_tells_all_files_that_a_template_brings_and_that_are_not_there(tmp_path):
    context = open_context(workspace=tmp_path)
    copy_template(context, "mine", origin="news")
    path = tmp_path / "templates" / "mine" / "template.toml"
    own = '[assets]\nlogo = "no.png"\nheading_font = "no.ttf"\ntext_font = "nor.ttf"\n\n[intro]'
    text = path.read_text(encoding="utf-8").replace("[intro]", own, 1)
    path.write_text(text.replace('theme = "slate"', 'theme = "slat"'), encoding="utf-8")

    faults = check_template(open_context(workspace=tmp_path), "mine")

    told = [("logo", "no.png"), ("heading_font", "no.ttf"), ("text_font", "nor.ttf"), ("theme", "slat")]
    assert len(faults) == len(told)
    assert all(name in fault.where and file in fault.message for fault, (name, file) in zip(faults, told, strict=True))


def test_a_template_says_how_much_moves_and_the_settings_go_before_it(tmp_path):
    offer, news = (Brief(title="Tea", language="en", template=name) for name in ("offer", "news"))
    context = open_context(workspace=tmp_path)
    assert (context.appearance.motion(offer), context.appearance.motion(news)) == ("reduced", "full")

    (tmp_path / "nightreel.toml").write_text('[video]\nmotion = "full"\n', encoding="utf-8")
    lively = open_context(workspace=tmp_path)
    assert lively.appearance.motion(offer) == "full"
    assert lively.job_id(offer) != context.job_id(offer), "another film"


# The logo -----------------------------------------------------------------------------------------------------------


def brought(tmp_path, ink="#F4F4F4", **others):
    return read_logo(str(logo(tmp_path / "logo.png", ink, **others)), tmp_path)


def logos_in(scene, look):
    """What stands in a scene with its logo that does not without."""
    elements = [lay_out(scene, (), each).elements for each in (look, replace(look, logo=None))]
    found = [each for each in elements[0] if isinstance(each, Sprite) and each.mask.size in _sizes(look)]
    return found, elements[1]


def _sizes(look):
    all_sizes = (placing._CLOSING, *placing._OPENING, placing._SMALL)
    return {fit_logo(look.logo, most, look.grid.type_px) for most in all_sizes}


def faults_of(kind, look):
    """What is wrong with where the logo stands, if it stands anywhere, and its box."""
    found, others = logos_in(typical(kind), look)
    for box in (each.box(None) for each in found):
        content = look.grid.content
        if not content.left <= box.left < box.right <= content.right:
            yield box, "beside the margins"
        # Upright, apps cover what is above the content; elsewhere an edge of three hundredths is kept.
        if box.top < (content.top if look.grid.is_tall else 0.03 * look.format.height_px):
            yield box, "at the upper edge"
        poses = [(each, each.pose(AT_REST)) for each in others] if kind is not ClosingScene else []
        if any(each.box(pose).intersects(box) for each, pose in poses if pose is not None):
            yield box, "over something else"
        yield box, ""


def test_a_logo_stands_at_the_same_place_in_most_layouts_and_touches_nothing(tmp_path):
    look = look_of((640, 360), logo=brought(tmp_path))
    found = [(kind.layout, *fault) for kind in LAYOUTS for fault in faults_of(kind, look)]

    assert not [each for each in found if each[2]]
    assert len(found) >= 15
    # Opening, closing, and all others.
    assert len({box for _, box, _ in found}) == 3


@pytest.mark.parametrize("size", [(360, 640), (360, 360), (360, 450)], ids=["9:16", "1:1", "4:5"])
def test_a_logo_has_room_in_the_first_and_the_last_scene_of_every_format(size, tmp_path):
    look = look_of(size, logo=brought(tmp_path))
    found = {kind: list(faults_of(kind, look)) for kind in (TitleScene, ClosingScene, BulletsScene)}

    assert [problem for each in found.values() for _, problem in each if problem] == []
    assert found[TitleScene]
    assert found[ClosingScene]
    assert bool(found[BulletsScene]) is not look.grid.is_tall


def test_a_logo_stands_on_the_other_side_where_text_begins_at_the_right(tmp_path):
    look = look_of(logo=brought(tmp_path), language="ar")
    (found,), _ = logos_in(typical(TitleScene), look)

    assert found.box(None).right == 960 - look.grid.content.left


@pytest.mark.parametrize("ink", ["#FFFFFF", "#101820", "#808080", "#E4572E", "#1144CC"])
def test_a_logo_is_seen_on_every_theme(ink, tmp_path):
    mark = brought(tmp_path, ink)
    for name in known_themes(()):
        for theme in (load_theme(f"{name}-{mode}") for mode in ("dark", "light")):
            for ground in (theme.background_top, theme.background_bottom):
                made = render_logo(mark, (300, 80), Image.new("RGB", (300, 80), ground), theme)
                assert contrast(ink, made.plate_colour or ground) >= 2, (theme.name, ground)


def test_a_logo_that_is_seen_has_no_plate_and_one_on_a_picture_of_something_has(tmp_path):
    dark, theme = brought(tmp_path, "#101820"), load_theme("paper")
    light = Image.new("RGB", (300, 80), "#FAFAF7")
    stripes = light.copy()
    stripes.paste("#202020", (0, 40, 300, 80))

    assert render_logo(dark, (300, 80), light, theme).plate is None
    assert render_logo(dark, (300, 80), Image.new("RGB", (300, 80), "#121212"), theme).plate is not None
    assert render_logo(dark, (300, 80), stripes, theme).plate is not None
    # What is a rectangle by itself needs none.
    whole = read_logo(str(logo(tmp_path / "whole.png", "#FFFFFF", ground="#0055AA")), tmp_path)
    assert render_logo(whole, (300, 80), stripes, theme).plate is None


def test_logos_are_as_large_as_each_other_by_area_and_never_blurred(tmp_path):
    most = LogoLimits(18_000, 380, 88)
    wide, square = (brought(tmp_path, size=size) for size in ((1600, 200), (900, 900)))
    sizes = [fit_logo(each, most, round) for each in (wide, square)]

    assert all(width <= 380 and height <= 88 for width, height in sizes)
    assert max(width * height for width, height in sizes) < 3 * min(width * height for width, height in sizes)
    small = brought(tmp_path, size=(200, 100))
    assert fit_logo(small, most, lambda length: 4 * round(length))[1] <= 1.25 * small.height_px


def test_a_name_on_one_line_is_as_large_as_any_other_logo(tmp_path):
    wide = brought(tmp_path, size=(1800, 160))

    for most in (*placing._OPENING, placing._SMALL, placing._CLOSING):
        width, height = fit_logo(wide, most, round)
        assert width * height > 0.85 * most.area


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "logo.png can't be read: No such file or directory"),
        (lambda path: path.write_bytes(b"GIF89a"), "logo.png is not a readable PNG. Save it as PNG"),
        (
            lambda path: path.write_bytes(logo(path, "#111111").read_bytes()[:200]),
            "logo.png is not a readable PNG",
        ),
        (lambda path: Image.new("RGBA", (300, 90)).save(path), "logo.png is completely transparent"),
        (lambda path: Image.new("RGB", (30, 20)).save(path), "logo.png is too small: 30 by 20 pixels"),
        (lambda path: Image.new("1", (9000, 9)).save(path), "logo.png has too many pixels"),
    ],
)
def test_a_logo_that_cannot_be_shown_is_an_error_that_names_the_setting(tmp_path, make, says):
    make(tmp_path / "logo.png")
    context = workspace(tmp_path, 'logo = "logo.png"')

    with pytest.raises(ConfigurationError) as caught:
        context.job_id(Brief(title="Tea", language="en"))

    assert str(caught.value).startswith(f"brand.logo: {says}")
    assert "\n" not in str(caught.value)


def test_a_logo_that_changes_while_films_are_made_stops_them(tmp_path):
    look = look_of(logo=brought(tmp_path))
    logo(tmp_path / "logo.png", "#123456")

    with pytest.raises(InputError, match="the logo changed while films were being made"):
        lay_out(typical(TitleScene), (), look)


def test_words_never_come_nearer_to_a_logo_than_they_should(tmp_path):
    look = look_of((1920, 1080), logo=brought(tmp_path))
    scene = replace(typical(TitleScene), heading="A title that is as long as it can be, and then a little longer still")
    found, others = logos_in(scene, look)
    for each in found:
        box = each.box(None)
        around = Box(box.left - 8, box.top - 8, box.right + 8, box.bottom + 8)
        assert not any(other.box(pose).intersects(around) for other in others if (pose := other.pose(AT_REST)))
