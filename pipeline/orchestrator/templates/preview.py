"""A contact sheet of a template: a frame of each scene of its sample, in several aspect ratios."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.files import replacing, storage_errors
from pipeline.language.words import split_words
from pipeline.model import (
    SAMPLE_RATE_HZ,
    Brief,
    Clip,
    Narration,
    Scene,
    Script,
    Shape,
    Still,
    VideoFormat,
    narration_of,
)
from pipeline.narration.estimate import estimate
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.templates.catalogue import search_of
from pipeline.pictures import examine_picture
from pipeline.rendering import Look
from pipeline.rendering.contact_sheet import Tile, compose_sheet, draw_still, scaled_format
from pipeline.subtitles import make_subtitles
from pipeline.template import Template
from pipeline.template.sample import load_sample, pictures_of

if TYPE_CHECKING:
    from PIL import Image

# The aspect ratios of a preview by default.
PREVIEWED: tuple[Shape, ...] = ("16:9", "9:16", "1:1")
# Factor of supersampling, for legible small type.
_SUPERSAMPLING = 2
# Height of frames side by side, and area of frames in a single aspect ratio.
_HEIGHT_PX, _AREA_PX = 288, 200_000
_SHEET_PX = 2_240
# Silence before the first word, and the offset of the frame from the end of the last word.
_SILENCE_S, _BEFORE_END_S = 0.3, 0.05


def preview(
    context: RunContext, template: Template, path: Path, *, shapes: Sequence[Shape] = PREVIEWED, theme: str = ""
) -> None:
    """Write a contact sheet of the template to `path`, a PNG or JPEG file. Blocks, for seconds.

    Raises `InputError` for an invalid sample or theme, and `StorageError`.
    """
    save_sheet(draw_preview(context, template, shapes=shapes, theme=theme), path)


def save_sheet(sheet: Image.Image, path: Path) -> None:
    """Write a picture to `path`, a PNG or JPEG file. Raises `StorageError`."""
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        if path.suffix.lower() == ".png":
            sheet.save(file, format="PNG")
        else:
            sheet.save(file, format="JPEG", quality=90)


def draw_preview(context: RunContext, template: Template, *, shapes: Sequence[Shape], theme: str = "") -> Image.Image:
    """The contact sheet, mode RGB. Raises `InputError`."""
    sample = load_sample(template, search=search_of(context.workspace))
    look = look_of(context, template, sample, theme=theme)
    tiles = list(_tiles(context, sample, look, shapes))
    facts = (template.description, f"{len(tiles)} layouts", look.theme.name, f"captions: {template.captions}")
    line = " · ".join(filter(None, (*facts, ", ".join(shapes))))
    return compose_sheet(tiles, look, title=template.title, line=line, width_px=_SHEET_PX)


def look_of(context: RunContext, template: Template, sample: Script, *, theme: str = "") -> Look:
    """The look of the template's films, with the brand of the workspace."""
    return Look(
        title=sample.title,
        theme=context.appearance.theme(Brief(title=sample.title, theme=theme or template.theme)),
        captions=context.settings.subtitles.style or template.captions,
        fonts=context.appearance.fonts(template),
        logo=context.appearance.logo(template),
        language=sample.language,
        stills=tuple(_stills(context, sample, template)),
    )


def _stills(context: RunContext, sample: Script, template: Template) -> Iterator[Still]:
    """The pictures of the sample, without preparation, as the designer provided them."""
    for name, path in pictures_of(sample, template, search=search_of(context.workspace)).items():
        try:
            seen = examine_picture(path)
        except (OSError, ValueError) as error:
            raise InputError("is not a readable picture", where=str(path), hint="Save it as JPEG or PNG") from error
        yield Still(name=name, path=path, **seen._asdict())


def format_of(shape: Shape, *, height_px: int) -> VideoFormat:
    """The video format of an aspect ratio at a height."""
    return scaled_format(VideoFormat().with_aspect_ratio(shape), height_px)


def _tiles(context: RunContext, sample: Script, look: Look, shapes: Sequence[Shape]) -> Iterator[Tile]:
    alone = format_of(shapes[0], height_px=1080)
    height_px = round((_AREA_PX * alone.height_px / alone.width_px) ** 0.5 / 8) * 8 if len(shapes) == 1 else _HEIGHT_PX
    for scene in sample.scenes:
        formats = [format_of(shape, height_px=_SUPERSAMPLING * height_px) for shape in shapes]
        pictures = tuple(
            draw_final_frame(context, scene, replace(look, format=each), smaller=_SUPERSAMPLING) for each in formats
        )
        yield Tile(name=scene.layout, pictures=pictures)


def draw_final_frame(context: RunContext, scene: Scene, look: Look, *, smaller: int) -> Image.Image:
    """The last frame of a scene that still has its caption, reduced by a factor of `smaller`."""
    clip = clip_of(scene)
    narration = Narration(narrator="", voice="", clips=(clip,))
    limits = context.cue_limits(look.format)
    (cues,) = make_subtitles(narration, language=look.language, limits=limits).scenes
    at_s = max(0.0, (clip.words[-1].end_s if clip.words else 5.0) - _BEFORE_END_S)
    picture = draw_still(scene, words=clip.words, cues=cues, at_s=at_s, look=look)
    return picture.reduce(smaller)


def clip_of(scene: Scene) -> Clip:
    """A clip with the estimated word timings of a scene, without audio."""
    words = estimate(split_words(narration_of(scene)), start_s=_SILENCE_S)
    end_s = (words[-1].end_s if words else 0.0) + 1.0
    return Clip(path=Path(), samples=round(end_s * SAMPLE_RATE_HZ), sha256="", words=words)
