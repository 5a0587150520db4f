"""What services say about their limits in the headers of every answer.

    x-ratelimit-limit-tokens: 8000        a minute, at Groq and at OpenAI
    x-ratelimit-remaining-tokens: 5034
    x-ratelimit-reset-tokens: 7.66s       until all of them are there again
    x-ratelimit-limit-requests: 1000      a day at Groq, a minute at OpenAI: read where it is the day's

Sources: console.groq.com/docs/rate-limits, platform.openai.com/docs/guides/rate-limits. Whatever is not a number, or a
duration of this form, says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.limits import ReportedLimits

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?", re.ASCII)
_UNITS_S = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
# Longer numbers are none of these.
_MOST_DIGITS = 12


def parse_rate_limits(headers: Mapping[str, str], *, requests_by_day: bool) -> ReportedLimits:
    """The limits in the headers (names in lower case) of an answer."""
    tokens = ReportedLimits(
        # Nobody sells a minute of nothing: a limit of 0 is an unlimited account, or an error.
        tokens_per_min=_count(headers, "limit-tokens") or None,
        tokens_left=_count(headers, "remaining-tokens"),
        tokens_reset_s=parse_duration_s(headers.get("x-ratelimit-reset-tokens", "")),
    )
    if not requests_by_day:
        return tokens
    return ReportedLimits(
        tokens_per_min=tokens.tokens_per_min,
        tokens_left=tokens.tokens_left,
        tokens_reset_s=tokens.tokens_reset_s,
        requests_per_day=_count(headers, "limit-requests") or None,
        requests_left=_count(headers, "remaining-requests"),
    )


def parse_duration_s(text: str) -> float | None:
    """Seconds of a duration such as `2m59.56s`, `7.66s` or `120ms`; None: it is none."""
    text = text.strip()
    match = _DURATION.fullmatch(text)
    if not match or not text or len(text) > 3 * _MOST_DIGITS:
        return None
    return sum(float(number) * unit for number, unit in zip(match.groups(), _UNITS_S, strict=True) if number)


def _count(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(f"x-ratelimit-{name}", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
