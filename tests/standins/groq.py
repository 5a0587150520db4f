"""A stand-in for Groq's chat completions: the real protocol on loopback, strict, with faults to switch on.

In a test:

    async with GroqStandIn() as groq:
        groq.enqueue("rate_limited")        # the next request meets this fault, the one after succeeds
        model = groq_model(groq.url)        # see `models.py`

As a program (it prints its URL as the first line, and runs until it is killed):

    python -m tests.standins.groq --port 0 [--fault NAME …] [--next NAME …] [--fault-share 0.33 --seed 1] [--latency 2]

With a share, faults affect that share of the requests at random. A client that ignores retry-after is recorded in
`.complaints`. GET /_history reports requests and faults to other processes.

Translation requests get a translation (see `translator.py`), or a wrong one with a fault of that module. Scripts are
generated from the schema in the request and the line "Topic: …" in the prompt. A request that violates the protocol is
answered with HTTP 400, as by the service, and recorded in `.complaints`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import struct
import sys
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import web

from tests.standins import translator
from tests.standins.faults import RandomFaults, RetryAfterChecker, history
from tests.standins.free_plan import Admitted, FreePlan, Refused
from tests.standins.loopback import Loopback
from tests.standins.middleboxes import BLOCKED, MIDDLEBOXES, intercepted
from tests.standins.prose import as_asked

PATH = "/openai/v1/chat/completions"

# Error responses: status, code, type and message.
REFUSALS: dict[str, tuple[int, str, str, str]] = {
    "rate_limited": (
        429,
        "rate_limit_exceeded",
        "tokens",
        "Rate limit reached for model `openai/gpt-oss-120b` on tokens per minute (TPM): Limit 8000, Used 7000.",
    ),
    "rate_limited_without_retry_after": (429, "rate_limit_exceeded", "requests", "Rate limit reached."),
    # As reported in continuedev/continue issue 10920.
    "day_spent": (
        429,
        "rate_limit_exceeded",
        "tokens",
        "Rate limit reached for model `openai/gpt-oss-120b` on tokens per day (TPD): Limit 200000, Used 197050.",
    ),
    "rate_limited_until_a_date": (429, "rate_limit_exceeded", "requests", "Rate limit reached."),
    "too_large": (
        413,
        "rate_limit_exceeded",
        "tokens",
        "Request too large for model `openai/gpt-oss-120b` on tokens per minute (TPM): Limit 8000, Requested 10013.",
    ),
    # Seen in public test fixtures that quote live replies: the minute is used up, and the message says for how long.
    "too_large_for_now": (
        413,
        "rate_limit_exceeded",
        "tokens",
        "Request too large for model `openai/gpt-oss-120b` on tokens per minute (TPM): Limit 8000, Requested 7013.",
    ),
    "no_capacity": (498, "capacity_exceeded", "internal_server_error", "Flex tier capacity exceeded."),
    "overloaded": (503, "service_unavailable", "internal_server_error", "Service Unavailable"),
    "json_validate_failed": (
        400,
        "json_validate_failed",
        "invalid_request_error",
        "Failed to validate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
    ),
    "parse_failed": (
        400,
        "output_parse_failed",
        "invalid_request_error",
        "Parsing failed. The model generated output that could not be parsed. Please adjust your prompt.",
    ),
    "odd_output": (400, "reasoning_failed", "invalid_request_error", "The model generated what nobody can use."),
    "called_a_tool": (
        400,
        "tool_use_failed",
        "invalid_request_error",
        "Tool choice is none, but model called a tool",
    ),
    "restricted": (
        400,
        "organization_restricted",
        "invalid_request_error",
        "Organization has been restricted. Please reach out to support if you believe this was in error.",
    ),
    "model_gone": (404, "model_not_found", "invalid_request_error", "The model does not exist or you lack access."),
    "quota_spent": (
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    # DeepSeek's wording (Aider-AI/aider issue 4851): the code is not specific.
    "no_credit": (402, "invalid_request_error", "unknown_error", "Insufficient Balance"),
    "bad_key": (401, "invalid_api_key", "invalid_request_error", "Invalid API Key"),
}
# With the model's output.
_SHOWING = {"json_validate_failed", "parse_failed", "odd_output", "called_a_tool"}
# Google's Gemini behind OpenAI's protocol: a list with one error (continuedev/continue issue 8516,
# FuzzAnything/PromptFuzz issue 42). Status, name and message; the reason is in the details.
LISTED: dict[str, tuple[int, str, str, str]] = {
    "listed_bad_key": (400, "INVALID_ARGUMENT", "API_KEY_INVALID", "API key not valid. Please pass a valid API key."),
    "listed_no_model": (404, "NOT_FOUND", "", "models/default is not found for API version v1main"),
    "listed_denied": (403, "PERMISSION_DENIED", "", "Your project has been denied access."),
}

# Responses that are not completions.
ANSWERS = {
    "empty_content": "a message without text",
    "broken_off": "a piece of a script, and the service says that it has ended it",
    "cut_off": "half a script, finish_reason length",
    "invalid_json": "half a script, finish_reason stop",
    "wrong_schema": "valid JSON with a field missing and one too many",
    "too_long_texts": "a script whose first heading fits no picture",
    "markup": "a script full of Markdown, SSML and control characters",
    "in_english": "a script in English, whatever was asked for",
    "leaked_thinking": "a script after the thinking of the model, with braces in it",
    "in_parts": "a script in two parts after one of thinking, as Mistral's models that think give it",
    "fenced": "a script between two lines of Markdown, and a word about it",
    "leftover_json": "a script in the right shape, a narration of which is a piece of JSON",
    "declined": "a refusal",
    "no_choices": "an empty list of choices",
    "slow_body": "the body begins and never ends",
    "reset": "the connection is reset",
    **MIDDLEBOXES,
    **BLOCKED,
}
FAULTS = {**REFUSALS, **LISTED, **ANSWERS}

LIVE_MODELS = {"openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3.6-27b"}
# The limit of a single request on any account: a minute of the free plan.
_TOKENS_PER_MINUTE = 8_000
_PAID_TOKENS_PER_MINUTE = 30_000_000
_CONTEXT_TOKENS = 131_072
_FIELDS = {
    "messages", "model", "max_completion_tokens", "max_tokens", "n", "reasoning_effort", "reasoning_format",
    "response_format", "seed", "service_tier", "stop", "stream", "temperature", "top_p", "user",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request by a client."""

    body: dict[str, Any]
    fault: str | None = None

    @property
    def prompt(self) -> str:
        """All messages as one text."""
        return "\n".join(message["content"] for message in self.body["messages"])


class RefusedError(Exception):
    """A request that the service would reject."""

    def __init__(self, message: str, *, status: int = 400, code: str = "", kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": kind, **({"code": code} if code else {})}


@dataclass
class GroqStandIn(Loopback):
    """The server. `faults` affect all requests, or a share of them; each `enqueue`d fault one request, before those."""

    port: int = 0
    faults: list[str] = field(default_factory=list)
    fault_share: float = 1.0
    seed: int = 0
    # Delay before an answer, in seconds.
    latency_s: float = 0.0
    retry_after: str = "0"
    # Shortest possible scripts, for films of a few seconds.
    terse: bool = False
    # Reasoning tokens before each answer, and the account's plan; None: no limits.
    thinking_tokens: int = 0
    plan: FreePlan | None = None
    # The share of each prompt that the service has cached.
    cached_tokens: int = 0
    history: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    # The path of completions.
    path: ClassVar[str] = PATH

    def __post_init__(self) -> None:
        self._queue: deque[str | None] = deque()
        self._closing = asyncio.Event()
        self._chance = RandomFaults(self.seed)
        # One per model, since each has its own limits.
        self._retry_after: defaultdict[str, RetryAfterChecker] = defaultdict(RetryAfterChecker)

    @property
    def url(self) -> str:
        """The base URL, for NIGHTREEL_GROQ__BASE_URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def topics(self) -> list[str]:
        """The topic of each request."""
        return [_topic(request.body) for request in self.history]

    def enqueue(self, *faults: str | None) -> None:
        """Script the next requests: one fault each, None for none."""
        for fault in faults:
            if fault is not None and fault not in {*FAULTS, *translator.FAULTS}:
                raise ValueError(f"no such fault: {fault}")
            self._queue.append(fault)

    def application(self) -> web.Application:
        """See `Loopback`."""
        app = web.Application()
        app.router.add_post(self.path, self._complete)
        app.router.add_get("/_history", self._history)
        return app

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await super().__aexit__()

    async def _read(self, request: web.Request) -> dict[str, Any]:
        return await _read(request)

    async def _history(self, _request: web.Request) -> web.Response:
        asked = ({"topic": _topic(request.body), "fault": request.fault} for request in self.history)
        return web.json_response(history(asked, self.complaints))

    def _next_fault(self) -> str | None:
        if self._queue:
            return self._queue.popleft()
        return (
            next(iter(self.faults), None) if self.fault_share >= 1 else self._chance.draw(self.faults, self.fault_share)
        )

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await self._read(request)
        except RefusedError as refused:
            if refused.status == 400:
                self.complaints.append(str(refused))
            return self._error(refused.status, refused.error)
        retry_after = self._retry_after[self._limited(body["model"])]
        if complaint := retry_after.complaint():
            self.complaints.append(complaint)
        admitted = await self._admit(body)
        if isinstance(admitted, Refused):
            self.history.append(Request(body=body, fault="over the plan"))
            retry_after.tell(f"{admitted.retry_after_s:g}")
            error = {"message": admitted.message, "type": admitted.kind, "code": "rate_limit_exceeded"}
            return self._error(429, error, {"retry-after": f"{admitted.retry_after_s:g}"})
        fault = self._next_fault()
        self.history.append(Request(body=body, fault=fault))
        if fault in {*REFUSALS, *LISTED}:
            return self._refusal(fault, retry_after)
        if fault == "reset":
            _reset(request)
        if fault in {*MIDDLEBOXES, *BLOCKED}:
            return await intercepted(request, fault)
        completion = _completion(body, fault, number=len(self.history), terse=self.terse, thinking=self.thinking_tokens)
        completion["usage"] |= self._cached()
        await asyncio.sleep(self.latency_s)
        if self.plan and admitted:
            self.plan.answered(admitted, completion["usage"]["total_tokens"])
        if fault == "slow_body":
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            await response.prepare(request)
            await response.write(b'{"id":')
            await self._closing.wait()
            return response
        return web.json_response(completion, headers=self._limits(completion["usage"]["total_tokens"]))

    def _cached(self) -> dict[str, Any]:
        return {"prompt_tokens_details": {"cached_tokens": self.cached_tokens}} if self.cached_tokens else {}

    async def _admit(self, body: dict[str, Any]) -> Admitted | Refused | None:
        if self.plan is None:
            return None
        await asyncio.sleep(self.plan.way_s())
        return self.plan.admit(_prompt_tokens(body) + body.get("max_completion_tokens", 1024), body["model"])

    def _limits(self, used: int) -> dict[str, str]:
        return {**_limits(used), **(self.plan.headers() if self.plan else {})}

    def _limited(self, model: str) -> str:
        """Which requests a 429 of this model applies to."""
        return model

    def _refusal(self, fault: str, retry_after: RetryAfterChecker) -> web.Response:
        if fault in LISTED:
            return _listed(fault)
        status, code, kind, message = REFUSALS[fault]
        error: dict[str, str] = {"message": message, "type": kind, "code": code}
        headers: dict[str, str] = {}
        if fault in {"rate_limited", "too_large_for_now"}:
            error["message"] += f" Please try again in {self.retry_after}s."
            retry_after.tell(self.retry_after)
        if fault in _SHOWING:
            error["failed_generation"] = '{"title": "The sky", '
        if fault == "rate_limited":
            headers["retry-after"] = self.retry_after
        if fault == "day_spent":
            headers["retry-after"] = "579"
            retry_after.tell("579")
        if fault == "rate_limited_until_a_date":
            retry_after.tell("90")
            headers |= {"Date": "Sat, 21 Nov 2026 00:00:00 GMT", "retry-after": "Sat, 21 Nov 2026 00:01:30 GMT"}
        return self._error(status, error, headers)

    def _error(self, status: int, error: dict[str, str], headers: dict[str, str] | None = None) -> web.Response:
        return web.json_response({"error": error}, status=status, headers={**self._limits(0), **(headers or {})})


def _listed(fault: str) -> web.Response:
    status, name, reason, message = LISTED[fault]
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    error = {"code": status, "message": message, "status": name, "details": details}
    return web.json_response([{"error": error}], status=status)


async def _read(request: web.Request) -> dict[str, Any]:
    """Validate the body of a request."""
    if not re.fullmatch(r"Bearer gsk_\w+", request.headers.get("Authorization", "")):
        raise RefusedError("Invalid API Key", status=401, code="invalid_api_key")
    if request.content_type != "application/json":
        raise RefusedError(f"unsupported content type {request.content_type}", status=415)
    body = await request.json()
    for name in body.keys() - _FIELDS:
        raise RefusedError(f"property '{name}' is unsupported")
    model = body.get("model")
    if model not in LIVE_MODELS:
        raise RefusedError(f"The model `{model}` does not exist or you do not have access to it.",
                      status=404, code="model_not_found")  # fmt: skip
    check_messages(body.get("messages"))
    _check_reasoning(body, strict_family=model.startswith("openai/gpt-oss"))
    room = body.get("max_completion_tokens", 1024)
    if not isinstance(room, int) or not 0 < room <= 65_536:
        raise RefusedError("max_completion_tokens must be a positive number up to 65536")
    _check_size(body, room)
    return dict(body)


def check_messages(messages: object) -> None:
    if not isinstance(messages, list) or not messages:
        raise RefusedError("'messages' : minimum number of items is 1")
    for number, message in enumerate(messages):
        if set(message) != {"role", "content"} or message["role"] not in {"system", "user", "assistant"}:
            raise RefusedError(f"'messages.{number}' : discriminator property 'role' has invalid value")
        if not isinstance(message["content"], str) or not message["content"]:
            raise RefusedError(f"'messages.{number}.content' : must be a non-empty string")


def _check_reasoning(body: dict[str, Any], *, strict_family: bool) -> None:
    effort = body.get("reasoning_effort")
    if effort is not None and effort not in ({"low", "medium", "high"} if strict_family else {"none", "default"}):
        raise RefusedError(f"reasoning_effort {effort!r} is not supported by this model")
    form = body.get("response_format")
    if form is None:
        return
    if set(form) != {"type", "json_schema"} or form["type"] != "json_schema":
        raise RefusedError("response_format must be a json_schema")
    schema = form["json_schema"]
    if not re.fullmatch(r"[\w-]{1,64}", schema.get("name", "")):
        raise RefusedError("response_format.json_schema.name is not a name")
    if schema.get("strict") and not strict_family:
        raise RefusedError("strict structured outputs are not supported by this model")
    if schema.get("strict"):
        check_strict(schema["schema"], "schema")


def check_strict(schema: dict[str, Any], place: str) -> None:
    """Validate a schema for constrained decoding: all properties required, no others, only supported keywords."""
    known = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description"}
    for keyword in schema.keys() - known:
        raise RefusedError(f"invalid JSON schema for response_format: {place}: {keyword} is not supported")
    if not schema.keys() & {"type", "anyOf"} or (schema.get("type") == "array" and "items" not in schema):
        raise RefusedError(f"invalid JSON schema for response_format: {place}: a type or the items are missing")
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise RefusedError(f"invalid JSON schema for response_format: {place}: additionalProperties must be false")
        if sorted(schema.get("required", [])) != sorted(schema["properties"]):
            raise RefusedError(f"invalid JSON schema for response_format: {place}: all properties must be required")
    for name, each in schema.get("properties", {}).items():
        check_strict(each, f"{place}.{name}")
    for each in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        check_strict(each, f"{place}[]")


def _check_size(body: dict[str, Any], room: int) -> None:
    asked = _prompt_tokens(body) + room
    if asked > _CONTEXT_TOKENS:
        raise RefusedError("Please reduce the length of the messages or completion.", code="context_length_exceeded")
    if asked > _TOKENS_PER_MINUTE:
        raise RefusedError(
            f"Request too large for model `{body['model']}` on tokens per minute (TPM): Limit {_TOKENS_PER_MINUTE}, "
            f"Requested {asked}, please reduce your message size and try again.",
            status=413, code="rate_limit_exceeded", kind="tokens",
        )  # fmt: skip


def _prompt_tokens(body: dict[str, Any]) -> int:
    """Tokens of all messages and of the schema, which is charged as well."""
    schema = json.dumps(body["response_format"]) if "response_format" in body else ""
    return sum(_tokens(message["content"]) for message in body["messages"]) + _tokens(schema)


def _tokens(text: str) -> int:
    return len(text) // 4 + 1


def _limits(used: int) -> dict[str, str]:
    """Headers of every response: requests per day, tokens per minute, resets as durations.

    Without a plan, the tokens per minute exceed any use.
    """
    return {
        "x-ratelimit-limit-requests": "1000",
        "x-ratelimit-limit-tokens": str(_PAID_TOKENS_PER_MINUTE),
        "x-ratelimit-remaining-requests": "998",
        "x-ratelimit-remaining-tokens": str(_PAID_TOKENS_PER_MINUTE - used),
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-reset-tokens": "7.66s",
        "x-request-id": "req_01standin",
    }


def _completion(body: dict[str, Any], fault: str | None, *, number: int, terse: bool, thinking: int) -> dict[str, Any]:
    content, finish_reason = _content(body, fault, terse=terse)
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if fault == "in_parts":
        message["content"] = _parts(content or "")
    if fault == "declined":
        message |= {"content": None, "refusal": "I can't help with that."}
    prompt, written = _prompt_tokens(body), thinking + _tokens(content or "")
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": f"chatcmpl-{number:08d}",
        "object": "chat.completion",
        "created": 1_795_200_000,
        "model": body["model"],
        "choices": [] if fault == "no_choices" else [choice],
        "usage": {
            "queue_time": 0.04,
            "prompt_tokens": prompt,
            "prompt_time": 0.03,
            "completion_tokens": written,
            "completion_time": 1.2,
            "total_tokens": prompt + written,
            "total_time": 1.23,
            "completion_tokens_details": {"reasoning_tokens": thinking},
        },
        "usage_breakdown": None,
        "system_fingerprint": "fp_standin",
        "x_groq": {"id": "req_01standin"},
        "service_tier": "on_demand",
    }


def _parts(content: str) -> list[dict[str, Any]]:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "What about {this}?"}], "closed": True}
    half = len(content) // 2
    return [thought, {"type": "text", "text": content[:half]}, {"type": "text", "text": content[half:]}]


def _content(body: dict[str, Any], fault: str | None, *, terse: bool) -> tuple[str | None, str]:
    """(text, finish_reason) of the answer."""
    if fault == "empty_content":
        return "", "stop"
    if fault == "broken_off":
        return '{"title": "The sky', "error"
    if translator.is_asked(_asked(body)):
        return _cut(json.dumps(translator.translate(_asked(body), fault), ensure_ascii=False), fault)
    script = _script(body, in_english=fault == "in_english")
    if terse:
        script["scenes"] = [_tersely(scene, _topic(body)) for scene in script["scenes"]]
    if fault == "too_long_texts":
        script["scenes"][0]["heading"] = "A heading that goes on and on " * 10
    if fault == "markup":
        script = _marked_up(script)
    if fault == "leftover_json":
        script["scenes"][0]["say"] = json.dumps({"say": f"{_topic(body)}."})
    if fault == "wrong_schema":
        del script["scenes"]
        script["mood"] = "calm"
    return _cut(json.dumps(script, ensure_ascii=False), fault)


def _cut(text: str, fault: str | None) -> tuple[str, str]:
    """The text, and the reason why it ends."""
    if fault == "leaked_thinking":
        return f"<think>\nThe shape is {{title, scenes}}.\n</think>\n\n{text}", "stop"
    if fault == "fenced":
        return f"Here is the script:\n\n```json\n{text}\n```\n\nTell me what to change.", "stop"
    if fault in {"cut_off", "invalid_json"}:
        return text[: len(text) // 2], "length" if fault == "cut_off" else "stop"
    return text, "stop"


def _script(body: dict[str, Any], *, in_english: bool) -> dict[str, Any]:
    """A film about the topic of the prompt, in the form of the schema."""
    topic = _topic(body)
    schema = body["response_format"]["json_schema"]["schema"]
    layouts = {each["properties"]["layout"]["enum"][0] for each in schema["properties"]["scenes"]["items"]["anyOf"]}
    values = {
        "title": topic,
        "description": f"A short film about {topic}. It ends with one thing to remember.",
        "tags": ["explainer", "short film"],
        "thumbnail_text": " ".join(topic.split()[:4]),
        "scenes": [scene for scene in _scenes(topic) if scene["layout"] in layouts],
    }
    return dict(_fill(schema, values if in_english else as_asked(values, body["messages"])))


def _topic(body: dict[str, Any]) -> str:
    asked = _asked(body)
    if translator.is_asked(asked):
        return translator.topic(asked)
    found = re.search(r"^Topic: (.+)$", asked, flags=re.MULTILINE)
    return (found[1] if found else asked[:60]).strip()


def _asked(body: dict[str, Any]) -> str:
    return "\n".join(message["content"] for message in body["messages"] if message["role"] == "user")


def _scenes(topic: str) -> list[dict[str, Any]]:
    name = topic if len(topic) <= 45 else topic[:45].rsplit(" ", 1)[0]
    return [
        {"layout": "title", "heading": name, "kicker": "In a minute", "subtitle": "What most people never ask",
         "say": f"Here is a question that sounds simple: {topic}. Stay for a minute, and it will never look the same."},
        {"layout": "bullets", "heading": "Three things to know", "kicker": "The basics",
         "lead": "To understand it, three things are enough.",
         "items": [
             {"text": "It is older than we are", "say": "First, it was there long before anybody asked about it."},
             {"text": "It follows a rule", "say": "Second, it follows a rule that holds everywhere, every day."},
             {"text": "It can be measured", "say": "And third, it can be measured with very little."},
         ]},
        {"layout": "statement", "kicker": "The rule", "text": "Small causes add up to something large.",
         "emphasis": "Small causes",
         "say": "The rule itself is easy to say. Small causes add up, until something large stands before us."},
        {"layout": "bullets", "heading": "How to see it yourself", "kicker": "Try it", "lead": "",
         "items": [
             {"text": "Wait for a clear day", "say": "Wait for a clear day, and take your time."},
             {"text": "Look twice", "say": "Then look twice, because the first look sees only what it expects."},
         ]},
        {"layout": "closing", "text": "Ask the simple question.",
         "say": "So the next time something seems obvious, ask the simple question. The answer is seldom simple."},
    ]  # fmt: skip


def _tersely(value: Any, topic: str) -> Any:
    """The same scene with nothing but the topic as narration."""
    if isinstance(value, list):
        return [_tersely(each, topic) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: f"{topic}." if name == "say" else _tersely(each, topic) for name, each in value.items()}


def _fill(schema: dict[str, Any], value: Any) -> Any:
    """Bring `value` into the form of `schema`, with filler text where it has none."""
    if "anyOf" in schema:
        fitting = [each for each in schema["anyOf"] if each["properties"]["layout"]["enum"] == [value["layout"]]]
        return _fill(fitting[0], value)
    if schema["type"] == "object":
        return {name: _fill(each, value.get(name, "text")) for name, each in schema["properties"].items()}
    if schema["type"] == "array":
        return [_fill(schema["items"], each) for each in value]
    return value


def _marked_up(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _marked_up(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_marked_up(each, name) for each in value]
    return value if name == "layout" else f"<speak>**{value}** \u202e\x07[here](http://example.org)</speak>"


def _reset(request: web.Request) -> None:
    """Close the connection with a reset."""
    assert request.transport is not None
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def _serve(options: argparse.Namespace) -> None:
    async with GroqStandIn(
        port=options.port,
        faults=options.fault,
        fault_share=options.fault_share,
        seed=options.seed,
        latency_s=options.latency,
        retry_after=options.retry_after,
        terse=options.terse,
    ) as groq:
        groq.enqueue(*options.next)
        sys.stdout.write(f"{groq.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Run until killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--fault", action="extend", nargs="+", choices=FAULTS, default=[], help="meets every request")
    parser.add_argument(
        "--next", action="extend", nargs="+", choices=FAULTS, default=[], help="meets one request each, in order"
    )
    parser.add_argument("--retry-after", default="0", help="seconds, for rate_limited")
    parser.add_argument("--fault-share", type=float, default=1.0, help="of the requests, met by a fault by chance")
    parser.add_argument("--seed", type=int, default=0, help="of that chance")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before a proper answer")
    parser.add_argument("--terse", action="store_true", help="say as little as possible: films of a few seconds")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
