"""Texts that a layout has no room for: what was cut although it was made smaller, and what leaves its place."""

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

# Tails of letters may reach over the margins, at 1080.
_SLACK = 32


def find_misfits(scene: Scene, look: Look) -> tuple[str, ...]:
    """The names (`ShownText.name`) of texts of a scene that don't fit its picture, each once, in order."""
    names = dict.fromkeys(_misfits(scene, look))
    return tuple(shown.name for shown in texts_of(scene) if shown.name in names)


def _misfits(scene: Scene, look: Look) -> Iterator[str]:
    content, slack = _room(look), look.grid.px(_SLACK)
    known = {shown.name: _letters(shown.text) for shown in texts_of(scene) if shown.text}
    for sprite in lay_out(scene, (), look).elements:
        pose = sprite.pose(AT_REST)
        if not isinstance(sprite, Sprite) or not sprite.text or pose is None:
            continue
        box = sprite.box(pose)
        is_outside = (
            box.left < content.left - slack
            or box.right > content.right + slack
            or box.top < content.top - slack
            or box.bottom > content.bottom + slack
        )
        if known and (sprite.is_cut or is_outside):
            drawn = _letters(sprite.text)
            name = max(known, key=lambda name: _alike(known[name], drawn))
            # What a scene does not say by itself, like whose a picture is, is cut as well.
            if 2 * _alike(known[name], drawn)[0] >= len(drawn):
                yield name


def _room(look: Look) -> Box:
    """The content of the finished picture: layouts are mirrored, and what apps show stands on the other side, too."""
    content, width_px = look.grid.content, look.format.width_px
    if not look.right_to_left:
        return content
    return content._replace(left=width_px - content.right, right=width_px - content.left)


def _letters(text: str) -> str:
    """What stays of a text in capitals, in other quotation marks or with an ellipsis."""
    return "".join(filter(str.isalnum, text.casefold()))


def _alike(one: str, other: str) -> tuple[int, int]:
    """How many letters two texts begin with alike; of those that are equally alike, the shorter one is meant."""
    return sum(takewhile(bool, map(eq, one, other))), -len(one)
