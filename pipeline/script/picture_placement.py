"""Placement of a brief's pictures that no scene names: in order, spread evenly over the statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.language.display_width import display_width
from pipeline.model import (
    Brief,
    PictureScene,
    Scene,
    SceneryScene,
    SplitScene,
    StatementScene,
    WantedPicture,
    named_picture,
)
from pipeline.template import Template


def place_pictures(scenes: Sequence[Scene], brief: Brief, template: Template) -> tuple[Scene, ...]:
    """The scenes with the brief's pictures added to statements, as many as there are statements.

    A picture that a scene already shows is not placed again. The narration does not change; the statement's kicker and
    text become the heading and text beside the picture, as far as they fit.
    """
    places = [
        number
        for number, scene in enumerate(scenes)
        if isinstance(scene, StatementScene) and "\n" not in scene.text  # verses keep their line breaks
    ]
    shown = set(map(named_picture, scenes))
    pictures = [picture for picture in brief.pictures if picture.source not in shown]
    chosen = dict(zip(_evenly_spaced(places, len(pictures)), pictures, strict=False))
    return tuple(
        _with_picture(scene, chosen[number], template)
        if number in chosen and isinstance(scene, StatementScene)
        else scene
        for number, scene in enumerate(scenes)
    )


def _evenly_spaced(places: Sequence[int], count: int) -> Iterator[int]:
    """`count` of the places (at most all), evenly spaced."""
    count = min(count, len(places))
    for number in range(count):
        yield places[(2 * number + 1) * len(places) // (2 * count)]


def _with_picture(scene: StatementScene, picture: WantedPicture, template: Template) -> Scene:
    """The statement in the first picture layout that has room for its text."""
    heading, text = (scene.kicker, scene.text) if scene.kicker else (scene.text, "")
    split, scenery, whole = (template.layout(name) for name in ("split", "scenery", "picture"))
    if scenery and not scene.kicker and display_width(scene.text) <= scenery.limit("heading"):
        return SceneryScene(lines=scene.lines, picture=picture.source, heading=scene.text)
    if split and display_width(heading) <= split.limit("heading") and display_width(text) <= split.limit("text"):
        return SplitScene(lines=scene.lines, picture=picture.source, heading=heading, text=text)
    if whole:
        caption = next(
            (each for each in (scene.text, picture.description) if display_width(each) <= whole.limit("text")), ""
        )
        return PictureScene(lines=scene.lines, picture=picture.source, text=caption)
    return scene
