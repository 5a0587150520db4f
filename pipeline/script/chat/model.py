"""The `ChatModel` protocol, and the questions and answers it exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Literal, Protocol

from pipeline.limits import Billing

# Bounds of the feedback: it quotes the answer, and its tokens cost money.
_MAX_PROBLEMS, _PROBLEM_MAX_CHARS = 50, 600


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A prompt, and the schema of the JSON to answer with."""

    messages: tuple[Message, ...]
    # A JSON schema in the subset of strict mode: all fields required, no additional ones.
    schema: Mapping[str, Any]
    # The name of the schema, in one word: "script". Also the kind of the cache entry.
    schema_name: str
    # Output limit, reasoning included. Prompt and output together must stay below 8,000 tokens, Groq's limit per minute
    # in the free plan; the second number is for the attempt after a truncated answer.
    max_tokens: int = 4096
    more_tokens: int = 6000
    # With fewer no answer would be complete. Not part of the question's identity (cache key).
    min_tokens: int = field(default=0, compare=False)

    def with_feedback(self, answer: str, problems: tuple[str, ...]) -> Question:
        """The same question, followed by the last answer and its problems."""
        listed = (f"- {each[:_PROBLEM_MAX_CHARS]}" for each in problems[:_MAX_PROBLEMS])
        feedback = "\n".join(["That can't be used:", *listed, "Write it again, whole."])
        turn = (Message(role="assistant", content=answer), Message(role="user", content=feedback))
        prompt = takewhile(lambda message: message.role != "assistant", self.messages)
        return replace(self, messages=(*prompt, *turn))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A model's answer."""

    text: str = ""
    # Whether it was cut off by the output limit.
    truncated: bool = False
    # Why the model declines to answer; empty if it does not.
    refusal: str = ""
    # Why there is no text, if the service says so.
    error: str = ""


class ChatModel(Protocol):
    """One model at one service. It waits for its throttle, but does not retry."""

    @property
    def service(self) -> str:
        """The name of the service in the settings, which is also its throttle's."""
        ...

    @property
    def model(self) -> str:
        """The service's name for the model."""
        ...

    @property
    def version(self) -> str:
        """A version of the code and the model, part of the cache key: changes when requests for a question change."""
        ...

    def check(self) -> None:
        """Raise `NeedsLoginError` without a usable key, or `ConfigurationError`. Sends no request."""
        ...

    def check_size(self, question: Question) -> None:
        """Raise `TooLargeError` if the question exceeds the account's known token rate limit."""
        ...

    async def answer(self, question: Question, billing: Billing) -> Answer:
        """Send one request when the throttle admits it, charged to `billing`.

        Raises only errors of `pipeline.errors`, and `TooLargeError`.
        """
        ...
