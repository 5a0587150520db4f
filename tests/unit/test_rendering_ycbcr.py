"""Drawing on YCbCr planes: equal to drawing in RGB, without chroma bleeding at odd edges."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import FULL, Motion, Pose
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import Picture, colour, tile

LEVELS = st.integers(0, 255)


def converted_by_ffmpeg(image):
    frame = av.VideoFrame.from_image(image).reformat(
        format="yuv420p",
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA,
    )
    width, height = image.size
    planes = frame.to_ndarray().ravel()
    bright, rest = planes[: width * height], planes[width * height :]
    return bright.reshape(height, width), *rest.reshape(2, height // 2, width // 2)


def gradient(width=64, height=48):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 255 // width, y * 255 // height, 255 - x * 255 // width], -1).astype(np.uint8))


def test_the_planes_equal_those_of_ffmpeg_with_the_bt_709_matrix():
    image = gradient()

    for ours, theirs in zip(Picture.of(image), converted_by_ffmpeg(image), strict=True):
        assert np.abs(np.asarray(ours, int) - theirs).max() <= 1


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("#000000", (16, 128, 128)),
        ("#FFFFFF", (235, 128, 128)),
        ("#FF0000", (63, 102, 240)),
        ("#0000FF", (32, 240, 118)),
    ],
)
def test_colours_have_the_levels_of_the_recommendation(name, levels):
    assert colour(name) == levels


@given(red=LEVELS, green=LEVELS, blue=LEVELS)
def test_a_plain_picture_survives_the_round_trip(red, green, blue):
    there = Picture.of(Image.new("RGB", (4, 4), (red, green, blue)))

    back = np.asarray(there.to_rgb(), int)

    assert np.abs(back - (red, green, blue)).max() <= 2


@given(left=st.integers(-9, 60), top=st.integers(-9, 44), opacity=st.integers(1, 255), width=st.integers(1, 13))
def test_a_sprite_at_any_place_looks_as_if_it_had_been_drawn_in_rgb(left, top, opacity, width):
    image, ink = gradient(), (247, 178, 69)
    mask = Image.fromarray(np.random.default_rng((left + 9) * 100 + top + 9).integers(0, 256, (9, width), np.uint8))
    sprite = Sprite(mask=mask, ink=colour("#F7B245"), left=left, top=top, motion=Motion())
    planes = Picture.of(image)
    sprite.paint(planes, Box(0, 0, 64, 48), Pose(opacity, 0, FULL))

    in_rgb = image.copy()
    in_rgb.paste(
        Image.new("RGB", mask.size, ink), (left, top), mask.point([round(v * opacity / 255) for v in range(256)])
    )
    bright, *colours = converted_by_ffmpeg(in_rgb)

    assert np.abs(np.asarray(planes.y, int) - bright).max() <= 2
    # A mask at half the size meets the mean of what is behind it, not each of its pixels.
    for ours, theirs in zip(planes[1:], colours, strict=True):
        assert np.abs(np.asarray(ours, int) - theirs).max() <= 4


@given(left=st.integers(0, 30), top=st.integers(0, 20), width=st.integers(1, 9), height=st.integers(1, 9))
def test_a_tile_of_one_colour_is_that_colour_up_to_its_edges(left, top, width, height):
    ground, white = Picture.of(Image.new("RGB", (48, 32))), colour("#F7B245")
    mask = Image.new("L", (width, height), 255)
    motion = Motion()
    as_tile = Sprite(
        mask=mask, ink=tile(Image.new("RGB", (width, height), "#F7B245")), left=left, top=top, motion=motion
    )
    as_colour = Sprite(mask=mask, ink=white, left=left, top=top, motion=motion)
    pictures = []
    for sprite in (as_tile, as_colour):
        picture = ground.copy()
        sprite.paint(picture, Box(0, 0, 48, 32), Pose(FULL, 0, FULL))
        pictures.append(picture)

    for one, other in zip(*pictures, strict=True):
        assert np.abs(np.asarray(one, int) - np.asarray(other, int)).max() <= 1


def test_an_equal_patch_is_no_change_but_a_chroma_difference_is():
    picture = Picture.of(gradient())
    box = Box(10, 8, 30, 24)
    same = picture.crop(box)
    other = same._replace(cb=same.cb.point(lambda level: level ^ 1))

    assert not picture.differs(same, box)
    assert picture.differs(other, box)


def test_mirroring_twice_restores_a_picture():
    picture = Picture.of(gradient())

    assert [plane.tobytes() for plane in picture.mirrored().mirrored()] == [plane.tobytes() for plane in picture]
