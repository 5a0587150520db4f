"""A chat completion, as far as it is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from pipeline.script.chat.model import Answer

# As long as a script of forty minutes, escaped; a text that is longer is none, and would take long to look through.
_MOST_CHARS = 400_000
_MOST_TOKENS = 10**9
# Texts and thoughts, where an answer comes in parts.
_MOST_PARTS = 1_000
# Where thinking ends that a server has left in the answer: in the tags of DeepSeek and Qwen, or those of gpt-oss.
_THOUGHT_ENDS = re.compile(r"</think(?:ing)?>|<\|message\|>")
_THOUGHT_BEGINS = ("<think>", "<thinking>")
# How services say that they, and not the model, have ended the answer.
_BROKEN_OFF = frozenset({"error", "insufficient_system_resource"})


class _Part(BaseModel):
    """A part of a message, as Mistral's models that think give it; only what is a text is read."""

    type: str
    text: str = ""


class _Message(BaseModel):
    content: str | Annotated[list[_Part], Field(max_length=_MOST_PARTS)] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """What is said, without the parts in which the model thinks."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class Usage(BaseModel):
    """Tokens read and written, thinking included."""

    # Nobody answers without having read: a count of nothing is none.
    prompt_tokens: int = Field(ge=1, le=_MOST_TOKENS)
    completion_tokens: int = Field(ge=0, le=_MOST_TOKENS)
    prompt_tokens_details: _PromptDetails | None = None
    # DeepSeek's name for the same.
    prompt_cache_hit_tokens: int | None = None

    @property
    def cached_tokens(self) -> int:
        """The tokens of the prompt that the service had in a cache of its own."""
        details = self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else None
        return max(0, details or self.prompt_cache_hit_tokens or 0)


def _or_nothing(value: object, read: ValidatorFunctionWrapHandler) -> Usage | None:
    """An answer is paid for, and no worse for a count that is none: it is taken for the most it may have cost."""
    try:
        usage: Usage | None = read(value)
    except ValidationError:
        return None
    return usage


class Completion(BaseModel):
    """What is read of a chat completion; blank lines before it, which DeepSeek sends under load, are none of it."""

    choices: list[_Choice]
    usage: Annotated[Usage | None, WrapValidator(_or_nothing)] = None

    def answer(self, hide: Callable[[str], str] = str) -> Answer:
        """What the model said; `hide` takes out of it what nobody may read."""
        if not self.choices:
            return Answer(error="the answer has no choices")
        choice = self.choices[0]
        text = choice.message.text
        if len(text) > _MOST_CHARS:
            return Answer(error="the model's answer does not end")
        refusal = hide(choice.message.refusal or "")
        if choice.finish_reason == "content_filter":
            refusal = refusal or "no reason given"
        if choice.finish_reason in _BROKEN_OFF:
            return Answer(error="the model broke off in its answer")
        return Answer(
            text=_bare(hide(text)),
            truncated=choice.finish_reason == "length",
            refusal=refusal[:200],
        )


def _bare(text: str) -> str:
    """The JSON in what a model wrote, without its thinking before it, and without words and fences around it.

    A text that has none stays as it is, and thinking without an answer is no text.
    """
    text = text.strip()
    if not text.startswith("{"):
        *thoughts, said = _THOUGHT_ENDS.split(text)
        text = said if thoughts or not said.startswith(_THOUGHT_BEGINS) else ""
    begin, end = text.find("{"), text.rfind("}")
    if not 0 <= begin < end:
        return text
    try:
        # What comes after it may have braces of its own, or be the same again.
        _, end = json.JSONDecoder().raw_decode(text, begin)
    except (ValueError, RecursionError):
        return text[begin : end + 1]
    return text[begin:end]
