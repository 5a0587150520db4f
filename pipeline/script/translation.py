"""A script in another language: the same scenes, layouts, items and pictures, with texts that a model translates.

The model sees the texts by part (what is written about the film, each scene) and name, and answers with the same names,
so it can't add, drop or move anything. Each part is checked by itself, against the template's limits and against the
original (see `faithful`); what is wrong is shown to the model once. Good parts are kept in the cache, whatever becomes
of the others: neither a second try nor an edited scene pays for them again.

A film of a wanted length takes more or fewer words in each language: the model is told how many, line by line (see
`allotment`), and the same lines may be translated a second time, with how long they lasted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from anyio import CancelScope, to_thread
from pydantic import TypeAdapter, ValidationError

from pipeline.errors import ConfigurationError, PermanentError
from pipeline.keys import content_key
from pipeline.limits import Purse, RetryPolicy
from pipeline.model import Script
from pipeline.script.allotment import SpokenLength, allotted
from pipeline.script.chat import ChatModel, ask
from pipeline.script.checks import find_problems, tidied
from pipeline.script.parts import Part, Texts, parts_of, put_together
from pipeline.script.translator import Terms, TranslationReader, translation_question, used_terms
from pipeline.state import Cache
from pipeline.template import Template

# Raise it when the same texts would be translated otherwise, or checked so that earlier ones would not pass.
_VERSION = "2"
# Parts of one request: prompt, answer and thinking have to stay below what Groq's free plan allows per minute, in
# scripts that take three times as many tokens as English, too.
_CHARS_AT_ONCE = 2400
_KIND, _SUFFIX = "translation", ".json"
_TEXTS = TypeAdapter(dict[str, str])


async def translate_script(
    script: Script,
    *,
    language: str,
    models: Sequence[ChatModel],
    template: Template,
    cache: Cache,
    retry: RetryPolicy,
    purse: Purse,
    length: SpokenLength | None = None,
    terms: Terms = (),
) -> Script:
    """`script` in `language` (BCP-47), by the first of the `models` that can.

    With a `length`, its lines have about as many words as that takes; `terms` are translated as they say. Raises
    `ConfigurationError` without a model, the `ProviderError`s of `chat`, and `PermanentError` for a part that is still
    wrong when the model has been told, with the part and what is wrong.
    """
    job = _Job(
        script=script,
        language=language,
        models=tuple(models),
        template=template,
        cache=cache,
        length=length,
        terms=tuple(terms),
    )
    parts = await to_thread.run_sync(job.look_up)
    for some in _requests(parts):
        reading = TranslationReader(some, written_in=script.language, language=language)
        question = translation_question(some, script, language, length, used_terms(job.terms, some))
        try:
            await ask(job.models, (question,), read=reading, cache=None, retry=retry, purse=purse)
        finally:
            # What is good is paid for, whoever stops us now.
            with CancelScope(shield=True):
                for part in some:
                    if part.name in reading.good:
                        await job.keep(part, reading.good[part.name])
    return job.result()


def known_translation(
    script: Script,
    *,
    language: str,
    models: Sequence[ChatModel],
    template: Template,
    cache: Cache,
    length: SpokenLength | None = None,
    terms: Terms = (),
) -> Script | None:
    """What `translate_script` would give without asking anybody; None: it has to ask. Blocks.

    Raises `ConfigurationError` without a model.
    """
    job = _Job(
        script=script,
        language=language,
        models=tuple(models),
        template=template,
        cache=cache,
        length=length,
        terms=tuple(terms),
    )
    return None if job.look_up() else job.result()


def kept_translations(
    script: Script,
    *,
    language: str,
    models: Sequence[ChatModel],
    template: Template,
    cache: Cache,
    length: SpokenLength | None = None,
    terms: Terms = (),
) -> list[Path]:
    """Where the cache keeps the parts of a translation. Blocks."""
    job = _Job(
        script=script,
        language=language,
        models=tuple(models),
        template=template,
        cache=cache,
        length=length,
        terms=tuple(terms),
    )
    found = (cache.find(_KIND, job.key(part), _SUFFIX) for part in job.parts)
    return [path for path in found if path]


@dataclass(kw_only=True)
class _Job:
    """One script on its way into one language."""

    script: Script
    language: str
    models: tuple[ChatModel, ...]
    template: Template
    cache: Cache
    length: SpokenLength | None
    terms: Terms = ()
    # What there is so far, by part.
    texts: dict[str, Texts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.models:
            raise ConfigurationError(
                f"a model translates films into {self.language}, and there is none to ask",
                hint=f"Set GROQ_API_KEY=... and drop --offline, or write the brief in {self.language}",
            )

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is translated."""
        parts = parts_of(self.script, self.template)
        return allotted(parts, self.script, self.length) if self.length else parts

    def look_up(self) -> list[Part]:
        """Take what the cache has; returns the parts that it does not have. Blocks."""
        missing = []
        for part in self.parts:
            texts = self._kept(part) if part.texts else None
            if texts is not None:
                self.texts[part.name] = texts
            elif part.texts:
                missing.append(part)
        return missing

    def _kept(self, part: Part) -> Texts | None:
        """A part as the cache has it; what is there and is not this part goes, or it would be paid for every time."""
        path = self.cache.find(_KIND, self.key(part), _SUFFIX)
        if path is None:
            return None
        with suppress(ValidationError):
            texts = _TEXTS.validate_json(path.read_bytes())
            if texts.keys() == dict(part.texts).keys():
                return texts
        path.unlink(missing_ok=True)
        return None

    def key(self, part: Part) -> str:
        """Names a translated part: by its texts and the film's name, but not by its place in the film."""
        crew = tuple(model.version for model in self.models)
        said = (part.kind, part.texts, part.limits, self.script.title)
        length = (part.words, self.length.pace.unit, part.before) if self.length and part.words else ()
        used = used_terms(self.terms, [part])
        terms = (("terms", used),) if used else ()
        return content_key(_VERSION, crew, self.script.language, self.language, said, *length, *terms)

    async def keep(self, part: Part, texts: Texts) -> None:
        """Put a translated part into the cache."""
        self.texts[part.name] = texts

        async def make(path: Path) -> None:
            await to_thread.run_sync(path.write_bytes, _TEXTS.dump_json(dict(texts)))

        await self.cache.get_or_make(_KIND, self.key(part), _SUFFIX, make)

    def result(self) -> Script:
        """The translated script. Raises `PermanentError` for one that can't be filmed all the same."""
        base = self.length.before if self.length and self.length.before else self.script
        script = tidied(put_together(base, self.texts, language=self.language))
        if problems := find_problems(script, self.template):
            raise PermanentError(f"the script in {self.language} can't be filmed: {problems[0]}")
        return script


def _requests(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Parts that go into one request, in order."""
    some: list[Part] = []
    for part in parts:
        if some and sum(each.chars for each in some) + part.chars > _CHARS_AT_ONCE:
            yield some
            some = []
        some.append(part)
    if some:
        yield some
