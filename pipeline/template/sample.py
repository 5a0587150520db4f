"""The sample of a template: a small script with a scene of each of its layouts, for previews.

It is a sample.toml next to template.toml; layouts that it has no scene for are taken from the shared sample:

    title = "Three reasons to keep bees"
    language = "en"

    [[scenes]]
    layout = "bullets"
    heading = "Why people keep bees"
    items = ["Honey", "Pollination"]
    say = ["There are two good reasons.", "The first is honey.", "The second is what grows around them."]

`say` lists the spoken lines, a sentence or two each; if there are items, the last lines reveal them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from pathlib import Path

from pipeline.errors import InputError, did_you_mean
from pipeline.model import Script, named_picture
from pipeline.template.includes import SHARED
from pipeline.template.loading import files_in, read_text, shared_files
from pipeline.template.scene_parsing import build_scene, scene_lines
from pipeline.template.template import Template
from pipeline.toml import line_of, parse_toml

SAMPLE = "sample.toml"
_KEYS = ("title", "language", "thumbnail_text", "scenes")


def load_sample(template: Template, *, search: Sequence[Path]) -> Script:
    """A script with a scene of each layout of the template, in the order of its own sample, then of its layouts.

    Reads files. Raises `InputError` for an invalid sample, with the line of the scene.
    """
    shared = _parse_sample(shared_files(search, SAMPLE)[f"{SHARED}/{SAMPLE}"])
    path = files_in(Path(template.folder), SAMPLE).get(SAMPLE)
    own = _parse_sample(path) if path else None
    scenes = list(own.scenes if own else ())
    present = {scene.layout for scene in scenes}
    missing = [layout.name for layout in template.layouts if layout.name not in present]
    more = [scene for name in missing for scene in shared.scenes if scene.layout == name]
    # The opening comes first and the closing last, whichever sample they are from.
    places = {template.last_layout or "closing": 2, template.first_layout: 0}
    ordered = sorted([*scenes, *more], key=lambda scene: places.get(scene.layout, 1))
    about = own or shared
    return Script(
        title=about.title, language=about.language, scenes=tuple(ordered), thumbnail_text=about.thumbnail_text
    )


def pictures_of(sample: Script, template: Template, *, search: Sequence[Path]) -> dict[str, Path]:
    """The picture files of a sample by name: in the template's folder, else in the shared one.

    Raises `InputError` for a missing picture.
    """
    # Only listed files are opened, so "../secret.png" is a missing name.
    known = {path.name: path for path in shared_files(search, "*.*").values()}
    known |= files_in(Path(template.folder), "*.*")
    names = dict.fromkeys(name for name in map(named_picture, sample.scenes) if name)
    if missing := next((name for name in names if name not in known), None):
        hint = did_you_mean(missing, known, otherwise="Put it next to the sample")
        raise InputError(f"there is no picture {missing}", where=str(Path(template.folder) / SAMPLE), hint=hint)
    return {name: known[name] for name in names}


def _parse_sample(path: Path) -> Script:
    text = read_text(path)
    table = parse_toml(text, path)
    if unknown := next((key for key in table if key not in _KEYS), None):
        where = f"{path}:{line_of(text, [unknown])}"
        raise InputError(f"unknown key {unknown}", where=where, hint=did_you_mean(unknown, _KEYS))
    numbered = zip(table.get("scenes", ()), chain(scene_lines(text), repeat(1)), strict=False)
    scenes = [build_scene(each, where=f"{path}:{line}") for each, line in numbered]
    return Script(
        title=str(table.get("title", path.parent.name)),
        language=str(table.get("language", "en")),
        thumbnail_text=str(table.get("thumbnail_text", "")),
        scenes=tuple(scenes),
    )
