"""The writer for templates that have a script.toml: it is filled in for each row, without a model or costs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from pipeline.errors import InputError
from pipeline.limits import Billing
from pipeline.model import Brief, Pace, Script
from pipeline.script.checks import find_problems, without_stray_emphasis
from pipeline.script.intro_outro import with_intro_and_outro
from pipeline.template import FillError, ScriptTemplate, Template

_HINT = "Shorten the cell, fill in what is empty, or change the template's script"


class TemplateWriter:
    """Fills in the template's script. Text that is too long is an error in the row, and is never cut."""

    name: ClassVar[str] = "template"
    needs_notes: ClassVar[bool] = False

    def check(self) -> None:
        """See `ScriptWriter`."""

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """See `ScriptWriter`."""

    def offline(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script | None:
        """See `ScriptWriter`."""
        del pace
        return fill_script(brief, template)

    def cached_paths(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Iterable[Path]:
        """See `ScriptWriter`."""
        del brief, template, pace
        return ()

    async def write(self, brief: Brief, template: Template, billing: Billing, *, pace: Pace | None = None) -> Script:
        """See `ScriptWriter`."""
        del billing, pace
        return fill_script(brief, template)


def has_script_template(brief: Brief, template: Template) -> bool:
    """Whether the film is made from the template's script.toml: the brief is a row, and there is one."""
    return brief.row is not None and bool(template.script_templates)


def script_template_for(template: Template, language: str, *, where: str = "") -> ScriptTemplate:
    """The template's script in `language`. Raises `InputError` if it has none."""
    found = template.script_template(language)
    if found is None:
        available = ", ".join(each.language for each in template.script_templates)
        raise InputError(
            f"the template {template.name} has a script in {available}, but none in {language}",
            where=where,
            hint=f"Add script.{language}.toml to it, or have it translated: --languages {available},{language}",
        )
    return found


def fill_script(brief: Brief, template: Template) -> Script:
    """Fill in the template's script, in the language of the brief, for its row. Raises `InputError`."""
    assert brief.row is not None
    found = script_template_for(template, brief.language, where=brief.origin)
    try:
        script = found.script(template.values(brief.row, found.language))
    except FillError as error:
        raise InputError(error.problem, where=f"{brief.origin}: {error.place}") from error
    check_filled_script(script, template, where=brief.origin)
    return script


def check_filled_script(script: Script, template: Template, *, where: str) -> None:
    """Raise `InputError` for a script that can't be filmed, such as one with a cell that is too long for its field."""
    problems = find_problems(without_stray_emphasis(with_intro_and_outro(script, template)), template)
    if problems:
        raise InputError(problems[0], where=where, hint=_HINT)
