"""The OAuth flow for installed apps: a browser, a redirect to a loopback address, a token file.

RFC 8252 with a loopback redirect and PKCE (RFC 7636): an intercepted authorisation code is useless without the code
verifier, which never leaves this process.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pipeline.errors import InputError, NeedsLoginError
from pipeline.files import read_file
from pipeline.limits import RetryPolicy, with_retries
from pipeline.publishing.youtube.http import open_http
from pipeline.publishing.youtube.tokens import Token, post_form

# Covers everything that we do: uploads, thumbnails, captions, playlists and lookups. (youtube.upload does not allow
# lookups, without which a lost upload could not be found.)
SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
# The client type, as named in Google's console.
CLIENT_KIND = "Desktop app"
_HOST = "127.0.0.1"
_NO_PORT = {errno.EADDRINUSE: "is in use", errno.EACCES: "is for administrators"}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>nightreel</title>
<body style="font:1.2rem/1.5 system-ui;max-width:32rem;margin:20vh auto;padding:0 1rem"><h1>{title}</h1><p>{text}</p>"""


class Client(BaseModel):
    """An OAuth client: the "installed" object of the file downloaded from Google's console."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    client_id: str = Field(min_length=1)
    client_secret: SecretStr


class _ClientFile(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    installed: Client


def read_client(path: Path, *, kind: str) -> Client:
    """The client in client_secret.json; `kind` is its type as named in Google's console. Blocks.

    Raises `NeedsLoginError` if the file is missing, or the client is not for installed apps.
    """
    where = "/".join(path.parts[-3:])
    make = f"In Google's console, create an OAuth client of the type {kind}, and save its JSON there"
    try:
        text = read_file(path)
        return _ClientFile.model_validate_json(text).installed
    except FileNotFoundError as error:
        raise NeedsLoginError("is missing", where=where, hint=make) from error
    except OSError as error:
        raise NeedsLoginError(f"can't be read: {(error.strerror or '').lower()}", where=where, hint=make) from error
    except ValidationError:
        if b'"service_account"' in text:
            message = "is the key of a service account, which can't have a YouTube channel"
            raise NeedsLoginError(message, where=where, hint=make) from None
        # `from None`: the cause may quote the secret.
        raise NeedsLoginError(f"is not a client of the type {kind}", where=where, hint=make) from None


@dataclass(frozen=True, kw_only=True)
class LoginPlan:
    """The parameters of a login."""

    client: Client
    auth_url: str
    token_url: str
    device_url: str
    # The local port for the redirect; 0: any free one.
    port: int
    # How long to wait for the user.
    patience_s: float
    timeout_s: float
    retry: RetryPolicy
    clock: Callable[[], datetime]


@dataclass(kw_only=True)
class _Callback:
    """The handler of the OAuth redirect, and the query that it received."""

    state: str
    answer: asyncio.Future[dict[str, str]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def receive(self, request: web.Request) -> web.Response:
        """Accept the redirect with a code or an error; reject all other requests."""
        query = dict(request.query)
        # As bytes: `compare_digest` takes only ASCII text, and a request may contain anything.
        state = query.get("state", "").encode(errors="replace")
        if not secrets.compare_digest(state, self.state.encode()) or not {"code", "error"} & query.keys():
            return _page("Nothing here", "This address waits for a redirect from Google.", status=404)
        if not self.answer.done():
            self.answer.set_result(query)
        if "error" in query:
            return _page("Not logged in", "Google says: " + query["error"][:60])
        # Not "logged in": the code is still to be exchanged for a token, which only the terminal can report.
        return _page("Permission given", "Close this window and go back to the terminal, which completes the login.")


def _page(title: str, text: str, *, status: int = 200) -> web.Response:
    return web.Response(
        text=_PAGE.format(title=escape(title), text=escape(text)), content_type="text/html", status=status
    )


async def log_in(plan: LoginPlan, *, show: Callable[[str, int], Awaitable[None]]) -> Token:
    """Wait for the user to log in; returns the token, not saved yet. `show` receives the URL to open, and the port.

    Raises `NeedsLoginError` on a timeout, refused consent or insufficient scopes, `InputError` for a port in use, and
    `TransientError`.
    """
    verifier = secrets.token_urlsafe(64)
    callback = _Callback(state=secrets.token_urlsafe(32))
    async with _listening(callback, plan.port) as port:
        redirect = f"http://{_HOST}:{port}/"
        await show(_authorisation_url(plan, redirect, callback.state, verifier), port)
        try:
            async with asyncio.timeout(plan.patience_s):
                answer = await callback.answer
        except TimeoutError as error:
            raise NeedsLoginError(f"no login within {plan.patience_s:g} s", hint="Try again") from error
    if "error" in answer:
        raise NeedsLoginError(f"Google says {answer['error'][:60]}", hint="Try again, and grant the permissions")
    return await _exchange(plan, answer["code"], redirect, verifier)


def _authorisation_url(plan: LoginPlan, redirect: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": plan.client.client_id,
        "redirect_uri": redirect,
        "scope": SCOPE,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # Both are needed to get a refresh token if the user has consented before.
        "access_type": "offline",
        "prompt": "consent",
    }
    return f"{plan.auth_url}?{urlencode(query)}"


async def _exchange(plan: LoginPlan, code: str, redirect: str, verifier: str) -> Token:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
        "client_id": plan.client.client_id,
        "client_secret": plan.client.client_secret.get_secret_value(),
    }
    async with open_http(where="youtube", timeout_s=plan.timeout_s) as http:

        async def post() -> dict[str, Any]:
            return await post_form(http, plan.token_url, form, where="youtube", login="Log in again")

        # A busy token endpoint must not cost the user a second round through the browser.
        answer = await with_retries(plan.retry, post, clock=plan.clock)
    return make_token(plan, answer, scope=SCOPE)


def make_token(plan: LoginPlan, answer: dict[str, Any], *, scope: str) -> Token:
    """The token of a new login. Raises `NeedsLoginError` if scopes or the refresh token are missing."""
    now = plan.clock()
    token = Token.model_validate(
        {
            "client_id": plan.client.client_id,
            "client_secret": plan.client.client_secret.get_secret_value(),
            "token_uri": plan.token_url,
            "universe_domain": "googleapis.com",
            "account": "",
            "nightreel": {"logged_in_at": now.isoformat()},
        }
    ).with_answer(answer, now)
    if scope not in (token.scopes or ()):
        raise NeedsLoginError("the box for YouTube was not ticked", hint="Log in again, and grant all permissions")
    if token.refresh_token is None:
        raise NeedsLoginError(
            "Google sent no refresh token",
            hint="Remove this app at myaccount.google.com/permissions, and log in again",
        )
    return token


@asynccontextmanager
async def _listening(callback: _Callback, port: int) -> AsyncIterator[int]:
    """Serve the redirect URI on the loopback interface; yields the port."""
    app = web.Application()
    app.router.add_get("/{tail:.*}", callback.receive)
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, _HOST, port).start()
        except (OSError, OverflowError) as error:
            reason = _NO_PORT.get(getattr(error, "errno", None) or 0, "can't be opened")
            hint = "Give another one, from 1024 to 65535, or none to use any free port"
            raise InputError(f"port {port} {reason}", where="--port", hint=hint) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
