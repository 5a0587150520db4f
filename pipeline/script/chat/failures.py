"""Map the HTTP statuses and error codes of all services to our errors. Documented in `docs/faults.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, TransientError
from pipeline.limits.times import retry_after_s
from pipeline.script.chat.headers import parse_duration_s

# A film of ten minutes exceeds the limits of some accounts even without notes.
SHORTEN_HINT = "Shorten the notes, or ask for a shorter film"
_TRY_AGAIN = re.compile(r"try again in ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)", re.ASCII | re.IGNORECASE)
# A whole script has some 20,000 characters; an endless response must not fill the memory.
MAX_RESPONSE_BYTES = 8_000_000
# Replaces the messages of HTTP libraries, which quote the address with its password.
BAD_PROXY = "the machine's proxy is not a valid address, or has an unsupported scheme"
# JSON is UTF-8 whatever the header says; some services send a byte order mark.
ENCODING = "utf-8-sig"


class TooLargeError(PermanentError):
    """The question exceeds the context window or the token rate limit; a smaller one may fit. Private to this room."""


class NotReachedError(TransientError):
    """No connection was made, so nothing was sent and nothing is charged."""


class ResponseTimeoutError(TransientError):
    """No response in time. The completion may still have been generated, and charged."""


class StageTimeoutError(ResponseTimeoutError):
    """No response within the film's time for one question. A retry would have even less time."""


class MalformedOutputError(TransientError):
    """The service rejected its model's output (400 with `failed_generation`). Private to this room."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service's name in the settings, and the hints for its error messages."""

    name: str
    key_hint: str
    model_hint: str
    address_hint: str
    # For a failed connection, and for a time-out.
    start_hint: str = ""
    timeout_hint: str = ""
    # For a request that it refuses.
    request_hint: str = ""
    needs_key: bool = True


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP response."""

    status: int
    # With lower-case names.
    headers: Mapping[str, str]
    text: str


def response_timeout(service: Service) -> ResponseTimeoutError:
    """No response within the configured time-out."""
    return ResponseTimeoutError("did not answer in time", where=service.name, hint=service.timeout_hint)


def stage_timeout(service: Service) -> StageTimeoutError:
    """No response while there is still time left in the stage for the next model."""
    return StageTimeoutError(
        "did not answer in time", where=service.name, hint="If the model is merely slow, raise time_limits.script_s"
    )


def without_key(text: str, api_key: str) -> str:
    """Redact the key: some gateways repeat a refused one."""
    return text.replace(api_key, "***") if api_key else text


def connection_failed(service: Service, reason: str, *, reached: bool, is_proxy: bool = False) -> TransientError:
    """No connection, or (`reached`) one that broke off; `is_proxy`: the machine's proxy is the reason."""
    hint = "Check HTTPS_PROXY" if is_proxy else service.start_hint or service.address_hint
    return (TransientError if reached else NotReachedError)(f"no connection ({reason})", where=service.name, hint=hint)


def not_a_completion(service: Service) -> TransientError:
    """A successful response that is something else, such as a login page or a proxy's."""
    return TransientError("the answer is not a chat completion", where=service.name, hint=service.address_hint)


def response_too_long(service: Service) -> TransientError:
    """A response that is longer than any script."""
    return TransientError("the response is too large", where=service.name, hint=service.address_hint)


def token_rate_exceeded(service: Service, *, tokens: int, per_min: int) -> TooLargeError:
    """A question that the service would refuse with status 413; it is not sent."""
    message = f"the script takes about {tokens:,} tokens in one request, and the account has {per_min:,} a minute"
    return TooLargeError(message, where=service.name, hint=f"{SHORTEN_HINT}, or name another service in script.writers")


class _Kind(NamedTuple):
    """A kind of failure: error class, message and hint."""

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
# gpt-oss does this occasionally at Groq, although no tools are offered.
_TOOL_CALL = _Kind(MalformedOutputError, "the model called a tool, although it has none")
_SLOW_DOWN = _Kind(TransientError, "asks to slow down")
_UNAVAILABLE = _Kind(TransientError, "is not available now ({detail})")
_REFUSED = _Kind(PermanentError, "refuses the request ({detail})", "{service.request_hint}")

# The code is more specific than the status: OpenAI sends 429 for missing credit, where waiting does not help, and Groq
# 403 for a single model. Some services have a number as the code, and the word as the type.
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
    "tool_use_failed": _TOOL_CALL,
}
# Unavailable, besides all 5xx: the login page of a captive portal, a proxy that wants a login, request timeout,
# conflict, failed dependency, too early, flex capacity, cancelled.
_BY_STATUS: Mapping[int, _Kind] = {
    401: _BAD_KEY,
    402: _NO_CREDIT,
    403: _BAD_KEY,
    413: _TOO_LARGE,
    429: _SLOW_DOWN,
    **dict.fromkeys((302, 303, 307, 407, 408, 409, 424, 425, 498, 499), _UNAVAILABLE),
}


def is_uncharged(status: int) -> bool:
    """Whether a response of this status means that nothing was generated, and so nothing is charged.

    A gateway time-out (504, and Cloudflare's 524) does not: the model may have gone on.
    """
    return status >= 300 and status not in {504, 524}


def embedded_error(reply: Reply) -> Reply | None:
    """The error in the body of a 200 response, as a response with its status; None if there is none.

    OpenRouter and similar gateways send the status before the model behind them starts, so it can't report failures.
    """
    error = _error(reply.text)
    status = error.get("code")
    if type(status) is not int or not 400 <= status < 600:
        return None
    return Reply(status=status, headers=reply.headers, text=reply.text)


def error_for_reply(reply: Reply, service: Service, *, model: str, api_key: str) -> ProviderError:
    """The error for a response whose status is not 200."""
    code, text = _parse_error_body(reply.text)
    text = without_key(text, api_key)[:200]
    detail = f"HTTP {reply.status}" + (f": {text}" if text else "")
    after_s = _requested_delay_s(reply)
    kind = _kind(reply.status, code, text, has_retry_after=after_s is not None, is_page=not _error(reply.text))
    message = kind.message.format(status=reply.status, model=model, detail=detail)
    hint = kind.hint.format(service=service)
    if kind.error is TransientError:
        # With 413, the rate limit is used up or is always too small: only the next attempt shows which.
        hint = f"If it says so again: {SHORTEN_HINT[0].lower()}{SHORTEN_HINT[1:]}" if reply.status == 413 else ""
        return TransientError(message, where=service.name, hint=hint, retry_after_s=after_s)
    return kind.error(message, where=service.name, hint=hint)


def _requested_delay_s(reply: Reply) -> float | None:
    """The delay that the service asks for; None: it does not.

    Groq sends the header only with 429; a 413 that is only temporary has it in its message ("try again in 4.2s").
    """
    header_s = retry_after_s(reply.headers)
    if header_s is not None or reply.status not in {413, 429}:
        return header_s
    match = _TRY_AGAIN.search(str(_error(reply.text).get("message") or ""))
    return parse_duration_s(match[1]) if match else None


def _kind(status: int, code: str, text: str, *, has_retry_after: bool, is_page: bool) -> _Kind:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status >= 500 or (status == 413 and has_retry_after):
        return _UNAVAILABLE
    if status == 403 and is_page:
        # From the CDN before the service, which blocks an IP address for a while (groq-python issue 125).
        return _UNAVAILABLE
    if status == 404:
        # An error in the protocol's form is about the model; anything else is not this API.
        return _NO_MODEL if text else _NO_ADDRESS
    return _BY_STATUS.get(status, _NO_ADDRESS if status < 400 else _REFUSED)


def _parse_error_body(text: str) -> tuple[str, str]:
    """(code, message) of an error body; both empty for anything else, such as HTML."""
    error = _error(text)
    metadata = error.get("metadata")
    # OpenRouter reports moderation by the models behind it in the metadata.
    flagged = "flagged_input" if isinstance(metadata, dict) and "flagged_input" in metadata else ""
    # Google gives the reason in the details; the code is the same for any bad request.
    details = error.get("details")
    reasons = [each.get("reason") for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    codes = (flagged, *(str(each or "") for each in (error.get("code"), error.get("type"), *reasons)))
    known = next((code for code in codes if code in _BY_CODE), "")
    # Groq quotes its model's output as `failed_generation`, with more codes than are listed here.
    return known or ("output_parse_failed" if "failed_generation" in error else ""), str(error.get("message") or "")


def _error(text: str) -> Mapping[str, Any]:
    """The error object of a body; empty if it has none."""
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(body, list):
        # Gemini wraps errors in a list of one.
        body = next(iter(body), None)
    error = body.get("error", body) if isinstance(body, dict) else {}
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}
