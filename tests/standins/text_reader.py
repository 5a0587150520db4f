"""Reads a composition as a viewer does: the position and size of its texts, and the background behind them.

Within `knowing_letters`, a mask knows the text it was drawn from. So texts are found in every layout and element class,
however they are implemented, by the sprites that they paint.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageFilter

from pipeline import rendering
from pipeline.rendering import Look
from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import DIMMED
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.rendering.text import rasterising
from pipeline.rendering.text.line import Line

# All entrances are over by this frame.
AT_REST = 10**6
_LINE, _SIZE, _SIGNS = "line", "size_px", "signs"
# A mask with at most this opacity (0 to 255) is not text.
_GHOST = 128
# The thresholds for ink, and for the core of its strokes.
_INK, _CORE = 64, 160


@dataclass(frozen=True, kw_only=True)
class Written:
    """A line of text as placed in a frame."""

    text: str
    size_px: int
    weight: int
    # The bounding box of its ink.
    box: Box
    # Its colour, and its opacity (0 to 255).
    parts: tuple[tuple[Sprite, Box, int], ...]

    @property
    def is_dimmed(self) -> bool:
        """Whether it is dimmed behind the item that is being spoken of."""
        return max(opacity for _, _, opacity in self.parts) <= DIMMED

    def ink(self, within: Box) -> npt.NDArray[np.bool_]:
        """The pixels with ink in a box."""
        found = np.zeros((within.height, within.width), bool)
        for sprite, box, _ in self.parts:
            found |= np.asarray(sprite.mask.crop(within.moved(-box.left, -box.top))) > _INK
        return found


@contextlib.contextmanager
def knowing_letters() -> Iterator[None]:
    """Record the text of all masks drawn within this context; caches are bypassed."""

    def draw_ink(line: Line, size_px: int, group: int | None = None) -> rasterising.Ink | None:
        ink = plain(line, size_px, group)
        if ink is not None:
            ink.mask.info.update({_LINE: (line, ink.left, ink.top), _SIZE: size_px, _SIGNS: ink.emoji_layer})
        return ink

    plain = rasterising.draw_ink
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(rendering.__path__, "pipeline.rendering.")
    ]
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            if getattr(module, "draw_ink", None) is plain:
                patch.setattr(module, "draw_ink", draw_ink)
            if module.__name__.startswith("pipeline.rendering.layouts"):
                for each in list(vars(module).values()):
                    if hasattr(each, "cache_clear"):
                        each.cache_clear()
        yield


def painted(composition: Composition, frame: float) -> Iterator[tuple[Element, list[tuple[Sprite, Box, int]]]]:
    """Every element of a frame, with the sprites it paints, their positions and opacities."""
    seen: list[tuple[Sprite, Box, int]] = []

    def note(sprite: Sprite, _: Picture, __: Box, pose: object) -> None:
        seen.append((sprite, sprite.box(pose), pose.opacity))

    screen = Box(0, 0, *composition.ground().size)
    for element in composition.elements:
        pose = element.pose(frame)
        if pose is None:
            continue
        seen = []
        if isinstance(element, Sprite):
            note(element, composition.ground(), screen, pose)
        else:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Sprite, "paint", note)
                element.paint(composition.ground().copy(), screen, pose)
        yield element, seen


def is_text(sprite: Sprite) -> bool:
    """Whether it is text, and not a drawing made from text."""
    return _LINE in sprite.mask.info and sprite.mask.getextrema()[1] > _GHOST


def read(composition: Composition, frame: float = AT_REST) -> list[Written]:
    """All lines of text of a frame, in painting order."""
    lines: dict[object, list[tuple[Sprite, Box, int]]] = {}
    for element, sprites in painted(composition, frame):
        for sprite, box, opacity in sprites:
            if not is_text(sprite):
                continue
            line, left, top = sprite.mask.info[_LINE]
            # A counting number is one text, although its digits are drawn separately.
            alone = isinstance(element, Sprite) or len(line.text) > 1
            key = (id(line), box.left - left, box.top - top) if alone else id(element)
            lines.setdefault(key, []).append((sprite, box, opacity))
    found = [_written(parts) for parts in lines.values()]
    # Text repainted in the same place in another colour is read once.
    return [*{(each.text, each.box): each for each in found}.values()]


def _written(parts: Sequence[tuple[Sprite, Box, int]]) -> Written:
    (first, around, _), *others = parts
    texts = [first.mask.info[_LINE][0].text]
    for sprite, box, _ in others:
        around = around.union(box)
        if sprite.mask.info[_LINE][0] is not first.mask.info[_LINE][0]:
            texts.append(sprite.mask.info[_LINE][0].text)
    line = first.mask.info[_LINE][0]
    return Written(
        text="".join(texts),
        size_px=first.mask.info[_SIZE],
        weight=line.style.weight,
        box=around,
        parts=tuple(parts),
    )


def touch(one: Written, other: Written) -> bool:
    """Whether the ink of two texts overlaps."""
    shared = one.box.clipped_to(other.box)
    return bool(shared.width and shared.height and (one.ink(shared) & other.ink(shared)).any())


def picture_of(composition: Composition, *, with_text: bool = True) -> npt.NDArray[np.float64]:
    """The final frame, red, green and blue from 0 to 255; without the text: its background."""
    elements = composition.elements
    if not with_text:
        found = painted(composition, AT_REST)
        elements = [each for each, sprites in found if not any(is_text(sprite) for sprite, _, _ in sprites)]
    canvas = Canvas(composition.ground(), elements)
    canvas.apply(canvas.advance(AT_REST))
    return np.asarray(canvas.picture.to_rgb(), np.float64)


# How far an emoji's colours bleed over its edge, because of chroma subsampling.
_RIM = 5


def contrast_of(written: Written, behind: npt.NDArray[np.float64]) -> float:
    """The contrast (WCAG 2.2) of a text to the pixels behind it: the minimum, ignoring one pixel in fifty."""
    found = []
    for sprite, box, opacity in written.parts:
        seen = box.clipped_to(Box(0, 0, behind.shape[1], behind.shape[0]))
        part = seen.moved(-box.left, -box.top)
        core = (np.asarray(sprite.mask.crop(part)) > _CORE) & ~_signs_in(sprite, part)
        ground = behind[seen.top : seen.bottom, seen.left : seen.right][core]
        ink = _ink_of(sprite, part)[core]
        ink = ink * (opacity / 255) + ground * (1 - opacity / 255)
        lighter, darker = (level(_luminance(ink), _luminance(ground)) for level in (np.maximum, np.minimum))
        found += [(lighter + 0.05) / (darker + 0.05)]
    values = np.concatenate(found) if found else np.array([])
    return float(np.percentile(values, 2)) if values.size else 21.0


def _signs_in(sprite: Sprite, part: Box) -> npt.NDArray[np.bool_]:
    """Pixels of emoji, whose colours are not ours."""
    signs = sprite.mask.info[_SIGNS]
    if signs is None:
        return np.zeros((part.height, part.width), bool)
    return np.asarray(signs.getchannel("A").filter(ImageFilter.MaxFilter(_RIM)).crop(part)) > 0


def _ink_of(sprite: Sprite, part: Box) -> npt.NDArray[np.float64]:
    if isinstance(sprite.ink, Picture):
        # A tile has a rim of two pixels.
        whole = np.asarray(sprite.ink.to_rgb(), np.float64)[2:, 2:]
        return whole[part.top : part.bottom, part.left : part.right]
    one = Picture(
        *(Image.new("L", size, level) for size, level in zip(((2, 2), (1, 1), (1, 1)), sprite.ink, strict=True))
    )
    return np.broadcast_to(np.asarray(one.to_rgb(), np.float64)[0, 0], (part.height, part.width, 3))


def _luminance(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    share = levels / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def content_of(look: Look) -> Box:
    """The position of text in the finished picture: mirrored with the layout, which is composed for `look.grid`."""
    box, width = look.grid.content, look.format.width_px
    return Box(width - box.right, box.top, width - box.left, box.bottom) if look.right_to_left else box


def assert_within(boxes: Iterable[Box], content: Box, slack: int) -> None:
    """No box exceeds the content area by more than `slack` pixels."""
    for box in boxes:
        assert content.left - slack <= box.left
        assert box.right <= content.right + slack
        assert content.top - slack <= box.top
        assert box.bottom <= content.bottom + slack
