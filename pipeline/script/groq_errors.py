"""Groq's failures as ours, in one place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import ValidationError

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, TransientError

WHERE = "groq"
SET_KEY = "Set GROQ_API_KEY (or NIGHTREEL_GROQ__API_KEY) to a valid key"
SET_MODEL = "Set NIGHTREEL_GROQ__MODEL to a model of your account, e.g. openai/gpt-oss-120b"
SET_ADDRESS = "Check NIGHTREEL_GROQ__BASE_URL"

# Request timeout, conflict, failed dependency, rate limit, flex capacity, cancelled; every 5xx besides.
_TRANSIENT = frozenset({408, 409, 424, 425, 429, 498, 499})

# By error code or status: what it means here, and what to do.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "model_not_found": ("there is no model {model}", SET_MODEL),
    "model_decommissioned": ("the model {model} is gone", SET_MODEL),
    "context_length_exceeded": ("the notes are too long for the model {model}", "Shorten the notes"),
    "413": ("the notes are too long for the model {model}", "Shorten the notes"),
    "402": ("the account has no credit left", "Top it up, or use another key"),
    "404": ("there is nothing at this address ({detail})", SET_ADDRESS),
}
_LONGEST_WAIT_S = 30 * 86_400.0


class MalformedOutputError(TransientError):
    """The service itself refused what its model wrote (400 json_validate_failed). Stays within this room."""


@contextmanager
def translated(*, model: str, api_key: str) -> Iterator[None]:
    """Raise what the SDK, the network or a surprising answer raises as a `ProviderError`, chained."""
    import groq  # noqa: PLC0415 - slow to import, and only needed by those who use it

    try:
        yield
    except groq.APIStatusError as error:
        ours = error_of(error.status_code, error.response.headers, error.body, model=model, api_key=api_key)
        # A gateway that repeats the key has put it into the SDK's error: that must not reach a traceback.
        raise ours from (None if api_key in f"{error} {error.body}" else error)
    except (groq.APITimeoutError, TimeoutError) as error:
        raise TransientError("did not answer in time", where=WHERE) from error
    except groq.APIConnectionError as error:
        raise TransientError(f"no connection ({_reason(error)})", where=WHERE, hint=SET_ADDRESS) from error
    except (groq.APIError, ValidationError) as error:
        raise TransientError("the answer is not a chat completion", where=WHERE, hint=SET_ADDRESS) from error


def error_of(status: int, headers: Mapping[str, str], body: object, *, model: str, api_key: str) -> ProviderError:
    """The error for an HTTP status of 400 or more; `body` is the parsed JSON, or text, or None."""
    code, said = _read_body(body)
    # Some gateways repeat the key they refuse.
    said = said.replace(api_key, "***")[:200]
    detail = f"HTTP {status}" + (f": {said}" if said else "")
    after_s = retry_after_s(headers)
    if status in _TRANSIENT or status >= 500 or (status == 413 and after_s is not None):
        what = "asks to slow down" if status == 429 else f"is not available now ({detail})"
        return TransientError(what, where=WHERE, retry_after_s=after_s)
    if status in {401, 403}:
        return NeedsLoginError(f"refuses the key (HTTP {status})", where=WHERE, hint=SET_KEY)
    if code == "json_validate_failed":
        return MalformedOutputError("the model's answer is not valid JSON", where=WHERE)
    message, hint = _REFUSALS.get(code) or _REFUSALS.get(str(status)) or ("refuses the request ({detail})", "")
    return PermanentError(message.format(model=model, detail=detail), where=WHERE, hint=hint)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `retry-after`: a number (fractions too) or a date, counted from the answer's own `date`.

    At most a month: nobody means more, and the calendar ends.
    """
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        due = _date(value)
        if due is None:
            return None
        seconds = (due - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds()
    return min(max(0.0, seconds), _LONGEST_WAIT_S) if math.isfinite(seconds) else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _read_body(body: Any) -> tuple[str, str]:  # noqa: ANN401 - whatever a server may send
    """(code, message) of an error body; empty where it has none."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("code") or ""), str(error.get("message") or "")


def _reason(error: Exception) -> str:
    """The innermost cause, which the SDK hides behind "Connection error."."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return re.sub(r"\s+", " ", str(cause))[:120] or type(cause).__name__
