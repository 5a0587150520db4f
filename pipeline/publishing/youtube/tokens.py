"""Token files in the format of google-auth, refreshed by one process for all.

credentials/youtube/<channel>.token.json has the keys of `google.oauth2.credentials.Credentials.to_json()`, so files
from other tools work here, and ours work there. Our additions are below "nightreel". A refresh is one form that is
posted (RFC 6749, section 6), so it is done here, on the event loop and with our own retry policy; the URL comes from
the settings and never from the file, as in google-auth itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from pipeline.errors import NeedsLoginError, ProviderError, StorageError, TransientError
from pipeline.files import discard_stale_temporaries, read_file, write_atomically
from pipeline.limits import RetryPolicy, with_retries
from pipeline.limits.times import bounded_s, retry_after_s
from pipeline.publishing.youtube.http import Http, Reply
from pipeline.state.locks import held

# The same margin as in google-auth.
_EARLY = timedelta(minutes=3, seconds=45)
_MODE = 0o600
# Errors that are transient whatever their status: google-auth retries them, too.
_TRANSIENT = frozenset({"internal_failure", "rate_limit_exceeded", "server_error", "temporarily_unavailable"})
# Characters that may be sent in a header.
_BEARER = re.compile(r"[!-~]{1,4096}")


class Token(BaseModel):
    """The content of the file. Unknown keys are preserved."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    client_id: str
    client_secret: SecretStr
    scopes: tuple[str, ...] | None = None
    # Naive in the file, and UTC.
    expiry: datetime | None = None
    # Our additions: the time of the login, its channel (`identity`), and when Google refused to refresh it.
    nightreel: dict[str, Any] | None = None

    @property
    def expires_at(self) -> datetime | None:
        """The expiry of the access token (aware); None: unknown."""
        return _aware(self.expiry) if self.expiry else None

    def is_valid(self, now: datetime) -> bool:
        """Whether the access token will be valid for some minutes."""
        return self.token is not None and self.expires_at is not None and now + _EARLY < self.expires_at

    def with_answer(self, answer: dict[str, Any], now: datetime) -> Token:
        """The token updated from a token response, which has a refresh token only if it was rotated."""
        seconds = answer.get("expires_in")
        lifetime = timedelta(seconds=bounded_s(seconds) if isinstance(seconds, int | float) else 0)
        changes: dict[str, Any] = {"token": SecretStr(str(answer["access_token"])), "expiry": now + lifetime}
        if answer.get("refresh_token"):
            changes["refresh_token"] = SecretStr(str(answer["refresh_token"]))
        if isinstance(answer.get("scope"), str):
            changes["scopes"] = tuple(answer["scope"].split())
        return self.model_copy(update=changes)

    def with_notes(self, **notes: object) -> Token:
        """The token with our additions updated; None removes one."""
        ours = {name: value for name, value in {**(self.nightreel or {}), **notes}.items() if value is not None}
        return self.model_copy(update={"nightreel": ours or None})

    def as_json(self) -> str:
        """JSON in the format of google-auth."""
        plain = {name: _plain(value) for name, value in self if value is not None}
        if self.expires_at is not None:
            plain["expiry"] = self.expires_at.replace(tzinfo=None).isoformat() + "Z"
        return json.dumps(plain, indent=2) + "\n"


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def read_token(path: Path, *, login: str) -> Token:
    """Read a token file. Raises `NeedsLoginError`, with the hint `login`, if it is missing or invalid. Blocks."""
    try:
        return Token.model_validate_json(read_file(path))
    except FileNotFoundError as error:
        raise NeedsLoginError("not logged in", where=_shown(path), hint=login) from error
    except OSError as error:
        raise NeedsLoginError(f"can't be read: {error.strerror}", where=_shown(path), hint=login) from error
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        what = f"is not a token file: {'.'.join(map(str, wrong['loc']))} {wrong['msg'].lower()}".replace(":  ", ": ")
        # `from None`: the cause may quote secrets.
        raise NeedsLoginError(what, where=_shown(path), hint=login) from None


def write_token(path: Path, token: Token) -> None:
    """Write a token file atomically, with mode 0600. Blocks. Raises `StorageError`."""
    write_atomically(path, token.as_json(), mode=_MODE)


async def save_login(path: Path, token: Token, *, what: str) -> None:
    """Write a new token, under the lock: a concurrent refresh of the old one can't overwrite it."""
    path = await to_thread.run_sync(resolve_token_path, path)
    async with held(path.with_suffix(".lock"), what=what):
        await to_thread.run_sync(write_token, path, token)


def resolve_token_path(path: Path) -> Path:
    """Resolve symbolic links: a token file that several workspaces share is refreshed in place. Blocks."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        # A broken link: reading the file reports it.
        return path


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


class Login:
    """Access tokens of one channel; safe for many processes."""

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
        """`login` is the hint if a new login is needed; `unsaved` is a token that has no file yet."""
        self._path = path
        self._unsaved = unsaved
        # A refreshed token whose file can't be written.
        self._unwritten: Token | None = None
        self._http = http
        self._token_url = token_url
        self._where = where
        self._hint = login
        self._retry = retry
        self._clock = clock
        # Determines whose quota is used; known once a token was read.
        self.client_id = ""
        # Whether a person has to log in again before any further request.
        self.is_expired = False

    async def token(self) -> Token:
        """The content of the file. Raises `NeedsLoginError`."""
        return await to_thread.run_sync(self._read)

    async def save_notes(self, token: Token, *, replaces: Token) -> None:
        """Save our additions to a token, unless there was a new login meanwhile."""
        async with self._locked():
            now = await to_thread.run_sync(self._read)
            if now.refresh_token == replaces.refresh_token:
                await self._save(now.model_copy(update={"nightreel": token.nightreel}))

    async def access_token(self, *, rejected: str = "") -> str:
        """An access token that is valid for some minutes, and not the `rejected` one.

        Raises `NeedsLoginError` if a person has to log in again, and `TransientError`.
        """
        try:
            return await self._access_token(rejected)
        except NeedsLoginError:
            self.is_expired = True
            raise

    async def _access_token(self, rejected: str) -> str:
        token = await to_thread.run_sync(self._read)
        if ready := self._ready(token, rejected):
            return ready
        if self._unsaved:
            raise NeedsLoginError("the new login is rejected", where=self._where, hint=self._hint)
        async with self._locked():
            # The previous holder of the lock may have refreshed it.
            token = await to_thread.run_sync(self._read)
            if ready := self._ready(token, rejected):
                return ready
            await to_thread.run_sync(discard_stale_temporaries, self._path)
            try:
                token = (await self._refreshed(token)).with_notes(refused_at=None)
            except NeedsLoginError:
                await self._save(token.with_notes(refused_at=self._clock().isoformat()))
                raise
            await self._save(token)
        assert token.token is not None
        return token.token.get_secret_value()

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[None]:
        """Hold the lock of the file; in a read-only folder there is none, and each process refreshes for itself."""
        async with contextlib.AsyncExitStack() as stack:
            with contextlib.suppress(StorageError):
                await stack.enter_async_context(
                    held(self._path.with_suffix(".lock"), what=f"the login of {self._where}")
                )
            yield

    async def _save(self, token: Token) -> None:
        """Write the file; what can't be written is remembered for the requests of this login."""
        try:
            await to_thread.run_sync(write_token, self._path, token)
        except StorageError:
            self._unwritten = token

    def _ready(self, token: Token, rejected: str) -> str:
        value = token.token.get_secret_value() if token.token else ""
        return value if _BEARER.fullmatch(value) and token.is_valid(self._clock()) and value != rejected else ""

    def _read(self) -> Token:
        token = self._unsaved or read_token(self._path, login=self._hint)
        if self._unwritten and self._unwritten.refresh_token == token.refresh_token:
            token = self._unwritten
        self._restrict_mode()
        self.client_id = token.client_id
        return token

    def _restrict_mode(self) -> None:
        """Make the file private to its owner, if possible: it may have been copied here."""
        with contextlib.suppress(OSError):
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                self._path.chmod(_MODE)

    async def _refreshed(self, token: Token) -> Token:
        if token.refresh_token is None:
            raise NeedsLoginError("the login has expired and can't be refreshed", where=self._where, hint=self._hint)
        form = {
            "grant_type": "refresh_token",
            "client_id": token.client_id,
            "client_secret": token.client_secret.get_secret_value(),
            "refresh_token": token.refresh_token.get_secret_value(),
        }
        answer = await with_retries(self._retry, lambda: self._post(form), clock=self._clock)
        return token.with_answer(answer, self._clock())

    async def _post(self, form: dict[str, str]) -> dict[str, Any]:
        return await post_form(self._http, self._token_url, form, where=self._where, login=self._hint)


async def post_form(http: Http, url: str, form: dict[str, str], *, where: str, login: str) -> dict[str, Any]:
    """Post a form to the token endpoint; returns its response. Raises `TransientError` and `NeedsLoginError`."""
    reply = await http.post_form(url, form)
    if reply.status == 200 and _BEARER.fullmatch(str(reply.content.get("access_token", ""))):
        return reply.content
    raise token_error(reply, where, login)


def token_error(reply: Reply, where: str, login: str) -> ProviderError:
    """The exception for a token response without a token: RFC 6749, section 5.2.

    Only the error code is quoted: the rest may contain a secret.
    """
    code = reply.content.get("error")
    # An object comes from Google's front-end servers or from a proxy: it is about the request, not the login.
    error = code[:40] if isinstance(code, str) else ""
    if error == "invalid_grant":
        expired = "the login has expired or was revoked (while an app is in testing, Google ends each after 7 days)"
        return NeedsLoginError(expired, where=where, hint=login)
    if error in {"invalid_client", "unauthorized_client", "deleted_client"}:
        hint = f"Check client_secret.json. {login}"
        return NeedsLoginError(f"Google no longer knows the client ({error})", where=where, hint=hint)
    if reply.status in {408, 429} or reply.status >= 500 or error in _TRANSIENT or not error:
        return TransientError(
            f"Google issues no token now (HTTP {reply.status})",
            where=where,
            retry_after_s=retry_after_s(reply.headers),
        )
    return NeedsLoginError(f"the login is rejected ({error})", where=where, hint=login)
