"""Validation of scripts, whichever writer they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.language.display_width import display_width
from pipeline.language.text import has_words
from pipeline.language.words import split_words
from pipeline.model import (
    BulletsScene,
    QuizScene,
    Scene,
    Script,
    StatementScene,
    StepsScene,
    TableScene,
    TimelineScene,
    TitleScene,
    items_rule_of,
    texts_of,
    with_texts,
)
from pipeline.script.data_checks import find_data_problems
from pipeline.script.shortening import shorten
from pipeline.template import Layout, Template

# About forty minutes of speech. Beyond that something has gone wrong, and with longer words, too.
_MAX_WORDS = 6000
_MAX_WORD_CHARS = 200
MAX_SCENES = 300
# How much of a text is quoted in feedback to a model, whose tokens cost money.
QUOTED_CHARS = 300
# Fields that may exceed their limit: see `Layout.own_limit`.
_OWN_TITLES = {"heading", "kicker", "name"}


def narration_size_problem(texts: Iterable[str]) -> str:
    """Why the texts are too long to be spoken; empty if they are not."""
    texts = tuple(texts)
    if max(map(len, texts), default=0) <= _MAX_WORD_CHARS and sum(map(len, texts)) <= _MAX_WORDS:
        return ""  # every word has at least one character
    words = [word for text in texts for word in split_words(text)]
    if len(words) > _MAX_WORDS:
        return f"{len(words):,} words, at most {_MAX_WORDS:,} fit a film"
    longest = max(map(len, words), default=0)
    if longest > _MAX_WORD_CHARS:
        return f"a word of {longest:,} characters, at most {_MAX_WORD_CHARS} can be said"
    return ""


def without_stray_emphasis(script: Script) -> Script:
    """The script without emphasis on phrases that are not in the shown text."""
    scenes = tuple(map(_scene_without_stray_emphasis, script.scenes))
    return script if scenes == script.scenes else replace(script, scenes=scenes)


def _scene_without_stray_emphasis(scene: Scene) -> Scene:
    if isinstance(scene, StatementScene) and scene.emphasis not in scene.text:
        return replace(scene, emphasis="")
    return scene


def shortened(script: Script, template: Template) -> Script:
    """The script with its on-screen texts cut to the template's limits. The narration is not changed."""
    return replace(script, scenes=tuple(_shortened_scene(scene, template) for scene in script.scenes))


def _shortened_scene(scene: Scene, template: Template) -> Scene:
    layout = template.layout(scene.layout)
    if layout is None:
        return scene
    limits = scene_limits(scene, layout)
    # Texts that can't be shortened, such as code, are reported by `find_problems` instead.
    shown = (each for each in texts_of(scene) if each.field in limits and not each.rule.is_fixed)
    return with_texts(scene, {each.name: shorten(each.text, limits[each.field]) for each in shown})


def scene_limits(scene: Scene, layout: Layout) -> dict[str, int]:
    """The limit of each field in characters; for list items it depends on their number."""
    limits = dict(layout.max_chars)
    if isinstance(scene, BulletsScene):
        return limits | {"item": layout.item_limit("item", len(scene.items))}
    if isinstance(scene, StepsScene | TimelineScene):
        return limits | {"item_text": layout.item_limit("item_text", len(scene.items))}
    if isinstance(scene, TableScene):
        return limits | {
            "item_cell": layout.cell_limit("item_cell", [row.cells for row in scene.items]),
            "column": layout.cell_limit("column", (scene.columns,)),
        }
    return limits


def find_problems(script: Script, template: Template) -> tuple[str, ...]:
    """Everything that prevents `script` from being filmed with `template`, a line each; empty if it is valid."""
    return tuple(_problems(script, template))


def _problems(script: Script, template: Template) -> Iterator[str]:
    if len(script.scenes) < 2:
        yield f"the script has {len(script.scenes)} scenes, at least 2 are needed"
    if script.scenes and not may_open(script.scenes[0].layout, template):
        yield f"the first scene is a {script.scenes[0].layout} scene, it must be a {template.first_layout} scene"
    if len(script.scenes) > MAX_SCENES:
        yield f"the script has {len(script.scenes):,} scenes, at most {MAX_SCENES} fit a film"
    if excess := narration_size_problem(line.text for scene in script.scenes for line in scene.lines):
        yield f"the narration has {excess}"
    for number, scene in enumerate(script.scenes, start=1):
        place = f"scene {number} ({scene.layout})"
        yield from (f"{place}: {problem}" for problem in find_problems_of_scene(scene, template))


def may_open(layout: str, template: Template) -> bool:
    """Whether a film may begin with a scene of this layout."""
    return layout in {template.first_layout, TitleScene.layout}


def find_problems_of_scene(scene: Scene, template: Template) -> tuple[str, ...]:
    """Everything that prevents one scene from being filmed with `template`, a line each."""
    layout = template.layout(scene.layout)
    if layout is None:
        return (f"the template {template.name} has no such layout",)
    return tuple(_scene_problems(scene, layout))


def _scene_problems(scene: Scene, layout: Layout) -> Iterator[str]:
    if not any(has_words(line.text) for line in scene.lines):
        yield "it has no narration"
    limits = scene_limits(scene, layout)
    for shown in texts_of(scene):
        limit = limits.get(shown.field)
        is_own = shown.field in _OWN_TITLES
        if limit and (chars := display_width(shown.text)) > (layout.own_limit(shown.field) if is_own else limit):
            name = shown.name.replace("_", " ")
            yield f'{name} has {chars} characters, at most {limit} fit: "{shorten(shown.text, QUOTED_CHARS)}"'
        elif shown.rule.needed and not shown.text.strip():
            yield f"{shown.name.replace('_', ' ')} is empty"
    yield from _reveal_problems(scene, layout)
    yield from find_data_problems(scene)


def _reveal_problems(scene: Scene, layout: Layout) -> Iterator[str]:
    revealed = [line.reveals for line in scene.lines if line.reveals is not None]
    row = items_rule_of(type(scene))
    if row is None:
        if any(number != 0 for number in revealed):
            yield "a line reveals an item, and the scene has none"
        return
    count = len(getattr(scene, "items", ()))
    if not row.fewest <= count <= layout.max_items:
        yield f"it has {count} items, {row.fewest} to {layout.max_items} fit"
    expected = list(range(count + isinstance(scene, QuizScene)))
    if row.all_spoken and revealed != expected:
        yield "each item must appear once, in order, with a line of narration"
    elif not set(revealed) <= set(expected) or revealed != sorted(set(revealed)):
        yield "items must appear once each, in order"
