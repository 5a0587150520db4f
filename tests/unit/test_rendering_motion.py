"""Animation states over time: entrances settle, dimming dims, and holds are still."""

from dataclasses import fields, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.model import BulletsScene, NumberScene, SpokenLine, VideoFormat, Word
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.motion.animation import DIMMED, FULL, MOTION_RATE, Level, Motion
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.coalescing import FIRST_WINDOW, coalesce
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import frame_at, item_frames, motion_frames, play
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.styles import BODY
from pipeline.theme.theme import Manner

GROUND = Picture.of(Image.new("RGB", (64, 48), "#102030"))
WHITE = 235


def square(**motion):
    return solid_sprite(Image.new("L", (8, 8), 255), "#FFFFFF", left=20, top=20, motion=Motion(**motion))


def pixels(picture):
    return b"".join(plane.tobytes() for plane in picture)


@given(enters=st.integers(0, 50), frames=st.integers(1, 30), rise=st.integers(0, 48))
def test_an_entrance_only_ever_rises_and_brightens_and_then_rests(enters, frames, rise):
    motion = Motion(enters=enters, frames=frames, rise_px=rise)
    poses = [motion.pose(frame) for frame in range(enters + frames + 20)]

    assert poses[:enters] == [None] * enters
    seen = [pose for pose in poses if pose is not None]
    assert [pose.opacity for pose in seen] == sorted(pose.opacity for pose in seen)
    assert [pose.drop_px for pose in seen] == sorted((pose.drop_px for pose in seen), reverse=True)
    assert len(set(poses[enters + frames :])) == 1
    assert poses[-1].opacity == FULL
    assert poses[-1].drop_px == 0


def test_an_entrance_takes_half_a_second_and_slows_down():
    motion = Motion(enters=0, rise_px=1000)
    drops = [motion.pose(frame).drop_px for frame in range(20)]
    steps = [before - after for before, after in pairwise(drops)]

    assert 0.4 <= drops.index(0) / MOTION_RATE <= 0.6
    assert steps == sorted(steps, reverse=True)


def test_a_theme_sets_duration_rise_and_easing_of_entrances():
    usual = Motion(enters=7, rise_px=32)
    brisk = usual.entering(Manner(enter_s=0.4, rise=0.5, ease="quint"))

    assert usual.entering(Manner()) == usual
    assert (brisk.enters, brisk.frames, brisk.rise_px) == (7, 12, 16)
    assert brisk.pose(9).opacity > replace(brisk, ease="cubic").pose(9).opacity
    assert brisk.pose(7 + 12) == usual.pose(7 + 15)


def test_motions_without_a_rise_are_not_changed_by_the_theme():
    manner = Manner(enter_s=0.6, rise=1.2, ease="quint")

    for motion in (Motion(frames=30, drawn=True), Motion(frames=8), Motion(frames=12, levels=(Level(40, 0),))):
        assert motion.entering(manner) == motion


def test_fading_out_takes_a_quarter_of_a_second_and_is_fastest_at_first():
    # Fast first, not last: what takes its place is not written over it.
    motion = Motion(enters=0, frames=1, levels=(Level(30, 0),))
    opacity = [pose.opacity if (pose := motion.pose(frame)) else 0 for frame in range(60)]

    assert opacity[29] == FULL
    assert 0.2 <= (opacity.index(0) - 29) / MOTION_RATE <= 0.3
    assert opacity[32] < FULL / 3


def test_the_lines_of_a_text_enter_a_tenth_of_a_second_apart():
    block = fit("One line and another one", BODY, (40,), width_px=300, max_lines=3)
    sprites = text_sprites(block, left=0, top=0, colour="#FFFFFF", motion=Motion(enters=7))

    assert [sprite.motion.enters for sprite in sprites] == [7, 10]


def test_an_item_dims_and_stays_dimmed():
    motion = Motion(enters=0, frames=10, levels=(Level(30, DIMMED),))

    assert motion.pose(29).opacity == FULL
    assert motion.pose(31).opacity < FULL
    assert motion.pose(60).opacity == DIMMED


def test_holds_add_up_and_neighbours_differ():
    composition = Composition(
        ground=GROUND.copy, elements=[square(enters=5, frames=6, rise_px=8), square(enters=40, frames=4)]
    )
    pictures, holds = [], []
    for picture, hold, _ in play(composition, 90):
        pictures.append(pixels(picture))
        holds.append(hold)

    assert sum(holds) == 90
    assert all(before != after for before, after in pairwise(pictures))


def test_elements_at_rest_are_not_polled_again():
    asked = []

    class Watched(Sprite):
        def pose(self, frame):
            asked.append(frame)
            return super().pose(frame)

    before = square(enters=5, frames=6)
    element = Watched(**{field.name: getattr(before, field.name) for field in fields(before)})
    short, long = (
        [hold for _, hold, _ in play(Composition(ground=GROUND.copy, elements=[element]), n)] for n in (40, 4_000)
    )

    assert long == [*short[:-1], short[-1] + 3_960]
    assert len(asked) < 40


def test_an_invisible_change_makes_no_frame():
    invisible = solid_sprite(Image.new("L", (8, 8), 0), "#FFFFFF", left=4, top=4, motion=Motion(enters=3, frames=9))

    assert [hold for _, hold, _ in play(Composition(ground=GROUND.copy, elements=[invisible]), 30)] == [30]


@pytest.mark.parametrize("frames", [0, 1])
def test_a_scene_has_no_more_pictures_than_frames(frames):
    assert [hold for _, hold, _ in play(Composition(ground=GROUND.copy, elements=[square()]), frames)] == [1] * frames


def test_only_dirty_rectangles_are_redrawn():
    canvas = Canvas(GROUND, [square(enters=2, frames=1)])
    canvas.apply(canvas.advance(0))

    (_patch, box), *others = canvas.advance(2)

    assert tuple(box) == (20, 20, 28, 28)
    assert not others


def test_moving_elements_restore_the_background():
    composition = Composition(ground=GROUND.copy, elements=[square(frames=4, rise_px=12, levels=(Level(10, 0),))])
    *_, last = (frame.picture.copy() for frame in play(composition, 60))

    assert pixels(last) == pixels(GROUND)


def test_elements_that_leave_the_picture_are_clipped():
    outside = solid_sprite(Image.new("L", (30, 30), 255), "#FFFFFF", left=50, top=-10, motion=Motion(frames=1))
    (frame,) = play(Composition(ground=GROUND.copy, elements=[outside]), 3)

    assert frame.picture.y.getpixel((63, 0)) == WHITE
    assert frame.picture.y.getpixel((63, 20)) == GROUND.y.getpixel((63, 20))


def test_items_appear_when_their_lines_begin():
    lines = (SpokenLine(text="One two"), SpokenLine(text="three", reveals=0), SpokenLine(text="four", reveals=1))
    words = tuple(
        Word(text=t, start_s=s, end_s=s + 0.3) for t, s in (("One", 0), ("two", 1), ("three", 2), ("four", 4))
    )
    scene = BulletsScene(lines=lines, heading="H", items=("a", "b"))

    assert item_frames(scene, words, len(scene.items)) == (60, 120)


def test_an_item_without_a_line_follows_the_previous_one():
    lines = (SpokenLine(text="One", reveals=0), SpokenLine(text="two", reveals=2))
    words = (Word(text="One", start_s=2, end_s=2.5), Word(text="two", start_s=4, end_s=4.5))
    scene = BulletsScene(lines=lines, heading="H", items=("a", "b", "c"))

    assert item_frames(scene, words, len(scene.items)) == (60, 65, 120)


def test_items_without_lines_appear_one_after_the_other_and_one_spoken_at_once_appears_at_once():
    unspoken = BulletsScene(lines=(SpokenLine(text="One"),), heading="H", items=("a", "b", "c"))
    at_once = BulletsScene(lines=(SpokenLine(text="One", reveals=0),), heading="H", items=("a", "b"))
    words = (Word(text="One", start_s=0, end_s=0.5),)

    assert item_frames(unspoken, words, 3) == (12, 17, 22)
    assert item_frames(at_once, words, 2) == (0, 12)


def test_times_are_rounded_to_the_nearest_frame():
    assert [frame_at(time_s) for time_s in (-1, 0, 0.016, 0.017, 1)] == [0, 0, 0, 1, 30]


def test_film_frames_are_converted_to_animation_frames_rounded_up():
    assert [motion_frames(frames, rate) for frames, rate in ((90, 30), (90, 24), (91, 60))] == [90, 113, 46]


def test_the_opening_scene_starts_with_its_first_moment_completed():
    composition = Composition(ground=GROUND.copy, elements=[square(enters=5), square(enters=40)])
    usual = [pixels(frame.picture) for frame in play(composition, 60, frame_rate=30) for _ in range(frame.hold)]
    opened = [
        pixels(frame.picture)
        for frame in play(coalesce(composition, FIRST_WINDOW), 60, frame_rate=30)
        for _ in range(frame.hold)
    ]

    assert usual[0] == pixels(GROUND)
    assert opened[:21] == [usual[20]] * 21
    assert opened[20:] == usual[20:]


def test_the_first_frame_of_a_film_has_text_in_any_layout():
    scene = NumberScene(
        lines=(SpokenLine(text="It is far."),), kicker="To the Moon", value=384400, unit="km", text="Far"
    )
    look = Look(title="The Moon", format=VideoFormat(width_px=480, height_px=270))
    words = (Word(text="It is far.", start_s=2.0, end_s=3.0),)

    def first(*, opens):
        return pixels(next(draw_scene(scene, words=words, cues=(), frames=90, look=look, opens=opens)).picture)

    bare = pixels(next(draw_scene(scene, words=words, cues=(), frames=90, look=look)).picture)
    assert first(opens=False) == bare
    assert sum(one != other for one, other in zip(first(opens=True), bare, strict=True)) > 500
