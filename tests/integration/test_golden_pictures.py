"""Golden pictures: `tests/golden` has the final frame of every layout, vertical and landscape.

A failure names the temporary folder with the new picture and the difference. After an intended change, look at the new
pictures and run `make golden`.
"""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pipeline.model import Cue, NumberScene, VideoFormat
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.layouts import LAYOUTS, number
from pipeline.rendering.surface import background
from tests.standins.photos import photo_of_tests
from tests.standins.scenes import spoken
from tests.standins.typical import typical

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
# Drawn at twice the size at which they are kept.
FORMATS = {"16x9": (960, 540), "9x16": (540, 960)}
PICTURES = [pytest.param(kind, name, id=f"{kind.layout}-{name}") for kind in LAYOUTS for name in FORMATS]
# How much a block of so many pixels may differ, of 255, once edges are blurred: another FreeType smooths letters
# otherwise, a move by a two-hundredth of the picture's height is more.
BLOCK_PX, BLUR_PX, TOLERANCE = 8, 1.5, 10.0
# Colours are kept in steps of eight, and the background is drawn without its noise: a few kilobytes each.
STEP, LARGEST_BYTES = 8, 40_000


@pytest.fixture(scope="module", autouse=True)
def _without_noise():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "_noise", lambda size: np.zeros(size[::-1], np.float32))
        background._drawn.cache_clear()
        yield
    background._drawn.cache_clear()


def drawn(kind, name, **others):
    """The last picture of a scene, with the caption of its last words."""
    scene = typical(kind)
    words = spoken(scene)
    width, height = FORMATS[name]
    look = Look(
        title="Why octopuses have three hearts",
        format=VideoFormat(width_px=width, height_px=height),
        language="en",
        stills=(photo_of_tests(),),
        **others,
    )
    cue = Cue(start_s=words[-5].start_s, end_s=words[-1].end_s + 9, lines=(words[-5:],))
    frames = round(30 * (words[-1].end_s + 2))
    for frame in draw_scene(scene, words=words, cues=(cue,), frames=frames, look=look):
        last = frame.picture
    return last.to_rgb().reduce(2)


def blocks(one, other):
    """By block, how much two pictures differ, 0 to 255."""
    levels = [np.asarray(each.filter(ImageFilter.GaussianBlur(BLUR_PX)), np.float32) for each in (one, other)]
    difference = np.abs(levels[0] - levels[1]).max(axis=2)
    rows, columns = (-(-side // BLOCK_PX) for side in difference.shape)
    padded = np.zeros((rows * BLOCK_PX, columns * BLOCK_PX), np.float32)
    padded[: difference.shape[0], : difference.shape[1]] = difference
    return padded.reshape(rows, BLOCK_PX, columns, BLOCK_PX).mean(axis=(1, 3))


@pytest.mark.parametrize(("kind", "name"), PICTURES)
def test_a_layout_matches_its_golden_picture(kind, name, tmp_path):
    path = GOLDEN / f"{kind.layout}-{name}.png"
    new = drawn(kind, name)
    if os.environ.get("DRAW_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        new.point([level // STEP * STEP + STEP // 2 for level in range(256)] * 3).save(path, optimize=True)
    assert path.exists(), f"there is no {path}: make golden draws it"
    assert path.stat().st_size < LARGEST_BYTES
    found = blocks(new, Image.open(path).convert("RGB"))
    if found.max() > TOLERANCE:
        new.save(tmp_path / f"new-{path.name}")
        shown = Image.fromarray(np.clip(found * 4, 0, 255).astype(np.uint8))
        shown.resize((shown.width * BLOCK_PX, shown.height * BLOCK_PX), Image.Resampling.NEAREST).save(
            tmp_path / f"difference-{path.name}"
        )
    row, column = np.unravel_index(found.argmax(), found.shape)
    place = f"at {column * BLOCK_PX}, {row * BLOCK_PX}"
    assert found.max() <= TOLERANCE, f"{path.name} differs by {found.max():.1f} {place}: see {tmp_path}, or make golden"


def test_no_golden_picture_is_left_of_a_removed_layout():
    assert {path.stem for path in GOLDEN.glob("*.png")} == {
        f"{kind.layout}-{name}" for kind in LAYOUTS for name in FORMATS
    }


@pytest.mark.parametrize(("kind", "name"), PICTURES[:4])
def test_smoother_letters_pass_but_moved_elements_do_not(kind, name):
    picture = drawn(kind, name)
    smoother = picture.filter(ImageFilter.GaussianBlur(0.4))
    left, top, right, bottom = (0, picture.height // 2 - 60, picture.width, picture.height // 2 + 60)
    moved = picture.copy()
    moved.paste(picture.crop((left, top, right, bottom)), (left, top + 3))

    assert blocks(picture, smoother).max() <= TOLERANCE
    assert blocks(picture, moved).max() > TOLERANCE


def test_text_below_a_number_keeps_clear_of_its_comma():
    plain, with_comma = (
        number._plan(replace(typical(NumberScene), value=value), Look(title="", format=VideoFormat(), language="en"))
        for value in (380, 384_400)
    )

    assert plain.digits.descent_px == 0
    assert with_comma.digits.descent_px > 0.1 * with_comma.digits.size_px
