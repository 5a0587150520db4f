"""Reads a composition as a viewer does: which letters stand where, how large, and what is behind them.

While `knowing_letters` lasts, a mask knows the line it was drawn from. So texts are found in every layout and in every
class of element, however it is made, by the sprites that it paints.
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

# By this frame everything has come.
AT_REST = 10**6
_LINE, _SIZE, _SIGNS = "line", "size_px", "signs"
# A mark that lets so much through at most is no text (0 to 255).
_GHOST = 128
# Where a mask counts as ink, and its strokes' middle.
_INK, _CORE = 64, 160


@dataclass(frozen=True, kw_only=True)
class Written:
    """A line of text as it stands in a frame."""

    text: str
    size_px: int
    weight: int
    # Around its ink.
    box: Box
    # What it was painted with, and how visible that is (0 to 255).
    parts: tuple[tuple[Sprite, Box, int], ...]

    @property
    def is_dimmed(self) -> bool:
        """Whether it has stepped back behind what is spoken of now."""
        return max(opacity for _, _, opacity in self.parts) <= DIMMED

    def ink(self, within: Box) -> npt.NDArray[np.bool_]:
        """Where there is ink in a box."""
        found = np.zeros((within.height, within.width), bool)
        for sprite, box, _ in self.parts:
            found |= np.asarray(sprite.mask.crop(within.moved(-box.left, -box.top))) > _INK
        return found


@contextlib.contextmanager
def knowing_letters() -> Iterator[None]:
    """Letters that are drawn while it lasts are known as such; nothing from before is used again."""

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
    """Every element that is there in a frame, with the sprites it paints, where and how visible they are."""
    seen: list[tuple[Sprite, Box, int]] = []

    def note(sprite: Sprite, _: Picture, __: Box, pose: object) -> None:
        seen.append((sprite, sprite.box(pose), pose.opacity))

    screen = Box(0, 0, *composition.ground.size)
    for element in composition.elements:
        pose = element.pose(frame)
        if pose is None:
            continue
        seen = []
        if isinstance(element, Sprite):
            note(element, composition.ground, screen, pose)
        else:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Sprite, "paint", note)
                element.paint(composition.ground.copy(), screen, pose)
        yield element, seen


def is_text(sprite: Sprite) -> bool:
    """Whether it is letters, and not a drawing made from some."""
    return _LINE in sprite.mask.info and sprite.mask.getextrema()[1] > _GHOST


def read(composition: Composition, frame: float = AT_REST) -> list[Written]:
    """All lines of text that are there in a frame, in the order in which they are painted."""
    lines: dict[object, list[tuple[Sprite, Box, int]]] = {}
    for element, sprites in painted(composition, frame):
        for sprite, box, opacity in sprites:
            if not is_text(sprite):
                continue
            line, left, top = sprite.mask.info[_LINE]
            # A figure that counts is one, though each of its digits is set alone.
            alone = isinstance(element, Sprite) or len(line.text) > 1
            key = (id(line), box.left - left, box.top - top) if alone else id(element)
            lines.setdefault(key, []).append((sprite, box, opacity))
    found = [_written(parts) for parts in lines.values()]
    # What is painted again in the same place in another colour is read once.
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
    """Whether two texts have ink in the same place."""
    shared = one.box.clipped_to(other.box)
    return bool(shared.width and shared.height and (one.ink(shared) & other.ink(shared)).any())


def picture_of(composition: Composition, *, with_text: bool = True) -> npt.NDArray[np.float64]:
    """What is seen at rest, red, green and blue from 0 to 255; without the text: what is behind it."""
    elements = composition.elements
    if not with_text:
        found = painted(composition, AT_REST)
        elements = [each for each, sprites in found if not any(is_text(sprite) for sprite, _, _ in sprites)]
    canvas = Canvas(composition.ground, elements)
    canvas.apply(canvas.advance(AT_REST))
    return np.asarray(canvas.picture.to_rgb(), np.float64)


# How far the colours of an emoji reach over its rim: colours are kept at half of the resolution.
_RIM = 5


def contrast_of(written: Written, behind: npt.NDArray[np.float64]) -> float:
    """The contrast (WCAG 2.2) of a text to the pixels behind it where that is least, but for a pixel in fifty."""
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
    """Which pixels are those of emoji, which have colours of their own that nobody chooses."""
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
    """Where text stands in the finished picture: mirrored with the layouts, while these are made for `look.grid`."""
    box, width = look.grid.content, look.format.width_px
    return Box(width - box.right, box.top, width - box.left, box.bottom) if look.right_to_left else box


def assert_within(boxes: Iterable[Box], content: Box, slack: int) -> None:
    """No box reaches out of the content by more than `slack` pixels."""
    for box in boxes:
        assert content.left - slack <= box.left
        assert box.right <= content.right + slack
        assert content.top - slack <= box.top
        assert box.bottom <= content.bottom + slack
