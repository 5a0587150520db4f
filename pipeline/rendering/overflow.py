"""Texts that don't fit their layout: truncated at the smallest size, or reaching beyond the content area."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from operator import eq

from pipeline.model import Scene, texts_of
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import AT_REST
from pipeline.rendering.motion.sprites import Sprite

# Descenders may reach beyond the margins, at 1080.
_SLACK = 32


def find_overflowing_texts(scene: Scene, look: Look) -> tuple[str, ...]:
    """The names (`SceneText.name`) of texts of a scene that don't fit its picture, each once, in order.

    Lays out the scene: about a tenth of a second.
    """
    names = dict.fromkeys(_overflowing_names(scene, look))
    return tuple(shown.name for shown in texts_of(scene) if shown.name in names)


def _overflowing_names(scene: Scene, look: Look) -> Iterator[str]:
    allowed = _content_box(look).grown(look.grid.px(_SLACK))
    known = {shown.name: _letters(shown.text) for shown in texts_of(scene) if shown.text}
    for sprite in lay_out(scene, (), look).elements:
        pose = sprite.pose(AT_REST)
        if not isinstance(sprite, Sprite) or not sprite.text or pose is None:
            continue
        box = sprite.box(pose)
        is_outside = box.clipped_to(allowed) != box
        if known and (sprite.is_truncated or is_outside):
            drawn = _letters(sprite.text)
            name = max(known, key=lambda name: _similarity(known[name], drawn))
            # Texts from elsewhere, like a picture credit, may be truncated, too: they match no text of the scene.
            if 2 * _similarity(known[name], drawn)[0] >= len(drawn):
                yield name


def _content_box(look: Look) -> Box:
    """The content area of the finished picture: with mirrored layouts, the overlays of apps stay on their side."""
    content, width_px = look.grid.content, look.format.width_px
    if not look.right_to_left:
        return content
    return content._replace(left=width_px - content.right, right=width_px - content.left)


def _letters(text: str) -> str:
    """The text without case, punctuation and ellipsis, which drawing changes."""
    return "".join(filter(str.isalnum, text.casefold()))


def _similarity(one: str, other: str) -> tuple[int, int]:
    """The length of the common prefix; among equals, the shorter `one` is the better match."""
    return sum(takewhile(bool, map(eq, one, other))), -len(one)
