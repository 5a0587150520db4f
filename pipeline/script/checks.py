"""What every script must hold to, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pipeline.model import BulletsScene, Scene, Script, StatementScene, TitleScene, narration_of, split_words
from pipeline.model.text import has_words
from pipeline.script.sentences import shorten
from pipeline.template import Layout, Template

# About forty minutes of speech; beyond it something has gone wrong. So it has with a word that no voice ends.
_MAX_WORDS = 6000
_MAX_WORD_CHARS = 200
MAX_SCENES = 300
# As much of a text that is too long is repeated to the model, which is paid for by the token.
QUOTED_CHARS = 300


def find_excess(texts: Iterable[str]) -> str:
    """What is too much in what a film is to say; empty: nothing is."""
    words = [word for text in texts for word in split_words(text)]
    if len(words) > _MAX_WORDS:
        return f"{len(words):,} words, at most {_MAX_WORDS:,} fit a film"
    longest = max(map(len, words), default=0)
    if longest > _MAX_WORD_CHARS:
        return f"a word of {longest:,} characters, at most {_MAX_WORD_CHARS} can be said"
    return ""


def tidied(script: Script) -> Script:
    """The script without emphasis on words that are not shown."""
    return replace(script, scenes=tuple(_tidied_scene(scene) for scene in script.scenes))


def _tidied_scene(scene: Scene) -> Scene:
    if isinstance(scene, StatementScene) and scene.emphasis not in scene.text:
        return replace(scene, emphasis="")
    return scene


def shortened(script: Script, template: Template) -> Script:
    """The script with what is shown cut to the template's limits, what is said left whole."""
    return replace(script, scenes=tuple(_shortened_scene(scene, template) for scene in script.scenes))


def _shortened_scene(scene: Scene, template: Template) -> Scene:
    layout = template.layout(scene.layout)
    if layout is None:
        return scene
    texts: dict[str, Any] = {
        field: shorten(getattr(scene, field), limit) for field, limit in layout.max_chars if field != "item"
    }
    if isinstance(scene, BulletsScene):
        texts["items"] = tuple(shorten(item, layout.limit("item")) for item in scene.items)
    return replace(scene, **texts)


def find_problems(script: Script, template: Template) -> tuple[str, ...]:
    """Everything that keeps `script` from being filmed with `template`, a line each; empty: nothing does."""
    return tuple(_problems(script, template))


def _problems(script: Script, template: Template) -> Iterator[str]:
    if len(script.scenes) < 2:
        yield f"the script has {len(script.scenes)} scenes, at least 2 are needed"
    if script.scenes and not isinstance(script.scenes[0], TitleScene):
        yield f"the first scene is a {script.scenes[0].layout} scene, it must be a title scene"
    if len(script.scenes) > MAX_SCENES:
        yield f"the script has {len(script.scenes):,} scenes, at most {MAX_SCENES} fit a film"
    if excess := find_excess(line.text for scene in script.scenes for line in scene.lines):
        yield f"the narration has {excess}"
    for number, scene in enumerate(script.scenes, start=1):
        layout = template.layout(scene.layout)
        place = f"scene {number} ({scene.layout})"
        if layout is None:
            yield f"{place}: the template {template.name} has no such layout"
        else:
            yield from (f"{place}: {problem}" for problem in _scene_problems(scene, layout))


def _scene_problems(scene: Scene, layout: Layout) -> Iterator[str]:
    if not has_words(narration_of(scene)):
        yield "nothing is said in it"
    for field, limit in layout.max_chars:
        for name, text in _shown(scene, field):
            if len(text) > limit:
                yield f'{name} has {len(text)} characters, at most {limit} fit: "{shorten(text, QUOTED_CHARS)}"'
            elif not text.strip() and field in {"heading", "text", "item"}:
                yield f"{name} is empty"
    revealed = [line.reveals for line in scene.lines if line.reveals is not None]
    if isinstance(scene, BulletsScene):
        if not 1 <= len(scene.items) <= layout.max_items:
            yield f"it has {len(scene.items)} items, 1 to {layout.max_items} fit"
        if revealed != list(range(len(scene.items))):
            yield "each item must appear once, in order, with a line of narration"
    elif any(number != 0 for number in revealed):
        yield "a line brings an item with it, and the scene has none"


def _shown(scene: Scene, field: str) -> list[tuple[str, str]]:
    """(name, text) of what the scene shows in a field of its layout."""
    if field == "item" and isinstance(scene, BulletsScene):
        return [(f"item {number}", item) for number, item in enumerate(scene.items, start=1)]
    return [(field, str(getattr(scene, field)))]
