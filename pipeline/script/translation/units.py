"""Translation units: the texts of a script under names, one unit for the film's metadata and one for each scene.

A translator returns texts under the same names, so that scenes, layouts, items and reveals can't change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.model import Scene, Script, texts_of, with_texts
from pipeline.model.metadata import TITLE_MAX_CHARS, fit_description, fit_tags
from pipeline.script.checks import scene_limits
from pipeline.script.on_screen_text import THUMBNAIL_MAX_CHARS
from pipeline.template import Template

FILM = "film"

Texts = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class TranslationUnit:
    """The texts that are translated and validated together."""

    # "film" or "scene_3".
    name: str
    # "film" or the layout.
    kind: str
    # (name, text): "heading", "item_2", "say_1"…; only texts with a letter in them.
    texts: tuple[tuple[str, str], ...]
    # (name, limit in characters) of the texts that have one.
    limits: tuple[tuple[str, int], ...]
    # For a requested length: the word budget of each spoken line (or characters: see `LengthPlan`), and its previous
    # translation, if that was too long or too short.
    words: tuple[tuple[str, int], ...] = ()
    previous: tuple[tuple[str, str], ...] = ()

    def limit(self, name: str) -> int | None:
        """The limit of a text in characters, or None."""
        return dict(self.limits).get(name)

    @property
    def chars(self) -> int:
        """The number of characters, previous translations included."""
        return sum(len(text) for _, text in (*self.texts, *self.previous))

    @property
    def place(self) -> str:
        """The unit as named in messages: "scene 3 (bullets)"."""
        return self.name if self.name == FILM else f"{self.name.replace('_', ' ')} ({self.kind})"


def translation_units(script: Script, template: Template) -> tuple[TranslationUnit, ...]:
    """The translation units of a script, in order, the metadata first."""
    metadata = TranslationUnit(
        name=FILM,
        kind=FILM,
        texts=_with_letters(_film_texts(script)),
        limits=(("title", TITLE_MAX_CHARS), ("thumbnail_text", THUMBNAIL_MAX_CHARS)),
    )
    scenes = (
        TranslationUnit(
            name=f"scene_{number}",
            kind=scene.layout,
            texts=_with_letters(_scene_texts(scene, script)),
            limits=tuple(_limits(scene, template)),
        )
        for number, scene in enumerate(script.scenes, start=1)
    )
    return (metadata, *scenes)


def narration_by_scene(script: Script) -> dict[str, Texts]:
    """The spoken lines by unit name and text name."""
    return {f"scene_{number}": dict(_said(scene)) for number, scene in enumerate(script.scenes, start=1)}


def assemble(script: Script, texts: Mapping[str, Texts], *, language: str) -> Script:
    """The script with these texts by unit and name; a text that is not given stays."""
    metadata = {**dict(_film_texts(script)), **texts.get(FILM, {})}
    title = metadata["title"]
    scenes = (
        _scene_with(scene, texts.get(f"scene_{number}", {})) for number, scene in enumerate(script.scenes, start=1)
    )
    lines = script.description.split("\n")
    return replace(
        script,
        title=title,
        language=language,
        scenes=tuple(_retitled(scene, script.title, title) for scene in scenes),
        description=fit_description(
            "\n".join(metadata[f"description_{number}"] for number in range(1, len(lines) + 1))
        ),
        tags=fit_tags(tuple(metadata[f"tag_{number}"] for number in range(1, len(script.tags) + 1))),
        thumbnail_text=metadata["thumbnail_text"],
    )


def _film_texts(script: Script) -> Iterator[tuple[str, str]]:
    yield "title", script.title
    yield from ((f"description_{n}", line) for n, line in enumerate(script.description.split("\n"), start=1))
    yield from ((f"tag_{n}", tag) for n, tag in enumerate(script.tags, start=1))
    yield "thumbnail_text", script.thumbnail_text


def _scene_texts(scene: Scene, script: Script) -> Iterator[tuple[str, str]]:
    for shown in texts_of(scene):
        # The film's title in a scene is translated once, in the metadata.
        if not shown.rule.is_fixed and not (shown.rule.is_film_name and shown.text == script.title):
            yield shown.name, shown.text
    yield from _said(scene)


def _said(scene: Scene) -> Iterator[tuple[str, str]]:
    yield from ((f"say_{n}", line.text) for n, line in enumerate(scene.lines, start=1))


def _with_letters(texts: Iterator[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Only texts with letters: others, such as "1/2", are the same in every language."""
    return tuple((name, text) for name, text in texts if any(character.isalpha() for character in text))


def _limits(scene: Scene, template: Template) -> Iterator[tuple[str, int]]:
    layout = template.layout(scene.layout)
    limits = scene_limits(scene, layout) if layout else {}
    yield from ((shown.name, limits[shown.field]) for shown in texts_of(scene) if shown.field in limits)


def _scene_with(scene: Scene, texts: Texts) -> Scene:
    lines = tuple(replace(line, text=texts.get(f"say_{n}", line.text)) for n, line in enumerate(scene.lines, start=1))
    return replace(with_texts(scene, texts), lines=lines)


def _retitled(scene: Scene, before: str, after: str) -> Scene:
    """The scene with the film's title replaced where it is shown."""
    names = {shown.name: after for shown in texts_of(scene) if shown.rule.is_film_name and shown.text == before}
    return with_texts(scene, names)
