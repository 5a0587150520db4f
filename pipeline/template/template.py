"""A loaded template: a frozen value that knows its limits and renders its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import PurePath
from traceback import walk_tb
from typing import Any

import jinja2

from pipeline.errors import InputError, did_you_mean
from pipeline.language.tags import same_language
from pipeline.language.writing_systems import display_width
from pipeline.model import Brief, CaptionStyle, LengthPlan, MotionAmount, Script, SourceRow, Transition
from pipeline.template.includes import included_by
from pipeline.template.intro_outro import SceneDefaults
from pipeline.template.layout_filter import has_material_for
from pipeline.template.notes import notes_as_markdown
from pipeline.template.rows import Field, ScriptTemplate
from pipeline.template.sandbox import RENDER_ERRORS, TextSandbox
from pipeline.template.undefined_names import find_undefined_name

# Limits of a table's cells are for so many columns.
_COLUMNS = 4


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One layout that a template allows."""

    # "title", "bullets": see `pipeline.model.scenes`.
    name: str
    # What it is for, as a model is told.
    use: str
    # The longest text of each field, in display width (East Asian wide characters count twice): "heading", "item"
    # (each of several texts), "item_title" (of several things with texts).
    max_chars: tuple[tuple[str, int], ...]
    # How many items it holds; 0: it has none.
    fewest_items: int = 0
    max_items: int = 0

    def limit(self, field: str) -> int:
        """The longest text of a field, in characters."""
        return dict(self.max_chars)[field]

    def item_limit(self, field: str, count: int) -> int:
        """The longest text of each of so many items: fewer have the room of the others, half as much again at most."""
        limit = self.limit(field)
        return max(limit, min(limit * 3 // 2, limit * self.max_items // max(1, count)))

    def cell_limit(self, field: str, rows: Sequence[Sequence[str]]) -> int:
        """The longest cell of a table: longer than its limit where columns are few, or narrow ones leave it room.

        In a table of two columns at most twice the limit, of three up to three times.
        """
        limit = self.limit(field)
        widest = [max(map(display_width, cells)) for cells in zip(*rows, strict=True)]
        has_room = sum(widest) <= _COLUMNS * limit and max(widest, default=0) <= len(widest) * limit
        return max(limit, *widest) if has_room else limit


# What the Jinja2 files can name.
PROMPT_CONTEXT: dict[str, Any] = {
    "brief": Brief,
    "intro": SceneDefaults,
    "layouts": tuple[Layout, ...],
    "notes": str,
    "outro": SceneDefaults | None,
    "plan": LengthPlan | None,
}
METADATA_CONTEXT: dict[str, Any] = {"brief": Brief, "script": Script}
# The parts of a page as texts, each empty if there is none: chapters a line each, whose pictures the film shows.
PAGE_PARTS = ("description", "attributions", "chapters", "hashtags")
PAGE_CONTEXT: dict[str, Any] = {**METADATA_CONTEXT, **dict.fromkeys(PAGE_PARTS, str)}


@dataclass(frozen=True, kw_only=True)
class Template:
    """What shapes a film beyond its brief. Hashable; `load_template` makes it."""

    name: str
    title: str
    description: str
    # Name of a theme; the rendering room knows them.
    theme: str
    captions: CaptionStyle
    transition: Transition
    # None: as the theme says.
    motion: MotionAmount | None
    # A file in music/, or "auto"; empty: none.
    music: str
    # Name of a quality profile; empty: as usual.
    profile: str
    # Of the texts of `intro` and `outro`; empty: they stand in films of any language.
    language: str
    layouts: tuple[Layout, ...]
    # What opens a film, and what closes it; None: whatever fits.
    intro: SceneDefaults
    outro: SceneDefaults | None
    tags: tuple[str, ...]
    # (name, file or family) of its own logo ("logo") and fonts ("heading_font", "text_font"), as far as it has any.
    assets: tuple[tuple[str, str], ...]
    # What it wants to know of a row; the one that names a row across days (empty: all); the films it makes of rows by
    # itself, one for each language that it has a script in.
    fields: tuple[Field, ...]
    key: str
    script_templates: tuple[ScriptTemplate, ...]
    # SHA-256 over all files of the template, for cache keys.
    fingerprint: str
    # The same over those that did not come with nightreel: what films are called by, which an upgrade does not change.
    custom_fingerprint: str = field(compare=False)
    # Where its files are, for messages; not part of what the template is.
    folder: str = field(compare=False)
    # (name, path) of its Jinja2 files, likewise.
    places: tuple[tuple[str, str], ...] = field(compare=False)
    # (name, text) of them and of what they include, and which of them is what.
    files: tuple[tuple[str, str], ...]
    system_file: str
    user_file: str
    description_file: str
    # Of what hosts show; empty: as it comes.
    title_file: str = ""
    page_file: str = ""
    hashtags: tuple[str, ...] = ()
    # What of a host's settings it says otherwise, by their names.
    publicity: tuple[tuple[str, str | bool], ...] = ()

    def layout(self, name: str) -> Layout | None:
        """The layout of that name; None: this template does not use it."""
        return self._layouts_by_name.get(name)

    @cached_property
    def _layouts_by_name(self) -> dict[str, Layout]:
        return {layout.name: layout for layout in reversed(self.layouts)}

    def with_usable_layouts(self, brief: Brief) -> Template:
        """The template with the layouts that a model may use for `brief`: those it has something to show for."""
        return replace(self, layouts=tuple(each for each in self.layouts if has_material_for(each.name, brief)))

    @property
    def first_layout(self) -> str:
        """The layout that opens a film."""
        return self.intro.layout if self.layout(self.intro.layout) else "title"

    @property
    def last_layout(self) -> str:
        """The layout that closes a film; empty: whatever fits."""
        return self.outro.layout if self.outro and self.layout(self.outro.layout) else ""

    def has_texts_in(self, language: str) -> bool:
        """Whether its own texts (of `intro` and `outro`) may stand in a film in `language`."""
        return not self.language or same_language(self.language, language)

    def script_template(self, language: str) -> ScriptTemplate | None:
        """Its own script in a language; None: there is none."""
        same = (play for play in self.script_templates if play.language == language)
        return next(same, None) or next(
            (each for each in self.script_templates if same_language(each.language, language)), None
        )

    def values(self, row: SourceRow, language: str) -> dict[str, object]:
        """What a row says, as texts may use it, in the forms of a language; an empty text for what it does not say."""
        said = dict(row.fields)
        return {each.name: each.value(said.get(each.name, ""), language) for each in self.fields}

    def prompt(self, brief: Brief, plan: LengthPlan | None = None) -> tuple[str, str]:
        """What a model is told about `brief`: the system message and the user message.

        `plan` is what the film holds if a length was asked for.
        """
        names = {
            "brief": brief,
            "intro": self.intro,
            "layouts": self.layouts,
            "notes": notes_as_markdown(brief.sections),
            "outro": self.outro,
            "plan": plan,
        }
        return self._render(self.system_file, names), self._render(self.user_file, names)

    def description_of(self, brief: Brief, script: Script) -> str:
        """The text that stands below the published film."""
        return self._render(self.description_file, {"brief": brief, "script": script})

    def title_of(self, brief: Brief, script: Script) -> str:
        """What the published film is called."""
        if not self.title_file:
            return script.title
        return " ".join(self._render(self.title_file, {"brief": brief, "script": script}).split()) or script.title

    def page_of(self, brief: Brief, script: Script, parts: Mapping[str, str]) -> str | None:
        """Everything that stands below the published film; None: the template leaves that to others.

        `parts` are those of `PAGE_PARTS`, by name.
        """
        return self._render(self.page_file, {"brief": brief, "script": script, **parts}) if self.page_file else None

    def check(self) -> None:
        """Raise `InputError` (file, line, nearest known name) when a Jinja2 file is broken or names unknown fields."""
        contexts = (
            (self.system_file, PROMPT_CONTEXT),
            (self.user_file, PROMPT_CONTEXT),
            (self.description_file, METADATA_CONTEXT),
            *([(self.title_file, METADATA_CONTEXT)] if self.title_file else []),
            *([(self.page_file, PAGE_CONTEXT)] if self.page_file else []),
        )
        sources = dict(self.files)
        for file, context in ((part, names) for whole, names in contexts for part in included_by(whole, sources)):
            with self._translated(file):
                unknown = find_undefined_name(sources[file], _environment(self.files), context)
            if unknown:
                raise InputError(unknown.message, where=f"{self._path(file)}:{unknown.line}", hint=unknown.hint)

    def _render(self, file: str, names: dict[str, object]) -> str:
        with self._translated(file):
            return _environment(self.files).render_file(file, names)

    @contextmanager
    def _translated(self, file: str) -> Iterator[None]:
        """Jinja2's errors, and what an expression in a template may raise, as one `InputError` with file and line."""
        try:
            yield
        except jinja2.TemplateSyntaxError as error:
            # A text that is only looked through has no name.
            name = error.name if error.name in dict(self.files) else file
            where = f"{self._path(name)}:{error.lineno}"
            unknown = re.search(r"No (?:filter|test) named '([\w-]+)'", error.message or "")
            hint = did_you_mean(unknown[1], _environment(self.files).plain_filters, otherwise="") if unknown else ""
            raise InputError(f"broken template: {error.message}", where=where, hint=hint) from error
        except jinja2.TemplateNotFound as error:
            raise InputError(f"there is no file {error.name} in the template", where=self._path(file)) from error
        except RENDER_ERRORS as error:
            # Jinja2 puts the template's own lines into the traceback.
            frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
            name, line = next((place for place in reversed(frames) if place[0] in dict(self.files)), (file, 1))
            raise InputError(f"the template can't be filled in: {error}", where=f"{self._path(name)}:{line}") from error

    def _path(self, file: str) -> str:
        return dict(self.places).get(file) or str(PurePath(self.folder) / file)


@lru_cache(maxsize=16)
def _environment(files: tuple[tuple[str, str], ...]) -> TextSandbox:
    sources = dict(files)
    # The name stands in for the path, so that tracebacks carry it.
    return TextSandbox(jinja2.FunctionLoader(lambda name: (sources[name], name, None) if name in sources else None))
