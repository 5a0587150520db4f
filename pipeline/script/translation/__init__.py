"""Translate a script with a model: the same scenes, layouts, items and pictures, with other texts.

The model gets the texts by translation unit (the film's metadata, or a scene) and name, and answers under the same
names, so it can't add, drop or move anything. Each unit is validated on its own, against the template's limits and the
original; problems are sent back to the model once. Valid units are cached whatever becomes of the others, so neither a
retry nor an edited scene pays for them again.

For a requested length, each spoken line gets a word budget, because languages need different numbers of words; lines
may be translated a second time, once their spoken duration is known.

units        a script as translation units, and back
request      the prompt, and the reader of its answer
checks       each translation compared with its original
word_budget  words per line for a requested length
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anyio import CancelScope, to_thread
from pydantic import TypeAdapter, ValidationError

from pipeline.errors import ConfigurationError, PermanentError
from pipeline.keys import content_key
from pipeline.limits import Billing, RetryPolicy
from pipeline.model import Script
from pipeline.script.chat import ChatModel, ask
from pipeline.script.checks import find_problems, shortened, without_stray_emphasis
from pipeline.script.translation.request import Terms, TranslationReader, translation_question, used_terms
from pipeline.script.translation.units import Texts, TranslationUnit, assemble, translation_units
from pipeline.script.translation.word_budget import TargetLength, with_word_budgets
from pipeline.state import Cache
from pipeline.template import Template

# Part of the cache key. Raise it when the prompt changes, or the checks reject what they used to accept.
_VERSION = "2"
# Per request: prompt, answer and reasoning must stay below the limit per minute of Groq's free plan, even in writing
# systems that take three times as many tokens as English.
_MAX_CHARS = 2400
_KIND, _SUFFIX = "translation", ".json"
_TEXTS = TypeAdapter(dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A translation job: `script` into `language` (BCP-47), by the first of `models` that succeeds.

    With a `length`, lines get word budgets. `terms` is a glossary. Raises `ConfigurationError` without a model.
    """

    script: Script
    language: str
    models: Sequence[ChatModel]
    template: Template
    cache: Cache
    length: TargetLength | None = None
    terms: Terms = ()

    def __post_init__(self) -> None:
        if not self.models:
            raise ConfigurationError(
                f"a model is needed to translate films into {self.language}, and there is none",
                hint=f"Set GROQ_API_KEY=... and drop --offline, or write the brief in {self.language}",
            )

    @property
    def units(self) -> tuple[TranslationUnit, ...]:
        """The units to translate, with word budgets for a requested length."""
        units = translation_units(self.script, self.template)
        return with_word_budgets(units, self.script, self.length) if self.length else units

    def look_up(self) -> tuple[dict[str, Texts], list[TranslationUnit]]:
        """The cached translations by unit name, and the units that are not cached. Blocks."""
        texts: dict[str, Texts] = {}
        missing = []
        for unit in self.units:
            cached = self._cached(unit) if unit.texts else None
            if cached is not None:
                texts[unit.name] = cached
            elif unit.texts:
                missing.append(unit)
        return texts, missing

    def _cached(self, unit: TranslationUnit) -> Texts | None:
        """The cached translation of a unit. An invalid cache entry is deleted, so that it can be replaced."""
        path = self.find(unit)
        if path is None:
            return None
        with suppress(ValidationError):
            texts = _TEXTS.validate_json(path.read_bytes())
            if texts.keys() == dict(unit.texts).keys():
                return texts
        path.unlink(missing_ok=True)
        return None

    def find(self, unit: TranslationUnit) -> Path | None:
        """The cache file of a unit's translation, or None. Blocks."""
        return self.cache.find(_KIND, self._key(unit), _SUFFIX)

    async def store(self, unit: TranslationUnit, texts: Texts) -> None:
        """Cache the translation of a unit."""

        async def make(path: Path) -> None:
            await to_thread.run_sync(path.write_bytes, _TEXTS.dump_json(dict(texts)))

        await self.cache.get_or_make(_KIND, self._key(unit), _SUFFIX, make)

    def _key(self, unit: TranslationUnit) -> str:
        """The cache key of a unit: its texts and the film's title, but not its position in the film."""
        models = tuple(model.version for model in self.models)
        content = (unit.kind, unit.texts, unit.limits, self.script.title)
        length = (unit.words, self.length.pace.unit, unit.previous) if self.length and unit.words else ()
        used = used_terms(self.terms, [unit])
        terms = (("terms", used),) if used else ()
        return content_key(_VERSION, models, self.script.language, self.language, content, *length, *terms)

    def assemble(self, texts: Mapping[str, Texts]) -> Script:
        """The script with these translations. Raises `PermanentError` if it can't be filmed."""
        base = self.length.previous if self.length and self.length.previous else self.script
        # Each text keeps its limit, but the cells of a table may be too long together.
        script = shortened(without_stray_emphasis(assemble(base, texts, language=self.language)), self.template)
        if problems := find_problems(script, self.template):
            raise PermanentError(f"the script in {self.language} can't be filmed: {problems[0]}")
        return script


async def translate_script(job: Translation, *, retry: RetryPolicy, billing: Billing) -> Script:
    """Translate what is not cached yet, and return the translated script.

    Raises the `ProviderError`s of `chat`, and `PermanentError` for a unit that is still invalid after feedback.
    """
    script, language = job.script, job.language
    texts, missing = await to_thread.run_sync(job.look_up)
    for units in _requests(missing):
        reader = TranslationReader(units, source_language=script.language, language=language)
        question = translation_question(units, script, language, job.length, used_terms(job.terms, units))
        try:
            await ask(job.models, (question,), read=reader, cache=None, retry=retry, billing=billing)
        finally:
            # Valid units have been paid for: cache them even if the task is cancelled.
            with CancelScope(shield=True):
                for unit in units:
                    if unit.name in reader.valid:
                        await job.store(unit, reader.valid[unit.name])
        texts |= reader.valid
    return job.assemble(texts)


def cached_translation(job: Translation) -> Script | None:
    """The translated script if all of its units are cached, else None. Blocks."""
    texts, missing = job.look_up()
    return None if missing else job.assemble(texts)


def cached_translation_paths(job: Translation) -> list[Path]:
    """The cache files of a translation's units. Blocks."""
    return [path for path in map(job.find, job.units) if path]


def _requests(units: Sequence[TranslationUnit]) -> Iterator[list[TranslationUnit]]:
    """Yield the units of each request, in order."""
    batch: list[TranslationUnit] = []
    for unit in units:
        if batch and sum(each.chars for each in batch) + unit.chars > _MAX_CHARS:
            yield batch
            batch = []
        batch.append(unit)
    if batch:
        yield batch
