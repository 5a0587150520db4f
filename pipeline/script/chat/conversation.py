"""Ask models in order, each in a short conversation, until one gives an answer that validates.

    answered = await ask(models, (question,), read=read, cache=cache, retry=retry, billing=billing)
    answered.value                              # the answer, parsed by `read`
    answered.model, answered.fallback_reason    # the model, and why earlier ones did not answer

How each outcome is handled:

    invalid answer               sent back to the model with its problems, in the next turn
    truncated answer             asked again with more output tokens
    no answer (empty, not JSON)  asked again
    question too large           asked with fewer output tokens, then the next, shorter question; if it became too large
                                 by the feedback, the last answer is accepted as it is, if possible
    transient failure            retried by the retry policy
    time-out                     retried once: a third attempt would take as long, and may be charged too; not retried
                                 if it used most of the time left in the stage, which other models need
    all of these exhausted       the next model; after the last one, the error

A valid answer is cached under the model, the messages and the schema, and so paid for once. Without a `cache` the
caller stores it.
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
# Time-outs before the next model is asked.
_MAX_TIMEOUTS = 2


class Unusable(Exception):  # noqa: N818 - controls the conversation, and never leaves it
    """An invalid answer: its `problems` as feedback for the model, and the `error` to raise if feedback does not help.

    The error is a `TransientError` if another attempt may succeed, else a `PermanentError`.
    """

    def __init__(self, *problems: str, error: ProviderError) -> None:
        super().__init__(str(error))
        self.problems = problems
        self.error = error


class _TimeoutsExhaustedError(Exception):
    """Stops the retry policy after the last time-out."""


class Reader(Protocol[T_co]):
    """Parses and validates an answer. It is pure, because cached answers are parsed again."""

    def __call__(self, text: str, *, last: bool) -> T_co:
        """The parsed answer. Raises `Unusable`. In the `last` turn, repair what can be repaired."""
        ...


@dataclass(frozen=True, kw_only=True)
class Answered(Generic[T]):
    """A parsed answer, and the model that gave it."""

    value: T
    service: str
    model: str
    # Why earlier models in the list did not answer; empty if the first one did.
    fallback_reason: str = ""
    # Index of the question that was answered; 0 is the full one.
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
    """Return the first answer that `read` accepts, from the first of `models` that gives one within `turns` turns.

    `questions` are ever shorter versions of one question, for models that find the previous one too large. Raises the
    `ProviderError` of the first model whose failure is temporary, else of the first model.
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
    """Yield the cached answers that `ask` would use, in its order, with their models. Blocks."""
    for model in models:
        for question in questions:
            if path := cache.find(question.schema_name, _key(model, question), _SUFFIX):
                yield path, model


def read_cached_answer(path: Path) -> str:
    """The text of a cached answer, which may be damaged: `Reader` validates it. Blocks."""
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
        """The answer to the first question that is not too large, and that question's index."""
        for number, question in enumerate(questions):
            try:
                return await self._cached(question), number
            except TooLargeError as error:
                too_large = error
        raise PermanentError(too_large.message, where=too_large.where, hint=too_large.hint) from too_large

    async def _cached(self, question: Question) -> T:
        """The answer from the cache, or from the model."""
        if self.cache is None:
            return await self._read(await self._converse(question), last=True)

        async def make(path: Path) -> None:
            text = await self._converse(question)
            await to_thread.run_sync(partial(path.write_text, text, encoding="utf-8"))

        slot = (question.schema_name, _key(self.model, question), _SUFFIX)
        path, was_cached = await self.cache.get_or_make(*slot, make)
        try:
            return await self._read_file(path)
        except FileNotFoundError:
            pass  # another task found it invalid and discarded it
        except Unusable as unusable:
            if not was_cached:
                raise unusable.error from unusable
        # An older version of the checks accepted it.
        await self.cache.discard(path)
        path, _ = await self.cache.get_or_make(*slot, make)
        return await self._read_file(path)

    async def _read_file(self, path: Path) -> T:
        return await self._read(await to_thread.run_sync(read_cached_answer, path), last=True)

    async def _read(self, text: str, *, last: bool) -> T:
        """Parse an answer in a thread: its size and shape are not known."""
        return await to_thread.run_sync(partial(self.read, text, last=last))

    async def _converse(self, question: Question) -> str:
        """Ask, with feedback on invalid answers, until one is valid. Raises the error of the last turn."""
        last_text, previous_max_tokens = "", 0
        failure: ProviderError | None = None
        for turn in range(1, self.turns + 1):
            try:
                answer = await self._answer(question, previous_max_tokens)
            except TooLargeError:
                if not last_text:
                    raise
                # The feedback has made the question too large.
                return await self._accept_as_is(last_text)
            failure = self._failure_of(answer)
            if answer.truncated:
                previous_max_tokens = question.max_tokens
                question = replace(question, max_tokens=question.more_tokens)
            if failure:
                continue
            try:
                await self._read(answer.text, last=turn == self.turns)
            except Unusable as unusable:
                last_text = answer.text
                failure, question = unusable.error, question.with_feedback(last_text, unusable.problems)
            else:
                return answer.text
        assert failure  # there is at least one turn
        raise failure

    def _failure_of(self, answer: Answer) -> ProviderError | None:
        """Why an answer has no complete text to parse, or None. Raises `PermanentError` for a refusal."""
        if answer.refusal:
            raise PermanentError(f"the model declines to write about this: {answer.refusal}", where=self.model.service)
        if answer.truncated:
            return PermanentError("the model's answer is cut off", where=self.model.service, hint=SHORTEN_HINT)
        if not answer.text.strip():
            return TransientError(answer.error or "the model's answer is empty", where=self.model.service)
        return None

    async def _accept_as_is(self, text: str) -> str:
        """An answer for which no further turn is possible, if it passes as the last one."""
        try:
            await self._read(text, last=True)
        except Unusable as unusable:
            raise unusable.error from unusable
        return text

    async def _answer(self, question: Question, previous_max_tokens: int) -> Answer:
        """One answer, with retries.

        A question that is too large is asked once more with fewer output tokens: halfway between the limit of the turn
        before (0 in the first) and its own, but at least `min_tokens`.
        """
        try:
            return await self._with_retries(question)
        except TooLargeError:
            fewer = max(question.min_tokens, (previous_max_tokens + question.max_tokens) // 2)
            if fewer >= question.max_tokens:
                raise
            return await self._with_retries(replace(question, max_tokens=fewer))

    async def _with_retries(self, question: Question) -> Answer:
        timeouts: list[ResponseTimeoutError] = []

        async def once() -> Answer:
            try:
                return await self.model.answer(question, self.billing)
            except ResponseTimeoutError as error:
                timeouts.append(error)
                if len(timeouts) == _MAX_TIMEOUTS or isinstance(error, StageTimeoutError):
                    raise _TimeoutsExhaustedError from error
                raise

        try:
            return await with_retries(self.retry, once)
        except (ResponseTimeoutError, _TimeoutsExhaustedError):
            # The subclasses are private to this package.
            error = timeouts[-1]
            raise TransientError(error.message, where=error.where, hint=error.hint) from error


def one_line(error: ProviderError) -> str:
    """Where and what happened, in one line, for `fallback_reason`."""
    return f"{error.where}: {error.message}" if error.where else error.message


def combine_errors(failures: Sequence[ProviderError]) -> ProviderError:
    """One error for several failures: the first temporary one, else the first, with the others in its message.

    It is a new instance, because a throttle may keep the old one and raise it for the next film.
    """
    temporary = [error for error in failures if isinstance(error, TransientError | ClosedError | QuotaError)]
    error = (temporary or failures)[0]
    others = dict.fromkeys(one_line(other) for other in failures if other is not error)
    others.pop(one_line(error), None)
    return with_message(error, "; ".join([error.message, *others]))
