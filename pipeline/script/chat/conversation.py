"""One question, until somebody has answered it well: the models in order, and a conversation with each.

    answered = await ask(models, (question,), read=read, cache=cache, retry=retry, billing=billing)
    answered.value                              # what `read` made of the answer
    answered.model, answered.fallback_reason    # who answered, and why nobody before

What each model comes to:

    an answer that can't be used    shown to the model with what is wrong with it, asked again, once
    one that is cut off             asked again with more room
    none (empty, broken JSON)       asked again
    too large a question            asked with less room, then the next, shorter question; an answer that was to be
                                    bettered is taken as it is
    a failure that may pass         tried again by the retry policy
    no answer in time               asked again, once: a third time would take no less, and may be paid for as well;
                                    not at all when it had most of what was left of the stage, which others need
    whatever is left of these       the next model; after the last one, the error

An answer that was used is kept in the cache under the model, the messages and the schema, and nobody pays for it twice;
without a `cache`, whoever asks keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from anyio import to_thread

from pipeline.errors import ClosedError, PermanentError, ProviderError, QuotaError, TransientError, with_message
from pipeline.keys import content_key
from pipeline.limits import Billing, RetryPolicy, with_retries
from pipeline.script.chat.failures import SHORTEN_HINT, ResponseTimeoutError, StageTimeoutError, TooLargeError
from pipeline.script.chat.model import Answer, ChatModel, Question
from pipeline.state import Cache

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_SUFFIX = ".json"
# How often no answer comes in time before the next model is asked.
_SLOW_ATTEMPTS = 2


class Unusable(Exception):  # noqa: N818 - a turn in the conversation, not an error that leaves
    """An answer that can't be used: what is wrong with it, as the model is told, and the error if that does not help.

    The error is a `TransientError` when it may come out well another time, else a `PermanentError`.
    """

    def __init__(self, *problems: str, error: ProviderError) -> None:
        super().__init__(str(error))
        self.problems = problems
        self.error = error


class _TooSlowError(Exception):
    """Nothing that the retry policy should wait for."""


class Reader(Protocol[T_co]):
    """Makes of an answer what was asked for; pure, because answers from the cache are read again."""

    def __call__(self, text: str, *, last: bool) -> T_co:
        """What the answer says. Raises `Unusable`; after the `last` turn nobody is asked again, so mend what can be."""
        ...


@dataclass(frozen=True, kw_only=True)
class Answered(Generic[T]):
    """An answer, and who gave it."""

    value: T
    service: str
    model: str
    # Why an earlier model in the list did not answer; empty: the first one did.
    fallback_reason: str = ""
    # Which of the questions was answered: 0 the whole one.
    question: int = 0


async def ask(
    models: Sequence[ChatModel],
    questions: Sequence[Question],
    *,
    read: Reader[T],
    cache: Cache | None,
    retry: RetryPolicy,
    billing: Billing,
    turns: int = 2,
) -> Answered[T]:
    """What the first of the `models` says that gives an answer which `read` can use, in at most `turns` each.

    `questions` is the same question, each time shorter: the next one is for a model that finds one too large. Raises
    the `ProviderError` of the model that may answer another time, else of the first one.
    """
    failures: list[ProviderError] = []
    for model in models:
        conversation = _Conversation(model=model, read=read, cache=cache, retry=retry, billing=billing, turns=turns)
        try:
            value, number = await conversation.first_that_fits(questions)
        except ProviderError as error:
            failures.append(error)
        else:
            return Answered(
                value=value,
                service=model.service,
                model=model.model,
                fallback_reason="; ".join(dict.fromkeys(map(one_line, failures))),
                question=number,
            )
    raise combine_errors(failures)


def cached_answers(
    models: Sequence[ChatModel], questions: Sequence[Question], cache: Cache
) -> Iterator[tuple[Path, ChatModel]]:
    """The answers that `ask` would find, best first, and who gave them. Blocks."""
    for model in models:
        for question in questions:
            if path := cache.find(question.schema_name, _key(model, question), _SUFFIX):
                yield path, model


def read_cached_answer(path: Path) -> str:
    """An answer in the cache, whatever is there by now: who reads it finds out whether it is one. Blocks."""
    return path.read_text(encoding="utf-8", errors="replace")


def _key(model: ChatModel, question: Question) -> str:
    return content_key(model.version, question)


@dataclass(frozen=True, kw_only=True)
class _Conversation(Generic[T]):
    """The conversation with one model."""

    model: ChatModel
    read: Reader[T]
    cache: Cache | None
    retry: RetryPolicy
    billing: Billing
    turns: int

    async def first_that_fits(self, questions: Sequence[Question]) -> tuple[T, int]:
        """The answer to the first of the questions that is not too large, and which one that was."""
        for number, question in enumerate(questions):
            try:
                return await self._kept(question), number
            except TooLargeError as error:
                too_large = error
        raise PermanentError(too_large.message, where=too_large.where, hint=too_large.hint) from too_large

    async def _kept(self, question: Question) -> T:
        """What the cache knows, or the model says."""
        if self.cache is None:
            return await self._read(await self._hold(question), last=True)

        async def make(path: Path) -> None:
            text = await self._hold(question)
            await to_thread.run_sync(partial(path.write_text, text, encoding="utf-8"))

        slot = (question.schema_name, _key(self.model, question), _SUFFIX)
        path, was_there = await self.cache.get_or_make(*slot, make)
        try:
            return await self._read_file(path)
        except FileNotFoundError:
            pass  # somebody else has read it, and it was none
        except Unusable as unusable:
            if not was_there:
                raise unusable.error from unusable
        # It was good by the rules of another day.
        await self.cache.discard(path)
        path, _ = await self.cache.get_or_make(*slot, make)
        return await self._read_file(path)

    async def _read_file(self, path: Path) -> T:
        return await self._read(await to_thread.run_sync(read_cached_answer, path), last=True)

    async def _read(self, text: str, *, last: bool) -> T:
        """What `read` makes of it, in a thread: nobody knows how long an answer is, or of what."""
        return await to_thread.run_sync(partial(self.read, text, last=last))

    async def _hold(self, question: Question) -> str:
        """The conversation: an answer that can be used. Raises the error that is left when there is none."""
        said, room_before = "", 0
        failure: ProviderError | None = None
        for turn in range(1, self.turns + 1):
            try:
                answer = await self._answer(question, room_before)
            except TooLargeError:
                if not said:
                    raise
                # With the last answer and what is wrong with it, the question has grown too large.
                return await self._as_it_is(said)
            failure = self._flaw_of(answer)
            if answer.truncated:
                room_before = question.max_tokens
                question = replace(question, max_tokens=question.more_tokens)
            if failure:
                continue
            try:
                await self._read(answer.text, last=turn == self.turns)
            except Unusable as unusable:
                said = answer.text
                failure, question = unusable.error, question.with_feedback(said, unusable.problems)
            else:
                return answer.text
        assert failure  # there is at least one turn
        raise failure

    def _flaw_of(self, answer: Answer) -> ProviderError | None:
        """Why an answer is none that could be read; None: it may be one. Raises for one that declines."""
        if answer.refusal:
            raise self._permanent(f"the model declines to write about this: {answer.refusal}")
        if answer.truncated:
            return self._permanent("the model's answer is cut off", hint=SHORTEN_HINT)
        if not answer.text.strip():
            return TransientError(answer.error or "the model's answer is empty", where=self.model.service)
        return None

    async def _as_it_is(self, said: str) -> str:
        """An answer that nobody can be told to better, if it can be used all the same."""
        try:
            await self._read(said, last=True)
        except Unusable as unusable:
            raise unusable.error from unusable
        return said

    async def _answer(self, question: Question, room_before: int) -> Answer:
        """One answer, with the patience of the retry policy.

        A question that is too large is asked with less room: half of it, or half of what it was to have more, and never
        with less than an answer takes.
        """
        try:
            return await self._patiently(question)
        except TooLargeError:
            less = max(question.min_tokens, (room_before + question.max_tokens) // 2)
            if less >= question.max_tokens:
                raise
            return await self._patiently(replace(question, max_tokens=less))

    async def _patiently(self, question: Question) -> Answer:
        slow: list[ResponseTimeoutError] = []

        async def once() -> Answer:
            try:
                return await self.model.answer(question, self.billing)
            except ResponseTimeoutError as error:
                slow.append(error)
                if len(slow) == _SLOW_ATTEMPTS or isinstance(error, StageTimeoutError):
                    raise _TooSlowError from error
                raise

        try:
            return await with_retries(self.retry, once)
        except (ResponseTimeoutError, _TooSlowError):
            # As the others know it: what it was is the business of this conversation.
            raise TransientError(slow[-1].message, where=slow[-1].where, hint=slow[-1].hint) from slow[-1]

    def _permanent(self, message: str, *, hint: str = "") -> ProviderError:
        return PermanentError(message, where=self.model.service, hint=hint)


def one_line(error: ProviderError) -> str:
    """Where and what, as a reason why somebody else answered."""
    return f"{error.where}: {error.message}" if error.where else error.message


def combine_errors(failures: Sequence[ProviderError]) -> ProviderError:
    """One error for the failures of all who were asked: the first that may pass by itself, else the first of all.

    Its message also says what kept the others. It is a new error, because a throttle may remember the old one, and
    raise it again for the next film.
    """
    passing = [error for error in failures if isinstance(error, TransientError | ClosedError | QuotaError)]
    error = (passing or failures)[0]
    others = dict.fromkeys(one_line(other) for other in failures if other is not error)
    others.pop(one_line(error), None)
    return with_message(error, "; ".join([error.message, *others]))
