"""Request bodies: one protocol, with the differences between services in how JSON output is requested."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pipeline.script.chat.model import Question

# strict: constrained decoding by the schema. schema: best effort. object: JSON of any shape (JSON mode).
JsonMode = Literal["strict", "schema", "object"]

_IN_PROMPT = "Answer with one JSON object, and nothing else, that keeps to this JSON schema:\n"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The request format of a service. Answers are validated whatever it guarantees."""

    json_mode: JsonMode
    # OpenAI's name for the output limit since its models reason is the second; most others use the first.
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    # Output tokens for reasoning on top of the question's, for services with a larger rate limit than Groq's.
    thinking_tokens: int = 0
    # Whether its rate-limit headers for requests are per day (see `headers`).
    requests_by_day: bool = False
    # Additional fields of every request.
    extra: Mapping[str, Any] = field(default_factory=dict)

    def output_tokens(self, question: Question) -> int:
        """The output limit in tokens, reasoning included."""
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
            # JSON mode requires the word JSON in the prompt, and takes no schema.
            instruction = _IN_PROMPT + json.dumps(question.schema, ensure_ascii=False)
            messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{instruction}"}
        return messages

    def _format(self, question: Question) -> dict[str, Any]:
        if self.json_mode == "object":
            return {"type": "json_object"}
        schema = {"name": question.schema_name, "strict": self.json_mode == "strict", "schema": question.schema}
        return {"type": "json_schema", "json_schema": schema}


def groq_dialect(model: str) -> Dialect:
    """Groq's dialect: it has constrained decoding and `reasoning_effort` for one family of models only."""
    strict = model.startswith("openai/gpt-oss")
    return Dialect(
        json_mode="strict" if strict else "schema",
        max_tokens_field="max_completion_tokens",
        requests_by_day=True,
        extra={"reasoning_effort": "medium"} if strict else {},
    )
