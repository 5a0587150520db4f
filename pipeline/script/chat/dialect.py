"""How a service wants to be asked for JSON: one protocol, several dialects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pipeline.script.chat.model import Question

# strict: the service holds its model to the schema. schema: it may, or may not. object: it only promises JSON.
JsonMode = Literal["strict", "schema", "object"]

_IN_PROMPT = "Answer with one JSON object, and nothing else, that keeps to this JSON schema:\n"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What a request looks like. Whatever is promised, every answer is checked by us."""

    json_mode: JsonMode
    # OpenAI calls the room for an answer by the second name since its models think; most others by the first.
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    # Room for thinking, beyond what the question has: where no minute's budget is as small as Groq's.
    thinking_tokens: int = 0
    # Whether what it says about requests is about a day (see `headers`).
    requests_by_day: bool = False
    # Fields that every request has besides.
    extra: Mapping[str, Any] = field(default_factory=dict)

    def output_tokens(self, question: Question) -> int:
        """Tokens that the answer may have, with the thinking before it."""
        return question.max_tokens + self.thinking_tokens

    def request(self, model: str, question: Question) -> dict[str, Any]:
        """The body of the request."""
        return {
            "model": model,
            "messages": self._messages(question),
            self.max_tokens_field: self.output_tokens(question),
            "response_format": self._format(question),
            **self.extra,
        }

    def _messages(self, question: Question) -> list[dict[str, str]]:
        messages = [asdict(message) for message in question.messages]
        if self.json_mode == "object":
            # JSON mode wants the word in the prompt, and knows no schema: it has to be told.
            told = _IN_PROMPT + json.dumps(question.schema, ensure_ascii=False)
            messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{told}"}
        return messages

    def _format(self, question: Question) -> dict[str, Any]:
        if self.json_mode == "object":
            return {"type": "json_object"}
        schema = {"name": question.schema_name, "strict": self.json_mode == "strict", "schema": question.schema}
        return {"type": "json_schema", "json_schema": schema}


def groq_dialect(model: str) -> Dialect:
    """Groq's: constrained decoding and `reasoning_effort` exist for one family of models only."""
    strict = model.startswith("openai/gpt-oss")
    return Dialect(
        json_mode="strict" if strict else "schema",
        max_tokens_field="max_completion_tokens",
        requests_by_day=True,
        extra={"reasoning_effort": "medium"} if strict else {},
    )
