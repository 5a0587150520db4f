"""Whole scenes, checked by their pixels."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from pipeline.language.words import split_words
from pipeline.model import (
    BulletsScene,
    ClosingScene,
    Cue,
    Script,
    SpokenLine,
    StatementScene,
    TitleScene,
    Word,
    narration_of,
)
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import Picture, colour
from pipeline.rendering.surface.motif import Motif, draw_motif
from pipeline.rendering.text.coverage import font_coverage
from pipeline.rendering.thumbnail import drawing as thumbnail
from pipeline.rendering.thumbnail.drawing import draw_thumbnail
from pipeline.theme.colours import rgb
from pipeline.theme.theme import MIDNIGHT

LOOK = Look(title="Why octopuses have three hearts")
LINES = (SpokenLine(text="Three hearts share the work."),)
TITLE = TitleScene(lines=LINES, heading=LOOK.title, kicker="Life in the sea", subtitle="And why one of them rests")
BULLETS = BulletsScene(
    lines=(*LINES, SpokenLine(text="Gills first.", reveals=0), SpokenLine(text="Then all the rest.", reveals=1)),
    heading="Three hearts share the work",
    items=("Two small hearts push blood through the gills", "One large heart sends it on to the body"),
    kicker="How it works",
)
STATEMENT = StatementScene(
    lines=LINES, text="When it swims, its heart stops.", emphasis="its heart stops", kicker="Why"
)
CLOSING = ClosingScene(lines=LINES, text="Three hearts, and a good reason to walk.")
SCENES = [TITLE, BULLETS, STATEMENT, CLOSING]

EVERY_SCENE = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.layout)
ANYTHING = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="Wmgjy日é ", max_size=200),
    st.lists(
        st.sampled_from(["of", "octopuses", "Geschwindigkeitsbegrenzung", "наука", "日本", "😀"]), max_size=24
    ).map(" ".join),
)


def spoken(scene, per_word_s=0.35):
    return tuple(
        Word(text=text, start_s=0.3 + number * per_word_s, end_s=0.3 + (number + 1) * per_word_s - 0.05)
        for number, text in enumerate(split_words(narration_of(scene)))
    )


def cue_of(words):
    return (Cue(start_s=words[0].start_s, end_s=words[-1].end_s, lines=(words,)),)


def part_of(picture, box):
    """What a picture shows in a box, mode RGB, without all the rest of it."""
    even = box.even()
    return picture.crop(even).to_rgb().crop(box.moved(-even.left, -even.top))


def frames_of(scene, look=LOOK, frames=150):
    words = spoken(scene)
    yield from draw_scene(scene, words=words, cues=cue_of(words), frames=frames, look=look)


def last_picture(scene, look=LOOK, frames=200):
    *_, frame = frames_of(scene, look, frames)
    return frame.picture.to_rgb()


def pixels(picture):
    return b"".join(plane.tobytes() for plane in picture)


def text_sprites(composition):
    """Everything that is read: all flat sprites in a text colour, and lines of text with emoji in them."""
    colours = {colour(name) for name in (MIDNIGHT.text, MIDNIGHT.muted, MIDNIGHT.accent, MIDNIGHT.background_bottom)}
    flat = [e for e in composition.elements if isinstance(e, Sprite) and e.order is None]
    return [sprite for sprite in flat if (sprite.span if isinstance(sprite.ink, Picture) else sprite.ink in colours)]


def luminance(pixels):
    linear = np.where(pixels <= 10.31, pixels / 255 / 12.92, ((pixels / 255 + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


@EVERY_SCENE
def test_holds_add_up_neighbours_differ_and_sizes_are_right(scene):
    previous, total, different = b"", 0, 0
    for picture, hold, _ in frames_of(scene, frames=140):
        assert picture.size == (1920, 1080)
        now = pixels(picture)
        assert hold > 0
        assert now != previous
        previous, total, different = now, total + hold, different + 1

    assert total == 140
    assert different < 100


@EVERY_SCENE
def test_the_same_scene_is_drawn_with_the_same_pixels(scene):
    first, second = (
        [(sha256(pixels(picture)).digest(), hold) for picture, hold, _ in frames_of(scene, frames=40)] for _ in range(2)
    )

    assert first == second


@EVERY_SCENE
def test_text_has_contrast_to_the_pixels_behind_it(scene):
    composition = lay_out(scene, spoken(scene), LOOK)
    rest = 400
    for sprite in text_sprites(composition):
        if sprite.pose(rest) is None:
            continue
        shown, hidden = (
            Canvas(composition.ground(), [e for e in composition.elements if keep or e is not sprite])
            for keep in (True, False)
        )
        for canvas in (shown, hidden):
            canvas.apply(canvas.advance(rest))
        box = sprite.box(sprite.pose(rest))
        ink, behind = (
            luminance(np.asarray(part_of(canvas.picture, box), float))[np.asarray(sprite.mask) > 250]
            for canvas in (shown, hidden)
        )
        bright, dark = max(ink.mean(), behind.mean()), min(ink.mean(), behind.mean())
        if ink.mean() > behind.mean():
            dark = np.quantile(behind, 0.98)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


@settings(max_examples=15, deadline=None)
@given(one=ANYTHING, two=ANYTHING, three=ANYTHING, count=st.integers(0, 5))
def test_any_text_stays_inside_the_margins(one, two, three, count):
    scenes = [
        TitleScene(lines=LINES, heading=one, kicker=two, subtitle=three),
        BulletsScene(lines=LINES, heading=one, kicker=three, items=(two,) * count),
        StatementScene(lines=LINES, text=one, emphasis=two, kicker=three),
        ClosingScene(lines=LINES, text=one, subtitle=three),
    ]
    content = LOOK.grid.content
    for scene in scenes:
        for sprite in text_sprites(lay_out(scene, (), LOOK)):
            # Letters may reach a hair over the edge they are aligned to.
            assert sprite.left >= content.left - 16
            assert sprite.left + sprite.mask.width <= content.right + 16
            assert sprite.top >= content.top - 16
            assert sprite.top + sprite.mask.height <= content.bottom


@EVERY_SCENE
def test_without_captions_nothing_enters_the_caption_band(scene):
    picture = last_picture(scene, Look(title=LOOK.title, captions="off"))
    ground = lay_out(scene, (), LOOK).ground().to_rgb()
    band = tuple(LOOK.grid.captions)

    assert picture.crop(band).tobytes() == ground.crop(band).tobytes()


def test_any_captions_stay_in_their_band():
    for text in ("Short.", "Two words " * 12, "Donaudampfschifffahrtsgesellschaft" * 4, "日本語" * 40, "W" * 200):
        word = Word(text=text, start_s=0.0, end_s=1.0)
        cues = (Cue(start_s=0.0, end_s=1.0, lines=((word,), (word,))),)
        with_, without = (
            next(
                iter(
                    draw_scene(
                        CLOSING,
                        words=(),
                        cues=cues,
                        frames=1,
                        look=Look(title="x", captions="karaoke" if burn else "off"),
                    )
                )
            ).picture
            for burn in (True, False)
        )
        changed = np.argwhere(np.asarray(with_.y) != np.asarray(without.y))
        assert len(changed)
        (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
        assert top >= LOOK.grid.captions.top
        assert bottom < LOOK.grid.captions.bottom
        assert left >= LOOK.grid.captions.left
        assert right < LOOK.grid.captions.right


def test_a_word_is_highlighted_while_it_is_spoken():
    words = spoken(CLOSING)
    accent = np.array(rgb(MIDNIGHT.accent))
    centres = []
    for picture, _, _ in frames_of(CLOSING, frames=60):
        band = np.asarray(part_of(picture, LOOK.grid.captions), np.int16)
        lit = np.argwhere((abs(band - accent) < 3).all(axis=2))
        if len(lit):
            centres.append(lit[:, 1].mean())

    steps = sorted({round(centre) for centre in centres})
    assert centres == sorted(centres)
    assert len(steps) == len(words)


def test_an_item_is_not_visible_before_it_is_spoken():
    composition = lay_out(BULLETS, spoken(BULLETS), LOOK)
    # Words 5 and 7 of the narration begin the two items' lines.
    second_starts = round((0.3 + 7 * 0.35) * 30)
    last = text_sprites(composition)[-1]

    assert last.pose(second_starts - 2) is None
    assert last.pose(second_starts + 1) is not None


def test_more_items_than_fit_are_refused_not_dropped():
    scene = BulletsScene(lines=LINES, heading="Six", items=("item",) * 6)

    with pytest.raises(ValueError, match="6 items, but at most 5 fit"):
        lay_out(scene, (), LOOK)


# More than a statement has room for.
LONG = "Something has to be said before it, " + "and then more and more of it, " * 4 + "until it comes."


def announced(before, text):
    lines = (SpokenLine(text=before), SpokenLine(text=text, reveals=0))
    scene = StatementScene(lines=lines, text=text, kicker="Side effects")
    words = spoken(scene)
    return lay_out(scene, words, LOOK), words


def opacity_of_text(composition, frame):
    """How visible the most visible text is, 0 to 255."""
    return max((pose.opacity for s in text_sprites(composition) if (pose := s.pose(frame))), default=0)


@pytest.mark.parametrize("before", ["Something has to be said before it.", LONG])
def test_the_picture_is_never_empty_before_a_statement(before):
    composition, words = announced(before, "When it swims, its heart stops.")

    assert all(opacity_of_text(composition, frame) > 60 for frame in range(10, round(words[-1].end_s * 30)))


@pytest.mark.parametrize("before", ["Something has to be said before it.", LONG])
def test_the_announcement_is_gone_when_the_statement_is_shown(before):
    composition, words = announced(before, "When it swims, its heart stops.")
    starts = round(words[len(before.split())].start_s * 30)
    there = [
        {s.text for s in text_sprites(composition) if s.text != "SIDE EFFECTS" and s.pose(frame)}
        for frame in (starts - 1, starts + 9)
    ]

    assert there == [{"Side effects" if before == LONG else before}, {"When it swims, its heart stops."}]


def test_a_short_statement_at_the_very_end_is_shown_for_two_seconds():
    composition, words = announced("Something long has to be said before it comes at last.", "Stop.")
    sentence = text_sprites(composition)[-1]
    shown = [frame for frame in range(round(words[-1].end_s * 30)) if sentence.pose(frame)]

    assert len(shown) >= 50


def test_six_titles_get_six_different_motifs():
    drawn = {draw_motif(seed, 200).mask.tobytes() for seed in range(6)}

    assert len(drawn) == 6


def test_two_motifs_of_one_family_still_differ():
    assert draw_motif(6, 200).mask.tobytes() != draw_motif(12, 200).mask.tobytes()


@pytest.mark.parametrize("words", ["Why three hearts?", "", "Geschwindigkeitsbegrenzungen", "日本語" * 30])
def test_a_thumbnail_has_its_size_and_leaves_the_lower_right_free(words):
    script = Script(title="T", language="en", scenes=(), thumbnail_text=words)
    picture = draw_thumbnail(script, LOOK)

    assert picture.size == (1280, 720)
    badge = np.asarray(picture.crop((1040, 620, 1280, 720)).convert("L"), int)
    assert badge.max() < 70


@pytest.mark.parametrize("words", ["Noise-cancelling headphones", "Photosynthesis", "W" * 60, "Why three hearts?"])
def test_the_text_of_a_thumbnail_keeps_clear_of_the_motif(words, monkeypatch):
    script = Script(title="T", language="en", scenes=(), thumbnail_text=words)
    both = draw_thumbnail(script, LOOK)
    monkeypatch.setattr(thumbnail.ThumbnailCanvas, "draw_text", lambda *_, **__: None)
    no_words = draw_thumbnail(script, LOOK)
    invisible = Image.new("L", (496, 496))
    monkeypatch.setattr(thumbnail, "draw_motif", lambda *_, **__: Motif(*[invisible] * 4))
    neither = draw_thumbnail(script, LOOK)

    _, _, words_end, _ = ImageChops.difference(both, no_words).getbbox()
    figure_starts, _, _, _ = ImageChops.difference(no_words, neither).getbbox()
    assert words_end + 24 <= figure_starts < 860


def test_a_thumbnail_is_legible_at_the_size_of_a_stamp():
    script = Script(title="T", language="en", scenes=(), thumbnail_text="Why three hearts?")
    stamp = draw_thumbnail(script, LOOK).resize((168, 94), Image.Resampling.LANCZOS)

    bright = np.asarray(stamp.crop((0, 0, 100, 94)).convert("L"), int) > 160
    assert 0.12 < bright.mean() < 0.6


def test_the_packaged_fonts_cover_these_scripts_everywhere():
    covered = {coverage.script for coverage in font_coverage() if coverage.covered}

    assert {"Latin", "Greek", "Cyrillic", "Vietnamese", "Devanagari"} <= covered
