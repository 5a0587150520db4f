"""Scripts: written for a brief, fitted to a length, translated.

There are two implementations of `Author`: `LiveAuthor` calls services and pays for them, `CachedAuthor`
(`cached_author.py`) uses only the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from anyio import to_thread

from pipeline.keys import content_key
from pipeline.model import Brief, Job, Narration, Pace, Script
from pipeline.narration.narrate import narrate
from pipeline.narration.spoken_text import normaliser_for
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.earlier_episodes import record_script
from pipeline.orchestrator.film.target_length import translate_to_length, write_to_length
from pipeline.script import TargetLength, Translation, cached_script, offline_script, translate_script, write_script
from pipeline.template import Template

Speak = Callable[[Script], Coroutine[Any, Any, Narration]]


class Author(Protocol):
    """Writes, translates and speaks scripts, for one template."""

    async def write(self, brief: Brief, pace: Pace | None) -> Script:
        """Write the script of a brief; `pace` is that of its voice, for a brief with a target length."""
        ...

    async def translate(self, script: Script, language: str, length: TargetLength | None) -> Script:
        """Translate a script."""
        ...

    async def speaker(self, brief: Brief) -> Speak:
        """A function that speaks a script with the voice of the brief."""
        ...


async def write_original(brief: Brief, context: RunContext, author: Author) -> tuple[Script, Pace | None]:
    """Write the script before translation; return it, and the pace it was written for if it has a target length."""
    original = context.briefs.original_of(brief)
    if not (original.length_s and context.providers.models):
        return await author.write(original, None), None
    write, speak = partial(author.write, original), await author.speaker(original)
    return await write_to_length(original.length_s, original.language, write=write, speak=speak)


async def write_translation(script: Script, pace: Pace | None, brief: Brief, author: Author) -> Script:
    """Translate the script of `write_original` into the language of `brief`.

    The translation is fitted to the target length if the original was: notes that are read out verbatim are not.
    """
    translate = partial(author.translate, script, brief.language)
    if not (brief.length_s and pace and script.model):
        return await translate(None)
    speak = await author.speaker(brief)
    return await translate_to_length(brief.length_s, brief.language, translate=translate, speak=speak)


@dataclass(frozen=True, kw_only=True)
class LiveAuthor:
    """An `Author` that calls writers, translators and narrators, and charges the costs to the attempt."""

    job: Job
    template: Template
    context: RunContext
    attempt: Attempt

    async def script(self) -> tuple[Script, Pace | None]:
        """The script of the job's film, and the pace that its original was written for.

        Concurrent films with the same original script pay for it once.
        """
        brief, context = self.job.brief, self.context
        original = await to_thread.run_sync(context.briefs.original_of, brief)
        key = content_key(original.said, self.template.fingerprint)
        async with context.cache.exclusive("script", key):
            first, pace = await write_original(brief, context, self)
        script = first
        if await to_thread.run_sync(context.briefs.is_translated, brief):
            script = await write_translation(script, pace, brief, self)
        await to_thread.run_sync(record_script, self.job, first, context)
        return script, pace

    async def write(self, brief: Brief, pace: Pace | None) -> Script:
        """See `Author`. A cached script is not requested again."""
        writers = await to_thread.run_sync(lambda: self.context.providers.writers_of(brief, self.template))
        # A retry uses the script that an earlier attempt paid for, even if a preferred writer is available by now.
        look_up = cached_script if self.job.attempts > 1 else offline_script
        template, billing = self.template, self.attempt.billing
        cached = await to_thread.run_sync(partial(look_up, brief, writers=writers, template=template, pace=pace))
        return cached or await write_script(brief, writers=writers, template=template, pace=pace, billing=billing)

    async def translate(self, script: Script, language: str, length: TargetLength | None) -> Script:
        """See `Author`."""
        translation = Translation(
            script=script,
            language=language,
            models=await to_thread.run_sync(lambda: self.context.providers.translators),
            template=self.template,
            cache=self.context.cache,
            length=length,
            terms=glossary_terms(self.job.brief, language),
        )
        return await translate_script(translation, retry=self.context.retry_policy, billing=self.attempt.billing)

    async def speaker(self, brief: Brief) -> Speak:
        """See `Author`."""
        return await speaker(brief, self.context, self.attempt)


def glossary_terms(brief: Brief, language: str) -> tuple[tuple[str, str], ...]:
    """The glossary of the film's series: each term with its translation."""
    glossary = brief.serial.glossary if brief.serial else ()
    return tuple((term.written, term.in_language(language)) for term in glossary)


async def speaker(
    brief: Brief, context: RunContext, attempt: Attempt | None = None
) -> partial[Coroutine[Any, Any, Narration]]:
    """`narrate` with the narrators, voice and pronunciations of a film."""
    speak = partial(
        narrate,
        normalise=await to_thread.run_sync(normaliser_for, brief.language, context.providers.pronunciations_of(brief)),
        narrators=await to_thread.run_sync(lambda: context.providers.narrators),
        voice=brief.voice,
        cache=context.cache,
        retry=context.retry_policy,
        prosody=context.providers.prosody,
    )
    return partial(speak, compute=attempt.compute) if attempt else speak
