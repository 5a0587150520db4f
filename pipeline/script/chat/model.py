"""What a chat model is, and what passes between it and those who ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Literal, Protocol

from pipeline.limits import Billing

# As much of what is wrong is told, however much it is: it quotes the answer, and is paid for by the token.
_MOST_COMPLAINTS, _COMPLAINT_CHARS = 50, 600


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a model is asked, and the shape of the JSON that it shall answer with."""

    messages: tuple[Message, ...]
    # A JSON schema in the subset of strict mode: every field required, no others allowed.
    schema: Mapping[str, Any]
    # What the answer is, in a word ("script").
    schema_name: str
    # Room for the answer and the thinking before it. Prompt and room together must stay below 8,000 tokens, which is
    # what Groq's free plan allows per minute; the second number is for an answer that was cut off.
    max_tokens: int = 4096
    more_tokens: int = 6000
    # With less room than this no answer comes to its end. The same question with another least is the same.
    min_tokens: int = field(default=0, compare=False)

    def with_feedback(self, answer: str, problems: tuple[str, ...]) -> Question:
        """The same question, with the last answer to it and what is wrong with that."""
        told = (f"- {each[:_COMPLAINT_CHARS]}" for each in problems[:_MOST_COMPLAINTS])
        complaint = "\n".join(["That can't be used:", *told, "Write it again, whole."])
        said = (Message(role="assistant", content=answer), Message(role="user", content=complaint))
        asked = takewhile(lambda message: message.role != "assistant", self.messages)
        return replace(self, messages=(*asked, *said))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model said."""

    text: str = ""
    # Whether it ran out of room before its end.
    truncated: bool = False
    # Why the model declines; empty: it does not.
    refusal: str = ""
    # Why there is no text, if the service told; empty: it did not, or there is one.
    error: str = ""


class ChatModel(Protocol):
    """One model behind one service. Asking again after a failure is not its business, and passing its throttle is."""

    @property
    def service(self) -> str:
        """The name of the service in the settings, and of its throttle."""
        ...

    @property
    def model(self) -> str:
        """The model, as its service calls it."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same question is put in another way (code, model); part of the cache key."""
        ...

    def check(self) -> None:
        """Raise what can be known without asking: `NeedsLoginError` without a usable key, `ConfigurationError`."""
        ...

    def check_size(self, question: Question) -> None:
        """Raise `TooLargeError` for a question that no minute of the account has room for, as far as that is known."""
        ...

    async def answer(self, question: Question, billing: Billing) -> Answer:
        """One request, paid from the billing, when the throttle lets it through.

        Raises only errors of `pipeline.errors`, and `TooLargeError`.
        """
        ...
