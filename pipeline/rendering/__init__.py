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
    "find_overflowing_texts",
    "font_digest",
    "missing_glyphs",
    "preload",
    "read_logo",
    "read_typeface",
]

# Part of the keys of cached scenes: raise it with every visible change.
RENDERING_VERSION = "43"

# Pillow, numpy and fontTools are imported by the first call, or by `preload`, not by importing this package.


def preload() -> None:
    """Import the drawing modules and fill their caches, so that the first scene need not."""
    from PIL import Image  # noqa: PLC0415

    from pipeline.rendering import captions, overflow, warm_up  # noqa: F401, PLC0415
    from pipeline.rendering.motion import coalescing, transitions  # noqa: F401, PLC0415
    from pipeline.rendering.text import coverage  # noqa: F401, PLC0415
    from pipeline.rendering.thumbnail import drawing  # noqa: F401, PLC0415

    Image.preinit()  # image plugins, which Pillow would otherwise import with the first file
    with suppress(MissingToolError):  # a font is missing: the first drawing call reports it
        warm_up.fill_caches()


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
    """The distinct frames of a scene, each with its hold; the holds add up to `frames` at the look's frame rate.

    `words` are the timed words of the narration and decide when items appear; `cues` are drawn as captions if the look
    asks for them. Consecutive frames differ. All frames share one picture that is drawn on in place: each is valid only
    until the next is requested. The same arguments and fonts give the same pixels. With a `transition`, the scene
    starts from the last frame of the scene `after` which it comes, without that scene's captions. `opens`: the scene is
    the first of a film, and its first frame is what players and feeds show while nothing plays; it already has what
    would come within a moment.
    """
    from pipeline.rendering import captions, layouts  # noqa: PLC0415
    from pipeline.rendering.motion import coalescing, timeline, transitions  # noqa: PLC0415

    composition = layouts.lay_out(scene, words, look)
    if look.manner.amount == "none":
        whole = timeline.motion_frames(frames, look.format.frame_rate)
        composition = coalescing.coalesce(composition, coalescing.windows_of(composition.elements, whole))
    elif opens:
        composition = coalescing.coalesce(composition, coalescing.FIRST_WINDOW)
    overlay = captions.captions(cues, look, on_picture=composition.is_picture)
    rate = look.format.frame_rate
    played = timeline.play(composition.under(overlay), frames, frame_rate=rate)
    if after is None or transition == "cut":
        yield from played
        return
    before = timeline.last_picture(layouts.lay_out(after, (), look))
    stage = timeline.play(composition.stage(), frames, frame_rate=rate)
    mirrored = look.right_to_left
    yield from transitions.transition_in(
        played, before, transition, frame_rate=rate, right_to_left=mirrored, stage=stage
    )


def draw_thumbnails(script: Script, look: Look, *, episode: int) -> Iterator[Image.Image]:
    """The thumbnails of a film, best first; `episode` 0: not part of a series. See `drawing.draw_thumbnails`."""
    from pipeline.rendering.thumbnail import drawing  # noqa: PLC0415

    return drawing.draw_thumbnails(script, look, episode=episode)


def find_overflowing_texts(scene: Scene, look: Look) -> tuple[str, ...]:
    """The names of texts that don't fit the layout of a scene. See `overflow.find_overflowing_texts`."""
    from pipeline.rendering import overflow  # noqa: PLC0415

    return overflow.find_overflowing_texts(scene, look)


def font_digest(script: Script, look: Look) -> str:
    """A digest of the fonts that draw a film, part of the keys of drawn scenes. See `coverage.font_digest`."""
    from pipeline.rendering.text import coverage  # noqa: PLC0415

    return coverage.font_digest(script, look)


def read_typeface(named: str, folder: Path, *, weight: int) -> Typeface:
    """A font by the path of its file, relative to `folder`, or by family name. See `asset_loading.read_typeface`."""
    from pipeline.rendering import asset_loading  # noqa: PLC0415

    return asset_loading.read_typeface(named, folder, weight=weight)


def read_logo(named: str, folder: Path) -> Logo:
    """A logo given by the path of its PNG file, relative to `folder`. Raises `InputError`. Blocking."""
    from pipeline.rendering import asset_loading  # noqa: PLC0415

    return asset_loading.read_logo(named, folder)


def missing_glyphs(script: Script, look: Look) -> str:
    """The characters of a film that no installed font has. Emoji don't count: without a font they are left out."""
    from pipeline.rendering.text import coverage  # noqa: PLC0415

    return coverage.missing_glyphs(script, look)
