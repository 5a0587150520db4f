"""Thumbnails: three to choose from, readable at small sizes."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import ImageChops

from pipeline.assembly import read_stills, write_stills
from pipeline.model import NumberScene, SceneryScene, Script, VideoFormat
from pipeline.rendering import Look
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.thumbnail import canvas as thumbnail_canvas
from pipeline.rendering.thumbnail.drawing import COUNT, draw_thumbnail
from pipeline.rendering.thumbnail.picture import choose_picture, frame_for_text, is_better_beside
from pipeline.theme.colours import contrast, rgb
from pipeline.theme.loading import load_theme
from tests.standins.photos import coast, lighthouse, photo_of_tests, shoe, still_of, wall

TITLE = "Why octopuses have three hearts"
THEMES = ("midnight", "paper", "forest-light", "clay")


def script(text="Three hearts, one swimmer", scenes=()):
    return Script(title=TITLE, language="en", scenes=scenes, thumbnail_text=text)


theme_of = cache(load_theme)


def look(theme="midnight", size=(1920, 1080), language="en"):
    fmt = VideoFormat(width_px=size[0], height_px=size[1])
    return Look(title=TITLE, theme=theme_of(theme), format=fmt, language=language)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (1080, 1350)])
@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_thumbnail_is_landscape_or_portrait(size, number):
    picture = draw_thumbnail(script(), look(size=size), number)

    assert picture.size == ((1080, 1920) if size == (1080, 1920) else (1280, 720))


def test_there_are_three_different_thumbnails():
    pictures = [np.asarray(draw_thumbnail(script(), look(), number), np.int16) for number in range(1, COUNT + 1)]

    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(pictures[one] - pictures[other]).mean() > 10


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("number", range(1, COUNT + 1))
@pytest.mark.parametrize("text", ["1859", "Three hearts, one swimmer", "Electroencephalographically measured dreams"])
def test_text_is_legible_at_the_size_of_a_list(theme, number, text):
    small = np.asarray(draw_thumbnail(script(text), look(theme), number).resize((168, 94)).convert("L"), np.int16)

    # Letters are far from what is behind them, and there are enough of them.
    ground = np.median(small)
    assert (np.abs(small - ground) > 60).mean() > 0.03


@pytest.mark.parametrize("number", range(1, COUNT + 1))
@pytest.mark.parametrize("text", ["Three hearts, one swimmer", "Ein sehr langes Wort: Rindfleischetikettierung heute"])
def test_no_text_is_where_sites_overlay_the_duration(number, text):
    with_words = np.asarray(draw_thumbnail(script(text), look(), number), np.int16)
    without = np.asarray(draw_thumbnail(script("."), look(), number), np.int16)
    differs = np.abs(with_words - without).max(axis=2) > 24

    assert not differs[630:, 1100:].any() or number == 1  # the figure of the first may stand lower for longer words
    assert differs[:, :700].any()


def test_the_third_thumbnail_shows_the_films_number():
    told = script(scenes=(NumberScene(lines=(), value=17.5, unit="h", text="From the Sun to the Earth"),))
    plain = np.asarray(draw_thumbnail(script(), look(), 3), np.int16)

    assert np.abs(np.asarray(draw_thumbnail(told, look(), 3), np.int16) - plain).mean() > 10


def test_no_portrait_thumbnail_is_empty_below_its_text():
    told = script(scenes=(NumberScene(lines=(), value=17.5, unit="h", text="From the Sun to the Earth"),))

    for film, number in ((script(), 1), (script(), 2), (script(), 3), (told, 3)):
        lower = np.asarray(draw_thumbnail(film, look(size=(1080, 1920)), number).convert("L"), np.int16)[1150:]
        # Edges of a figure, where a ground alone has none.
        assert (np.abs(np.diff(lower, axis=1)) > 6).mean() > 0.001, number


def test_a_large_number_on_a_thumbnail_is_formatted_for_its_language():
    def still(value, language, unit="km"):
        scenes = (NumberScene(lines=(), value=value, unit=unit, text="x"),)
        film = Script(title=TITLE, language=language, scenes=scenes, thumbnail_text="Far")
        return draw_thumbnail(film, look(language=language), 3)

    # 384400 km are no 3.844e+05, and a point is no comma.
    assert written_on(lambda: still(384_400.0, "en")) == "384K\u00a0km"
    assert written_on(lambda: still(189_000, "vi", "₫")) == "189 nghìn\u00a0₫"
    assert written_on(lambda: still(455_125, "de")) == "455.125\u00a0km"
    assert written_on(lambda: still(17.5, "de")) == "17,5\u00a0km"
    assert written_on(lambda: still(1.4, "en", "€")) == "€1.40"


def test_a_number_too_long_for_a_thumbnail_is_left_out():
    scenes = (NumberScene(lines=(), value=2450, unit="x" * 60, text="x"),)
    film = Script(title=TITLE, language="en", scenes=scenes, thumbnail_text="Far")

    with_number, without = (draw_thumbnail(replace(film, scenes=each), look(), 3) for each in (scenes, ()))

    assert with_number.tobytes() == without.tobytes()


def test_a_number_with_ideographs_keeps_clear_of_the_edge_and_of_its_text():
    scenes = (NumberScene(lines=(), value=38, unit="倍", text="x"),)
    film = Script(title=TITLE, language="ja", scenes=scenes, thumbnail_text="なぜ夕焼けは赤いのか")
    spoken_for = []

    def seen(canvas, block, top, *colours):
        spoken_for.append((top - block.clearance_px, top + block.height_px + block.descent_px))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thumbnail_canvas.ThumbnailCanvas, "draw_text", seen)
        draw_thumbnail(film, look(language="ja"), 3)
    (above, below), (text, _) = spoken_for

    assert above >= 40
    assert text >= below


def written_on(draw):
    """The first text that is set while something is drawn."""
    texts = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            thumbnail_canvas, "fit", lambda text, *sizes, **room: (texts.append(text), fit(text, *sizes, **room))[1]
        )
        draw()
    return texts[0]


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_compound_is_hyphenated_before_it_is_too_small_for_a_list(number):
    sizes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            thumbnail_canvas,
            "draw_ink",
            lambda line, size_px, *rest: (sizes.append(size_px), draw_ink(line, size_px, *rest))[1],
        )
        draw_thumbnail(script("Donaudampfschifffahrtsgesellschaft erklärt"), look(language="de"), number)

    # Twelve pixels where a list shows stills 168 pixels wide.
    assert min(sizes) >= 92


@pytest.mark.parametrize(
    ("text", "language", "lit"),
    [
        ("Three hearts, one swimmer", "en", "swimmer"),
        ("Internationalization", "en", ""),
        ("Your roof, Maximiliane-Alexandra", "en", "Maximiliane-Alexandra"),
        ("Die Rindfleischetikettierungsüberwachung", "de", ""),
    ],
)
def test_no_word_of_a_thumbnail_is_in_two_colours(text, language, lit, monkeypatch):
    film, lines, colours = look(language=language), [], []
    monkeypatch.setattr(
        thumbnail_canvas, "draw_ink", lambda line, *rest: (lines.append(line.text), draw_ink(line, *rest))[1]
    )
    monkeypatch.setattr(thumbnail_canvas, "rgb", lambda colour: (colours.append(colour), rgb(colour))[1])
    draw_thumbnail(Script(title=TITLE, language=language, scenes=(), thumbnail_text=text), film)

    assert len(lines) > 1
    accented = "".join(line for line, colour in zip(lines, colours, strict=True) if colour == film.theme.accent)
    assert accented.replace("-", "") == lit.replace("-", "")


@pytest.mark.parametrize("text", ["Why?", "Octopus", "Three hearts, one swimmer", "なぜ空は青いのか"])
def test_the_motif_beside_the_text_is_whole(text, monkeypatch):
    places, put = [], thumbnail_canvas.ThumbnailCanvas.paste_tile

    def noted(canvas, tile, mask, left, top):
        places.append((left, top, left + tile.width, top + tile.height))
        put(canvas, tile, mask, left, top)

    monkeypatch.setattr(thumbnail_canvas.ThumbnailCanvas, "paste_tile", noted)
    draw_thumbnail(script(text), look())

    ((left, top, right, bottom),) = places
    assert right == 1280 - 60
    assert 360 <= right - left <= 496
    assert top >= 60
    assert bottom <= 720 - 90


def test_a_single_short_word_is_larger_than_several():
    sizes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            thumbnail_canvas,
            "draw_ink",
            lambda line, size_px, *rest: (sizes.append(size_px), draw_ink(line, size_px, *rest))[1],
        )
        for number in range(1, COUNT + 1):
            draw_thumbnail(script("Why?"), look(), number)

    assert min(sizes) >= 220


@pytest.mark.shaped
def test_text_moved_above_the_duration_keeps_the_top_margin(monkeypatch):
    tops, write = [], thumbnail_canvas.ThumbnailCanvas.draw_text

    def noted(canvas, block, top, colours):
        tops.append(canvas.text_box(block, top).top)
        write(canvas, block, top, colours)

    monkeypatch.setattr(thumbnail_canvas.ThumbnailCanvas, "draw_text", noted)
    for text in ("لماذا السماء زرقاء؟", LONG["ar"]):
        film = Script(title=text, language="ar", scenes=())
        draw_thumbnail(film, look(language="ar"))

    assert all(top >= thumbnail_canvas.MARGIN for top in tops), tops


@pytest.mark.shaped
def test_thumbnails_are_mirrored_for_right_to_left():
    arabic = Script(title=TITLE, language="ar", scenes=(), thumbnail_text="ثلاثة قلوب")
    picture = np.asarray(draw_thumbnail(arabic, look(language="ar")).convert("L"), np.int16)

    bright = picture > 200
    assert bright[:, 640:].sum() > 4 * bright[:, :640].sum()


# With pictures ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stills(tmp_path_factory):
    """Pictures as films have them, by what paints them: each is prepared once."""
    folder = tmp_path_factory.mktemp("stills")
    return {paint: still_of(paint(), folder, f"{paint.__name__}.png") for paint in (coast, lighthouse, shoe, wall)}


def shown(still, text="Five bridges", **others):
    """The first still of a film that shows a picture, and the same without words."""
    scenes = (SceneryScene(lines=(), picture=still.name),)
    film = replace(look(**others), stills=(still,))
    return (draw_thumbnail(script(words, scenes), film, 1) for words in (text, "."))


@pytest.mark.parametrize(
    ("theme", "size", "paint"),
    [("midnight", (1920, 1080), coast), ("paper", (1920, 1080), wall), ("clay-light", (1080, 1920), wall)],
)
def test_text_on_a_picture_has_contrast_to_every_pixel(theme, size, paint, stills, monkeypatch):
    behind, write = [], thumbnail_canvas.ThumbnailCanvas.draw_text

    def noted(canvas, block, top, colours, *, across):
        behind.append((canvas.picture.crop(canvas.text_box(block, top, across=across)), colours))
        write(canvas, block, top, colours, across=across)

    monkeypatch.setattr(thumbnail_canvas.ThumbnailCanvas, "draw_text", noted)
    # On an upright still, words stand on what is upright, too.
    upright = {} if size[0] > size[1] else {"width_px": 600, "height_px": 1024}
    next(shown(replace(stills[paint], **upright), theme=theme, size=size))
    ((part, colours),) = behind

    levels = np.asarray(part).reshape(-1, 3)
    # Dark on what is as white as a wall.
    hardest = "#{:02X}{:02X}{:02X}".format(*(levels.min(axis=0) if paint is wall else levels.max(axis=0)))
    assert all(contrast(ink, hardest) >= 4.5 for ink in colours), (hardest, colours)
    assert (levels.min() > 240) == (paint is wall)


def test_the_first_thumbnail_shows_a_picture_of_the_film(stills, tmp_path):
    picture, _ = shown(stills[coast])
    write_stills([picture], tmp_path / "stills.zip")
    (written,) = read_stills(tmp_path / "stills.zip")

    assert len(written) < 2_000_000
    assert np.abs(np.asarray(picture, np.int16) - np.asarray(draw_thumbnail(script(), look(), 1), np.int16)).mean() > 20


def test_a_page_of_text_is_only_the_last_choice_for_a_thumbnail(stills):
    page = replace(stills[coast], name="page", subject=(0.1, 0.1, 0.9, 0.9))
    photo = replace(stills[coast], name="photo")
    film = replace(
        script(),
        scenes=tuple(SceneryScene(lines=(), picture=name, heading="A", subtitle="") for name in ("page", "photo")),
    )

    assert choose_picture(film, replace(look(), stills=(page, photo))) == photo
    assert choose_picture(film, replace(look(), stills=(page,))) == page


@pytest.mark.parametrize(
    ("paint", "text"), [(coast, "1859"), (lighthouse, "Five bridges nobody crosses"), (shoe, "1859")]
)
def test_text_beside_a_picture_leaves_the_duration_corner_free(paint, text, stills):
    picture, plain = (np.asarray(each, np.int16) for each in shown(stills[paint], text))
    letters = np.abs(picture - plain).max(axis=2) > 120

    assert letters.any()
    assert not letters[630:, 1100:].any()


def test_the_subject_of_a_picture_is_beside_the_text():
    for focus in (0.0, 0.2, 0.8, 1.0):
        for language in ("en", "ar"):
            still = replace(photo_of_tests(), focus=(focus, 0.5))
            framing = frame_for_text(still, look(language=language))
            assert framing.picture.size == (1280, 720)
            # Words stand at the left in English, unless they are across.
            assert (framing.across == (language == "ar")) == (focus > 0.5)


@pytest.mark.parametrize(
    ("width_px", "height_px", "focus_y", "below"),
    [
        # People are photographed upright, and so are squares of them: their heads are above.
        (600, 1024, 0.57, True),
        (512, 512, 0.57, True),
        # What lies low is not covered, and above a landscape is the sky; but a tower in it has its top there.
        (600, 1024, 0.85, False),
        (1600, 900, 0.53, False),
        (1600, 900, 0.38, True),
    ],
)
def test_text_on_a_portrait_thumbnail_is_below_a_subject_at_the_top(width_px, height_px, focus_y, below):
    still = replace(photo_of_tests(), width_px=width_px, height_px=height_px, focus=(0.5, focus_y))

    assert frame_for_text(still, look(size=(1080, 1920))).across is below


def test_text_at_the_bottom_leaves_the_upper_third_of_a_photograph_unchanged(stills):
    still = replace(stills[lighthouse], width_px=600, height_px=1024, focus=(0.5, 0.4))
    upright = replace(look(size=(1080, 1920)), stills=(still,))
    film = replace(script("Maria who taught the town"), scenes=(SceneryScene(lines=(), picture=still.name),))

    drawn = np.asarray(draw_thumbnail(film, upright), np.int16)
    plain = np.asarray(frame_for_text(still, upright).picture, np.int16)

    assert np.abs(drawn - plain).max(axis=(1, 2))[: 1920 // 3].max() == 0
    # The corner of an app's own words, below, has none of ours.
    letters = drawn.min(axis=2) > 235
    assert letters[1920 // 2 : 1560].any()
    assert not letters[1580:].any()


@pytest.mark.parametrize(
    ("shape", "size", "beside"),
    [
        # Half of them is seen, and a face is seldom in the half that stays.
        ((600, 1024), (1920, 1080), True),
        ((512, 512), (1920, 1080), True),
        ((1600, 900), (1080, 1920), True),
        ((640, 140), (1080, 1920), True),
        ((1600, 900), (1920, 1080), False),
        # Beside words, still less would be seen of it.
        ((640, 140), (1920, 1080), False),
        ((640, 427), (1920, 1080), False),
        ((512, 512), (1080, 1920), False),
        ((600, 1024), (1080, 1920), False),
    ],
)
def test_a_photograph_that_would_lose_half_is_beside_the_text(shape, size, beside, stills):
    still = replace(stills[lighthouse], width_px=shape[0], height_px=shape[1])
    film = script("Who taught the town", scenes=(SceneryScene(lines=(), picture=still.name),))
    bare, seen = (replace(look(size=size), stills=each) for each in ((), (still,)))

    # Beside the words and above them is the ground of a still without a picture.
    plain, drawn = (np.asarray(draw_thumbnail(film, each))[:200, :60] for each in (bare, seen))
    assert is_better_beside(still, seen) is beside
    assert np.array_equal(plain, drawn) is beside


def test_a_cutout_is_whole_on_the_themes_background(stills):
    _, plain = shown(stills[shoe], theme="paper")

    # Nothing of it is cut by an edge.
    edges = [np.asarray(plain)[rows, columns] for rows, columns in ((slice(40), slice(None)), (slice(None), slice(40)))]
    assert all(edge.std() < 12 for edge in edges)
    assert np.asarray(plain).std() > 20


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_episode_badge_is_where_reading_ends_and_not_over_the_duration(number, size, language):
    plain = draw_thumbnail(script(), look(size=size, language=language), number)
    numbered = draw_thumbnail(script(), look(size=size, language=language), number, episode=128)

    left, top, right, bottom = ImageChops.difference(plain, numbered).getbbox()
    middle = (left + right) / 2 / plain.width
    assert middle < 0.4 if language == "ar" else middle > 0.6
    assert bottom < plain.height * 0.8
    assert bottom - top > plain.height * 0.06


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_episode_badge_has_a_contrasting_rim(number):
    picture = draw_thumbnail(script(), look(), number, episode=7)
    plain = draw_thumbnail(script(), look(), number)

    left, top, _right, bottom = ImageChops.difference(plain, picture).getbbox()
    middle = (top + bottom) // 2
    rim, plate = (np.asarray(picture.getpixel((left + inside, middle)), int) for inside in (5, 22))
    assert np.abs(rim - plate).sum() > 150


# Long titles --------------------------------------------------------------------------------------------------------

LONG = {
    "en": "Why the deepest lakes of the whole continent never freeze over in winter",
    "de": "Donaudampfschifffahrtsgesellschaftskapitänsmütze und Rindfleischetikettierung",
    "ja": "コンピュータシミュレーションで解き明かす深海生物の三つの心臓と青い血液の秘密",
    "ar": "لماذا يملك الأخطبوط ثلاثة قلوب ودما أزرق اللون في أعماق المحيط",
    "he": "מדוע לתמנון יש שלושה לבבות ודם כחול במעמקי האוקיינוס הגדול",
    "hi": "ऑक्टोपस के तीन दिल और नीला खून क्यों होता है अंतर्राष्ट्रीयकरण",
}


@pytest.mark.shaped
@pytest.mark.parametrize(
    "candidate",
    [(shoe, 1), *((coast, number) for number in range(COUNT + 1))],
    ids=lambda one: f"{one[0].__name__}-{one[1]}",
)
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("language", LONG)
def test_a_long_title_is_legible_in_a_list_and_stays_inside(candidate, language, size, stills, monkeypatch):
    # Number 0: the third still of a film that is about a number.
    (paint, number), written, write = candidate, [], thumbnail_canvas.ThumbnailCanvas.draw_text

    def noted(canvas, block, top, colours, **where):
        written.append((canvas.text_box(block, top, **where), block))
        write(canvas, block, top, colours, **where)

    monkeypatch.setattr(thumbnail_canvas.ThumbnailCanvas, "draw_text", noted)
    still = stills[paint]
    scenes = [SceneryScene(lines=(), picture=still.name)]
    if not number:
        scenes.append(NumberScene(lines=(), value=384_400, unit="km", text="From here to the Moon"))
    film = Script(title=LONG[language], language=language, scenes=tuple(scenes))
    picture = draw_thumbnail(film, replace(look(size=size, language=language), stills=(still,)), number or 3)

    for place, block in written:
        # Twelve pixels where a list shows stills 168 pixels wide, and no words outside the margin or under the length.
        assert block.size_px * 168 / picture.width >= 12
        assert place.left >= 64
        assert place.top >= 40
        assert place.right <= picture.width - 64
        assert place.bottom + block.size_px // 4 <= picture.height - (24 if place.right <= 1100 else 90)
    assert sum(len(line.text) for _, block in written for line in block.lines) > 12
