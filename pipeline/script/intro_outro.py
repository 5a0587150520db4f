"""Opening and closing scenes: the layouts that the template asks for, and its default texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from typing import Any

from pipeline.model import SCENES, Scene, Script, SpokenLine, TextRule, rules_of, texts_of, with_texts
from pipeline.template import SceneDefaults, Template


def find_layout_mismatches(script: Script, template: Template) -> Iterator[str]:
    """Yield a line for the first and for the last scene if its layout is not the one that the template asks for."""
    wanted = ((0, "first", template.first_layout), (-1, "last", template.last_layout))
    for at, place, layout in wanted:
        if layout and script.scenes and script.scenes[at].layout != layout:
            yield f"the {place} scene is a {script.scenes[at].layout} scene, it must be a {layout} scene"


def with_intro_and_outro(script: Script, template: Template) -> Script:
    """The script with the template's default texts in the empty fields of its first and last scene.

    If the last scene has another layout, an outro is appended, provided that the default texts are enough for one.
    """
    if not script.scenes or not template.has_texts_in(script.language):
        return script
    scenes = list(script.scenes)
    if scenes[0].layout == template.intro.layout:
        scenes[0] = _filled(scenes[0], template.intro, script)
    if template.outro and scenes[-1].layout == template.outro.layout:
        scenes[-1] = _filled(scenes[-1], template.outro, script)
    elif template.outro and (last := _scene_of(template.outro, script)):
        scenes.append(last)
    return script if tuple(scenes) == script.scenes else replace(script, scenes=tuple(scenes))


def _filled(scene: Scene, defaults: SceneDefaults, script: Script) -> Scene:
    """The scene with default texts in empty fields, and in fields that hold the film's title by default."""
    if not defaults.texts:
        return scene
    empty = (
        each for each in texts_of(scene) if not each.text or (each.rule.is_film_name and each.text == script.title)
    )
    return with_texts(scene, {each.name: defaults.text(each.name) or each.text for each in empty})


def _scene_of(defaults: SceneDefaults, script: Script) -> Scene | None:
    """A scene made of default texts alone: its required texts are shown and spoken. None if one of them is missing."""
    kind = SCENES[defaults.layout]
    needed = [each.name for each in fields(kind) if each.default is MISSING and each.name != "lines"]
    if not needed or not all(map(defaults.text, needed)):
        return None
    names = {name for name, rule in rules_of(kind).items() if isinstance(rule, TextRule) and rule.is_film_name}
    values: dict[str, Any] = {**dict.fromkeys(names, script.title), **dict(defaults.texts)}
    return kind(lines=(SpokenLine(text=" ".join(map(defaults.text, needed))),), **values)
