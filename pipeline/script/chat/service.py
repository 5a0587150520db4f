"""A model at a service: throttling, deadline, cost accounting and the protocol of one request.

Retries are left to the retry policy; each of them passes the throttle again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import anyio
from pydantic import ValidationError

from pipeline.errors import NeedsLoginError, ProviderError
from pipeline.limits import Billing, Call, Purchase, Throttle
from pipeline.script.chat.completion import Completion, Usage
from pipeline.script.chat.dialect import Dialect
from pipeline.script.chat.failures import (
    MalformedOutputError,
    NotReachedError,
    Reply,
    Service,
    embedded_error,
    error_for_reply,
    is_uncharged,
    not_a_completion,
    response_timeout,
    stage_timeout,
    token_rate_exceeded,
)
from pipeline.script.chat.headers import parse_rate_limits
from pipeline.script.chat.model import Answer, Question

# Upper bound for prompt and schema (which is charged too) in any language, until a model has reported its count; then
# that count with a margin.
_MAX_TOKENS_PER_BYTE = 1 / 3
_MARGIN = 1.03
# The chat format, and a service's own system prompt.
_OVERHEAD_TOKENS = 1_000
# Lower bound, used to refuse requests, so that none is refused because of a high estimate.
_MIN_TOKENS_PER_BYTE = 1 / 6
# Local servers accept any word as a key; a shorter one is not redacted.
_MIN_SECRET_CHARS = 12
# The share of the time left in the stage that one question may take; the rest is for the next model.
_MAX_TIME_SHARE = 2 / 3
# Raise it when requests for the same question change: it is part of the cache key.
_VERSION = "4"


class Connection(Protocol):
    """An open connection to a service, on which a request is sent without delay."""

    async def post(self, request: dict[str, Any]) -> Reply:
        """Send a request for a completion. Raises `TransientError` if there is no response, or `TimeoutError`."""
        ...


class Transport(Protocol):
    """Opens connections to a service."""

    def open(self) -> AbstractAsyncContextManager[Connection]:
        """Load libraries and certificates. Nothing is sent yet."""
        ...


class ServiceModel:
    """A `ChatModel` at a service, reached by `transport` with requests in its `dialect`."""

    def __init__(
        self,
        service: Service,
        model: str,
        *,
        transport: Transport,
        dialect: Dialect,
        api_key: str,
        throttle: Throttle,
        timeout_s: float,
    ) -> None:
        self._service = service
        self._model = model
        self._transport = transport
        self._dialect = dialect
        self._api_key = api_key.strip()
        self._throttle = throttle
        self._timeout_s = timeout_s
        self._tokens_per_byte = _MAX_TOKENS_PER_BYTE
        self._min_tokens_per_byte = _MIN_TOKENS_PER_BYTE

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
            raise NeedsLoginError("there is no key", where=self.service, hint=self._service.key_hint)
        # It could not be sent as a header, and the HTTP library would quote it in its error.
        if not key.isascii() or (key and not key.isprintable()) or " " in key:
            raise NeedsLoginError(
                "the key has characters that no key has", where=self.service, hint=self._service.key_hint
            )

    def check_size(self, question: Question) -> None:
        """Raise `TooLargeError` if prompt and answer exceed the account's tokens per minute."""
        per_min = self._throttle.tokens_per_min
        size_bytes = _size_bytes(self._dialect.request(self.model, question))
        tokens = math.floor(size_bytes * self._min_tokens_per_byte) + question.max_tokens
        if per_min is not None and tokens > per_min:
            raise token_rate_exceeded(self._service, tokens=tokens, per_min=per_min)

    async def answer(self, question: Question, billing: Billing) -> Answer:
        """Send the question and return the answer. Raises the `ProviderError`s of `failures`, throttle and billing."""
        self.check()
        self.check_size(question)
        request = self._dialect.request(self.model, question)
        size_bytes = _size_bytes(request)
        # Services admit requests by the most they may use, the whole output limit included; so does the budget.
        prompt, output = math.ceil(size_bytes * self._tokens_per_byte), self._dialect.output_tokens(question)
        async with (
            # Before the throttle: once admitted, a request must be sent at once, before the throttle may close.
            self._transport.open() as connection,
            billing.purchase(self.service, self.model, tokens_in=prompt, tokens_out=output) as purchase,
            self._throttle.call(tokens=prompt + output, model=self.model) as call,
        ):
            await purchase.reserve()
            try:
                completion = await self._complete(connection, request, call, purchase)
            except MalformedOutputError as error:
                # The model failed, not the service: the throttle must not count it. The output is charged.
                return Answer(error=error.message)
            if (usage := completion.usage) and _is_plausible(usage, size_bytes, output):
                call.used(tokens=usage.prompt_tokens + usage.completion_tokens)
                purchase.used(
                    tokens_in=usage.prompt_tokens,
                    tokens_out=usage.completion_tokens,
                    tokens_cached=min(usage.cached_tokens, usage.prompt_tokens),
                )
                self._learn(usage, size_bytes)
        return completion.answer(self._without_key)

    async def _complete(
        self, connection: Connection, request: dict[str, Any], call: Call, purchase: Purchase
    ) -> Completion:
        """Send one request. Reserved tokens that are surely not charged are released at once, whatever is raised."""
        try:
            reply = await self._post(connection, request)
        except NotReachedError:
            call.used(tokens=0)
            purchase.void()
            raise
        call.report_limits(parse_rate_limits(reply.headers, requests_by_day=self._dialect.requests_by_day))
        try:
            return self._parse(reply)
        except MalformedOutputError:
            raise
        except ProviderError:
            if is_uncharged(reply.status):
                call.used(tokens=0)
                purchase.void()
            raise

    async def _post(self, connection: Connection, request: dict[str, Any]) -> Reply:
        left_s = max(0.0, anyio.current_effective_deadline() - anyio.current_time())
        share_s = left_s * _MAX_TIME_SHARE
        try:
            # The time-outs of HTTP libraries restart with every byte; this one does not.
            with anyio.fail_after(min(self._timeout_s, share_s)):
                return await connection.post(request)
        except TimeoutError as error:
            raise (stage_timeout if share_s < self._timeout_s else response_timeout)(self._service) from error

    def _parse(self, reply: Reply) -> Completion:
        if reply.status != 200:
            raise error_for_reply(reply, self._service, model=self.model, api_key=self._api_key)
        try:
            return Completion.model_validate_json(reply.text)
        except ValidationError as error:
            if embedded := embedded_error(reply):
                raise error_for_reply(embedded, self._service, model=self.model, api_key=self._api_key) from error
            raise not_a_completion(self._service) from error

    def _without_key(self, text: str) -> str:
        """Redact the key: some proxies repeat it, and refusals are shown. A short key is a word, not a secret."""
        return text.replace(self._api_key, "***") if len(self._api_key) >= _MIN_SECRET_CHARS else text

    def _learn(self, usage: Usage, size_bytes: int) -> None:
        """Update the estimate from the last prompt: prompts of one run are alike."""
        tokens_per_byte = usage.prompt_tokens / size_bytes
        self._min_tokens_per_byte = tokens_per_byte / _MARGIN
        self._tokens_per_byte = tokens_per_byte * _MARGIN


def _is_plausible(usage: Usage, size_bytes: int, output: int) -> bool:
    """Whether a count can be true. An absurd one would be reserved for every later request, and block them all."""
    # A token has at least a byte, and the overhead is small. Reasoning may exceed the output limit at some services.
    return usage.prompt_tokens <= size_bytes + _OVERHEAD_TOKENS and usage.completion_tokens <= 10 * output


def _size_bytes(request: Mapping[str, Any]) -> int:
    """The size of the charged part of a request: messages and schema."""
    return len(json.dumps([request["messages"], request["response_format"]], ensure_ascii=False).encode())
