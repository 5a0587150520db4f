"""Parse chat completions: text, refusal, finish reason and token usage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from pipeline.script.chat.model import Answer

# A script of forty minutes, with escapes. Longer text can't be one, and would take long to search.
_MAX_CHARS = 400_000
_MAX_TOKENS = 10**9
# The parts of one message: text and reasoning.
_MAX_PARTS = 1_000
# The end of reasoning that a server left in the text: tags of DeepSeek and Qwen, or the channel marker of gpt-oss.
_REASONING_ENDS = re.compile(r"</think(?:ing)?>|<\|message\|>")
_REASONING_TAGS = ("<think>", "<thinking>")
# Finish reasons by which services say that they ended the answer, not the model.
_ABORTED = frozenset({"error", "insufficient_system_resource"})


class _Part(BaseModel):
    """A part of a message, as Mistral's reasoning models return them; only text parts are used."""

    type: str
    text: str = ""


class _Message(BaseModel):
    content: str | Annotated[list[_Part], Field(max_length=_MAX_PARTS)] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """The text of the message, without its reasoning parts."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class Usage(BaseModel):
    """Prompt and completion tokens, reasoning included."""

    # At least 1: a prompt count of 0 is a service that does not count.
    prompt_tokens: int = Field(ge=1, le=_MAX_TOKENS)
    completion_tokens: int = Field(ge=0, le=_MAX_TOKENS)
    prompt_tokens_details: _PromptDetails | None = None
    # DeepSeek's name for `cached_tokens`.
    prompt_cache_hit_tokens: int | None = None

    @property
    def cached_tokens(self) -> int:
        """The prompt tokens that the service had in its prompt cache."""
        details = self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else None
        return max(0, details or self.prompt_cache_hit_tokens or 0)


def _usage_or_none(value: object, read: ValidatorFunctionWrapHandler) -> Usage | None:
    """None for an invalid count: the answer is still good, and the reserved amount is charged."""
    try:
        usage: Usage | None = read(value)
    except ValidationError:
        return None
    return usage


class Completion(BaseModel):
    """The fields of a chat completion that are used. Leading blank lines (DeepSeek's keep-alive) are ignored."""

    choices: list[_Choice]
    usage: Annotated[Usage | None, WrapValidator(_usage_or_none)] = None

    def answer(self, hide: Callable[[str], str] = str) -> Answer:
        """The model's answer; `hide` redacts secrets from its text."""
        if not self.choices:
            return Answer(error="the answer has no choices")
        choice = self.choices[0]
        text = choice.message.text
        if len(text) > _MAX_CHARS:
            return Answer(error="the model's answer is too long")
        refusal = hide(choice.message.refusal or "")
        if choice.finish_reason == "content_filter":
            refusal = refusal or "no reason given"
        if choice.finish_reason in _ABORTED:
            return Answer(error="the service broke off the answer")
        return Answer(
            text=_json_in(hide(text)),
            truncated=choice.finish_reason == "length",
            refusal=refusal[:200],
        )


def _json_in(text: str) -> str:
    """The JSON object in a text, without reasoning before it and without words and code fences around it.

    Text without JSON is returned unchanged; reasoning without an answer gives an empty text.
    """
    text = text.strip()
    if not text.startswith("{"):
        *reasoning, answer = _REASONING_ENDS.split(text)
        text = answer if reasoning or not answer.startswith(_REASONING_TAGS) else ""
    begin, end = text.find("{"), text.rfind("}")
    if not 0 <= begin < end:
        return text
    try:
        # Text after it may contain braces, or repeat the object.
        _, end = json.JSONDecoder().raw_decode(text, begin)
    except (ValueError, RecursionError):
        return text[begin : end + 1]
    return text[begin:end]
