"""Validate a template: files, fields, prompts, script templates, sample, fonts, contrast, text limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.errors import InputError, NightreelError
from pipeline.model import SHAPES, Brief, LengthPlan, Paragraph, Script, Section, is_stock
from pipeline.model.text_artefacts import UNFILLED_PLACEHOLDER, find_artefact
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.templates.catalogue import find_template, folder_of, search_of
from pipeline.orchestrator.templates.overflow import Overflow, find_overflows, script_words
from pipeline.orchestrator.templates.preview import format_of, look_of
from pipeline.pictures import is_address, precheck_picture
from pipeline.rendering import Look, font_digest
from pipeline.script.checks import find_problems, find_problems_of_scene, may_open, without_stray_emphasis
from pipeline.script.intro_outro import with_intro_and_outro
from pipeline.template import PAGE_PARTS, ScriptTemplate, Template, picture_file
from pipeline.template.sample import SAMPLE, load_sample, pictures_of
from pipeline.toml import line_of, parse_toml

# Layouts scale with the height, so that any height will do.
_HEIGHT_PX = 540
# Jinja2 expressions, statements, comments and raw blocks.
_JINJA = re.compile(r"\{%-?\s*raw\b.*?\bendraw\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# Keys of a scene that are not shown as text, or may contain anything.
_NO_TEXTS = frozenset(("layout", "when", "picture", "code"))


@dataclass(frozen=True, kw_only=True)
class TemplateProblem:
    """An error in a template."""

    # File and line, or a layout.
    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}. {self.hint}" if self.hint else text


def check_template(context: RunContext, named: str) -> tuple[TemplateProblem, ...]:
    """All problems of a template, given by name or folder. Blocks, for seconds.

    Raises `InputError` if there is no such template.
    """
    found: list[TemplateProblem] = []
    known = _known(context, named)
    if isinstance(known, TemplateProblem):
        return (known,)
    template = known

    def collect(what: Callable[[], Iterator[TemplateProblem]]) -> None:
        try:
            found.extend(what())
        except NightreelError as error:
            where = error.where or f"{template.folder}/template.toml"
            fault = TemplateProblem(where=_with_line(where, template), message=error.message, hint=error.hint)
            if fault not in found:
                found.append(fault)

    collect(lambda: _prompts(template))
    collect(lambda: _scripts(template))
    # One by one, as drawing the layouts below stops at the first missing one.
    for name, _ in template.assets:
        collect(partial(_asset, context, template, name))
    collect(lambda: _pictures(context, template))
    return tuple(found)


def _known(context: RunContext, named: str) -> Template | TemplateProblem:
    try:
        return find_template(context, named)
    except NightreelError as error:
        if folder_of(context, named) is None:
            raise
        return TemplateProblem(where=error.where, message=error.message, hint=error.hint)


def _prompts(template: Template) -> Iterator[TemplateProblem]:
    """Render all prompts and texts, with and without notes and length. Raises errors of Jinja2."""
    notes = (Section(heading="One", blocks=(Paragraph(text="A note."),)),)
    plan = LengthPlan(length_s=60, words=150, unit="words", fewest_scenes=5, most_scenes=8)
    bare = Brief(title="A topic", language="en")
    full = replace(
        bare, sections=notes, facts="notes", audience="children", tone="calm", kicker="K", subtitle="S", closing="C"
    )
    for brief in (bare, replace(full, variant=2)):
        for length in (None, plan):
            template.prompt(brief, length)
        script = Script(title="A topic", language="en", scenes=())
        template.description_of(brief, script)
        template.title_of(brief, script)
        for text in ("", "A text."):
            template.page_of(brief, script, dict.fromkeys(PAGE_PARTS, text))
    yield from ()


def _scripts(template: Template) -> Iterator[TemplateProblem]:
    """Problems of the script templates: the opening scene, scenes without fields, and missing pictures."""
    for script in template.script_templates:
        yield from _leftovers(script)
        if script.opening and not may_open(script.opening.what, template):
            place, line, _ = script.opening
            yield TemplateProblem(
                where=f"{script.path}:{line}", message=f"{place}: it must be a {template.first_layout} scene"
            )
        for place, line, scene in script.fixed_scenes:
            # The template may have default texts for the opening or closing scene.
            alone = Script(title="A film", language=script.language, scenes=(scene,))
            for problem in find_problems_of_scene(
                without_stray_emphasis(with_intro_and_outro(alone, template)).scenes[0], template
            ):
                yield TemplateProblem(where=f"{script.path}:{line}", message=f"{place}: {problem}")
        for place, line, name in script.pictures:
            if is_address(name) or is_stock(name):
                continue
            try:
                precheck_picture(picture_file(Path(template.folder), name), name)
            except InputError as error:
                message = f"{place}: picture {name[:80]}: {error.message}"
                yield TemplateProblem(where=f"{script.path}:{line}", message=message, hint=error.hint)


def _leftovers(script: ScriptTemplate) -> Iterator[TemplateProblem]:
    """Texts that would fail the quality check of every film, such as placeholders of other programs."""
    for text in _texts_in(parse_toml(script.text, script.path)):
        if left := find_artefact(_JINJA.sub("…", text)):
            line = script.text.count("\n", 0, max(0, script.text.find(text))) + 1
            hint = "A field of [fields] is written {{ first_name }}" if left.startswith(UNFILLED_PLACEHOLDER) else ""
            yield TemplateProblem(where=f"{script.path}:{line}", message=f"contains {left}", hint=hint)


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in _NO_TEXTS:
                yield from _texts_in(each)


def _asset(context: RunContext, template: Template, name: str) -> Iterator[TemplateProblem]:
    """Raises the error of an invalid font or logo."""
    context.appearance.try_asset(name, template)
    yield from ()


def _pictures(context: RunContext, template: Template) -> Iterator[TemplateProblem]:
    sample = load_sample(template, search=search_of(context.workspace))
    look = _look(context, template, sample)
    for problem in find_problems(sample, template):
        yield TemplateProblem(where=f"{template.folder}/{SAMPLE}", message=problem)
    pictures_of(sample, template, search=search_of(context.workspace))
    font_digest(sample, look)
    looks = {shape: replace(look, format=format_of(shape, height_px=_HEIGHT_PX)) for shape in SHAPES}
    words = script_words(sample)
    by_layout = {scene.layout: scene for scene in sample.scenes}
    for layout in template.layouts:
        if layout.name in by_layout:
            for overflow in find_overflows(layout, by_layout[layout.name], words, looks):
                yield _as_problem(overflow, template)


def _look(context: RunContext, template: Template, sample: Script) -> Look:
    """The look of the sample. Raises `InputError`; that for an unknown theme names its key."""
    try:
        context.appearance.theme(Brief(title=sample.title, theme=template.theme))
    except InputError as error:
        where = error.where or f"{template.folder}/template.toml: theme"
        raise InputError(error.message, where=where, hint=error.hint) from error
    return look_of(context, template, sample)


def _with_line(where: str, template: Template) -> str:
    """`where` with the line number of its key in template.toml, if it has none."""
    file = Path(template.folder, "template.toml")
    before, separator, key = where.partition(f"{file}: ")
    if before or not separator:
        return where
    return f"{file}:{line_of(file.read_text(encoding='utf-8-sig'), key.split('.'))}: {key}"


def _as_problem(overflow: Overflow, template: Template) -> TemplateProblem:
    where = _with_line(f"{template.folder}/template.toml: layouts.{overflow.layout}.{overflow.field}", template)
    shapes = ", ".join(overflow.shapes)
    message = f"{overflow.limit} characters don't fit in {shapes}"
    if overflow.fitting:
        return TemplateProblem(where=where, message=message, hint=f"At most {overflow.fitting} fit")
    return TemplateProblem(where=where, message=message, hint="Allow fewer items, or shorter texts beside it")
