"""The providers that the settings select: script writers, translators, narrators and stock photo services."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.limits import RetryPolicy
from pipeline.model import Brief, Prosody
from pipeline.narration.narrator import Narrator
from pipeline.narration.normalisation import Pronunciation, Pronunciations
from pipeline.orchestrator.context import provider_factory
from pipeline.orchestrator.context.runtime import Runtime
from pipeline.pictures.stock import PictureSource
from pipeline.script import ChatModel, ModelWriter, OutlineWriter, ScriptWriter, TemplateWriter, has_script_template
from pipeline.settings import Settings
from pipeline.template import Template


@dataclass(frozen=True, kw_only=True)
class Providers:
    """The providers of one context: each is created when first used, and once."""

    workspace: Path
    settings: Settings
    runtime: Runtime
    retry: RetryPolicy

    @cached_property
    def models(self) -> tuple[ChatModel, ...]:
        """The language models for scripts, in order of preference. Empty: none is configured."""
        services = filter(provider_factory.is_service, provider_factory.writer_names(self.settings))
        return tuple(model for name in services for model in self._models_of(name))

    @cached_property
    def writers(self) -> tuple[ScriptWriter, ...]:
        """The script writers, in order of preference."""
        return tuple(self._writer(name) for name in provider_factory.writer_names(self.settings))

    def writers_of(self, brief: Brief, template: Template) -> tuple[ScriptWriter, ...]:
        """The script writers for a brief: if the template has a script for rows, that is the only one."""
        return (TemplateWriter(),) if has_script_template(brief, template) else self.writers

    def _writer(self, name: str) -> ScriptWriter:
        if not provider_factory.is_service(name):
            return OutlineWriter()
        return ModelWriter(self._models_of(name), cache=self.runtime.cache, retry=self.retry)

    def _models_of(self, service: str) -> tuple[ChatModel, ...]:
        if service not in self._models:
            self._models[service] = provider_factory.make_models(service, self.settings, self.runtime.throttle(service))
        return self._models[service]

    @cached_property
    def _models(self) -> dict[str, tuple[ChatModel, ...]]:
        return {}

    @cached_property
    def translators(self) -> tuple[ChatModel, ...]:
        """The language models for translations: those that write, else all with a key. Empty: none is configured."""
        if self.models or self.settings.offline:
            return self.models
        services = ("groq", *self.settings.services)
        with_key = [name for name in services if provider_factory.model_settings(name, self.settings).api_key]
        return tuple(model for name in with_key for model in self._models_of(name))

    @cached_property
    def narrators(self) -> tuple[Narrator, ...]:
        """The narrators, in order of preference: the first available one speaks the whole film."""
        names = provider_factory.narrator_names(self.settings)
        return tuple(self.narrator(name) for name in names)

    def narrator(self, name: str) -> Narrator:
        """A narrator by name. Raises `ConfigurationError` for a service if --offline is set."""
        return provider_factory.make_narrator(name, self.settings, self.workspace, self.runtime.throttle("edge"))

    @cached_property
    def stock_sources(self) -> tuple[PictureSource, ...]:
        """The stock photo services, in order. Empty: no key is set. Slow imports on first use: call it in a thread."""
        names = provider_factory.stock_names(self.settings)
        return tuple(
            provider_factory.make_stock_source(name, self.settings, self.runtime.throttle(name)) for name in names
        )

    @cached_property
    def pronunciations(self) -> Pronunciations:
        """The pronunciations of the workspace."""
        return provider_factory.pronunciations(self.settings)

    def pronunciations_of(self, brief: Brief) -> Pronunciations:
        """The pronunciations for a film, including those in the glossary of its series."""
        terms = [term for term in brief.serial.glossary if term.said] if brief.serial else []
        if not terms:
            return self.pronunciations
        entries = (Pronunciation(written=term.written, said=term.said) for term in terms)
        return Pronunciations((*self.pronunciations.entries, *entries))

    @property
    def prosody(self) -> Prosody:
        """Rate, pitch and volume of the voice."""
        narration = self.settings.narration
        return Prosody(rate_percent=narration.rate, pitch_percent=narration.pitch, volume_percent=narration.volume)
