"""Statuses and error codes of all services as our errors, in one place. `docs/faults.md` tells the same to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, TransientError
from pipeline.limits.times import retry_after_s

# A film of ten minutes is too much for some accounts, too, with no notes at all.
SHORTEN_HINT = "Shorten the notes, or ask for a shorter film"
# A whole script has some 20,000 characters; a server that goes on and on must not fill the memory.
MAX_RESPONSE_BYTES = 8_000_000
# What libraries say of it quotes it, with its password.
BAD_PROXY = "the machine's proxy, HTTPS_PROXY, has no address that can be read, or a scheme that can't be spoken"
# Of JSON, whatever a header says; some write a mark before it.
ENCODING = "utf-8-sig"


class TooLargeError(PermanentError):
    """The question does not fit the model, or the account's minute. Stays within this room: a smaller one may fit."""


class NotReachedError(TransientError):
    """No connection was made, so nothing was asked, and nothing is charged."""


class ResponseTimeoutError(TransientError):
    """No answer in time. It may have been written all the same, and charged."""


class StageTimeoutError(ResponseTimeoutError):
    """No answer in as much time as the film has for one question. Asked again, it would have less."""


class MalformedOutputError(TransientError):
    """The service itself refused what its model wrote (400 with `failed_generation`). Stays within this room."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service as messages speak of it: its name in the settings, and what to do when a thing is wrong."""

    name: str
    key_hint: str
    model_hint: str
    address_hint: str
    # What to do when nobody answers there, and when it takes too long.
    start_hint: str = ""
    timeout_hint: str = ""
    needs_key: bool = True


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back over HTTP."""

    status: int
    # Names in lower case.
    headers: Mapping[str, str]
    text: str


def response_timeout(service: Service) -> ResponseTimeoutError:
    """It did not answer in time."""
    return ResponseTimeoutError("did not answer in time", where=service.name, hint=service.timeout_hint)


def stage_timeout(service: Service) -> StageTimeoutError:
    """It did not answer as long as whoever is asked next still has time."""
    return StageTimeoutError(
        "did not answer in time", where=service.name, hint="If it only thinks, raise time_limits.script_s"
    )


def without_key(text: str, api_key: str) -> str:
    """Some gateways repeat the key they refuse, and HTTP libraries quote what they can't read."""
    return text.replace(api_key, "***") if api_key else text


def connection_failed(service: Service, reason: str, *, api_key: str, reached: bool) -> TransientError:
    """It was not reached, or broke off when it was."""
    hint = service.start_hint or service.address_hint
    told = without_key(reason, api_key)[:120]
    return (TransientError if reached else NotReachedError)(f"no connection ({told})", where=service.name, hint=hint)


def not_a_completion(service: Service) -> TransientError:
    """A proper answer, of something else: a login page, a proxy."""
    return TransientError("the answer is not a chat completion", where=service.name, hint=service.address_hint)


def response_too_long(service: Service) -> TransientError:
    """An answer that is longer than any script."""
    return TransientError("the answer does not end", where=service.name, hint=service.address_hint)


def exceeds_token_rate(service: Service, *, tokens: int, per_min: int) -> TooLargeError:
    """A question that it would refuse with a 413; it is not asked."""
    message = f"the script takes about {tokens:,} tokens in one request, and the account has {per_min:,} a minute"
    return TooLargeError(message, where=service.name, hint=f"{SHORTEN_HINT}, or name another service in script.writers")


def unexpected_encoding(service: Service, encoding: str) -> TransientError:
    """An answer that is packed, though it was asked for plain: who unpacks it can't know how much it will be."""
    return TransientError(
        f"answers in an encoding that was not asked for ({encoding[:20]})",
        where=service.name,
        hint=service.address_hint,
    )


class _Kind(NamedTuple):
    """An outcome: the class of our error, what happened, and what to do."""

    error: type[ProviderError]
    message: str
    hint: str = ""


_NO_CREDIT = _Kind(NeedsLoginError, "the account has no credit left", "Top it up, or use another key")
_RESTRICTED = _Kind(NeedsLoginError, "has restricted the account", "Ask its support why, or use another key")
_BAD_KEY = _Kind(NeedsLoginError, "refuses the key (HTTP {status})", "{service.key_hint}")
_NO_MODEL = _Kind(PermanentError, "there is no model {model}", "{service.model_hint}")
_MODEL_GONE = _Kind(PermanentError, "the model {model} is gone", "{service.model_hint}")
_NO_RIGHT = _Kind(PermanentError, "the account may not use the model {model}", "{service.model_hint}")
_DECLINED = _Kind(PermanentError, "declines to write about this ({detail})")
_NO_ADDRESS = _Kind(PermanentError, "there is nothing at this address ({detail})", "{service.address_hint}")
_TOO_LARGE = _Kind(TooLargeError, "notes and answer are too long for the model {model}", SHORTEN_HINT)
_MALFORMED = _Kind(MalformedOutputError, "the model's answer is not valid JSON")
# gpt-oss does so now and then at Groq, though nobody has offered any.
_TOOLED = _Kind(MalformedOutputError, "the model called a tool, and has none")
_SLOW_DOWN = _Kind(TransientError, "asks to slow down")
_AWAY = _Kind(TransientError, "is not available now ({detail})")
_REFUSED = _Kind(PermanentError, "refuses the request ({detail})")

# The code says more than the status: OpenAI sends a 429 when money is missing, which no waiting helps, and Groq a 403
# for one model of many. Some have a number there, and the word in the type.
_BY_CODE: Mapping[str, _Kind] = {
    "insufficient_quota": _NO_CREDIT,
    "insufficient_balance": _NO_CREDIT,
    "organization_restricted": _RESTRICTED,
    "API_KEY_INVALID": _BAD_KEY,
    "model_not_found": _NO_MODEL,
    "model_decommissioned": _MODEL_GONE,
    "model_permission_blocked_org": _NO_RIGHT,
    "model_permission_blocked_project": _NO_RIGHT,
    "flagged_input": _DECLINED,
    "content_filter": _DECLINED,
    "unknown_url": _NO_ADDRESS,
    "context_length_exceeded": _TOO_LARGE,
    "exceed_context_size_error": _TOO_LARGE,
    "json_validate_failed": _MALFORMED,
    "output_parse_failed": _MALFORMED,
    "tool_use_failed": _TOOLED,
}
# Beside every 5xx: request timeout, conflict, failed dependency, too early, flex capacity, cancelled.
_BY_STATUS: Mapping[int, _Kind] = {
    401: _BAD_KEY,
    402: _NO_CREDIT,
    403: _BAD_KEY,
    413: _TOO_LARGE,
    429: _SLOW_DOWN,
    **dict.fromkeys((408, 409, 424, 425, 498, 499), _AWAY),
}


def is_uncharged(status: int) -> bool:
    """Whether an answer of this status says that nothing was done, and so that nothing is charged.

    Not so for what a gateway says (504, and 524 of Cloudflare) whose patience ended before the model had.
    """
    return status >= 300 and status not in {504, 524}


def embedded_error(reply: Reply) -> Reply | None:
    """The error in an answer that says 200; None: there is none.

    OpenRouter, and gateways like it, say so before the model behind them begins, and can't take it back.
    """
    error = _error(reply.text)
    status = error.get("code")
    if type(status) is not int or not 400 <= status < 600:
        return None
    return Reply(status=status, headers=reply.headers, text=reply.text)


def error_for_reply(reply: Reply, service: Service, *, model: str, api_key: str) -> ProviderError:
    """The error for an answer whose status is not 200."""
    code, said = _read_body(reply.text)
    said = without_key(said, api_key)[:200]
    detail = f"HTTP {reply.status}" + (f": {said}" if said else "")
    after_s = retry_after_s(reply.headers)
    kind = _kind(reply.status, code, said, waits=after_s is not None, is_page=not _error(reply.text))
    message = kind.message.format(status=reply.status, model=model, detail=detail)
    hint = kind.hint.format(service=service)
    if kind.error is TransientError:
        # A minute that is spent, or one that is too small for ever: only the next try tells.
        hint = f"If it says so again: {SHORTEN_HINT[0].lower()}{SHORTEN_HINT[1:]}" if reply.status == 413 else ""
        return TransientError(message, where=service.name, hint=hint, retry_after_s=after_s)
    return kind.error(message, where=service.name, hint=hint)


def _kind(status: int, code: str, said: str, *, waits: bool, is_page: bool) -> _Kind:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status >= 500 or (status == 413 and waits):
        return _AWAY
    if status == 403 and is_page:
        # Not the service: whoever stands before it blocks our address for a while (groq-python issue 125).
        return _AWAY
    if status == 404:
        # Who says something in the form of an error speaks the protocol, and misses the model.
        return _NO_MODEL if said else _NO_ADDRESS
    return _NO_ADDRESS if status < 400 else _BY_STATUS.get(status, _REFUSED)


def _read_body(text: str) -> tuple[str, str]:
    """(code, message) of an error body; empty where it has none, as in a page of HTML."""
    error = _error(text)
    metadata = error.get("metadata")
    # OpenRouter's way to say that the models behind it do not take a text.
    flagged = "flagged_input" if isinstance(metadata, dict) and "flagged_input" in metadata else ""
    # And Google's to say why, which is a bad request of any kind.
    details = error.get("details")
    reasons = [each.get("reason") for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    codes = (flagged, *(str(each or "") for each in (error.get("code"), error.get("type"), *reasons)))
    known = next((code for code in codes if code in _BY_CODE), "")
    # Groq shows what its model wrote: there is more that can be wrong with it than has a code here.
    return known or ("output_parse_failed" if "failed_generation" in error else ""), str(error.get("message") or "")


def _error(text: str) -> Mapping[str, Any]:
    """What a body says of an error; empty: nothing."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(body, list):
        # Gemini's errors come in a list of one.
        body = next(iter(body), None)
    error = body.get("error", body) if isinstance(body, dict) else {}
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}
