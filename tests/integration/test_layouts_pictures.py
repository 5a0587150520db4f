"""Scenes with pictures in every format: text placement, contrast on real pixels, careful cropping."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from pipeline.language.words import split_words
from pipeline.model import (
    PictureScene,
    ProductScene,
    SceneryScene,
    SplitScene,
    SpokenLine,
    StatementScene,
    TitleScene,
    VideoFormat,
    Word,
)
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.layouts.rating import filled_stars, rating_text, star_row
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.pan_zoom import MovingStill
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.photographs import cover, is_page
from pipeline.rendering.thumbnail.picture import frame_for_text
from pipeline.theme.colours import contrast
from pipeline.theme.loading import load_theme
from tests.integration.test_scenes_in_formats import lines_of
from tests.standins.photos import coast, lighthouse, shoe, still_of, wall
from tests.standins.scenes import spoken
from tests.standins.text_reader import assert_within, picture_of
from tests.standins.typical import typical

SIZES = [(960, 540), (540, 960), (540, 676), (540, 540)]
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
LATE = 600
LINES = (SpokenLine(text="The coast is long."), SpokenLine(text="Nobody sleeps."))
FACTS = ("Grip that holds on wet stone", "Recycled mesh, 240 g", "Free returns until the end of May")
BUY = (SpokenLine(text="A shoe."), *(SpokenLine(text=fact, reveals=number) for number, fact in enumerate(FACTS)))
LONG = "Six hundred miles of cliffs, and one road along them, of which the sea takes a piece every single year"
SCENES = [
    PictureScene(lines=LINES, picture="coast", text=LONG),
    PictureScene(lines=LINES, picture="lighthouse", text="The tower of 1853"),
    PictureScene(lines=LINES, picture="coast"),
    SceneryScene(lines=LINES, picture="coast", heading="Where the land ends", subtitle=LONG[:90]),
    SceneryScene(lines=LINES, picture="lighthouse", heading="Everything that we know about electroencephalography"),
    SceneryScene(lines=LINES, picture="wall"),
    SplitScene(lines=LINES, picture="coast", heading="Six hundred miles of cliffs", kicker="The coast", text=LONG),
    SplitScene(lines=LINES, picture="lighthouse", heading="The last keeper", text=f"{LONG}, winter after winter"),
    SplitScene(lines=LINES, picture="shoe", heading="Short"),
    ProductScene(
        lines=BUY, picture="shoe", heading="Trail shoes for the wettest spring of all", kicker="For you, Maria",
        price="84,90 €", price_before="99,90 €", items=FACTS, rating=4.6, ratings=1234,
    ),
    ProductScene(lines=BUY, picture="coast", heading="A week at the sea", price="1.284.900,50 €", items=FACTS),
    ProductScene(lines=LINES, heading="Trail shoes", price="$84.90", items=(), rating=2.5),
]  # fmt: skip
EVERY_SCENE = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.layout} {scene.picture}")


@pytest.fixture(scope="module")
def stills(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stills")
    credit = "Photo: Ana Lima, CC BY 4.0"
    return (
        still_of(coast(900, 600), folder, "coast", credit=credit),
        still_of(lighthouse(400, 600), folder, "lighthouse"),
        still_of(shoe(600, 400), folder, "shoe", credit=credit),
        still_of(wall(800, 500), folder, "wall", credit=credit),
    )


def look_of(size, stills, **how):
    return Look(
        title="The coast",
        format=VideoFormat(width_px=size[0], height_px=size[1]),
        stills=stills,
        **{"language": "en", **how},
    )


def words_of(scene):
    texts = [word for line in scene.lines for word in split_words(line.text)]
    return tuple(Word(text=text, start_s=number * 0.4, end_s=number * 0.4 + 0.3) for number, text in enumerate(texts))


@EVERY_SIZE
@EVERY_SCENE
def test_text_stays_in_its_area_and_no_lines_overlap(scene, size, stills):
    look = look_of(size, stills)
    content, slack = look.grid.content, look.grid.px(24) + 2

    lines = lines_of(lay_out(scene, (), look))

    assert lines or not scene.picture or scene.layout == "picture"
    assert_within(lines, content, slack)
    for one, other in itertools.combinations(lines, 2):
        shared = one.clipped_to(other)
        assert shared.height <= 0.25 * min(one.height, other.height) or not shared.width


@pytest.mark.parametrize("size", [(540, 960), (540, 676), (540, 540)], ids=lambda size: "{}x{}".format(*size))
def test_an_upright_picture_keeps_its_full_height_in_stacked_layouts(size, tmp_path):
    image = Image.new("RGB", (400, 640), (120, 140, 150))
    # Near its edges: what would be cut off first.
    for top in (96, 534):
        ImageDraw.Draw(image).rectangle((180, top, 220, top + 10), fill=(255, 0, 0))
    still = still_of(image, tmp_path, "tower")
    scene = SplitScene(lines=LINES, picture="tower", heading="Why it is tall", text="It is seen from afar")

    pixels = picture_of(lay_out(scene, (), look_of(size, (still,)))).astype(int)

    red = np.argwhere((pixels[..., 0] > 90) & (pixels[..., 1] < 60) & (pixels[..., 2] < 60))
    assert red.size
    assert np.ptp(red[:, 0]) > 0.4 * size[1]


@pytest.mark.parametrize(("shape", "top"), [((640, 140), 110), ((640, 400), 0)])
def test_a_low_picture_is_below_the_controls_of_apps(shape, top, tmp_path):
    still = replace(still_of(coast(), tmp_path, "strip.png"), width_px=shape[0], height_px=shape[1])
    scene = SplitScene(lines=(), picture=still.name, heading="The bank", text="Steamers passed by.")
    picture = lay_out(scene, (), look_of((540, 960), (still,))).elements[0]

    assert picture.top == top


def test_text_too_long_beside_an_upright_picture_is_not_truncated(tmp_path):
    still = still_of(lighthouse(400, 640), tmp_path, "tower")
    scene = SplitScene(lines=LINES, picture="tower", heading="The last keeper", text=LONG, kicker="The coast")

    for size in SIZES:
        lines = lay_out(scene, (), look_of(size, (still,))).elements
        assert not any(line.is_truncated for line in lines if isinstance(line, Sprite))


def _vase(width, height, radius):
    """In its middle something tall: a dark vase before a light wall."""
    image = Image.new("RGB", (width, height), (204, 196, 184))
    box = (width // 2 - radius, height // 10, width // 2 + radius, height * 19 // 20)
    ImageDraw.Draw(image).ellipse(box, fill=(30, 84, 96))
    return image


def test_text_beside_a_tall_subject_gets_a_narrower_column(tmp_path):
    still = still_of(_vase(960, 540, 150), tmp_path, "vase")
    scene = SceneryScene(lines=LINES, picture="vase", heading="The vase that survived", subtitle="One of nine")

    lines = lines_of(lay_out(scene, (), look_of((960, 540), (still,))))

    assert max(box.right for box in lines) < 960 // 2 - 150


def test_a_busy_area_is_faded_out_under_text_on_upright_pictures(tmp_path):
    still = still_of(_vase(600, 900, 120), tmp_path, "vase")
    scene = SceneryScene(lines=LINES, picture="vase", heading="The vase that survived", subtitle="One of nine")

    composition = lay_out(scene, (), look_of((540, 960), (still,)))

    words = lines_of(composition)
    (scrim,) = (e for e in composition.elements if isinstance(e, Sprite) and e.mask.width > 500)
    at = (words[-1].left, words[-1].bottom)
    assert scrim.mask.getpixel((at[0] - scrim.left, at[1] - scrim.top)) > 0.7 * 255


KETTLE, FOOT = (110, 220, 90), (230, 50, 160)
# Width and height, and where its foot ends.
KETTLES = [(640, 480, 0.93), (720, 480, 0.94), (480, 480, 0.92), (480, 600, 0.90), (720, 480, 0.72)]


def _kettle(width, height, bottom):
    """Something that stands on a table, two thirds as high as the picture at least, its lid and its foot in pink."""
    image = Image.new("RGB", (width, height), (226, 220, 210))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, round(height * (bottom - 0.05)), width, height), fill=(150, 104, 70))
    high, middle = height * min(0.82, bottom - 0.1), width / 2
    top, half = height * bottom - high, 0.36 * high
    draw.rectangle((middle - half, top, middle + half, height * bottom - 1), fill=KETTLE)
    for at in (top, height * bottom - 0.04 * high):
        draw.rectangle((middle - half, at, middle + half, at + 0.04 * high - 1), fill=FOOT)
    return image


def _seen(composition, colour_of):
    """Rows in which so many pixels are about of that colour."""
    shown = np.asarray(picture_of(composition), int)
    return np.flatnonzero((np.abs(shown - colour_of).max(axis=2) < 40).sum(axis=1) > 30)


@pytest.mark.parametrize("size", SIZES[1:], ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("kettle", KETTLES, ids=lambda kettle: "{}x{}-{}".format(*kettle))
@pytest.mark.parametrize("layout", ["split", "product"])
def test_a_subject_is_not_cropped_in_stacked_layouts(layout, kettle, size, tmp_path):
    look = look_of(size, (still_of(_kettle(*kettle), tmp_path, "kettle"),))
    scene = {
        "split": SplitScene(lines=LINES, picture="kettle", kicker="Two walls", heading="Nothing between", text=LONG),
        "product": ProductScene(lines=BUY, picture="kettle", heading="A kettle", price="€129", items=FACTS),
    }[layout]

    composition = lay_out(scene, (), look)

    body, ends = _seen(composition, KETTLE), _seen(composition, FOOT)
    assert ends.min() < body.min() < body.max() < ends.max()


def _page(width, height):
    """A text with margins."""
    image = Image.new("RGB", (width, height), (250, 249, 245))
    draw = ImageDraw.Draw(image)
    step, margin = 24, width // 10
    for y in range(margin, height - margin, step):
        draw.rectangle((margin, y, width - margin, y + step // 2), fill=(40, 40, 40))
    return image


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("page", [(600, 840), (840, 560), (640, 640)], ids=lambda page: "{}x{}".format(*page))
@pytest.mark.parametrize("layout", ["split", "picture"])
def test_a_page_keeps_its_margins_whatever_the_frame(layout, page, size, tmp_path):
    look = look_of(size, (still_of(_page(*page), tmp_path, "page"),))
    scene = {
        "split": SplitScene(lines=LINES, picture="page", heading="The page", text=LONG),
        "picture": PictureScene(lines=LINES, picture="page", text="The first page"),
    }[layout]

    masks = [each.mask for each in lay_out(scene, (), look).elements if isinstance(each, Sprite)]

    shapes = [mask.width / mask.height for mask in masks if mask.height > size[1] / 4]
    assert page[0] / page[1] in [pytest.approx(shape, rel=0.01) for shape in shapes]


@pytest.mark.parametrize("size", [(540, 676), (540, 540)], ids=lambda size: "{}x{}".format(*size))
def test_a_landscape_page_is_above_the_text_if_it_is_larger_there(size, tmp_path):
    look = look_of(size, (still_of(_page(840, 560), tmp_path, "page"),))
    scene = SplitScene(lines=LINES, picture="page", heading="The page", text="It was printed in 1853.")

    picture = max(
        (each for each in lay_out(scene, (), look).elements if isinstance(each, Sprite)),
        key=lambda each: each.mask.width * (each.mask.width < size[0]) * (each.mask.height > size[1] / 4),
    )

    assert picture.mask.width > 0.6 * size[0]


def test_a_landscape_with_much_sky_is_no_page(tmp_path):
    still = replace(still_of(coast(900, 600), tmp_path, "coast"), subject=(0.09, 0.27, 0.91, 0.96))

    assert not is_page(still)
    assert is_page(replace(still, subject=(0.09, 0.18, 0.89, 0.81)))


def test_a_tall_format_shows_the_product_large_if_there_is_space(stills):
    scene = ProductScene(lines=BUY, picture="shoe", heading="Trail shoes", price="84,90 €", items=FACTS, rating=4.6)
    look = look_of((540, 960), (replace(stills[2], credit=""),))

    sprites = [e for e in lay_out(scene, (), look).elements if isinstance(e, Sprite)]

    (shown,) = (each for each in sprites if not isinstance(each.ink.y, int))
    assert shown.mask.width > 0.7 * 540


def _jug(top):
    """Something that stands on a striped table before a bright wall, so high up."""
    image = Image.new("RGB", (810, 540), (244, 240, 232))
    draw = ImageDraw.Draw(image)
    for row in range(300, 540, 20):
        draw.rectangle((0, row, 810, row + 9), fill=(120, 80, 50))
    draw.rectangle((300, top, 510, 480), fill=(200, 70, 40))
    return image


@pytest.mark.parametrize("top", [165, 180])
def test_a_bright_picture_keeps_its_colours_below_text_at_the_top(top, tmp_path):
    scene = SceneryScene(lines=LINES, picture="jug", heading="Half past ten, still hot", subtitle="On a Tuesday night")

    composition = lay_out(scene, (), look_of((540, 540), (still_of(_jug(top), tmp_path, "jug"),)))

    lowest = max(box.bottom for box in lines_of(composition))
    assert lowest < 200
    assert np.abs(picture_of(composition)[lowest + 70, 270] - (200, 70, 40)).max() < 12
    (moving,) = (e for e in composition.elements if isinstance(e, MovingStill))
    assert moving.start.top == pytest.approx(moving.end.top, abs=0.5)


@EVERY_SIZE
@EVERY_SCENE
def test_pictures_keep_clear_of_captions_and_text_unless_full_frame(scene, size, stills):
    if scene.layout == "scenery" or not scene.picture:
        return
    look = look_of(size, stills)
    composition = lay_out(scene, (), look)
    shown = [e for e in composition.elements if isinstance(e, Sprite) and not isinstance(e.ink.y, int)]

    assert shown
    for sprite in shown:
        box = sprite.box(sprite.pose(LATE))
        assert box.bottom <= look.grid.content.bottom
        assert box.width >= 0.2 * size[0]
        assert not any(line.intersects(box) and line.clipped_to(box).height > 8 for line in lines_of(composition))


@pytest.mark.parametrize("theme", ["midnight", "paper"])
@pytest.mark.parametrize("language", ["en", "ar"])
@EVERY_SIZE
@pytest.mark.parametrize("picture", ["wall", "coast"])
def test_text_on_a_moving_picture_has_contrast_at_any_time(picture, size, language, theme, stills):
    scene = SceneryScene(lines=LINES, picture=picture, heading="Where the land ends", subtitle=LONG[:60])
    look = look_of(size, stills, language=language, theme=load_theme(theme))
    composition = lay_out(scene, words_of(scene), look)
    text = [e for e in composition.elements if isinstance(e, Sprite) and e.text]
    bare = [e for e in composition.elements if e not in text]
    letters = lines_of(replace(composition, elements=text))
    assert len(letters) >= 3
    # Dark on what is as white as a wall.
    dark = picture == "wall"
    ink = look.theme.plate if dark else look.theme.plate_text
    assert {line.ink for line in text} == {colour(ink)}

    for frame in (0, 40, LATE):
        canvas = Canvas(composition.ground(), bare)
        canvas.apply(canvas.advance(frame))
        pixels = np.asarray(canvas.picture.to_rgb())
        for box in letters:
            behind = pixels[box.top : box.bottom, box.left : box.right].reshape(-1, 3)
            luminance = behind @ np.array([0.2126, 0.7152, 0.0722])
            hardest = behind[luminance.argmin() if dark else luminance.argmax()]
            assert contrast(ink, "#" + "".join(f"{level:02X}" for level in hardest)) >= 4.5


def test_a_picture_that_is_white_behind_text_stays_white(stills):
    scene = SceneryScene(lines=LINES, picture="wall", heading="Where the land ends")
    for size in SIZES:
        composition = lay_out(scene, (), look_of(size, stills))
        bare = [e for e in composition.elements if isinstance(e, MovingStill) or not (e.text or e.order)]

        assert np.asarray(picture_of(replace(composition, elements=bare))).min() >= 250


def test_text_on_an_upright_picture_gets_smaller_to_avoid_the_subject(tmp_path):
    # A white room with a thing in it that reaches to a third of the height, or to half of it.
    bricks = 60 + 120 * (np.indices((900, 600)) // 40).sum(axis=0) % 200
    heights = {}
    for share in (0.30, 0.5):
        levels = np.where(np.arange(900)[:, None] < share * 900, 245, bricks).astype(np.uint8)
        still = still_of(Image.fromarray(levels).convert("RGB"), tmp_path, f"thing-{share}")
        scene = SceneryScene(
            lines=LINES, picture=still.name, heading="Half past ten, still hot", subtitle="On a Tuesday"
        )
        lines = lines_of(lay_out(scene, (), look_of((540, 960), (still,))))
        heights[share] = lines[-1].height
        assert max(line.bottom for line in lines) < share * 960

    assert heights[0.30] < heights[0.5]


def test_a_full_frame_picture_zooms_evenly_unless_motion_is_reduced(stills):
    scene = SceneryScene(lines=LINES, picture="coast", heading="Where the land ends")
    moving, still = (
        lay_out(scene, words_of(scene), look_of((960, 540), stills, motion=amount)) for amount in ("full", "reduced")
    )
    (moves,) = (each for each in moving.elements if isinstance(each, MovingStill))
    (rests,) = (each for each in still.elements if isinstance(each, MovingStill))

    widths = [view.right - view.left for view in (moves.pose(0), moves.pose(LATE))]
    assert 1.03 <= max(widths) / min(widths) <= 1.065
    assert rests.pose(0) == rests.pose(30) == rests.pose(LATE)
    frames = list(
        draw_scene(scene, words=words_of(scene), cues=(), frames=90, look=look_of((320, 180), stills, motion="reduced"))
    )
    # Words fade in, and then it rests.
    assert len(frames) < 50
    assert frames[-1].hold > 30


def test_text_on_an_upright_picture_is_where_it_is_calm(tmp_path):
    sky, bricks = np.full((450, 600), 90), 60 + 60 * (np.indices((450, 600)) // 40).sum(axis=0) % 120
    for upside_down, name in ((False, "calm-above"), (True, "calm-below")):
        halves = (bricks, sky) if upside_down else (sky, bricks)
        image = Image.fromarray(np.concatenate(halves).astype(np.uint8)).convert("RGB")
        scene = SceneryScene(lines=LINES, picture=name, heading="Where the land ends")
        for size in SIZES[1:]:
            look = look_of(size, (still_of(image, tmp_path, name),))
            lines = lines_of(lay_out(scene, (), look))
            middle = sum(box.centre_y for box in lines) / len(lines)
            assert (middle < look.grid.content.centre_y) is not upside_down


def test_text_on_a_wide_picture_leaves_the_subject_beside_it_unchanged(tmp_path):
    # As bright as may be where words are light: on a brighter sky they are dark, and nothing has to be laid under them.
    sky, bricks = np.full((400, 320), 150), 140 + 90 * (np.indices((400, 320)) // 20).sum(axis=0) % 120
    found = {}
    for name, halves in (("beside", (sky, bricks)), ("alike", (sky, sky))):
        image = Image.fromarray(np.concatenate(halves, axis=1).astype(np.uint8)).convert("RGB")
        look = look_of((960, 540), (still_of(image, tmp_path, name),))
        for heading in ("Half past ten, still hot", ""):
            scene = SceneryScene(lines=LINES, picture=name, heading=heading)
            composition = lay_out(scene, (), look)
            right = max((line.right for line in lines_of(composition)), default=0)
            found[name, heading != ""] = right, picture_of(composition)[:, 780:, 0].astype(float)

    assert found["beside", True][0] < 480 < found["alike", True][0]
    assert np.abs(found["beside", True][1] - found["beside", False][1]).max() <= 2
    assert found["alike", True][1].mean() < found["alike", False][1].mean() - 10


def test_facts_of_a_product_appear_when_they_are_spoken(stills):
    scene = SCENES[9]
    words = words_of(scene)
    composition = lay_out(scene, words, look_of((960, 540), stills))
    begins, at = [], 0
    for line in scene.lines:
        begins.append(round(words[at].start_s * 30))
        at += len(split_words(line.text))

    entrances = {e.motion.enters for e in composition.elements if isinstance(e, Sprite)}

    assert set(begins[1:]) <= entrances
    assert not any(begins[0] + 20 < entrance < begins[1] for entrance in entrances)


def test_stars_are_filled_as_far_as_the_rating_goes():
    row = star_row(40, 8)
    full = np.asarray(row, float).sum()

    shares = [np.asarray(filled_stars(row, 40, 8, rating), float).sum() / full for rating in (0, 2.5, 4, 5, 9)]

    assert shares == pytest.approx([0, 0.5, 0.8, 1, 1], abs=0.02)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "4.6 (1,234)"), ("de", "4,6 (1.234)"), ("xx-nonsense", "4.6 (1,234)")]
)
def test_a_rating_is_written_as_the_language_writes_numbers(language, told, stills):
    assert rating_text(SCENES[9], look_of((960, 540), stills, language=language)) == told


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.sampled_from([(160, 90), (90, 160), (90, 90), (333, 41)]), x=st.floats(0, 1), y=st.floats(0, 1))
def test_the_focal_point_stays_visible_whatever_is_cropped(size, x, y, tmp_path_factory):
    folder = tmp_path_factory.mktemp("focus")
    image = Image.new("RGB", (300, 200), (20, 20, 20))
    at = (min(299, round(x * 300)), min(199, round(y * 200)))
    image.paste((255, 40, 40), (at[0] - 9, at[1] - 9, at[0] + 9, at[1] + 9))
    still = replace(still_of(image, folder, "dot"), focus=(x, y))

    cut = np.asarray(cover(still, *size, ground="#000000"), int)

    assert cut.shape[:2] == (size[1], size[0])
    assert (cut[:, :, 0] - cut[:, :, 1]).max() > 90


@pytest.mark.parametrize("size", [(160, 90), (137, 100)])
def test_heads_are_not_cropped_unless_the_focal_point_is_below(size, tmp_path):
    rows = Image.linear_gradient("L").resize((256, 256)).convert("RGB")
    gone = 1 - size[1] / size[0]

    def above(focus_y):
        still = replace(still_of(rows, tmp_path, "rows"), focus=(0.5, focus_y))
        return cover(still, *size, ground="#000000").getpixel((5, 0))[0] / 255 / gone

    assert 0.2 < above(0.57) < 0.3
    assert above(0.94) > 0.8


def test_a_thumbnail_keeps_heads_as_well(tmp_path):
    rows = Image.linear_gradient("L").resize((1024, 1024)).convert("RGB")
    still = replace(still_of(rows, tmp_path, "rows"), focus=(0.5, 0.57))

    seen = frame_for_text(still, look_of((1920, 1080), (still,))).picture

    assert seen.getpixel((5, 0))[0] / 255 < 0.25


def test_pictures_change_only_the_keys_of_scenes_that_show_them(stills):
    from pipeline.keys import content_key  # noqa: PLC0415

    look = look_of((960, 540), stills)
    moved = replace(look, stills=tuple(replace(each, path=each.path.with_name("elsewhere")) for each in stills))
    other = replace(look, stills=(replace(stills[0], sha256="0" * 64), *stills[1:]))

    assert content_key(look) == content_key(moved)
    assert content_key(look) != content_key(other)
    assert look.showing(SCENES[1]) == other.showing(SCENES[1])
    assert look.showing(SCENES[0]) != other.showing(SCENES[0])
    assert look.showing(SCENES[-1], None).stills == ()


def test_a_scene_without_the_title_looks_the_same_in_every_film():
    scene, title = typical(StatementScene), typical(TitleScene)
    one, other = (Look(title=name, format=VideoFormat(width_px=960, height_px=540)) for name in ("For Ada", "For Bea"))

    assert one.showing(scene) == other.showing(scene)
    assert one.showing(title) != other.showing(title)
    assert one.showing(scene, title) != other.showing(scene, title)
    assert rest(scene, one) == rest(scene, one.showing(scene)) == rest(scene, other)
    assert rest(title, one) == rest(title, one.showing(title)) != rest(title, other)


def rest(scene, look):
    *_, last = draw_scene(scene, words=spoken(scene), cues=(), frames=150, look=look)
    return last.picture.to_rgb().tobytes()
