"""The login of a channel: a token file as google-auth writes it, refreshed by one process for all.

credentials/youtube/<channel>.token.json has the keys of `google.oauth2.credentials.Credentials.to_json()`; one that was
made elsewhere works as it is, and ours works there. What we add stands below "nightreel". Refreshing is one form that
is posted (RFC 6749, section 6), so it is done here, on the event loop and with our own patience; the address comes from
the settings and never from the file, as in google-auth itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from pipeline.errors import NeedsLoginError, ProviderError, TransientError
from pipeline.files import discard_stale_temporaries, read_file, write_atomically
from pipeline.limits import RetryPolicy, with_retries
from pipeline.limits.times import bounded_s, retry_after_s
from pipeline.publishing.youtube.http import Http, Reply
from pipeline.state.locks import held

# google-auth refreshes so long before the end, too.
_EARLY = timedelta(minutes=3, seconds=45)
_MODE = 0o600
# Errors of Google's that say nothing of the login, whatever their status: google-auth asks again, too.
_PASSING = frozenset({"internal_failure", "rate_limit_exceeded", "server_error", "temporarily_unavailable"})
# What can stand in a header.
_BEARER = re.compile(r"[!-~]{1,4096}")


class Token(BaseModel):
    """The file. Keys that we don't know are kept."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    client_id: str
    client_secret: SecretStr
    scopes: tuple[str, ...] | None = None
    # Naive in the file, and UTC.
    expiry: datetime | None = None
    # Ours: when somebody has logged in, to which channel (`identity`), and when Google refused to renew it.
    nightreel: dict[str, Any] | None = None

    @property
    def expires_at(self) -> datetime | None:
        """Until when the access token holds (aware); None: the file does not say."""
        return _aware(self.expiry) if self.expiry else None

    def holds(self, now: datetime) -> bool:
        """Whether the access token can be used for a while."""
        return self.token is not None and self.expires_at is not None and now + _EARLY < self.expires_at

    def refreshed(self, answer: dict[str, Any], now: datetime) -> Token:
        """With the access token of an answer; a refresh token comes only if Google has changed it."""
        told = answer.get("expires_in")
        lasts = timedelta(seconds=bounded_s(told) if isinstance(told, int | float) else 0)
        changes: dict[str, Any] = {"token": SecretStr(str(answer["access_token"])), "expiry": now + lasts}
        if answer.get("refresh_token"):
            changes["refresh_token"] = SecretStr(str(answer["refresh_token"]))
        if isinstance(answer.get("scope"), str):
            changes["scopes"] = tuple(answer["scope"].split())
        return self.model_copy(update=changes)

    def noting(self, **ours: object) -> Token:
        """With what we note of a login; None: nothing more."""
        noted = {name: value for name, value in {**(self.nightreel or {}), **ours}.items() if value is not None}
        return self.model_copy(update={"nightreel": noted or None})

    def as_json(self) -> str:
        """As google-auth writes it."""
        plain = {name: _plain(value) for name, value in self if value is not None}
        if self.expires_at is not None:
            plain["expiry"] = self.expires_at.replace(tzinfo=None).isoformat() + "Z"
        return json.dumps(plain, indent=2) + "\n"


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def read_token(path: Path, *, login: str) -> Token:
    """The file at `path`. Raises `NeedsLoginError`, with `login` as what to do, if it is not there or none. Blocks."""
    try:
        return Token.model_validate_json(read_file(path))
    except FileNotFoundError as error:
        raise NeedsLoginError("nobody is logged in", where=_shown(path), hint=login) from error
    except OSError as error:
        raise NeedsLoginError(f"can't be read: {error.strerror}", where=_shown(path), hint=login) from error
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        what = f"is no token file: {'.'.join(map(str, wrong['loc']))} {wrong['msg'].lower()}".replace(":  ", ": ")
        # `from None`: the file is full of secrets.
        raise NeedsLoginError(what, where=_shown(path), hint=login) from None


def write_token(path: Path, token: Token) -> None:
    """Whole or not at all, and readable by its owner alone. Blocks. Raises `StorageError`."""
    write_atomically(lies_at(path), token.as_json(), mode=_MODE)


async def save_login(path: Path, token: Token, *, what: str) -> None:
    """Write a token that is new. Whoever renews the one before comes first, and is not the last who writes."""
    path = await to_thread.run_sync(lies_at, path)
    async with held(path.with_suffix(".lock"), what=what):
        await to_thread.run_sync(write_token, path, token)


def lies_at(path: Path) -> Path:
    """Where a token file lies that is linked into several workspaces: it is renewed there, for all of them. Blocks."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        # Links that lead nowhere: whoever reads the file says so.
        return path


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


class Login:
    """Access tokens of one channel, for as many processes as want them."""

    def __init__(
        self,
        path: Path,
        *,
        http: Http,
        token_url: str,
        where: str,
        login: str,
        retry: RetryPolicy,
        clock: Callable[[], datetime],
        unsaved: Token | None = None,
    ) -> None:
        """`login` is what a person has to do when the login is over; `unsaved` is one that is no file yet."""
        self._path = path
        self._unsaved = unsaved
        self._http = http
        self._token_url = token_url
        self._where = where
        self._hint = login
        self._retry = retry
        self._clock = clock
        # Whose quota is used; known with the first token.
        self.client_id = ""
        # Nothing more can be asked in the channel's name, before a person has logged in.
        self.is_over = False

    async def token(self) -> Token:
        """What the file says. Raises `NeedsLoginError`."""
        return await to_thread.run_sync(self._read)

    async def keep(self, token: Token, *, instead_of: Token) -> None:
        """Save what was noted of a login, unless somebody has logged in anew meanwhile."""
        async with held(self._path.with_suffix(".lock"), what=f"the login of {self._where}"):
            now = await to_thread.run_sync(self._read)
            if now.refresh_token == instead_of.refresh_token:
                noted = now.model_copy(update={"nightreel": token.nightreel})
                await to_thread.run_sync(write_token, self._path, noted)

    async def access_token(self, *, rejected: str = "") -> str:
        """A token that holds for some minutes, and is not the one that was `rejected`.

        Raises `NeedsLoginError` when a person has to log in again, and `TransientError`.
        """
        try:
            return await self._access_token(rejected)
        except NeedsLoginError:
            self.is_over = True
            raise

    async def _access_token(self, rejected: str) -> str:
        token = await to_thread.run_sync(self._read)
        if ready := self._ready(token, rejected):
            return ready
        if self._unsaved:
            raise NeedsLoginError("the new login is refused", where=self._where, hint=self._hint)
        async with held(self._path.with_suffix(".lock"), what=f"the login of {self._where}"):
            # Whoever had the lock before may have refreshed it for us.
            token = await to_thread.run_sync(self._read)
            if ready := self._ready(token, rejected):
                return ready
            await to_thread.run_sync(discard_stale_temporaries, self._path)
            try:
                token = (await self._refreshed(token)).noting(refused_at=None)
            except NeedsLoginError:
                refused = token.noting(refused_at=self._clock().isoformat())
                await to_thread.run_sync(write_token, self._path, refused)
                raise
            await to_thread.run_sync(write_token, self._path, token)
        assert token.token is not None
        return token.token.get_secret_value()

    def _ready(self, token: Token, rejected: str) -> str:
        value = token.token.get_secret_value() if token.token else ""
        return value if _BEARER.fullmatch(value) and token.holds(self._clock()) and value != rejected else ""

    def _read(self) -> Token:
        token = self._unsaved or read_token(self._path, login=self._hint)
        self._close_to_others()
        self.client_id = token.client_id
        return token

    def _close_to_others(self) -> None:
        """One that was copied here may be readable by others. Where that can't be changed, it is used as it is."""
        with contextlib.suppress(OSError):
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                self._path.chmod(_MODE)

    async def _refreshed(self, token: Token) -> Token:
        if token.refresh_token is None:
            raise NeedsLoginError("the login is over, and can't be renewed", where=self._where, hint=self._hint)
        form = {
            "grant_type": "refresh_token",
            "client_id": token.client_id,
            "client_secret": token.client_secret.get_secret_value(),
            "refresh_token": token.refresh_token.get_secret_value(),
        }
        answer = await with_retries(self._retry, lambda: self._post(form), clock=self._clock)
        return token.refreshed(answer, self._clock())

    async def _post(self, form: dict[str, str]) -> dict[str, Any]:
        return await post_form(self._http, self._token_url, form, where=self._where, login=self._hint)


async def post_form(http: Http, url: str, form: dict[str, str], *, where: str, login: str) -> dict[str, Any]:
    """What the token endpoint answers to a form. Raises `TransientError` and `NeedsLoginError`."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    reply = await http.send("POST", url, headers=headers, body=urlencode(form).encode())
    if reply.status == 200 and _BEARER.fullmatch(str(reply.content.get("access_token", ""))):
        return reply.content
    raise token_error(reply, where, login)


def token_error(reply: Reply, where: str, login: str) -> ProviderError:
    """The error for an answer without a token: RFC 6749, section 5.2.

    What the answer says besides the error's name is not repeated: it may quote a secret.
    """
    told = reply.content.get("error")
    # An object is said by Google's servers in front of it, or by a proxy: it is about the request, not the login.
    error = told[:40] if isinstance(told, str) else ""
    if error == "invalid_grant":
        over = "the login has expired or was revoked (of an app in testing, Google ends each after 7 days)"
        return NeedsLoginError(over, where=where, hint=login)
    if error in {"invalid_client", "unauthorized_client", "deleted_client"}:
        hint = f"Check client_secret.json. {login}"
        return NeedsLoginError(f"Google does not know the client any more ({error})", where=where, hint=hint)
    if reply.status in {408, 429} or reply.status >= 500 or error in _PASSING or not error:
        return TransientError(
            f"the login could not be renewed now (HTTP {reply.status})",
            where=where,
            retry_after_s=retry_after_s(reply.headers),
        )
    return NeedsLoginError(f"the login is refused ({error})", where=where, hint=login)
