"""The writer that a template brings with it: its script.toml, filled in for a row. No model, nothing to pay."""

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

_HINT = "Shorten the cell, fill what is empty, or change the template's script"


class TemplateWriter:
    """Fills in the template's own script. What is too long for its place is a problem of the row, and is never cut."""

    name: ClassVar[str] = "template"
    needs_notes: ClassVar[bool] = False

    def check(self) -> None:
        """See `ScriptWriter`."""

    def check_size(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> None:
        """See `ScriptWriter`."""

    def known(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Script | None:
        """See `ScriptWriter`."""
        del pace
        return fill_script(brief, template)

    def kept(self, brief: Brief, template: Template, *, pace: Pace | None = None) -> Iterable[Path]:
        """See `ScriptWriter`."""
        del brief, template, pace
        return ()

    async def write(self, brief: Brief, template: Template, billing: Billing, *, pace: Pace | None = None) -> Script:
        """See `ScriptWriter`."""
        del billing, pace
        return fill_script(brief, template)


def has_script_template(brief: Brief, template: Template) -> bool:
    """Whether the template makes this film by itself."""
    return brief.row is not None and bool(template.script_templates)


def script_template_for(template: Template, language: str, *, where: str = "") -> ScriptTemplate:
    """The template's own script in a language. Raises `InputError` when it has none."""
    found = template.script_template(language)
    if found is None:
        there = ", ".join(each.language for each in template.script_templates)
        raise InputError(
            f"the template {template.name} has a script in {there}, and none in {language}",
            where=where,
            hint=f"Add script.{language}.toml to it, or have it translated: --languages {there},{language}",
        )
    return found


def fill_script(brief: Brief, template: Template) -> Script:
    """The script of a row, as the template has it in the language of the brief. Raises `InputError`."""
    assert brief.row is not None
    found = script_template_for(template, brief.language, where=brief.origin)
    try:
        script = found.script(template.values(brief.row, found.language))
    except FillError as error:
        raise InputError(error.problem, where=f"{brief.origin}: {error.place}") from error
    check_filled_script(script, template, where=brief.origin)
    return script


def check_filled_script(script: Script, template: Template, *, where: str) -> None:
    """Raise `InputError` for a script that can't be filmed: a cell that is too long for its place."""
    problems = find_problems(without_stray_emphasis(with_intro_and_outro(script, template)), template)
    if problems:
        raise InputError(problems[0], where=where, hint=_HINT)
