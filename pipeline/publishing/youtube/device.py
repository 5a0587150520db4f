"""The OAuth device flow, for machines without a browser: the user types a code on a phone or another machine.

RFC 8628, as in https://developers.google.com/identity/protocols/oauth2/limited-input-device. Google grants only few
scopes this way, of YouTube's `youtube` and `youtube.readonly`. The former is enough for uploads, thumbnails, playlists
and lookups; captions need `youtube.force-ssl`, which only the browser flow grants. It also needs its own client type,
"TVs and Limited Input devices".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from pipeline.errors import NeedsLoginError, ProviderError, TransientError
from pipeline.language.text import clean_text
from pipeline.limits.times import bounded_s
from pipeline.publishing.youtube.http import Http, Reply, open_http
from pipeline.publishing.youtube.login import LoginPlan, make_token
from pipeline.publishing.youtube.tokens import Token, token_error

SCOPE = "https://www.googleapis.com/auth/youtube"
CLIENT_KIND = "TVs and Limited Input devices"
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# RFC 8628, 3.2 and 3.5: the polling interval in seconds, and its increase after a "slow_down".
_INTERVAL_S, _SLOWER_S = 5, 5
_WHERE = "youtube"


async def log_in_by_code(plan: LoginPlan, *, show: Callable[[str, str], Awaitable[None]]) -> Token:
    """Wait for the user to type the code; returns the token, not saved yet. `show` receives the URL and the code.

    Raises `NeedsLoginError` on a timeout, refused consent or a client of another type, and `TransientError`.
    """
    async with open_http(where=_WHERE, timeout_s=plan.timeout_s) as http:
        code = await _ask_for_code(http, plan)
        await show(clean_text(str(code["verification_url"])), clean_text(str(code["user_code"])))
        answer = await _wait_for_consent(http, plan, code)
    return make_token(plan, answer, scope=SCOPE)


async def _ask_for_code(http: Http, plan: LoginPlan) -> dict[str, Any]:
    reply = await http.post_form(plan.device_url, {"client_id": plan.client.client_id, "scope": SCOPE})
    if reply.status == 200 and {"device_code", "user_code", "verification_url"} <= reply.content.keys():
        return reply.content
    if reply.content.get("error") in {"invalid_client", "unauthorized_client"}:
        hint = f"Create one of the type {CLIENT_KIND} for --device, or log in with --no-browser"
        raise NeedsLoginError("this type of client can't get device codes", where="client_secret.json", hint=hint)
    raise token_error(reply, _WHERE, "Log in again")


async def _wait_for_consent(http: Http, plan: LoginPlan, code: dict[str, Any]) -> dict[str, Any]:
    form = {
        "grant_type": _GRANT,
        "device_code": str(code["device_code"]),
        "client_id": plan.client.client_id,
        "client_secret": plan.client.client_secret.get_secret_value(),
    }
    interval_s = _seconds(code.get("interval"), _INTERVAL_S)
    patience_s = min(plan.patience_s, _seconds(code.get("expires_in"), plan.patience_s))
    with anyio.move_on_after(patience_s):
        while True:
            await anyio.sleep(interval_s)
            try:
                reply = await http.post_form(plan.token_url, form)
            except TransientError:
                continue
            error = str(reply.content.get("error") or "")
            if reply.status == 200 and isinstance(reply.content.get("access_token"), str):
                return reply.content
            if error == "slow_down":
                interval_s += _SLOWER_S
            elif error != "authorization_pending":
                refused = _refusal(reply, error)
                # While the user types, a transient error is no reason to give up.
                if not isinstance(refused, TransientError):
                    raise refused
    raise NeedsLoginError("the code was not entered in time", hint="Try again")


def _refusal(reply: Reply, error: str) -> ProviderError:
    if error == "access_denied":
        return NeedsLoginError("Google says access_denied", hint="Try again, and grant the permissions")
    if error == "expired_token":
        return NeedsLoginError("the code was not entered in time", hint="Try again")
    return token_error(reply, _WHERE, "Log in again")


def _seconds(seconds: object, default: float) -> float:
    return bounded_s(seconds) if isinstance(seconds, int | float) and seconds > 0 else default
