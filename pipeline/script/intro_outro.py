"""How a film begins and ends, as its template wishes: which layout, and texts where nobody has written any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from typing import Any

from pipeline.model import SCENES, Scene, Script, SpokenLine, TextRule, rules_of, texts_of, with_texts
from pipeline.template import SceneDefaults, Template


def find_layout_mismatches(script: Script, template: Template) -> Iterator[str]:
    """What a template wishes of the first and the last scene and does not have, a line each."""
    wanted = ((0, "first", template.first_layout), (-1, "last", template.last_layout))
    for at, place, layout in wanted:
        if layout and script.scenes and script.scenes[at].layout != layout:
            yield f"the {place} scene is a {script.scenes[at].layout} scene, it must be a {layout} scene"


def with_intro_and_outro(script: Script, template: Template) -> Script:
    """The script with the template's own words where its first and last scene have none.

    A film that ends otherwise gets a last scene of these words, if they are enough for one.
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


def _filled(scene: Scene, end: SceneDefaults, script: Script) -> Scene:
    """The film's own name gives way to what a template puts in its place."""
    if not end.texts:
        return scene
    empty = (
        each for each in texts_of(scene) if not each.text or (each.rule.is_film_name and each.text == script.title)
    )
    return with_texts(scene, {each.name: end.text(each.name) or each.text for each in empty})


def _scene_of(end: SceneDefaults, script: Script) -> Scene | None:
    """The scene that the texts of an end make by themselves: what has to be said is what has to be shown."""
    kind = SCENES[end.layout]
    needed = [each.name for each in fields(kind) if each.default is MISSING and each.name != "lines"]
    if not needed or not all(map(end.text, needed)):
        return None
    names = {name for name, rule in rules_of(kind).items() if isinstance(rule, TextRule) and rule.is_film_name}
    values: dict[str, Any] = {**dict.fromkeys(names, script.title), **dict(end.texts)}
    return kind(lines=(SpokenLine(text=" ".join(map(end.text, needed))),), **values)
