"""The writer that asks a model at Groq, with structured output held to our schema.

An answer that can't be used is shown to the model once with what is wrong with it; waiting and trying again after
failures of the service is the business of the retry policy, so the SDK's own retries are off. Every request goes
through the gate by itself: the second one, too, waits for its turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import anyio
from anyio import to_thread
from pydantic import BaseModel, ValidationError

from pipeline.errors import ConfigurationError, NeedsLoginError, PermanentError, ProviderError, TransientError
from pipeline.limits import Gate
from pipeline.model import Brief, Cost, Script
from pipeline.script.checks import find_problems, shortened, tidied
from pipeline.script.groq_errors import SET_ADDRESS, SET_KEY, WHERE, MalformedOutputError, translated
from pipeline.script.wire import WireScript, describe, strict_schema, to_script
from pipeline.template import Template

if TYPE_CHECKING:
    from groq import AsyncGroq

# Room for the answer and the thinking before it. Prompt and room together must stay below 8,000 tokens, which is what
# the free plan allows per minute; the second number is for an answer that was cut off.
_MAX_TOKENS = 4096
_MORE_TOKENS = 6000
# A prompt has about four characters to the token, the schema (which is charged as well) among them.
_CHARS_PER_TOKEN = 4
# Tokens of an answer with the thinking before it, as long as no answer has been seen.
_USUAL_ANSWER = 2000
# Constrained decoding and `reasoning_effort` exist for this family only.
_STRICT_FAMILY = "openai/gpt-oss"


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What is read of a chat completion."""

    choices: list[_Choice]
    usage: _Usage | None = None


@dataclass(frozen=True, kw_only=True)
class _Question:
    """One request to the model."""

    messages: tuple[dict[str, str], ...]
    max_tokens: int = _MAX_TOKENS

    def corrected(self, answer: str, problems: tuple[str, ...]) -> _Question:
        """The same question, with the answer to it and what is wrong with that."""
        complaint = "\n".join(["That can't be filmed:", *(f"- {each}" for each in problems), "Write it again, whole."])
        said = ({"role": "assistant", "content": answer}, {"role": "user", "content": complaint})
        return replace(self, messages=(*self.messages, *said))


@dataclass(frozen=True, kw_only=True)
class _Order:
    """One script to write."""

    client: AsyncGroq
    brief: Brief
    template: Template
    spent: Callable[[Cost], None]


class _Unusable(Exception):  # noqa: N818 - a turn in the conversation, not an error that leaves
    """An answer that can't be used: how to ask again, and the error when that does not help either."""

    def __init__(self, error: ProviderError, *, again: _Question) -> None:
        super().__init__(str(error))
        self.error = error
        self.again = again


class GroqWriter:
    """Writes scripts with a model at Groq, or at whatever speaks its protocol at `base_url` (the host's root).

    The prices, in US dollars for a million tokens read and written, are for the costs that are told.
    """

    name: ClassVar[str] = "groq"

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        model: str,
        timeout_s: float,
        gate: Gate,
        usd_per_million_in: float = 0.0,
        usd_per_million_out: float = 0.0,
    ) -> None:
        """Raises `NeedsLoginError` without a usable key and `ConfigurationError` for an address that is none."""
        key = api_key.strip()
        # Anything else could not be sent, and the HTTP library would quote the key in its complaint.
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise NeedsLoginError("the key is not a key" if key else "there is no key", where=WHERE, hint=SET_KEY)
        if not base_url.startswith(("http://", "https://")):
            raise ConfigurationError(f"{base_url!r} is not an address", where=WHERE, hint=SET_ADDRESS)
        self._api_key = key
        # The SDK adds this path itself; other clients want it in the address, so people write it.
        self._base_url = base_url.rstrip("/").removesuffix("/openai/v1")
        self._model = model
        self._timeout_s = timeout_s
        self._gate = gate
        self._usd_in = usd_per_million_in / 1_000_000
        self._usd_out = usd_per_million_out / 1_000_000
        # Tokens that the next answer may take: the last ones have most to say about it.
        self._usual_answer: float = _USUAL_ANSWER

    @property
    def version(self) -> str:
        """The version of this code, and the model."""
        return f"3/{self._model}"

    async def write(self, brief: Brief, template: Template, spent: Callable[[Cost], None]) -> Script:
        """The script a model writes about `brief`.

        Raises the `ProviderError`s of `groq_errors` and of the gate, `TransientError` when the answer is no script, and
        `PermanentError` when it can't be filmed or is cut off, all only after a second try, in which texts that are
        still too long are cut to the template's limits.
        """
        system, user = template.prompt(brief)
        question = _Question(messages=({"role": "system", "content": system}, {"role": "user", "content": user}))
        # A client belongs to one event loop; opening one reads certificates and imports the SDK.
        async with await to_thread.run_sync(self._open) as client:
            order = _Order(client=client, brief=brief, template=template, spent=spent)
            try:
                return await self._try(order, question)
            except _Unusable as unusable:
                question = unusable.again
            try:
                return await self._try(order, question, cut=True)
            except _Unusable as unusable:
                raise unusable.error from unusable

    def _open(self) -> AsyncGroq:
        from groq import AsyncGroq  # noqa: PLC0415 - slow to import

        return AsyncGroq(api_key=self._api_key, base_url=self._base_url, timeout=self._timeout_s, max_retries=0)

    async def _try(self, order: _Order, question: _Question, *, cut: bool = False) -> Script:
        """One answer as a script; with `cut`, texts that are still too long are cut rather than refused."""
        answer = await self._ask(order, question)
        try:
            script = to_script(WireScript.model_validate_json(answer), order.brief)
            script = tidied(shortened(script, order.template) if cut else script)
        except ValidationError as error:
            problems = describe(error)
            failure: ProviderError = TransientError(f"the model wrote no script: {problems[0]}", where=WHERE)
            raise _Unusable(failure, again=question.corrected(answer, problems)) from error
        if problems := find_problems(script, order.template):
            failure = PermanentError(f"the model's script can't be filmed: {problems[0]}", where=WHERE)
            raise _Unusable(failure, again=question.corrected(answer, problems))
        return script

    async def _ask(self, order: _Order, question: _Question) -> str:
        """The model's answer, complete. Raises `_Unusable` when there is none."""
        completion = await self._complete(order, self._request(question, order.template), again=question)
        if not completion.choices:
            raise _Unusable(TransientError("the answer has no choices", where=WHERE), again=question)
        choice = completion.choices[0]
        if choice.finish_reason == "length":
            too_long = PermanentError("the model's answer is cut off", where=WHERE, hint="Shorten the notes")
            raise _Unusable(too_long, again=replace(question, max_tokens=_MORE_TOKENS))
        if choice.message.refusal or choice.finish_reason == "content_filter":
            said = choice.message.refusal or "no reason given"
            raise PermanentError(f"the model declines to write about this: {said[:200]}", where=WHERE)
        if not (choice.message.content or "").strip():
            raise _Unusable(TransientError("the model's answer is empty", where=WHERE), again=question)
        return choice.message.content or ""

    async def _complete(self, order: _Order, request: dict[str, Any], *, again: _Question) -> _Completion:
        """One request, when the gate lets it through."""
        prompt = len(json.dumps([request["messages"], request["response_format"]], ensure_ascii=False))
        async with self._gate.call(tokens=round(prompt / _CHARS_PER_TOKEN + self._usual_answer)) as call:
            try:
                with translated(model=self._model, api_key=self._api_key):
                    # The SDK's own timeout starts anew with every byte; this one does not.
                    with anyio.fail_after(self._timeout_s):
                        response = await order.client.chat.completions.with_raw_response.create(**request)
                        completion = _Completion.model_validate_json(await response.text())
            except MalformedOutputError as error:
                # The service is well, its model is not: nothing that the gate should learn from.
                raise _Unusable(TransientError(error.message, where=error.where), again=again) from error
            if usage := completion.usage:
                call.used(tokens=usage.prompt_tokens + usage.completion_tokens)
                self._usual_answer = (self._usual_answer + usage.completion_tokens) / 2
                order.spent(self._cost(usage))
        return completion

    def _cost(self, usage: _Usage) -> Cost:
        return Cost(
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.completion_tokens,
            usd=usage.prompt_tokens * self._usd_in + usage.completion_tokens * self._usd_out,
        )

    def _request(self, question: _Question, template: Template) -> dict[str, Any]:
        strict = self._model.startswith(_STRICT_FAMILY)
        schema = {"name": "script", "strict": strict, "schema": strict_schema(template)}
        return {
            "model": self._model,
            "messages": list(question.messages),
            "max_completion_tokens": question.max_tokens,
            "response_format": {"type": "json_schema", "json_schema": schema},
            **({"reasoning_effort": "medium"} if strict else {}),
        }
