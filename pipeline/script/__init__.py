"""Turn a brief into a script: what the film says and shows, scene by scene.

    script = await write_script(brief, writers=(OutlineWriter(),), template=template)

`OutlineWriter` turns the author's notes into scenes without a model; `ModelWriter` asks language models in order;
`TemplateWriter` fills in a template's script.toml. All scripts pass the same checks.

    job = Translation(script=script, language="es", models=models, template=template, cache=cache)
    translated = await translate_script(job, …)

The same film in another language, translated scene by scene.

writer             the `ScriptWriter` protocol, and `ModelWriter`
  structured_output  JSON schema for the model, and its JSON as a `Script`
  model_output       sanitised text types, validation errors as feedback
  truncation         notes cut to fit the context window
  series             prompt section about the series; the episode number
  chat               language models behind services
outline            the writer without a model
template_writer    the writer for a template's script.toml
length             predicted duration against the requested one
intro_outro        opening and closing scenes that the template asks for
picture_placement  a brief's pictures, spread over the scenes
missing_pictures   scenes whose picture is not available, as text scenes
on_screen_text     the words shown while a sentence is spoken
shortening         running text cut to a length
splitting          one scene as two
checks             what every script must satisfy
  data_checks        chart data, references and ranges
  grounding          numbers and names that the notes do not contain
  number_words       numbers spelt out in English
translation        a script in another language
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError, NeedsLoginError, PermanentError, ProviderError
from pipeline.limits import Billing
from pipeline.model import Brief, Pace, Script
from pipeline.model.metadata import fit_description, fit_tags, fit_title
from pipeline.script.chat import ChatModel, combine_errors, one_line
from pipeline.script.checks import find_problems, without_stray_emphasis
from pipeline.script.intro_outro import with_intro_and_outro
from pipeline.script.missing_pictures import without_missing_pictures
from pipeline.script.outline import OutlineWriter
from pipeline.script.series import with_episode_number
from pipeline.script.splitting import split_scene
from pipeline.script.template_writer import (
    TemplateWriter,
    check_filled_script,
    has_script_template,
    script_template_for,
)
from pipeline.script.translation import Translation, cached_translation, cached_translation_paths, translate_script
from pipeline.script.translation.word_budget import TargetLength
from pipeline.script.writer import ModelWriter, ScriptWriter, check_any
from pipeline.template import Template

__all__ = [
    "ChatModel",
    "ModelWriter",
    "OutlineWriter",
    "ScriptWriter",
    "TargetLength",
    "TemplateWriter",
    "Translation",
    "cached_script",
    "cached_script_paths",
    "cached_translation",
    "cached_translation_paths",
    "check_any",
    "check_filled_script",
    "check_size",
    "has_script_template",
    "offline_script",
    "script_template_for",
    "split_scene",
    "translate_script",
    "with_episode_number",
    "without_missing_pictures",
    "write_script",
]


async def write_script(
    brief: Brief,
    *,
    writers: Sequence[ScriptWriter],
    template: Template,
    pace: Pace | None = None,
    billing: Billing | None = None,
) -> Script:
    """Return the validated script of `brief`, with the tags of brief and template and the template's description.

    The first of `writers` that succeeds writes it; `script.writer`, `.model` and `.fallback_reason` record which one.
    `pace` is the voice's, needed for briefs that request a length. Requests to services are charged to `billing`,
    failed ones too; without it nothing is counted.
    Raises `InputError` for a brief that no writer can use, `PermanentError` for a script that fails validation, and
    otherwise the `ProviderError` of the first writer whose failure is temporary, or of the first writer.
    """
    _check_facts(brief)
    failures: list[ProviderError] = []
    for writer in _usable(writers, brief):
        try:
            written = await writer.write(brief, template, billing or Billing(), pace=pace)
            script = _finished(written, brief, template, writer)
        except ProviderError as error:
            failures.append(error)
        else:
            reasons = (*map(one_line, failures), script.fallback_reason)
            return replace(script, fallback_reason="; ".join(filter(None, reasons)))
    first = combine_errors(failures)
    if isinstance(first, NeedsLoginError) and brief.has_notes and not any(writer.needs_notes for writer in writers):
        # A new error: the throttle may raise the same instance for films without notes.
        hint = f"{first.hint}, or use the notes as they are: --writer outline"
        raise NeedsLoginError(first.message, where=first.where, hint=hint) from first
    raise first


def offline_script(
    brief: Brief, *, writers: Sequence[ScriptWriter], template: Template, pace: Pace | None = None
) -> Script | None:
    """The script that `write_script` would return without a request (from the cache or the notes), or None. Blocks.

    Raises `InputError`, as `write_script` does.
    """
    _check_facts(brief)
    for writer in _usable(writers, brief):
        try:
            writer.check()
        except ProviderError:
            continue
        script = writer.offline(brief, template, pace=pace)
        return script and _finished(script, brief, template, writer)
    return None


def cached_script(
    brief: Brief, *, writers: Sequence[ScriptWriter], template: Template, pace: Pace | None = None
) -> Script | None:
    """The cached script of any of the writers, in order, or None. Blocks."""
    for writer in writers:
        is_cached = any(writer.cached_paths(brief, template, pace=pace))
        script = writer.offline(brief, template, pace=pace) if is_cached else None
        if script:
            return _finished(script, brief, template, writer)
    return None


def cached_script_paths(
    brief: Brief, *, writers: Sequence[ScriptWriter], template: Template, pace: Pace | None = None
) -> Iterable[Path]:
    """The cache files of all writers' scripts for `brief`. Blocks."""
    return [path for writer in writers for path in writer.cached_paths(brief, template, pace=pace)]


def check_size(brief: Brief, *, writers: Sequence[ScriptWriter], template: Template, pace: Pace) -> None:
    """Raise `PermanentError` if the requested script is too long for every usable writer. Sends no requests."""
    refusals: list[PermanentError] = []
    for writer in _usable(writers, brief):
        try:
            writer.check()
            writer.check_size(brief, template, pace=pace)
        except PermanentError as error:
            refusals.append(error)
        except ProviderError:
            continue  # a missing key is reported when it is needed
        else:
            return
    if refusals:
        raise refusals[0]


def _check_facts(brief: Brief) -> None:
    if brief.facts == "notes" and not brief.has_notes:
        raise InputError(
            "only the notes may be used, and there are none",
            where=brief.origin or brief.title,
            hint="Write them into a Markdown brief (.md), or allow other facts: drop --facts-only (facts: open)",
        )


def _usable(writers: Sequence[ScriptWriter], brief: Brief) -> Sequence[ScriptWriter]:
    """The writers that can use the brief. If none can, all of them: their error says what to do."""
    return [writer for writer in writers if brief.has_notes or not writer.needs_notes] or writers


def _finished(script: Script, brief: Brief, template: Template, writer: ScriptWriter) -> Script:
    """The script with the template's intro, outro, tags and description. Raises `PermanentError` if it is invalid."""
    script = without_stray_emphasis(with_intro_and_outro(script, template))
    problems = find_problems(script, template)
    if problems:
        raise PermanentError(f"{writer.name} wrote a script that can't be filmed: {problems[0]}")
    script = replace(script, title=fit_title(script.title), tags=fit_tags((*script.tags, *template.tags)))
    return replace(script, description=fit_description(template.description_of(brief, script)))
