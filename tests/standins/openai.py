"""A stand-in for other services with OpenAI's chat completions, each with its dialect: strict, with faults.

    async with OpenAIStandIn(dialect="deepseek") as server:
        server.enqueue("no_credit")
        (model,) = service_models("deepseek", server.url)       # see `models.py`

    deepseek     JSON mode only, and the prompt must contain "json"; blank lines before the body; changing models
    openai       strict schemas; the completion limit is called max_completion_tokens
    openrouter   schemas, and the older name of the limit
    ollama       no key; models must be pulled
    llamacpp     no key; a single model, under any name

Faults, history and complaints are those of the Groq stand-in. A schema in the prompt counts as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.standins.groq import GroqStandIn, RefusedError, check_messages, check_strict

Dialect = Literal["deepseek", "openai", "openrouter", "ollama", "llamacpp"]
# The name of a model there, for tests; an empty name matches any.
MODELS: dict[Dialect, tuple[str, ...]] = {
    "deepseek": ("deepseek-v4-flash", "deepseek-v4-pro"),
    "openai": ("gpt-large", "gpt-small"),
    "openrouter": ("vendor/large", "vendor/small"),
    "ollama": ("gemma", "qwen"),
    "llamacpp": ("", ""),
}
_KEY = re.compile(r"Bearer sk-[\w-]+")
_FIELDS = {"messages", "model", "response_format", "seed", "stop", "stream", "temperature", "top_p"}


@dataclass
class OpenAIStandIn(GroqStandIn):
    """The server, in one dialect."""

    dialect: Dialect = "openai"
    # The requests as received; `history` has them with the schema in its usual place.
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def path(self) -> str:  # type: ignore[override]
        """The path of completions."""
        return "/chat/completions" if self.dialect == "deepseek" else "/v1/chat/completions"

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}{self.path.removesuffix('/chat/completions')}"

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        response = await super()._complete(request)
        if self.dialect == "deepseek" and isinstance(response, web.Response) and response.status == 200:
            response.text = f"\n\n\n{response.text}"
        return response

    def _limited(self, model: str) -> str:
        return ""

    def _cached(self) -> dict[str, Any]:
        # DeepSeek has its own name for it.
        return {"prompt_cache_hit_tokens": self.cached_tokens} if self.dialect == "deepseek" else super()._cached()

    async def _read(self, request: web.Request) -> dict[str, Any]:
        if self.dialect in {"deepseek", "openai", "openrouter"} and not _KEY.fullmatch(
            request.headers.get("Authorization", "")
        ):
            raise RefusedError("Incorrect API key provided", status=401, code="invalid_api_key")
        if request.content_type != "application/json":
            raise RefusedError(f"unsupported content type {request.content_type}", status=415)
        body = await request.json()
        room = "max_completion_tokens" if self.dialect == "openai" else "max_tokens"
        for name in body.keys() - {*_FIELDS, room}:
            raise RefusedError(f"Unsupported parameter: '{name}'", code="unsupported_parameter")
        if not isinstance(body.get(room), int) or body[room] <= 0:
            raise RefusedError(f"{room} must be a positive number")
        self._check_model(str(body.get("model")))
        check_messages(body.get("messages"))
        self.bodies.append(body)
        schema = _told_schema(body) if self.dialect == "deepseek" else _schema(body, strict=self.dialect == "openai")
        return {**body, "response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}

    def _check_model(self, model: str) -> None:
        if model in MODELS[self.dialect] or "" in MODELS[self.dialect]:
            return
        if self.dialect == "ollama":
            raise RefusedError(f'model "{model}" not found, try pulling it first', status=404, kind="not_found_error")
        raise RefusedError(f"The model `{model}` does not exist", status=404, code="model_not_found")

    def _error(self, status: int, error: dict[str, str], headers: Mapping[str, str] | None = None) -> web.Response:
        body = {"error": {"param": None, "code": None, **error}}
        return web.json_response(body, status=status, headers=dict(headers or {}))


def _schema(body: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    form = body.get("response_format", {})
    if form.get("type") != "json_schema" or set(form["json_schema"]) != {"name", "strict", "schema"}:
        raise RefusedError("response_format must be a json_schema")
    if form["json_schema"]["strict"] is not strict:
        raise RefusedError(f"json_schema.strict must be {strict}")
    check_strict(form["json_schema"]["schema"], "schema")
    return dict(form["json_schema"]["schema"])


def _told_schema(body: dict[str, Any]) -> dict[str, Any]:
    """Requirements of JSON mode: the word itself, and here an example or a schema."""
    if body.get("response_format") != {"type": "json_object"}:
        raise RefusedError("This response_format type is unavailable now")
    prompt = "\n".join(message["content"] for message in body["messages"])
    if "json" not in prompt.lower():
        raise RefusedError(
            "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'"
        )
    found = re.search(r"^\{.*\}$", prompt, flags=re.MULTILINE)
    if not found:
        raise RefusedError("the prompt tells no schema")
    return dict(json.loads(found[0]))
