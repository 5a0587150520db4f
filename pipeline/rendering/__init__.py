"""Scenes to frames: layouts, type, figures, motion and captions, drawn with Pillow.

    Scene ─ layouts ─► Composition (ground, elements) ─ motion ─► Frame (picture, hold, changed), Frame, …

Drawing is synchronous and CPU-bound: call it in a worker process::

    look            the appearance that all frames of a film share   (grid: margins, columns, caption band;
                    type_scale: font sizes; assets: the user's fonts and logo; asset_loading: read and validated)
    layouts/        one module per kind of scene                     (overflow: texts that don't fit)
    text/           fonts, shaping, line breaking, rasterising
    surface/        backgrounds, shapes, photographs, logos
    motion/         animation, painted frame by frame
    captions        burnt-in subtitles                               (cue_splitting: a few words at a time)
    number_format   numbers and units by locale                      (scales: axes of charts)
    code_listing    syntax highlighting and line wrapping
    thumbnail/      the thumbnails of a film
    contact_sheet   the layouts of a template side by side
    warm_up         fills the caches before the first film
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.errors import MissingToolError
from pipeline.model import Cue, Scene, Script, Transition, Word
from pipeline.rendering.assets import Fonts, Logo, Typeface
from pipeline.rendering.look import Frame, Look

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image


__all__ = [
    "RENDERING_VERSION",
    "Fonts",
    "Frame",
    "Logo",
    "Look",
    "Typeface",
    "draw_scene",
    "draw_thumbnails",
    "find_misfits",
    "fonts_for",
    "load",
    "read_logo",
    "read_typeface",
    "undrawable",
]

# Part of the keys of cached scenes: raise it with every change that shows.
RENDERING_VERSION = "40"

# Pillow, numpy and fontTools are loaded by the first call, or by `load`, not by whoever imports this room.


def load() -> None:
    """Import what draws, and get ready what most films need, so that the first call need not."""
    from PIL import Image  # noqa: PLC0415

    from pipeline.rendering import captions, overflow, warm_up  # noqa: F401, PLC0415
    from pipeline.rendering.motion import coalescing, transitions  # noqa: F401, PLC0415
    from pipeline.rendering.text import coverage  # noqa: F401, PLC0415
    from pipeline.rendering.thumbnail import drawing  # noqa: F401, PLC0415

    Image.preinit()  # what opens and saves files, which Pillow else looks for with the first of them
    with suppress(MissingToolError):  # a font is gone: whoever wants to draw is told
        warm_up.rehearse()


def draw_scene(
    scene: Scene,
    *,
    words: tuple[Word, ...],
    cues: tuple[Cue, ...],
    frames: int,
    look: Look,
    after: Scene | None = None,
    transition: Transition = "cut",
    opens: bool = False,
) -> Iterator[Frame]:
    """The different pictures of a scene, each with its hold; the holds add up to `frames` at the look's rate.

    `words` are the timed words of the scene's narration and say when items appear; `cues` are drawn as captions if
    the look asks for it. Neighbouring frames differ. All frames share one picture that is drawn on in place: each is
    valid until the next is asked for. The same arguments and fonts give the same pixels. With a `transition`, the scene
    comes from the last picture of the scene `after` which it stands, without its captions. One that `opens` a film has
    begun before its first picture, which players and feeds show while nothing plays.
    """
    from pipeline.rendering import captions, layouts  # noqa: PLC0415
    from pipeline.rendering.motion import coalescing, timeline, transitions  # noqa: PLC0415

    composition = layouts.lay_out(scene, words, look)
    if look.manner.amount == "none":
        composition = coalescing.in_bursts(composition, timeline.motion_frames(frames, look.format.frame_rate))
    elif opens:
        composition = coalescing.begun(composition)
    overlay = captions.captions(cues, look, on_picture=composition.is_picture)
    rate = look.format.frame_rate
    played = timeline.play(composition.under(overlay), frames, frame_rate=rate)
    if after is None or transition == "cut":
        yield from played
        return
    before = timeline.last_picture(layouts.lay_out(after, (), look))
    stage = timeline.play(composition.stage(), frames, frame_rate=rate)
    mirrored = look.right_to_left
    yield from transitions.entering(played, before, transition, frame_rate=rate, right_to_left=mirrored, stage=stage)


def draw_thumbnails(script: Script, look: Look, *, episode: int) -> Iterator[Image.Image]:
    """The stills of a film, the best first, RGB, of `look.format.thumbnail_px`; `episode` 0: it is none.

    What they have in common is drawn once.
    """
    from pipeline.rendering.thumbnail import drawing  # noqa: PLC0415

    return drawing.draw_all(script, look, episode=episode)


def find_misfits(scene: Scene, look: Look) -> tuple[str, ...]:
    """The names (`ShownText.name`) of texts that the picture of a scene has no room for, each once, in order.

    Lays the scene out: about a tenth of a second.
    """
    from pipeline.rendering import overflow  # noqa: PLC0415

    return overflow.find_misfits(scene, look)


def fonts_for(script: Script, look: Look) -> str:
    """A digest of what draws the letters of a film. Raises `MissingToolError` for those that can't be drawn here.

    Part of the keys of what is drawn: a font that is added or replaced gives another digest. Milliseconds for what
    Inter and Noto Sans cover; for anything else the fonts of the system are looked through.
    """
    from pipeline.rendering.text import coverage  # noqa: PLC0415

    return coverage.fonts_for(script, look)


def read_typeface(named: str, folder: Path, *, weight: int) -> Typeface:
    """A font by the path of its file, from `folder`, or by its family. Raises `InputError`. Blocks."""
    from pipeline.rendering import asset_loading  # noqa: PLC0415

    return asset_loading.read_typeface(named, folder, weight=weight)


def read_logo(named: str, folder: Path) -> Logo:
    """A logo by the path of its file, from `folder`. Raises `InputError`. Blocks."""
    from pipeline.rendering import asset_loading  # noqa: PLC0415

    return asset_loading.read_logo(named, folder)


def undrawable(script: Script, look: Look) -> str:
    """All letters of a film that no font here has; emoji are none, and are left out where there is no font for them."""
    from pipeline.rendering.text import coverage  # noqa: PLC0415

    return coverage.undrawable(script, look)
