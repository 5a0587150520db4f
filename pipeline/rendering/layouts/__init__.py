"""Layouts: one module each, from a scene to a composition. To add one, write its module and name it in `LAYOUTS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.model import (
    BulletsScene,
    ClosingScene,
    PictureScene,
    ProductScene,
    Scene,
    SceneryScene,
    SplitScene,
    StatementScene,
    TitleScene,
    Word,
)
from pipeline.rendering.composition import Composition
from pipeline.rendering.layouts import bullets, closing, picture, product, scenery, split, statement, title
from pipeline.rendering.look import Look

LAYOUTS: Mapping[type, Callable[[Any, Sequence[Word], Look], Composition]] = {
    TitleScene: title.lay_out,
    BulletsScene: bullets.lay_out,
    StatementScene: statement.lay_out,
    PictureScene: picture.lay_out,
    SceneryScene: scenery.lay_out,
    SplitScene: split.lay_out,
    ProductScene: product.lay_out,
    ClosingScene: closing.lay_out,
}


def lay_out(scene: Scene, words: Sequence[Word], look: Look) -> Composition:
    """The composition of a scene, without captions. Raises `ValueError` for more items than a layout holds.

    Layouts are written for languages that run left to right, and mirrored for the others.
    """
    composition = LAYOUTS[type(scene)](scene, words, look)
    composition = composition.mirrored() if look.right_to_left else composition
    return composition.calmed() if look.reduced_motion else composition
