"""Dark gradients show no banding: their dither survives the encoder."""

import av
import numpy as np
import pytest

from pipeline.assembly import EncoderPlan
from pipeline.model import VideoFormat
from pipeline.rendering.surface.background import Light, background
from pipeline.theme.theme import MIDNIGHT
from tests.standins.films import make_segment, voice

FORMAT = VideoFormat(width_px=480, height_px=270)
LIGHTS = (Light(role="glow", x=0.8, y=0.4, width=0.5, height=0.7, strength=0.5),)
# Those of presets for films that are not encoded again, and the default.
PLANS = {
    "youtube": EncoderPlan(),
    "web_optimized": EncoderPlan(preset="medium", quality=22),
    "mobile_optimized": EncoderPlan(preset="medium", quality=24),
    "h265": EncoderPlan(codec="h265", preset="superfast", quality=20),
}
# Banding is visible where most blocks are flat (0.7 and more); scattered ones are invisible.
BLOCK_PX, BANDS = 8, 0.3


def flat(luma):
    """The share of small blocks without dither: of a single level, as in bands."""
    rows, columns = (side // BLOCK_PX for side in luma.shape)
    blocks = luma[: rows * BLOCK_PX, : columns * BLOCK_PX].reshape(rows, BLOCK_PX, columns, BLOCK_PX)
    return (blocks.astype(float).std(axis=(1, 3)) < 0.15).mean()


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_dark_gradient_keeps_its_dither(tmp_path, plan):
    ground = background(FORMAT, MIDNIGHT, LIGHTS)()
    whole = [(ground, 16, ((0, 0, FORMAT.width_px, FORMAT.height_px),))]
    segment = make_segment(tmp_path, "ground", sound=voice(1), frames=whole, video_format=FORMAT, encoder=plan)

    with av.open(str(segment.path)) as film:
        *_, last = film.decode(video=0)
    shown = last.to_ndarray()[: FORMAT.height_px]
    assert flat(np.asarray(ground[0])) < 0.01
    assert flat(shown) < BANDS


def test_av1_smooths_dither_into_a_ten_bit_gradient(tmp_path):
    ground = background(FORMAT, MIDNIGHT, LIGHTS)()
    whole = [(ground, 16, ((0, 0, FORMAT.width_px, FORMAT.height_px),))]
    plan = EncoderPlan(codec="av1", preset="8", quality=28, is_crf=True, bframes=0)
    segment = make_segment(tmp_path, "ground", sound=voice(1), frames=whole, video_format=FORMAT, encoder=plan)

    with av.open(str(segment.path)) as film:
        *_, last = film.decode(video=0)
    levels = last.to_ndarray()[: FORMAT.height_px].astype(int)

    # Each 8-bit step would be 4 of these.
    assert last.format.name == "yuv420p10le"
    assert np.percentile(abs(np.diff(levels, axis=1)), 99) <= 2
    assert len(np.unique(levels % 4)) == 4
