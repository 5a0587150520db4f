"""What YouTube refuses, as our errors, in one place.

The reasons are those of https://developers.google.com/youtube/v3/docs/errors and of videos.insert.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, QuotaError, TransientError
from pipeline.limits.times import retry_after_s
from pipeline.publishing.youtube.http import Reply
from pipeline.state.quota import next_day

# What a channel may upload in a day is counted over the last 24 hours.
_CHANNEL_DAY = timedelta(hours=24)
_TAG = re.compile(r"<[^>]*>")

_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_SLOW_DOWN = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "userRequestsExceedRateLimit", "uploadRateLimitExceeded"}
)
_LOGIN = {
    "youtubeSignupRequired": "this Google account has no YouTube channel",
    "authError": "refuses the login",
    "required": "refuses the login",
    "insufficientPermissions": "the login does not allow this",
    "accessNotConfigured": "the YouTube Data API is not switched on for this project",
}


def error_of(reply: Reply, *, where: str, login: str, now: datetime) -> ProviderError:
    """The error for an answer that is none. `login` is what to do when a person has to log in."""
    reason, said = _read(reply)
    detail = f"HTTP {reply.status}" + (f", {reason}" if reason else "") + (f": {said}" if said else "")
    if reason in _SPENT:
        return QuotaError(
            "the project's quota for today is spent", where=where, hint="It goes on then", resets_at=next_day(now)
        )
    if reason == "uploadLimitExceeded":
        return QuotaError(
            "the channel may upload no more films today",
            where=where,
            hint="It goes on then; a verified channel may upload more",
            resets_at=now + _CHANNEL_DAY,
        )
    # A redirection is not followed; it is a portal's on the way, not Google's.
    is_redirected = 300 <= reply.status < 400
    if reason in _SLOW_DOWN or reply.status in {408, 429} or reply.status >= 500 or is_redirected:
        return TransientError(
            f"is not available now ({detail})", where=where, retry_after_s=retry_after_s(reply.headers)
        )
    if reason in _LOGIN or reply.status == 401:
        return NeedsLoginError(f"{_LOGIN.get(reason, 'refuses the login')} ({detail})", where=where, hint=login)
    return PermanentError(f"refuses the request ({detail})", where=where)


def says_spent(reply: Reply) -> bool:
    """Whether an answer says that the project's quota of the day is spent."""
    return reply.status in {403, 429} and _read(reply)[0] in _SPENT


def reason_of(reply: Reply) -> str:
    """Why a request was refused, in YouTube's word; empty: it does not say."""
    return _read(reply)[0]


def _read(reply: Reply) -> tuple[str, str]:
    """(reason, message) of an error's body; empty where it has none, as in a page of HTML."""
    error = reply.content.get("error")
    if not isinstance(error, dict):
        return "", ""
    errors = error.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("reason") or "")[:60], _TAG.sub("", str(error.get("message") or ""))[:200]
