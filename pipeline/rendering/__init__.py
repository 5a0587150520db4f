"""Scenes to frames: layouts, type, figures, motion and captions, drawn with Pillow.

    Scene ─ layouts ─► Stage (background, elements) ─ timeline ─► Frame (picture, hold), Frame, …

Drawing is plain synchronous code that keeps a processor busy: call it in a worker process.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Cue, Scene, Word
from pipeline.rendering.captions import captions
from pipeline.rendering.fonts import ScriptCoverage, can_shape, font_coverage
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.look import Frame, Look, Stage
from pipeline.rendering.theme import MIDNIGHT, Theme
from pipeline.rendering.thumbnail import draw_thumbnail
from pipeline.rendering.timeline import play

__all__ = [
    "MIDNIGHT",
    "RENDERING_VERSION",
    "Frame",
    "Look",
    "ScriptCoverage",
    "Theme",
    "can_shape",
    "draw_scene",
    "draw_thumbnail",
    "font_coverage",
]

# Part of the keys of cached scenes: raise it with every change that shows.
RENDERING_VERSION = "1"


def draw_scene(
    scene: Scene, *, words: tuple[Word, ...], cues: tuple[Cue, ...], frames: int, look: Look
) -> Iterator[Frame]:
    """The different pictures of a scene, each with its hold; the holds add up to `frames` (30 a second).

    `words` are the timed words of the scene's narration and say when items appear; `cues` are drawn as captions if
    the look asks for it. Neighbouring frames differ. All frames share one picture that is drawn on in place: each is
    valid until the next is asked for. The same arguments give the same pixels.
    """
    stage = lay_out(scene, words, look)
    elements = [*stage.elements, *(captions(cues, look) if look.burn_in else ())]
    yield from play(Stage(ground=stage.ground, elements=elements), frames)
