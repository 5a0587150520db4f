"""Fills the caches with what most films need, before the first film: glyphs measured and drawn, backgrounds rendered.

Processes forked afterwards inherit the caches and share their memory. It takes a fifth of a second, in parallel with
the other imports of the command.
"""

from __future__ import annotations

from pipeline.model import BulletsScene, ClosingScene, Scene, StatementScene, TitleScene
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.look import Look

# The layouts that nearly every film has, in sentences that cover most letters and kerning pairs of other sentences.
_SCENES: tuple[Scene, ...] = (
    TitleScene(
        lines=(),
        heading="What makes the oldest thing known to us",
        kicker="In short",
        subtitle="And why nobody has ever found the end of it",
    ),
    BulletsScene(
        lines=(),
        heading="Three things that people should know",
        kicker="In short",
        items=("The first of them: only a few have it", "Quick brown foxes jump over lazy dogs", "Just what we said"),
    ),
    StatementScene(
        lines=(),
        kicker="In short",
        text="A thing of beauty is a joy for ever, and nobody knows why",
        emphasis="joy for ever",
    ),
    ClosingScene(lines=(), text="Come and see for yourself. That is quite enough.", subtitle="How it came to be known"),
)


def fill_caches() -> None:
    """Lay out a short sample film in the default look: 1920x1080, the default theme. Draw its backgrounds."""
    look = Look(title="How a thing of beauty came to be known")
    for scene in _SCENES:
        lay_out(scene, (), look).ground()
