"""Scripts, translations and narrations from the cache alone: no service is called, and nothing is made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, MissingToolError, NightreelError, PermanentError, ProviderError
from pipeline.model import Brief, Narration, Pace, Script
from pipeline.narration.narrate import cached_clips
from pipeline.narration.narrator import Narrator
from pipeline.narration.pace import estimate_pace, measure_pace
from pipeline.narration.spoken_text import normaliser_for
from pipeline.narration.synthesis import VoiceConfig
from pipeline.orchestrator.context import RunContext, provider_factory
from pipeline.orchestrator.film.scripts import Speak, glossary_terms, write_original, write_translation
from pipeline.script import (
    TargetLength,
    Translation,
    cached_translation,
    cached_translation_paths,
    check_size,
    offline_script,
)
from pipeline.template import Template

# A slow voice takes up to this many times as long as a calm one.
_SLOW = 1.2
# Resolution of the suggested length, in seconds.
_STEP_S = 30


class _CacheMissError(Exception):
    """Something would have to be written, translated or spoken. Never leaves this module."""


@dataclass(frozen=True, kw_only=True)
class Voices:
    """Which narrator and voice would speak, as far as that is known without a request."""

    narrators: Sequence[Narrator]
    _found: dict[tuple[str, str | None], tuple[Narrator, str] | NightreelError] = field(default_factory=dict)

    async def first(self, language: str, requested: str | None) -> tuple[Narrator, str]:
        """The first narrator with a suitable voice, and that voice. Raises the reason if there is none."""
        if (language, requested) not in self._found:
            self._found[language, requested] = await self._first(language, requested)
        found = self._found[language, requested]
        if isinstance(found, NightreelError):
            raise found
        return found

    async def _first(self, language: str, requested: str | None) -> tuple[Narrator, str] | NightreelError:
        failures: list[NightreelError] = []
        for narrator in self.narrators:
            # A service may have voices that we do not list; it is asked when it speaks.
            if provider_factory.is_service(narrator.name) and requested and _is_edge_voice(requested):
                return narrator, requested
            try:
                return narrator, await narrator.choose_voice(language, requested)
            except (InputError, MissingToolError, ProviderError) as error:
                failures.append(error)
        return next((error for error in failures if isinstance(error, InputError)), failures[-1])


@dataclass(frozen=True, kw_only=True)
class CachedAuthor:
    """An `Author` that uses only the cache, for the film of one brief."""

    brief: Brief
    template: Template
    context: RunContext
    voices: Voices

    async def original(self) -> tuple[Script, Pace | None] | None:
        """The result of `write_original` from the cache; None: not cached.

        Raises `InputError` for a brief that no writer can use, and the error if no narrator can speak it.
        """
        try:
            return await write_original(self.brief, self.context, self)
        except _CacheMissError:
            return None

    async def translation(self, script: Script, pace: Pace | None) -> Script | None:
        """The result of `write_translation`, likewise. Raises `ConfigurationError` without a model."""
        try:
            return await write_translation(script, pace, self.brief, self)
        except _CacheMissError:
            return None

    async def check_size(self) -> None:
        """Raise `PermanentError` for a film too long for every writer. Makes no request.

        The pace of the voice is not known yet. A slow one is assumed, so that no film is rejected for a guess; at the
        true pace the check is repeated before any model is paid. A cached script needs no writer.
        """
        original = self.context.briefs.original_of(self.brief)
        error = await self._size_error(original, estimate_pace(original.language).corrected(_SLOW))
        if error and await self.original() is None:
            raise error

    async def size_error(self) -> PermanentError | None:
        """The error of `check_size` at the measured pace of the voice; None: it fits, or no length was requested."""
        original = self.context.briefs.original_of(self.brief)
        if not original.length_s:
            return None
        with suppress(_CacheMissError):  # the pace is measured when the script is written
            pace = await measure_pace(original.language, speak=await self.speaker(original))
            return await self._size_error(original, pace)
        return None

    async def _size_error(self, original: Brief, pace: Pace) -> PermanentError | None:
        if not (original.length_s and self.context.providers.models):
            return None
        return await to_thread.run_sync(self._too_long, original, original.length_s, pace)

    def _too_long(self, original: Brief, length_s: int, pace: Pace) -> PermanentError | None:
        check = partial(
            check_size,
            writers=self.context.providers.writers_of(original, self.template),
            template=self.template,
            pace=pace,
        )
        try:
            check(original)
        except PermanentError as error:
            for shorter_s in range(length_s - 1 - (length_s - 1) % _STEP_S, 0, -_STEP_S):
                with suppress(PermanentError):  # still too long: the next shorter one is tried
                    check(replace(original, length_s=shorter_s))
                    length = f"{shorter_s // 60}m{shorter_s % 60:02d}s"
                    hint = f"Ask for at most {length}, or name a service with a larger account in script.writers"
                    return PermanentError(error.message, where=error.where, hint=hint)
            return error
        return None

    async def translations(self, script: Script, pace: Pace | None) -> list[Path]:
        """The cache files of all translations of a script, one per attempt."""
        recorder = _PathRecorder(brief=self.brief, template=self.template, context=self.context, voices=self.voices)
        await recorder.translation(script, pace)
        return recorder.paths

    async def write(self, brief: Brief, pace: Pace | None) -> Script:
        """See `Author`."""
        look_up = partial(
            offline_script,
            brief,
            writers=self.context.providers.writers_of(brief, self.template),
            template=self.template,
            pace=pace,
        )
        return _require_hit(await to_thread.run_sync(look_up))

    async def translate(self, script: Script, language: str, length: TargetLength | None) -> Script:
        """See `Author`."""
        return _require_hit(await to_thread.run_sync(cached_translation, self._translation(script, language, length)))

    def _translation(self, script: Script, language: str, length: TargetLength | None) -> Translation:
        return Translation(
            script=script,
            language=language,
            models=self.context.providers.translators,
            template=self.template,
            cache=self.context.cache,
            length=length,
            terms=glossary_terms(self.brief, language),
        )

    async def speaker(self, brief: Brief) -> Speak:
        """See `Author`."""
        narrator, voice = await self.voices.first(brief.language, brief.voice)
        normalise = await to_thread.run_sync(
            normaliser_for, brief.language, self.context.providers.pronunciations_of(brief)
        )
        config = VoiceConfig(
            narrator=narrator,
            voice=voice,
            prosody=self.context.providers.prosody,
            language=brief.language,
            normalise=normalise,
        )

        async def speak(script: Script) -> Narration:
            clips = await to_thread.run_sync(cached_clips, script, config, self.context.cache)
            if clips is None:
                raise _CacheMissError
            return Narration(narrator=narrator.name, voice=voice, clips=clips)

        return speak


@dataclass(frozen=True, kw_only=True)
class _PathRecorder(CachedAuthor):
    """A `CachedAuthor` that also records the cache files of the translations it looks up."""

    paths: list[Path] = field(default_factory=list)

    async def translate(self, script: Script, language: str, length: TargetLength | None) -> Script:
        self.paths.extend(
            await to_thread.run_sync(cached_translation_paths, self._translation(script, language, length))
        )
        return await super().translate(script, language, length)


def _require_hit(script: Script | None) -> Script:
    if script is None:
        raise _CacheMissError
    return script


def _is_edge_voice(name: str) -> bool:
    from pipeline.narration.edge.voices import is_voice_name  # noqa: PLC0415 - loads aiohttp, which few need

    return is_voice_name(name)
