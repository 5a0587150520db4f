"""Layouts: one module each, from a scene to a stage. To add one, write its module and name it in `lay_out`."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import BulletsScene, ClosingScene, Scene, StatementScene, Word
from pipeline.rendering.layouts import bullets, closing, statement, title
from pipeline.rendering.look import Look
from pipeline.rendering.stage import Stage


def lay_out(scene: Scene, words: Sequence[Word], look: Look) -> Stage:
    """The scene on its stage, without captions."""
    if isinstance(scene, BulletsScene):
        return bullets.lay_out(scene, words, look)
    if isinstance(scene, StatementScene):
        return statement.lay_out(scene, words, look)
    if isinstance(scene, ClosingScene):
        return closing.lay_out(scene, look)
    return title.lay_out(scene, look)
