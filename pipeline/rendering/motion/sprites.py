"""Elements of a composition: masks filled with colour, with a position and a motion."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Protocol

from PIL import Image, ImageChops

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import FULL, STAGGER_FRAMES, Motion, Pose
from pipeline.rendering.motion.reveal import OrderRanges, opacities
from pipeline.rendering.motion.ycbcr import Colour, Picture, colour, crop_ink, tile
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.rasterising import Ink, draw_ink
from pipeline.theme.colours import rgb
from pipeline.theme.theme import Manner


class Element(Protocol):
    """Anything the canvas can show. Its pose determines how it looks."""

    @property
    def rests_from(self) -> int:
        """The frame from which its pose is constant."""
        ...

    def pose(self, frame: float) -> Hashable | None:
        """Its state in a frame; None while it is invisible."""
        ...

    def box(self, pose: Hashable) -> Box:
        """The pixels it may touch in that pose."""
        ...

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """The boxes in which two different poses differ; None is invisible."""
        ...

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """Paint it on `patch`, a picture of the even box `origin`."""
        ...

    def mirrored(self, width_px: int) -> Element:
        """The element in a right-to-left layout, on a picture `width_px` wide."""
        ...

    def entering(self, manner: Manner) -> Element:
        """The element with its entrance adjusted to `manner`: with reduced motion it fades in without moving."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sprite:
    """A mask (mode L) filled with colour, its top left corner at `left` and `top`.

    `order` (mode L, 0 first) is the order in which pixels appear while the sprite is drawn on.
    """

    mask: Image.Image
    # One colour, or the `tile` of an image as large as the mask.
    ink: Colour | Picture
    left: int
    top: int
    motion: Motion
    order: Image.Image | None = None
    # Left and right edge of the group it belongs to (a line of text, a ring), which is mirrored as one; None: its own.
    span: tuple[int, int] | None = None
    # The text that it is a line of, and whether that is truncated.
    text: str = ""
    is_truncated: bool = False

    def mirrored(self, width_px: int) -> Sprite:
        """See `Element`. It is moved, not flipped: letters and figures stay as they are."""
        left, right = self.span or (self.left, self.left + self.mask.width)
        shift = width_px - right - left
        return replace(self, left=self.left + shift, span=(left + shift, right + shift))

    def entering(self, manner: Manner) -> Sprite:
        """See `Element`."""
        return replace(self, motion=self.motion.entering(manner))

    @property
    def rests_from(self) -> int:
        """See `Element`."""
        return self.motion.rests_from

    def pose(self, frame: float) -> Pose | None:
        """See `Element`."""
        return self.motion.pose(frame)

    def box(self, pose: Hashable) -> Box:
        """See `Element`."""
        top = self.top + (pose.drop_px if isinstance(pose, Pose) else 0)
        return Box(self.left, top, self.left + self.mask.width, top + self.mask.height)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `Element`."""
        poses = [pose if isinstance(pose, Pose) else None for pose in (before, now)]
        if self._order_ranges and all(pose is None or pose.is_being_drawn for pose in poses):
            return [self._order_ranges.between(*poses).moved(self.left, self.top)]
        return [self.box(pose) for pose in poses if pose]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `Element`."""
        assert isinstance(pose, Pose)
        whole = self.box(pose)
        seen = whole.even().clipped_to(origin)
        if not seen.width or not seen.height:
            return
        # `crop` pads with zeros beyond the mask.
        part = seen.moved(-whole.left, -whole.top)
        mask = self.mask.crop(part)
        if self.order is not None and pose.drawn < FULL:
            order = self.order.crop(part)
            mask = ImageChops.multiply(mask, order.point(opacities(pose)))
        elif pose.opacity < FULL:
            mask = mask.point(_opacity_table(pose.opacity))
        patch.fill(crop_ink(self.ink, part), mask, seen.moved(-origin.left, -origin.top))

    @cached_property
    def _order_ranges(self) -> OrderRanges | None:
        return OrderRanges.of(self.mask, self.order) if self.order is not None else None


def fill_visible(patch: Picture, origin: Box, ink: Colour, mask: Image.Image, at: Box) -> None:
    """Fill the part of a box that is on `patch`, a picture of the even box `origin`, through a mask of its size."""
    seen = at.even().clipped_to(origin)
    if seen.width and seen.height:
        # `crop` pads with zeros beyond the mask.
        patch.fill(ink, mask.crop(seen.moved(-at.left, -at.top)), seen.moved(-origin.left, -origin.top))


def solid_sprite(mask: Image.Image, name: str, *, left: int, top: int, motion: Motion) -> Sprite:
    """A mask in a single colour, #RRGGBB."""
    return Sprite(mask=mask, ink=colour(name), left=left, top=top, motion=motion)


def ink_sprite(ink: Ink, name: str, *, left: int, top: int, motion: Motion) -> Sprite:
    """Rasterised text in a single colour, #RRGGBB, its emoji in their own; the pen starts at `left` and `top`."""
    sprite = solid_sprite(ink.mask, name, left=left + ink.left, top=top + ink.top, motion=motion)
    if ink.emoji_layer is None:
        return sprite
    return replace(sprite, ink=tile(ink.painted(Image.new("RGB", ink.mask.size, rgb(name)))))


def text_sprites(
    block: TextBlock,
    *,
    left: int,
    top: int,
    colour: str,
    motion: Motion,
    emphasis_colour: str = "",
    stagger: int = STAGGER_FRAMES,
    centre_in_px: int | None = None,
) -> list[Sprite]:
    """A text block as sprites, each line `stagger` frames after the one above.

    `left` and `top` are in pixels, `top` being the top of the first line's capitals; `emphasis_colour` is that of the
    emphasis. With `centre_in_px` each line is centred in that width, else lines start at `left`.
    """
    sprites = []
    text = " ".join(line.text.strip() for line in block.lines)
    for number, line in enumerate(block.lines):
        baseline = top + block.cap_px + number * block.leading_px
        start = left
        if centre_in_px is not None:
            start += round((centre_in_px - line.width_em * block.size_px) / 2)
        moved = replace(motion, enters=motion.enters + number * stagger)
        span = (start, start + round(line.width_em * block.size_px))
        for group, name in enumerate(filter(None, (colour, emphasis_colour))):
            ink = draw_ink(line, block.size_px, group)
            if ink:
                sprite = ink_sprite(ink, name, left=start, top=baseline, motion=moved)
                sprites.append(replace(sprite, span=span, text=text, is_truncated=block.is_truncated))
    return sprites


@lru_cache(maxsize=256)
def _opacity_table(opacity: int) -> list[int]:
    return [round(value * opacity / FULL) for value in range(256)]
