"""What most films need, made before the first of them is there: letters are measured and drawn, grounds are lit.

Processes that are forked from one that has rehearsed begin with all of it, and share its memory. What it shows is never
seen; what it costs is a third of a second, beside what the command still loads.
"""

from __future__ import annotations

from pipeline.model import BulletsScene, ClosingScene, Scene, StatementScene, TitleScene
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.look import Look

# The layouts that nearly every film has, in sentences of which other sentences have most letters and pairs in common.
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


def rehearse() -> None:
    """Lay out a short film that nobody will see, as most look: 1920x1080, in the theme of the house."""
    look = Look(title="How a thing of beauty came to be known")
    for scene in _SCENES:
        lay_out(scene, (), look)
