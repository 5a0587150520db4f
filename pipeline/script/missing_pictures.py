"""Scenes whose picture is not available become text scenes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline.language.sentences import split_sentences
from pipeline.model import (
    PictureScene,
    ProductScene,
    Scene,
    SceneryScene,
    Script,
    SplitScene,
    StatementScene,
    limits_of,
    narration_of,
)
from pipeline.script.shortening import shorten


def without_missing_pictures(script: Script, available: Collection[str]) -> Script:
    """The script without pictures that are not among the `available` names; their scenes become statements."""
    return replace(script, scenes=tuple(_without_missing(scene, available) for scene in script.scenes))


def _without_missing(scene: Scene, available: Collection[str]) -> Scene:
    match scene:
        case ProductScene() if scene.picture and scene.picture not in available:
            return replace(scene, picture="")
        case PictureScene() if scene.picture not in available:
            return _statement(scene, scene.text)
        case SceneryScene() if scene.picture not in available:
            return _statement(scene, scene.heading)
        case SplitScene() if scene.picture not in available:
            return _statement(scene, scene.text or scene.heading, kicker=scene.heading if scene.text else scene.kicker)
    return scene


def _statement(scene: Scene, text: str, *, kicker: str = "") -> StatementScene:
    """A statement with the narration of `scene` that shows `text`, or else the first spoken sentence."""
    limits = limits_of(StatementScene)
    sentence = text or split_sentences(narration_of(scene))[0]
    shown = shorten(sentence, limits["text"].max_chars)
    return StatementScene(lines=scene.lines, text=shown, kicker=shorten(kicker, limits["kicker"].max_chars))
