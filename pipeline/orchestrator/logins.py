"""Log in to video hosts, and report the status of logins."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as evolve
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from pipeline.errors import NightreelError, ProviderError
from pipeline.orchestrator.context import RunContext

if TYPE_CHECKING:
    from pipeline.publishing.youtube.login import LoginPlan
    from pipeline.publishing.youtube.tokens import Token

# Time to find account, password and phone.
_LOGIN_TIMEOUT_S = 600.0
# Google revokes the logins of apps with an external consent screen in testing after this time.
_TESTING = timedelta(days=7)
# Lifetime of an access token: one obtained just before that end expires this much later.
_ACCESS = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class LoginStatus:
    """The status of the login of a channel, according to its token file."""

    channel: str
    file: Path
    # Title and id of the channel on YouTube; empty if never queried.
    title: str = ""
    channel_id: str = ""
    scopes: tuple[str, ...] = ()
    # Expiry of the access token (None: unknown, or the login has ended), and whether it can be refreshed.
    expires_at: datetime | None = None
    renews_itself: bool = False
    logged_in_at: datetime | None = None
    # When Google ends the login if the app is in testing; None if it was refreshed after that time, or the time of the
    # login is unknown.
    ends_in_testing_at: datetime | None = None
    is_over_in_testing: bool = False
    # Whether the scopes include captions, which a device login lacks.
    may_send_captions: bool = True
    # The problem in one line; empty if there is none.
    problem: str = ""


async def log_in_to_youtube(
    context: RunContext,
    channel: str,
    *,
    port: int,
    browser: bool,
    replace: bool,
    show: Callable[[str, int], None],
) -> LoginStatus:
    """Log in to a YouTube channel in a browser, and save the token. `show` gets the address and the port.

    Raises `NeedsLoginError`, also for a different channel than that of the saved login, unless `replace`.
    """
    from pipeline.publishing.youtube.login import CLIENT_KIND, log_in  # noqa: PLC0415 - loads aiohttp

    async def show_and_open(address: str, back: int) -> None:
        show(address, back)
        if browser:
            await to_thread.run_sync(webbrowser.open, address)

    token = await log_in(await _plan(context, kind=CLIENT_KIND, port=port), show=show_and_open)
    return await _kept(context, channel, token, replace=replace)


async def log_in_by_code(
    context: RunContext, channel: str, *, replace: bool = False, show: Callable[[str, str], None]
) -> LoginStatus:
    """Log in to a YouTube channel on another device (OAuth device flow). `show` gets the address and the code.

    Raises what `log_in_to_youtube` does.
    """
    from pipeline.publishing.youtube import device  # noqa: PLC0415 - loads aiohttp

    async def show_code(address: str, code: str) -> None:
        show(address, code)

    token = await device.log_in_by_code(await _plan(context, kind=device.CLIENT_KIND), show=show_code)
    return await _kept(context, channel, token, replace=replace)


async def _kept(context: RunContext, channel: str, token: Token, *, replace: bool) -> LoginStatus:
    from pipeline.publishing.youtube.identity import save_new_login  # noqa: PLC0415

    await save_new_login(context.hosts.channel(channel), token, replace=replace)
    status = await to_thread.run_sync(login_status, context, channel)
    # If the channel could not be identified, the request reports why.
    return status if status.channel_id else await checked_login_status(context, channel)


async def _plan(context: RunContext, *, kind: str, port: int = 0) -> LoginPlan:
    from pipeline.publishing.youtube.login import LoginPlan, read_client  # noqa: PLC0415

    hosts, wanted = context.hosts, context.settings.youtube
    return LoginPlan(
        client=await to_thread.run_sync(partial(read_client, hosts.credentials / "client_secret.json", kind=kind)),
        auth_url=wanted.auth_url,
        token_url=wanted.token_url,
        device_url=wanted.device_url,
        port=port,
        patience_s=_LOGIN_TIMEOUT_S,
        timeout_s=wanted.timeout_s,
        retry=context.retry_policy,
        clock=context.clock,
    )


async def checked_login_status(context: RunContext, channel: str) -> LoginStatus:
    """The status of a login after asking YouTube for its channel (one quota unit)."""
    from pipeline.publishing.youtube.identity import fetch_identity  # noqa: PLC0415

    try:
        async with context.hosts.channel(channel).open() as calls:
            await fetch_identity(calls)
    except ProviderError as error:
        return evolve(await to_thread.run_sync(login_status, context, channel), problem=str(error))
    # The identity is saved with the token.
    return await to_thread.run_sync(login_status, context, channel)


def channels(context: RunContext) -> list[str]:
    """The channels with a saved login. Blocks."""
    return sorted(path.name.removesuffix(".token.json") for path in context.hosts.credentials.glob("*.token.json"))


def login_status(context: RunContext, channel: str) -> LoginStatus:
    """The status of a login, without a request. Blocks."""
    from pipeline.publishing.youtube.identity import stored_identity  # noqa: PLC0415
    from pipeline.publishing.youtube.tokens import read_token  # noqa: PLC0415

    known = context.hosts.channel(channel)
    status = LoginStatus(channel=channel, file=known.token)
    try:
        token = read_token(known.token, login=known.how_to_log_in)
    except NightreelError as error:
        return evolve(status, problem=str(error))
    since, told, refused_at = _moment(token, "logged_in_at"), stored_identity(token), _moment(token, "refused_at")
    ends_at = since + _TESTING if since else None
    if ends_at and token.expires_at and token.expires_at > ends_at + _ACCESS:
        # It was refreshed after that time: the app is no longer in testing.
        ends_at = None
    problem = "" if token.refresh_token else "the token can't be refreshed"
    if refused_at:
        problem = f"the login has ended: Google refused to refresh it at {refused_at.astimezone():%Y-%m-%d %H:%M}. "
        problem += known.how_to_log_in
    return evolve(
        status,
        title=told.title if told else "",
        channel_id=told.id if told else "",
        scopes=token.scopes or (),
        may_send_captions=any(scope.endswith("/youtube.force-ssl") for scope in token.scopes or ()),
        expires_at=None if refused_at else token.expires_at,
        renews_itself=token.refresh_token is not None and not refused_at,
        logged_in_at=since,
        ends_in_testing_at=ends_at,
        is_over_in_testing=ends_at is not None and ends_at <= context.clock(),
        problem=problem,
    )


def _moment(token: Token, name: str) -> datetime | None:
    """A time saved with a token; None if missing or invalid."""
    try:
        moment = datetime.fromisoformat(str((token.nightreel or {}).get(name)))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
