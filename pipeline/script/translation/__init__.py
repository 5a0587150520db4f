"""A script in another language: the same scenes, layouts, items and pictures, with texts that a model translates.

The model sees the texts by part (what is written about the film, each scene) and name, and answers with the same names,
so it can't add, drop or move anything. Each part is checked by itself, against the template's limits and against the
original (see `faithful`); what is wrong is shown to the model once. Good parts are kept in the cache, whatever becomes
of the others: neither a second try nor an edited scene pays for them again.

A film of a wanted length takes more or fewer words in each language: the model is told how many, line by line (see
`allotment`), and the same lines may be translated a second time, with how long they lasted.
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

# Raise it when the same texts would be translated otherwise, or checked so that earlier ones would not pass.
_VERSION = "2"
# Parts of one request: prompt, answer and thinking have to stay below what Groq's free plan allows per minute, in
# scripts that take three times as many tokens as English, too.
_CHARS_AT_ONCE = 2400
_KIND, _SUFFIX = "translation", ".json"
_TEXTS = TypeAdapter(dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What is asked for: `script` in `language` (BCP-47), by the first of the `models` that can.

    With a `length`, its lines have about as many words as that takes; `terms` are translated as they say. Raises
    `ConfigurationError` without a model.
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
                f"a model translates films into {self.language}, and there is none to ask",
                hint=f"Set GROQ_API_KEY=... and drop --offline, or write the brief in {self.language}",
            )

    @property
    def parts(self) -> tuple[TranslationUnit, ...]:
        """What is translated."""
        parts = translation_units(self.script, self.template)
        return with_word_budgets(parts, self.script, self.length) if self.length else parts

    def look_up(self) -> tuple[dict[str, Texts], list[TranslationUnit]]:
        """The parts that the cache has, by name, and those that it does not have. Blocks."""
        texts: dict[str, Texts] = {}
        missing = []
        for part in self.parts:
            known = self._kept(part) if part.texts else None
            if known is not None:
                texts[part.name] = known
            elif part.texts:
                missing.append(part)
        return texts, missing

    def _kept(self, part: TranslationUnit) -> Texts | None:
        """A part as the cache has it; what is there and is not this part goes, or it would be paid for every time."""
        path = self.find(part)
        if path is None:
            return None
        with suppress(ValidationError):  # no texts at all: it goes
            texts = _TEXTS.validate_json(path.read_bytes())
            if texts.keys() == dict(part.texts).keys():
                return texts
        path.unlink(missing_ok=True)
        return None

    def find(self, part: TranslationUnit) -> Path | None:
        """Where the cache keeps a part, if it does. Blocks."""
        return self.cache.find(_KIND, self._key(part), _SUFFIX)

    async def keep(self, part: TranslationUnit, texts: Texts) -> None:
        """Put a translated part into the cache."""

        async def make(path: Path) -> None:
            await to_thread.run_sync(path.write_bytes, _TEXTS.dump_json(dict(texts)))

        await self.cache.get_or_make(_KIND, self._key(part), _SUFFIX, make)

    def _key(self, part: TranslationUnit) -> str:
        """Names a translated part: by its texts and the film's name, but not by its place in the film."""
        crew = tuple(model.version for model in self.models)
        said = (part.kind, part.texts, part.limits, self.script.title)
        length = (part.words, self.length.pace.unit, part.before) if self.length and part.words else ()
        used = used_terms(self.terms, [part])
        terms = (("terms", used),) if used else ()
        return content_key(_VERSION, crew, self.script.language, self.language, said, *length, *terms)

    def assemble(self, texts: Mapping[str, Texts]) -> Script:
        """The script with these parts translated. Raises `PermanentError` for one that can't be filmed all the same."""
        base = self.length.before if self.length and self.length.before else self.script
        # Each text has its limit, but the cells of a table may be too long together.
        script = shortened(without_stray_emphasis(assemble(base, texts, language=self.language)), self.template)
        if problems := find_problems(script, self.template):
            raise PermanentError(f"the script in {self.language} can't be filmed: {problems[0]}")
        return script


async def translate_script(wanted: Translation, *, retry: RetryPolicy, billing: Billing) -> Script:
    """The translation that is `wanted`. What the cache has of it is not paid for again.

    Raises the `ProviderError`s of `chat`, and `PermanentError` for a part that is still wrong when the model has been
    told, with the part and what is wrong.
    """
    script, language = wanted.script, wanted.language
    texts, missing = await to_thread.run_sync(wanted.look_up)
    for some in _requests(missing):
        reading = TranslationReader(some, written_in=script.language, language=language)
        question = translation_question(some, script, language, wanted.length, used_terms(wanted.terms, some))
        try:
            await ask(wanted.models, (question,), read=reading, cache=None, retry=retry, billing=billing)
        finally:
            # What is good is paid for, whoever stops us now.
            with CancelScope(shield=True):
                for part in some:
                    if part.name in reading.good:
                        await wanted.keep(part, reading.good[part.name])
        texts |= reading.good
    return wanted.assemble(texts)


def cached_translation(wanted: Translation) -> Script | None:
    """What `translate_script` would give without asking anybody; None: it has to ask. Blocks."""
    texts, missing = wanted.look_up()
    return None if missing else wanted.assemble(texts)


def cached_translation_paths(wanted: Translation) -> list[Path]:
    """Where the cache keeps the parts of a translation. Blocks."""
    return [path for path in map(wanted.find, wanted.parts) if path]


def _requests(parts: Sequence[TranslationUnit]) -> Iterator[list[TranslationUnit]]:
    """Parts that go into one request, in order."""
    some: list[TranslationUnit] = []
    for part in parts:
        if some and sum(each.chars for each in some) + part.chars > _CHARS_AT_ONCE:
            yield some
            some = []
        some.append(part)
    if some:
        yield some
