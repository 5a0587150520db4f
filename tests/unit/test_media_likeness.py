"""What is left of a clip and of a drawn picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from pipeline.media.pictures.tile_colours import difference, drawn_colours
from pipeline.media.sound.likeness import SignalToNoise

# Two channels of ones: 2,000 in all.
CLIP = np.ones((1_000, 2), np.float32)


def db(*blocks, clip=CLIP):
    measured = SignalToNoise(clip)
    for block in blocks:
        measured.push(block.T)
    return measured.db


def test_an_error_of_a_tenth_is_20_db_below_the_clip():
    assert db(CLIP[:300] * np.float32(1.1), CLIP[300:] * np.float32(0.9)) == pytest.approx(20, abs=1e-4)


def test_errors_of_all_blocks_and_channels_add_up():
    one_channel, one_block = CLIP.copy(), CLIP.copy()
    one_channel[:, 1] = 0
    one_block[500:] = 0

    halved = 10 * math.log10(2)
    assert db(one_channel) == db(one_block[:500], one_block[500:]) == pytest.approx(halved)


def test_missing_and_additional_samples_are_errors():
    tenth = 10.0
    assert db(CLIP[:900]) == pytest.approx(tenth)
    assert db(CLIP, CLIP[:100]) == db(np.concatenate([CLIP, CLIP[:100]])) == pytest.approx(tenth)


def test_a_silent_or_unchanged_clip_is_infinitely_above_its_error():
    assert db(CLIP) == math.inf
    assert db(CLIP, clip=np.zeros_like(CLIP)) == math.inf


def test_pictures_differ_as_much_as_their_most_different_tile_in_any_plane():
    planes = [Image.new("L", size, 100) for size in ((480, 320), (240, 160), (240, 160))]
    other = [plane.copy() for plane in planes]
    # Half of a tile of luma, a sixth of the width and a quarter of the height, and all of a tile of chroma.
    other[0].paste(150, (80, 80, 120, 160))
    other[2].paste(92, (200, 120, 240, 160))

    assert difference(drawn_colours(planes), drawn_colours(planes)) == 0
    assert difference(drawn_colours(planes), drawn_colours(other)) == 25
    assert difference(drawn_colours([planes[0], *other[1:]]), drawn_colours(planes)) == 8
