"""Reveal animations change only near their front, and only that is repainted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import FULL, Motion, Pose
from pipeline.rendering.motion.reveal import OrderRanges, opacities
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import Colour, Picture
from pipeline.rendering.surface.motif import draw_motif

SIDE = 120
GROUND = Picture(*(Image.new("L", (size, size), 16) for size in (SIDE + 40, SIDE // 2 + 20, SIDE // 2 + 20)))


def sprite(mask: Image.Image, order: Image.Image) -> Sprite:
    return Sprite(mask=mask, ink=Colour(235, 90, 200), left=13, top=8, motion=Motion(drawn=True), order=order)


def painted(drawn: Sprite, pose: Pose | None) -> Picture:
    picture = GROUND.copy()
    if pose:
        drawn.paint(picture, Box(0, 0, *picture.size), pose)
    return picture


def noise(seed: int) -> Sprite:
    levels, order = np.random.default_rng(seed).integers(0, 256, (2, SIDE, SIDE), np.uint8)
    return sprite(Image.fromarray(np.where(levels > 200, levels, np.uint8(0))), Image.fromarray(order))


FIGURES = [sprite(each.mask, each.order) for each in (draw_motif(number, SIDE) for number in range(6))]
POSES = st.none() | st.builds(
    Pose, st.just(FULL) | st.integers(1, FULL), st.just(0), st.sampled_from((0, FULL)) | st.integers(0, FULL)
)


@settings(max_examples=400, deadline=None)
@given(drawn=st.sampled_from(FIGURES) | st.integers(0, 99).map(noise), before=POSES, now=POSES)
def test_every_pixel_that_differs_between_poses_is_repainted(drawn, before, now):
    boxes = [box.even() for box in drawn.changes(before, now)]

    for one, other in zip(painted(drawn, before), painted(drawn, now), strict=True):
        differing = ImageChops.difference(one, other)
        scale = GROUND.y.width // one.width
        for box in boxes:
            differing.paste(0, tuple(edge // scale for edge in box))
        assert differing.getbbox() is None


@pytest.mark.parametrize("drawn", [1, 40, 77, 100])
def test_a_left_to_right_front_touches_only_its_columns(drawn):
    order = Image.fromarray(np.tile(np.arange(SIDE, dtype=np.uint8), (SIDE, 1)))
    before, now = Pose(FULL, 0, drawn), Pose(FULL, 0, drawn + 5)
    differing = [at for at in range(SIDE) if opacities(before)[at] != opacities(now)[at]]

    box = OrderRanges.of(Image.new("L", order.size, FULL), order).between(before, now)

    assert box == (differing[0], 0, differing[-1] + 1, SIDE)
    # The soft edge, and the way it went.
    assert box.width <= 24 + 7


def test_pixels_outside_the_mask_are_not_repainted():
    order = Image.linear_gradient("L").resize((SIDE, SIDE))
    mask = Image.new("L", (SIDE, SIDE))
    mask.paste(FULL, (30, 40, 50, 60))

    assert OrderRanges.of(mask, order).between(None, Pose(FULL, 0, FULL)) == (30, 40, 50, 60)
    assert OrderRanges.of(mask, order).between(Pose(FULL, 0, 9), Pose(FULL, 0, 9)).width == 0
