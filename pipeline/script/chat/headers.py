"""Rate-limit headers, which services send with every response.

    x-ratelimit-limit-tokens: 8000        per minute, at Groq and OpenAI
    x-ratelimit-remaining-tokens: 5034
    x-ratelimit-reset-tokens: 7.66s       until the full allowance is available again
    x-ratelimit-limit-requests: 1000      per day at Groq, per minute at OpenAI: used only if per day

Sources: console.groq.com/docs/rate-limits, platform.openai.com/docs/guides/rate-limits. Values that are not a number or
a duration of this form are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pipeline.limits import ReportedLimits

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?", re.ASCII)
_UNITS_S = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
# Longer numbers are not plausible.
_MAX_DIGITS = 12


def parse_rate_limits(headers: Mapping[str, str], *, requests_by_day: bool) -> ReportedLimits:
    """The limits in the headers (names in lower case) of a response."""
    limits = ReportedLimits(
        # A limit of 0 is an unlimited account, or an error.
        tokens_per_min=_count(headers, "limit-tokens") or None,
        tokens_left=_count(headers, "remaining-tokens"),
        tokens_reset_s=parse_duration_s(headers.get("x-ratelimit-reset-tokens", "")),
    )
    if not requests_by_day:
        return limits
    per_day, left = _count(headers, "limit-requests"), _count(headers, "remaining-requests")
    return replace(limits, requests_per_day=per_day or None, requests_left=left)


def parse_duration_s(text: str) -> float | None:
    """The seconds of a duration such as `2m59.56s`, `7.66s` or `120ms`; None if it is not one."""
    text = text.strip()
    match = _DURATION.fullmatch(text)
    if not match or not text or len(text) > 3 * _MAX_DIGITS:
        return None
    return sum(float(number) * unit for number, unit in zip(match.groups(), _UNITS_S, strict=True) if number)


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(f"x-ratelimit-{name}", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None
