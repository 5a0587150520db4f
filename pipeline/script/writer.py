"""What a script writer is, and the one that asks a model. Add a provider of models: see `chat`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import ValidationError

from pipeline.errors import NightreelError, PermanentError, TransientError
from pipeline.limits import Purse, RetryPolicy
from pipeline.model import Brief, Script
from pipeline.script.chat import Asked, ChatModel, Message, Question, Unusable, ask, kept_answers
from pipeline.script.checks import find_problems, shortened, tidied
from pipeline.script.notes import count_words, with_fewer_notes
from pipeline.script.wire import WireScript, describe, strict_schema, to_script
from pipeline.state import Cache
from pipeline.template import Template


class ScriptWriter(Protocol):
    """Turns briefs into scripts."""

    @property
    def name(self) -> str:
        """How messages speak of it."""
        ...

    @property
    def needs_notes(self) -> bool:
        """Whether it can do nothing with a bare topic."""
        ...

    def check(self) -> None:
        """Raise what is known to keep it from writing, without asking anybody: a key that is missing."""
        ...

    def known(self, brief: Brief, template: Template) -> Script | None:
        """The script, when it is there already or nobody has to be asked for it. Blocks. Raises `InputError`."""
        ...

    def kept(self, brief: Brief, template: Template) -> Iterable[Path]:
        """Where the cache keeps what was written for the brief. Blocks."""
        ...

    async def write(self, brief: Brief, template: Template, purse: Purse) -> Script:
        """A script with the layouts of `template`, within its limits, and who wrote it.

        Every request is paid from `purse`, whatever comes of it. Raises only errors of `pipeline.errors`.
        """
        ...


class ModelWriter:
    """Asks the first of its models that answers, with structured output held to our schema."""

    needs_notes: ClassVar[bool] = False

    def __init__(self, models: Sequence[ChatModel], *, cache: Cache, retry: RetryPolicy) -> None:
        self._models = tuple(models)
        self._cache = cache
        self._retry = retry

    @property
    def name(self) -> str:
        """The services that it asks."""
        return ", ".join(dict.fromkeys(model.service for model in self._models))

    def check(self) -> None:
        """Raise what keeps the first model from being asked, unless another one can be."""
        errors: list[NightreelError] = []
        for model in self._models:
            try:
                model.check()
            except NightreelError as error:
                errors.append(error)
            else:
                return
        raise errors[0]

    def known(self, brief: Brief, template: Template) -> Script | None:
        """The script in the cache."""
        for path, model in kept_answers(self._models, _questions(brief, template), self._cache):
            try:
                script = _Reading(brief, template, where=model.service)(path.read_text(encoding="utf-8"), last=True)
            except Unusable:
                continue
            return replace(script, writer=model.service, model=model.model)
        return None

    def kept(self, brief: Brief, template: Template) -> Iterable[Path]:
        """The answers in the cache."""
        return [path for path, _ in kept_answers(self._models, _questions(brief, template), self._cache)]

    async def write(self, brief: Brief, template: Template, purse: Purse) -> Script:
        """The script a model writes about `brief`.

        Raises the `ProviderError`s of `chat`, `TransientError` when the answer is no script, and `PermanentError` when
        it can't be filmed; all only after a second try, in which texts that are still too long are cut to the
        template's limits.
        """
        asked = await ask(
            self._models,
            _questions(brief, template),
            read=_Reading(brief, template, where=self.name),
            cache=self._cache,
            retry=self._retry,
            purse=purse,
        )
        return _signed(asked, brief)


def _signed(asked: Asked[Script], brief: Brief) -> Script:
    reasons = [asked.fallback_reason]
    if asked.question:
        parts = [count_words(part) for part in with_fewer_notes(brief)]
        told = f"the first {parts[asked.question]:,} of {parts[0]:,} words"
        reasons.append(f"the notes are too long for {asked.model}: it was given {told}")
    return replace(
        asked.value, writer=asked.service, model=asked.model, fallback_reason="; ".join(filter(None, reasons))
    )


def _questions(brief: Brief, template: Template) -> tuple[Question, ...]:
    """What a model is asked: first with all notes."""
    return tuple(_question(part, template) for part in with_fewer_notes(brief))


def _question(brief: Brief, template: Template) -> Question:
    system, user = template.prompt(brief)
    messages = (Message(role="system", content=system), Message(role="user", content=user))
    return Question(messages=messages, schema=strict_schema(template), schema_name="script")


class _Reading:
    """A model's answer as a script that can be filmed; the last time, texts that are still too long are cut."""

    def __init__(self, brief: Brief, template: Template, *, where: str) -> None:
        self._brief = brief
        self._template = template
        self._where = where

    def __call__(self, text: str, *, last: bool) -> Script:
        try:
            script = to_script(WireScript.model_validate_json(text), self._brief)
            script = tidied(shortened(script, self._template) if last else script)
        except ValidationError as error:
            problems = describe(error)
            failure = TransientError(f"the model wrote no script: {problems[0]}", where=self._where)
            raise Unusable(*problems, error=failure) from error
        if problems := find_problems(script, self._template):
            message = f"the model's script can't be filmed: {problems[0]}"
            raise Unusable(*problems, error=PermanentError(message, where=self._where))
        return script
