"""Pan and zoom over a still: sub-pixel smoothness, within its edges, and still at the end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.media.pictures.scaling import MIN_DOWNSCALE
from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.pan_zoom import Framing, moving_still
from pipeline.rendering.motion.sprites import solid_sprite
from pipeline.rendering.motion.timeline import play
from pipeline.rendering.motion.ycbcr import Picture

AREA = Box(0, 0, 160, 90)
GROUND = Picture.of(Image.new("RGB", (160, 90)))


def spot(size=(320, 180), at=(160.0, 90.0), radius=9.0):
    """A soft spot of light in the dark, whose middle can be measured to hundredths of a pixel."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]] + 0.5
    light = 255 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * radius**2))
    return Image.fromarray(np.repeat(light[:, :, None], 3, axis=2).astype(np.uint8))


def middle(picture):
    """The centre of the light, (x, y) in pixels."""
    light = np.asarray(picture.y, float) - 16
    light[light < 2] = 0
    y, x = np.mgrid[0 : light.shape[0], 0 : light.shape[1]] + 0.5
    return (x * light).sum() / light.sum(), (y * light).sum() / light.sum()


def shown(still, frames, ground=GROUND):
    return [
        (frame.picture.copy(), frame.hold) for frame in play(Composition(ground=ground.copy, elements=[still]), frames)
    ]


def test_a_slow_pan_moves_by_the_same_fraction_of_a_pixel_in_every_frame():
    # 1.2 times larger than the area: 32 pixels of room, crossed in 100 frames.
    still = moving_still(spot(), AREA, start=Framing(x=0.45, zoom=1.2), end=Framing(x=0.55, zoom=1.2), frames=100)
    places = [middle(picture) for picture, _ in shown(still, 101)]

    steps = [before[0] - after[0] for before, after in pairwise(places)]
    assert 0.15 < np.mean(steps) < 0.25
    assert max(abs(step - np.mean(steps)) for step in steps) < 0.05
    assert max(abs(y - 45) for _, y in places) < 0.05


def test_a_zoom_grows_by_the_same_factor_in_every_frame_about_a_point_that_stays():
    still = moving_still(spot(), AREA, start=Framing(), end=Framing(zoom=2.0), frames=60)
    pictures = [picture for picture, _ in shown(still, 61)]

    sizes = [float((np.asarray(picture.y, float) - 16).clip(2).sum() ** 0.5) for picture in pictures]
    factors = [after / before for before, after in pairwise(sizes)]
    assert max(factors) - min(factors) < 0.005
    assert all(abs(x - 80) < 0.1 and abs(y - 45) < 0.1 for x, y in map(middle, pictures))


def test_every_frame_differs_on_the_way_and_the_last_is_held():
    still = moving_still(spot(), AREA, start=Framing(), end=Framing(zoom=1.3), frames=40)

    holds = [hold for _, hold in shown(still, 90)]

    assert holds == [*[1] * 40, 50]


@given(
    x=st.floats(-1, 2),
    y=st.floats(-1, 2),
    zoom=st.floats(0.2, 4),
    size=st.tuples(st.integers(3, 400), st.integers(3, 400)),
)
def test_no_framing_shows_anything_beyond_the_edge_of_the_still(x, y, zoom, size):
    white = Image.new("RGB", size, "#FFFFFF")
    still = moving_still(white, AREA, start=Framing(x=x, y=y, zoom=zoom), end=Framing(), frames=2)

    ((picture, hold),) = shown(still, 3)

    assert hold == 3
    assert set(np.asarray(picture.y).ravel()) == {235}
    assert set(np.asarray(picture.cb).ravel()) == {128}


def test_elements_over_a_moving_photograph_are_redrawn_in_every_frame():
    mark = solid_sprite(Image.new("L", (8, 8), 255), "#FFFFFF", left=20, top=20, motion=Motion(frames=1))
    still = moving_still(spot(), AREA, start=Framing(), end=Framing(zoom=1.3), frames=20)
    composition = Composition(ground=GROUND.copy, elements=[still, mark])

    assert all(frame.picture.y.getpixel((24, 24)) == 235 for frame in play(composition, 30))


def test_a_part_of_a_photograph_at_rest_equals_the_same_part_of_the_whole():
    still = moving_still(spot(), AREA, start=Framing(zoom=1.17), end=Framing(zoom=1.17), frames=1)
    mark = solid_sprite(
        Image.new("L", (8, 8), 255), "#FFFFFF", left=21, top=33, motion=Motion(enters=3, frames=4, levels=())
    )
    gone = solid_sprite(Image.new("L", (8, 8), 0), "#FFFFFF", left=20, top=20, motion=Motion(enters=9, frames=2))
    canvas = Canvas(GROUND, [still, mark, gone])
    canvas.apply(canvas.advance(0))
    before = canvas.picture.copy()
    for frame in range(1, 12):
        canvas.apply(canvas.advance(frame))

    changed = np.argwhere(np.asarray(before.y) != np.asarray(canvas.picture.y))
    assert changed.min(axis=0).tolist() == [33, 21]
    assert changed.max(axis=0).tolist() == [40, 28]


@pytest.mark.parametrize("size", [(3000, 2000), (1000, 4000)])
def test_a_large_still_is_kept_no_larger_than_its_closest_view_needs(size):
    still = moving_still(Image.new("RGB", size), AREA, start=Framing(), end=Framing(zoom=1.5), frames=30)

    width, height = still.size
    assert min(width / AREA.width, height / AREA.height) == pytest.approx(1.5 * MIN_DOWNSCALE, abs=0.05)


@pytest.mark.parametrize("size", [(160, 90), (100, 60), (3, 400)])
def test_a_small_still_is_not_made_large_beforehand(size):
    still = moving_still(Image.new("RGB", size), AREA, start=Framing(), end=Framing(zoom=1.1), frames=30)

    assert all(kept <= 1.25 * own + 2 for kept, own in zip(still.size, size, strict=True))
