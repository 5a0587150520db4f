"""Error responses as our exceptions.

The reasons are documented at https://developers.google.com/youtube/v3/docs/errors and of videos.insert.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pipeline.errors import NeedsLoginError, PermanentError, ProviderError, QuotaError, TransientError
from pipeline.limits.times import retry_after_s
from pipeline.publishing.youtube.http import Reply
from pipeline.publishing.youtube.responses import objects, value_at
from pipeline.state.ledgers.quota import CONTINUES, next_day

# A channel's daily upload limit applies to the last 24 hours.
_CHANNEL_DAY = timedelta(hours=24)
_TAG = re.compile(r"<[^>]*>")
# The message for a disabled API ends, after some 220 characters, with the URL to enable it.
_MOST_CHARS = 250

_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_SLOW_DOWN = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "userRequestsExceedRateLimit"})
# Google reports an exceeded daily limit (100 uploads) like one per minute: 429, rateLimitExceeded. The unit in the
# details distinguishes them; without details, only the limit's name does
# (github.com/googleapis/google-api-python-client issue 2753).
_A_DAY = "1/d/"
_NAMES_A_DAY = re.compile(r"Quota exceeded for quota metric '[^']{1,100}' and limit '[^']{1,100} per day' of service ")
# Limits of a channel over the last 24 hours.
_CHANNEL_SPENT = {
    "uploadLimitExceeded": ("the channel may upload no more films today", "a verified channel may upload more"),
    # thumbnails.set has a limit of its own.
    "uploadRateLimitExceeded": ("the channel may set no more thumbnails today", "the film is published without it"),
}
# Concurrent modification: may be retried.
_CONFLICT = frozenset({"SERVICE_UNAVAILABLE", "aborted", "conflict"})
# Hints for errors that logging in again does not solve.
_HINTS = {
    "accessNotConfigured": "Switch it on (Google's console, APIs & Services, Library), wait some minutes, and run the "
    "command again",
}
_LOGIN = {
    "youtubeSignupRequired": "this Google account has no YouTube channel",
    "authError": "refuses the login",
    "required": "refuses the login",
    "insufficientPermissions": "the login does not allow this",
    "accessNotConfigured": "the YouTube Data API is not switched on for this project",
    "authenticatedUserAccountClosed": "the YouTube account is closed",
    "authenticatedUserAccountSuspended": "the YouTube account is suspended",
    "channelClosed": "the channel is closed",
    "channelSuspended": "the channel is suspended",
}


def error_of(reply: Reply, *, where: str, login: str, now: datetime) -> ProviderError:
    """The exception for an error response. `login` is the hint if a login is needed."""
    reason, said = _read(reply)
    detail = f"HTTP {reply.status}" + (f", {reason}" if reason else "") + (f": {said}" if said else "")
    if reason in _SPENT or is_quota_spent(reply):
        return QuotaError(
            "the project's quota for today is spent", where=where, hint=CONTINUES, resets_at=next_day(now)
        )
    if reason in _CHANNEL_SPENT:
        what, more = _CHANNEL_SPENT[reason]
        return QuotaError(what, where=where, hint=f"It continues in 24 hours; {more}", resets_at=now + _CHANNEL_DAY)
    # A redirect comes from a captive portal, not from Google, and is not followed.
    is_redirected = 300 <= reply.status < 400
    # A refusal without a reason comes from a proxy or a captive portal: Google gives reasons.
    is_page = reply.status in {403, 407} and not reason
    is_conflict = reply.status == 409 and reason in _CONFLICT
    is_passing = reply.status in {408, 429} or reply.status >= 500 or is_redirected or is_page or is_conflict
    if reason in _SLOW_DOWN or is_passing:
        return TransientError(
            f"is not available now ({detail})", where=where, retry_after_s=retry_after_s(reply.headers)
        )
    if reason in _LOGIN or reply.status == 401:
        message = f"{_LOGIN.get(reason, 'refuses the login')} ({detail})"
        return NeedsLoginError(message, where=where, hint=_HINTS.get(reason, login))
    return PermanentError(f"refuses the request ({detail})", where=where)


def is_quota_spent(reply: Reply) -> bool:
    """Whether a response says that the project's daily quota is exceeded."""
    if reply.status not in {403, 429}:
        return False
    error = reply.content.get("error")
    units = (value_at(each, "metadata", "quota_unit") for each in objects(value_at(error, "details")))
    is_of_a_day = any(isinstance(unit, str) and unit.startswith(_A_DAY) for unit in units)
    return _read(reply)[0] in _SPENT or is_of_a_day or bool(_NAMES_A_DAY.match(str(value_at(error, "message"))))


def reason_of(reply: Reply) -> str:
    """The `reason` of an error response; empty: there is none."""
    return _read(reply)[0]


def _read(reply: Reply) -> tuple[str, str]:
    """(reason, message) of an error response; empty where missing, as in an HTML page."""
    error = reply.content.get("error")
    if not isinstance(error, dict):
        return "", ""
    first = next(objects(error.get("errors")), {})
    return str(first.get("reason") or "")[:60], _TAG.sub("", str(error.get("message") or ""))[:_MOST_CHARS]
