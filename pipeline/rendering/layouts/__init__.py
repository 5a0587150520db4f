"""Layouts: one module each, from a scene to a composition. To add one, write its module and name it in `lay_out`."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import BulletsScene, ClosingScene, Scene, StatementScene, Word
from pipeline.rendering.composition import Composition
from pipeline.rendering.layouts import bullets, closing, statement, title
from pipeline.rendering.look import Look


def lay_out(scene: Scene, words: Sequence[Word], look: Look) -> Composition:
    """The composition of a scene, without captions. Raises `ValueError` for more items than a layout holds.

    Layouts are written for languages that run left to right, and mirrored for the others.
    """
    composition = _lay_out(scene, words, look)
    return composition.mirrored() if look.right_to_left else composition


def _lay_out(scene: Scene, words: Sequence[Word], look: Look) -> Composition:
    if isinstance(scene, BulletsScene):
        return bullets.lay_out(scene, words, look)
    if isinstance(scene, StatementScene):
        return statement.lay_out(scene, words, look)
    if isinstance(scene, ClosingScene):
        return closing.lay_out(scene, look)
    return title.lay_out(scene, look)
