"""A brief becomes a script: what the film says and shows, scene by scene.

    script = await write_script(brief, writer=OutlineWriter(), template=template)

`outline` takes the words of the notes, `groq` asks a model. Whoever writes, the script passes the same checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from pipeline.errors import PermanentError
from pipeline.model import Brief, Cost, Script
from pipeline.script.checks import find_problems, tidied
from pipeline.script.groq import GroqWriter
from pipeline.script.outline import OutlineWriter
from pipeline.script.writer import ScriptWriter
from pipeline.template import Template

__all__ = ["WRITERS", "GroqWriter", "OutlineWriter", "ScriptWriter", "write_script"]

# What makes each writer; `groq` takes what `GroqWriter` does, `outline` takes nothing.
WRITERS: Mapping[str, Callable[..., ScriptWriter]] = MappingProxyType({"outline": OutlineWriter, "groq": GroqWriter})


def _ignore(_cost: Cost) -> None:
    """For those who don't count."""


async def write_script(
    brief: Brief, *, writer: ScriptWriter, template: Template, spent: Callable[[Cost], None] = _ignore
) -> Script:
    """The script of `brief`, checked, with the tags of brief and template and the description of the template.

    `spent` is told the cost of each request to a service, also of those that came to nothing.
    Raises `InputError` for a brief the writer can't work with, the `ProviderError`s of a service, and
    `PermanentError` for a script that can't be filmed.
    """
    script = tidied(await writer.write(brief, template, spent))
    problems = find_problems(script, template)
    if problems:
        raise PermanentError(f"{writer.name} wrote a script that can't be filmed: {problems[0]}")
    script = replace(script, tags=tuple(dict.fromkeys((*script.tags, *template.tags))))
    return replace(script, description=template.description_of(brief, script))
