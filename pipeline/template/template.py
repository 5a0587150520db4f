"""A loaded template: layouts with their limits, prompts and metadata texts to render."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath
from traceback import walk_tb
from typing import Any

import jinja2

from pipeline.errors import InputError, did_you_mean
from pipeline.language.display_width import display_width
from pipeline.language.tags import same_language
from pipeline.model import Brief, CaptionStyle, LengthPlan, MotionAmount, Script, SourceRow, Transition
from pipeline.template.includes import included_by
from pipeline.template.layout_filter import has_material_for
from pipeline.template.layouts import SceneDefaults
from pipeline.template.notes import notes_as_markdown
from pipeline.template.rows.field import Field
from pipeline.template.rows.script_template import ScriptTemplate
from pipeline.template.sandbox import RENDER_ERRORS, TextSandbox, message_of
from pipeline.template.undefined_names import find_undefined_name

# The number of columns that `item_cell` limits are meant for.
_COLUMNS = 4


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One layout that a template allows."""

    # "title", "bullets": see `pipeline.model.scenes`.
    name: str
    # Its purpose, as described in the prompt.
    use: str
    # The limit of each field in display width (East Asian wide characters count twice): "heading", "item" (each text of
    # a list), "item_title" (a field of each item).
    max_chars: tuple[tuple[str, int], ...]
    # The number of items; 0 if it has none.
    fewest_items: int = 0
    max_items: int = 0

    def limit(self, field: str) -> int:
        """The limit of a field in characters."""
        return dict(self.max_chars)[field]

    def own_limit(self, field: str) -> int:
        """The limit of the author's own titles where they are set smaller, or on two lines, rather than cut: 5/3."""
        return self.limit(field) * 5 // 3

    def item_limit(self, field: str, count: int) -> int:
        """The limit of each item's text if there are `count`: fewer items get more space, up to 1.5 times the limit."""
        limit = self.limit(field)
        return max(limit, min(limit * 3 // 2, limit * self.max_items // max(1, count)))

    def cell_limit(self, field: str, rows: Sequence[Sequence[str]]) -> int:
        """The limit of a table's cells, raised if there are few columns, or narrow ones leave space for wide ones.

        With two columns it is at most twice the limit, with three at most three times.
        """
        limit = self.limit(field)
        widest = [max(map(display_width, cells)) for cells in zip(*rows, strict=True)]
        fits = sum(widest) <= _COLUMNS * limit and max(widest, default=0) <= len(widest) * limit
        return max(limit, *widest) if fits else limit


# The names available in Jinja2 files, with their types.
PROMPT_CONTEXT: dict[str, Any] = {
    "brief": Brief,
    "intro": SceneDefaults,
    "layouts": tuple[Layout, ...],
    "notes": str,
    "outro": SceneDefaults | None,
    "plan": LengthPlan | None,
}
METADATA_CONTEXT: dict[str, Any] = {"brief": Brief, "script": Script}
# The parts of a published description, as texts that may be empty: chapters a line each, attributions of pictures.
PAGE_PARTS = ("description", "attributions", "chapters", "hashtags")
PAGE_CONTEXT: dict[str, Any] = {**METADATA_CONTEXT, **dict.fromkeys(PAGE_PARTS, str)}


@dataclass(frozen=True, kw_only=True)
class Template:
    """Everything that shapes a film besides its brief. Hashable; created by `load_template`."""

    name: str
    title: str
    description: str
    # The name of a theme (see `pipeline.theme`).
    theme: str
    captions: CaptionStyle
    transition: Transition
    # None: the theme's.
    motion: MotionAmount | None
    # A file in music/, or "auto"; empty for none.
    music: str
    # The name of a quality profile; empty for the default.
    profile: str
    # The language of the texts of `intro` and `outro`; empty if they suit any.
    language: str
    layouts: tuple[Layout, ...]
    # The opening and the closing scene; None: any.
    intro: SceneDefaults
    outro: SceneDefaults | None
    tags: tuple[str, ...]
    # (name, file or font family) of its logo ("logo") and fonts ("heading_font", "text_font"), if it has any.
    assets: tuple[tuple[str, str], ...]
    # The fields it expects of a row; the field that identifies a row across runs (empty: all of them); its scripts for
    # rows, one per language.
    fields: tuple[Field, ...]
    key: str
    script_templates: tuple[ScriptTemplate, ...]
    # SHA-256 of all files of the template, for cache keys.
    fingerprint: str
    # SHA-256 of the files that are not built in, for job ids, which an upgrade must not change.
    custom_fingerprint: str = field(compare=False)
    # Where its files are; for messages, and not compared.
    folder: str = field(compare=False)
    # (name, path) of its Jinja2 files, likewise.
    file_paths: tuple[tuple[str, str], ...] = field(compare=False)
    # (name, text) of these and of the files they include; then the names of the entry files.
    files: tuple[tuple[str, str], ...]
    system_file: str
    user_file: str
    description_file: str
    # For the host's title and description; empty for the defaults.
    title_file: str = ""
    page_file: str = ""
    hashtags: tuple[str, ...] = ()
    # (name, value) of the host's settings that it overrides.
    publicity: tuple[tuple[str, str | bool], ...] = ()

    def layout(self, name: str) -> Layout | None:
        """The layout of that name, or None if the template does not use it."""
        return next((layout for layout in self.layouts if layout.name == name), None)

    def with_usable_layouts(self, brief: Brief) -> Template:
        """The template with only the layouts that `brief` has material for (see `layout_filter`)."""
        return replace(self, layouts=tuple(each for each in self.layouts if has_material_for(each.name, brief)))

    @property
    def first_layout(self) -> str:
        """The layout that opens a film."""
        return self.intro.layout if self.layout(self.intro.layout) else "title"

    @property
    def last_layout(self) -> str:
        """The layout that closes a film; empty for any."""
        return self.outro.layout if self.outro and self.layout(self.outro.layout) else ""

    def has_texts_in(self, language: str) -> bool:
        """Whether its texts of `intro` and `outro` may be used in a film in `language`."""
        return not self.language or same_language(self.language, language)

    def script_template(self, language: str) -> ScriptTemplate | None:
        """Its script in exactly this language, else in a variant of it, or None."""
        exact = (each for each in self.script_templates if each.language == language)
        variants = (each for each in self.script_templates if same_language(each.language, language))
        return next(exact, None) or next(variants, None)

    def values(self, row: SourceRow, language: str) -> dict[str, object]:
        """The typed values of a row's fields, formatted for `language` when rendered; empty texts for missing ones."""
        cells = dict(row.fields)
        return {each.name: each.value(cells.get(each.name, ""), language) for each in self.fields}

    def prompt(self, brief: Brief, plan: LengthPlan | None = None) -> tuple[str, str]:
        """Render the system message and the user message for `brief`; `plan` is given for a requested length."""
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
        """Render the description of the film."""
        return self._render(self.description_file, {"brief": brief, "script": script})

    def title_of(self, brief: Brief, script: Script) -> str:
        """Render the title of the published film."""
        if not self.title_file:
            return script.title
        return " ".join(self._render(self.title_file, {"brief": brief, "script": script}).split()) or script.title

    def page_of(self, brief: Brief, script: Script, parts: Mapping[str, str]) -> str | None:
        """Render the whole text below the published film, or None if the template has no file for it.

        `parts` maps the names in `PAGE_PARTS` to texts.
        """
        return self._render(self.page_file, {"brief": brief, "script": script, **parts}) if self.page_file else None

    def check(self) -> None:
        """Raise `InputError` (file, line, nearest name) for a syntax error or an undefined name in a Jinja2 file."""
        contexts = (
            (self.system_file, PROMPT_CONTEXT),
            (self.user_file, PROMPT_CONTEXT),
            (self.description_file, METADATA_CONTEXT),
            (self.title_file, METADATA_CONTEXT),
            (self.page_file, PAGE_CONTEXT),
        )
        sources = dict(self.files)
        named = ((entry, names) for entry, names in contexts if entry)
        for file, context in ((part, names) for entry, names in named for part in included_by(entry, sources)):
            with self._translated(file):
                unknown = find_undefined_name(sources[file], _environment(self.files), context)
            if unknown:
                raise InputError(unknown.message, where=f"{self._path(file)}:{unknown.line}", hint=unknown.hint)

    def _render(self, file: str, names: dict[str, object]) -> str:
        with self._translated(file):
            return _environment(self.files).render_file(file, names)

    @contextmanager
    def _translated(self, file: str) -> Iterator[None]:
        """Turn Jinja2's errors, and errors raised by expressions, into an `InputError` with file and line."""
        try:
            yield
        except jinja2.TemplateSyntaxError as error:
            # A text that is only parsed has no name.
            name = error.name if error.name in dict(self.files) else file
            where = f"{self._path(name)}:{error.lineno}"
            unknown = re.search(r"No (?:filter|test) named '([\w-]+)'", error.message or "")
            hint = did_you_mean(unknown[1], _environment(self.files).plain_filters, otherwise="") if unknown else ""
            raise InputError(f"broken template: {error.message}", where=where, hint=hint) from error
        except jinja2.TemplateNotFound as error:
            raise InputError(f"there is no file {error.name} in the template", where=self._path(file)) from error
        except RENDER_ERRORS as error:
            # Jinja2 puts the template's lines into the traceback.
            frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
            name, line = next((place for place in reversed(frames) if place[0] in dict(self.files)), (file, 1))
            message = f"the template can't be rendered: {message_of(error)}"
            raise InputError(message, where=f"{self._path(name)}:{line}") from error

    def _path(self, file: str) -> str:
        return dict(self.file_paths).get(file) or str(PurePath(self.folder) / file)


@lru_cache(maxsize=16)
def _environment(files: tuple[tuple[str, str], ...]) -> TextSandbox:
    sources = dict(files)
    # The name is used as the path, so that it appears in tracebacks.
    return TextSandbox(jinja2.FunctionLoader(lambda name: (sources[name], name, None) if name in sources else None))
