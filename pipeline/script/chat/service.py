"""A model behind a service: it passes the gate, keeps a deadline, counts what it costs and speaks the protocol.

Waiting and trying again after failures is the business of the retry policy. Every request goes through the gate by
itself: the second one, too, waits for its turn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

import anyio
from pydantic import ValidationError

from pipeline.errors import NeedsLoginError
from pipeline.limits import Gate
from pipeline.model import Cost
from pipeline.script.chat.completion import Completion, Usage
from pipeline.script.chat.dialect import Dialect
from pipeline.script.chat.failures import MalformedOutputError, Reply, Service, error_of, no_completion, no_time
from pipeline.script.chat.headers import told_limits
from pipeline.script.chat.model import Answer, Question, Spent

# A prompt has about four characters to the token, the schema (which is charged as well) among them.
_CHARS_PER_TOKEN = 4
# Tokens of an answer with the thinking before it, as long as no answer has been seen.
_USUAL_ANSWER = 2000
# Raise it when the same question is put in another way.
_VERSION = "4"


class Transport(Protocol):
    """The way to a service."""

    async def post(self, request: dict[str, Any]) -> Reply:
        """Send a request for a completion. Raises `TransientError` when nobody answers, or `TimeoutError`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Prices:
    """US dollars for a million tokens read and written."""

    usd_per_million_in: float = 0.0
    usd_per_million_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> Cost:
        """What so many tokens cost."""
        usd = (tokens_in * self.usd_per_million_in + tokens_out * self.usd_per_million_out) / 1_000_000
        return Cost(tokens_in=tokens_in, tokens_out=tokens_out, usd=usd)


class ServiceModel:
    """A `ChatModel` at a service, reached by `transport` and asked in `dialect`."""

    def __init__(
        self,
        service: Service,
        model: str,
        *,
        transport: Transport,
        dialect: Dialect,
        api_key: str,
        gate: Gate,
        timeout_s: float,
        prices: Prices | None = None,
    ) -> None:
        self._service = service
        self._model = model
        self._transport = transport
        self._dialect = dialect
        self._api_key = api_key.strip()
        self._gate = gate
        self._timeout_s = timeout_s
        self._prices = prices or Prices()
        # Tokens that the next answer may take: the last ones have most to say about it.
        self._usual_answer: float = _USUAL_ANSWER

    @property
    def service(self) -> str:
        """The name of the service."""
        return self._service.name

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._model

    @property
    def version(self) -> str:
        """The version of this code, the service and the model."""
        return f"{_VERSION}/{self.service}/{self.model}"

    def check(self) -> None:
        """Raise `NeedsLoginError` without a usable key."""
        key = self._api_key
        if not key and self._service.needs_key:
            raise NeedsLoginError("there is no key", where=self.service, hint=self._service.set_key)
        # Anything else could not be sent, and the HTTP library would quote the key in its complaint.
        if not key.isascii() or (key and not key.isprintable()) or " " in key:
            raise NeedsLoginError("the key is not a key", where=self.service, hint=self._service.set_key)

    async def answer(self, question: Question, spent: Spent) -> Answer:
        """What the model says. Raises the `ProviderError`s of `failures` and of the gate."""
        self.check()
        request = self._dialect.request(self.model, question)
        prompt = len(json.dumps([request["messages"], request["response_format"]], ensure_ascii=False))
        async with self._gate.call(tokens=round(prompt / _CHARS_PER_TOKEN + self._usual_answer)) as call:
            try:
                reply = await self._post(request)
                call.told(told_limits(reply.headers, requests_by_day=self._dialect.requests_by_day))
                completion = self._completion(reply)
            except MalformedOutputError as error:
                # The service is well, its model is not: nothing that the gate should learn from.
                return Answer(flaw=error.message)
            if usage := completion.usage:
                call.used(tokens=usage.prompt_tokens + usage.completion_tokens)
                self._learn(usage)
                spent(self._prices.cost(usage.prompt_tokens, usage.completion_tokens))
        return completion.answer()

    async def _post(self, request: dict[str, Any]) -> Reply:
        try:
            # The timeouts of HTTP libraries start anew with every byte; this one does not.
            with anyio.fail_after(self._timeout_s):
                return await self._transport.post(request)
        except TimeoutError as error:
            raise no_time(self._service) from error

    def _completion(self, reply: Reply) -> Completion:
        if reply.status != 200:
            raise error_of(reply, self._service, model=self.model, api_key=self._api_key)
        try:
            return Completion.model_validate_json(reply.text)
        except ValidationError as error:
            raise no_completion(self._service) from error

    def _learn(self, usage: Usage) -> None:
        self._usual_answer = (self._usual_answer + usage.completion_tokens) / 2
