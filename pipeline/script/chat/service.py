"""A model behind a service: it passes the throttle, keeps a deadline, counts what it costs and speaks the protocol.

Waiting and trying again after failures is the business of the retry policy. Every request goes through the throttle by
itself: the second one, too, waits for its turn.
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
    exceeds_token_rate,
    is_uncharged,
    not_a_completion,
    response_timeout,
    stage_timeout,
)
from pipeline.script.chat.headers import parse_rate_limits
from pipeline.script.chat.model import Answer, Question

# A prompt and its schema, which is charged as well, have no more tokens than this in any language. What a model has
# counted says it better, give or take a little.
_TOKENS_PER_BYTE = 1 / 3
_GIVE_OR_TAKE = 1.03
# The form of a conversation, and what a service says to its model beforehand.
_AROUND_TOKENS = 1_000
# And no fewer: nobody is refused for an estimate.
_FEWEST_TOKENS_PER_BYTE = 1 / 6
# Servers at home take any word for a key.
_SHORTEST_SECRET_CHARS = 12
# How much of the time that is left of the stage one question may take; the rest is for whoever is asked next.
_MOST_OF_WHAT_IS_LEFT = 2 / 3
# Raise it when the same question is put in another way.
_VERSION = "4"


class Connection(Protocol):
    """An open connection to a service: what is posted goes out at once."""

    async def post(self, request: dict[str, Any]) -> Reply:
        """Send a request for a completion. Raises `TransientError` when nobody answers, or `TimeoutError`."""
        ...


class Transport(Protocol):
    """How requests get to a service."""

    def open(self) -> AbstractAsyncContextManager[Connection]:
        """Make it ready: libraries loaded, certificates read. Nothing is sent yet."""
        ...


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
        self._tokens_per_byte = _TOKENS_PER_BYTE
        self._fewest_tokens_per_byte = _FEWEST_TOKENS_PER_BYTE

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
        # Anything else could not be sent, and the HTTP library would quote the key in its complaint.
        if not key.isascii() or (key and not key.isprintable()) or " " in key:
            raise NeedsLoginError("the key is not a key", where=self.service, hint=self._service.key_hint)

    def check_size(self, question: Question) -> None:
        """Raise `TooLargeError` when prompt and answer are more than a minute of the account has."""
        per_min = self._throttle.tokens_per_min
        size_bytes = _size_bytes(self._dialect.request(self.model, question))
        tokens = math.floor(size_bytes * self._fewest_tokens_per_byte) + question.max_tokens
        if per_min is not None and tokens > per_min:
            raise exceeds_token_rate(self._service, tokens=tokens, per_min=per_min)

    async def answer(self, question: Question, billing: Billing) -> Answer:
        """What the model says. Raises the `ProviderError`s of `failures`, of the throttle and of the billing."""
        self.check()
        self.check_size(question)
        request = self._dialect.request(self.model, question)
        size_bytes = _size_bytes(request)
        # Services let in what may be used, with all the room for the answer, and a budget has to hold for that as well.
        prompt, room = math.ceil(size_bytes * self._tokens_per_byte), self._dialect.output_tokens(question)
        async with (
            # Before the throttle: who has passed it sends at once, not after it may have been closed.
            self._transport.open() as line,
            billing.purchase(self.service, self.model, tokens_in=prompt, tokens_out=room) as purchase,
            self._throttle.call(tokens=prompt + room, model=self.model) as call,
        ):
            await purchase.reserve()
            try:
                completion = await self._complete(line, request, call, purchase)
            except MalformedOutputError as error:
                # The service is well, its model is not: nothing for the throttle to learn from. What it wrote is paid.
                return Answer(error=error.message)
            if (usage := completion.usage) and _can_be(usage, size_bytes, room):
                call.used(tokens=usage.prompt_tokens + usage.completion_tokens)
                purchase.used(
                    tokens_in=usage.prompt_tokens,
                    tokens_out=usage.completion_tokens,
                    tokens_cached=min(usage.cached_tokens, usage.prompt_tokens),
                )
                self._learn(usage, size_bytes)
        return completion.answer(self._without_key)

    async def _complete(self, line: Connection, request: dict[str, Any], call: Call, purchase: Purchase) -> Completion:
        """One request; what the service surely does not charge for is taken off at once, whatever is raised."""
        try:
            reply = await self._post(line, request)
        except NotReachedError:
            call.used(tokens=0)
            purchase.void()
            raise
        call.report_limits(parse_rate_limits(reply.headers, requests_by_day=self._dialect.requests_by_day))
        try:
            return self._completion(reply)
        except MalformedOutputError:
            raise
        except ProviderError:
            if is_uncharged(reply.status):
                call.used(tokens=0)
                purchase.void()
            raise

    async def _post(self, line: Connection, request: dict[str, Any]) -> Reply:
        left_s = max(0.0, anyio.current_effective_deadline() - anyio.current_time())
        share_s = left_s * _MOST_OF_WHAT_IS_LEFT
        try:
            # The timeouts of HTTP libraries start anew with every byte; this one does not.
            with anyio.fail_after(min(self._timeout_s, share_s)):
                return await line.post(request)
        except TimeoutError as error:
            raise (stage_timeout if share_s < self._timeout_s else response_timeout)(self._service) from error

    def _completion(self, reply: Reply) -> Completion:
        if reply.status != 200:
            raise error_for_reply(reply, self._service, model=self.model, api_key=self._api_key)
        try:
            return Completion.model_validate_json(reply.text)
        except ValidationError as error:
            if within := embedded_error(reply):
                raise error_for_reply(within, self._service, model=self.model, api_key=self._api_key) from error
            raise not_a_completion(self._service) from error

    def _without_key(self, text: str) -> str:
        """Some proxies repeat the key, and refusals are told. A short one is a word, and no secret."""
        return text.replace(self._api_key, "***") if len(self._api_key) >= _SHORTEST_SECRET_CHARS else text

    def _learn(self, usage: Usage, size_bytes: int) -> None:
        """Prompts are much alike: the last one has most to say about the next."""
        tokens_per_byte = usage.prompt_tokens / size_bytes
        self._fewest_tokens_per_byte = tokens_per_byte / _GIVE_OR_TAKE
        self._tokens_per_byte = tokens_per_byte * _GIVE_OR_TAKE


def _can_be(usage: Usage, size_bytes: int, room: int) -> bool:
    """Whether the count can be true. One that can't would be reserved for every later call, and forbid them all."""
    # No token is less than a byte. What services put around a prompt is little; how much a model thinks, some ignore.
    return usage.prompt_tokens <= size_bytes + _AROUND_TOKENS and usage.completion_tokens <= 10 * room


def _size_bytes(request: Mapping[str, Any]) -> int:
    """The size of what is charged for: the messages and the schema."""
    return len(json.dumps([request["messages"], request["response_format"]], ensure_ascii=False).encode())
