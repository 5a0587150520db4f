"""Scaled parts of a plane: positions exact to hundredths of a pixel, quality of slow filters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.media.pictures.scaling import MIN_DOWNSCALE, Scaler, map_axis


@given(
    start=st.floats(0, 300),
    ratio=st.floats(MIN_DOWNSCALE, MIN_DOWNSCALE * 1.06),
    count=st.sampled_from([540, 960, 1920]),
)
def test_a_slow_zoom_always_finds_an_exact_mapping(start, ratio, count):
    found = map_axis(start, start + ratio * count, count)

    step = found.taken / found.made
    assert abs(found.first + found.skipped * step - start) <= found.error_px + 1e-9
    assert abs(found.first + (found.skipped + count) * step - (start + ratio * count)) <= found.error_px + 1e-9
    assert found.error_px <= 0.05
    assert found.skipped >= 3
    assert found.made - found.skipped - count >= 3


def landscape(width, height):
    """Soft shapes of all sizes from four pixels up."""
    random = np.random.default_rng(7)
    field = np.zeros((height, width), np.float32)
    for side in (4, 16, 64):
        layer = Image.fromarray(random.random((side, side), np.float32))
        field += np.asarray(layer.resize((width, height), Image.Resampling.BICUBIC)) / side**0.25
    return (16 + 219 * (field - field.min()) / np.ptp(field)).astype(np.uint8)


@pytest.mark.parametrize("left", [0.0, 3.37, 11.5])
@pytest.mark.parametrize("ratio", [1.0, 1.031, 1.06, 1.25, 1.5, 0.9])
def test_a_resampled_region_matches_an_exact_filter(left, ratio):
    plane = landscape(300, 200)
    size = (160, 90)
    box = (left, left / 2, left + size[0] * ratio, left / 2 + size[1] * ratio)

    seen = Scaler(plane, size, max_downscale=1.5).resample(box)

    exact = np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS, box=box), float)
    error = np.mean((seen - exact) ** 2)
    assert seen.shape == (90, 160)
    assert 10 * np.log10(255**2 / max(error, 1e-9)) > 48


@settings(max_examples=30)
@given(ratio=st.floats(0.5, 3), x=st.floats(0, 1), y=st.floats(0, 1))
def test_a_flat_plane_stays_flat_up_to_its_edges(ratio, x, y):
    plane = np.full((130, 220), 235, np.uint8)
    width, height = min(220, 64 * ratio), min(130, 36 * ratio)
    left, top = x * (220 - width), y * (130 - height)

    seen = Scaler(plane, (64, 36), max_downscale=3).resample((left, top, left + width, top + height))

    assert set(seen.ravel()) == {235}


def test_without_a_good_mapping_the_region_is_pillows():
    # Two pixels become one, with an offset of a quarter.
    found = map_axis(10.25, 10.25 + 2 * 64, 64)

    assert found.error_px > 0.05
    plane = landscape(300, 200)
    box = (10.25, 4.25, 138.25, 76.25)
    bicubic = np.asarray(Image.fromarray(plane).resize((64, 36), Image.Resampling.BICUBIC, box=box))
    assert np.array_equal(Scaler(plane, (64, 36), max_downscale=2).resample(box), bicubic)
