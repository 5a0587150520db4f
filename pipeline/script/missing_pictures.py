"""Scenes and the pictures they show: without one that is not there, a scene keeps its words."""

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


def without_missing_pictures(script: Script, names: Collection[str]) -> Script:
    """The script with no other pictures than these: what would show another one becomes a scene of its words."""
    return replace(script, scenes=tuple(_only_showing(scene, names) for scene in script.scenes))


def _only_showing(scene: Scene, names: Collection[str]) -> Scene:
    match scene:
        case ProductScene() if scene.picture and scene.picture not in names:
            return replace(scene, picture="")
        case PictureScene() if scene.picture not in names:
            return _statement(scene, scene.text)
        case SceneryScene() if scene.picture not in names:
            return _statement(scene, scene.heading)
        case SplitScene() if scene.picture not in names:
            return _statement(scene, scene.text or scene.heading, kicker=scene.heading if scene.text else scene.kicker)
    return scene


def _statement(scene: Scene, text: str, *, kicker: str = "") -> StatementScene:
    """What it says, and one sentence of it."""
    limits = limits_of(StatementScene)
    sentence = text or split_sentences(narration_of(scene))[0]
    shown = shorten(sentence, limits["text"].max_chars)
    return StatementScene(lines=scene.lines, text=shown, kicker=shorten(kicker, limits["kicker"].max_chars))
