"""Which channel a login belongs to, so that films never go to the channel of another account.

The channel's id is saved with the token, below "nightreel": as "channel" once YouTube has confirmed it with this very
token. For a login made while YouTube was unreachable, or a token file from elsewhere, it is queried at first use, for
one unit; until then "channel_before" is the channel of the previous login.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from anyio import to_thread

from pipeline.errors import NeedsLoginError, ProviderError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.journal import Record
from pipeline.publishing.youtube.responses import id_at, objects, text_at
from pipeline.publishing.youtube.tokens import Token, read_token, resolve_token_path, save_login

_UPLOADS_ONLY = "/auth/youtube.upload"
_NOW, _BEFORE = "channel", "channel_before"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A channel's permanent id and current title."""

    id: str
    title: str = ""

    def __str__(self) -> str:
        return f"“{self.title}” ({self.id})" if self.title else self.id


def stored_identity(token: Token) -> Identity | None:
    """The confirmed channel of a login; None: not queried yet."""
    return _stored(token, _NOW)


async def login_identity(calls: Calls) -> Identity:
    """The channel of the login, queried at first use. Raises as `fetch_identity`.

    A login whose only scope is uploading can't query it: then the id is empty.
    """
    token = await calls.login.token()
    if token.scopes and all(scope.endswith(_UPLOADS_ONLY) for scope in token.scopes):
        return Identity(id="")
    return stored_identity(token) or await fetch_identity(calls)


async def channel_mismatch(calls: Calls, record: Record) -> str:
    """Why a film belongs to another channel than that of the login, in a line; empty: it does not."""
    if not record.channel_id or (now := await login_identity(calls)).id in {"", record.channel_id}:
        return ""
    state = "is published" if record.published else "was begun"
    return f"“{record.title}” {state} on the channel {record.channel_id}, but the login is for {now}"


async def fetch_identity(calls: Calls) -> Identity:
    """Query the channel of the login, for one unit, and save it with the token.

    Raises `NeedsLoginError` if it differs from the previous login's channel, and a `ProviderError`.
    """
    token = await calls.login.token()
    before = stored_identity(token) or _stored(token, _BEFORE)
    now = await _query(calls)
    if now is None:
        raise _no_channel(calls.where, calls.how_to_log_in)
    if before and before.id != now.id:
        raise _other_channel(before, now, calls.where, calls.how_to_log_in)
    if now != stored_identity(token):
        await calls.login.save_notes(_with_channel(token, now=now), replaces=token)
    return now


async def save_new_login(channel: Channel, token: Token, *, replace: bool = False) -> None:
    """Save a new login. If its channel can't be queried now, that is done at first use.

    Raises `NeedsLoginError` if it is for another channel than the previous login, unless `replace`, and for an account
    without a channel; the previous login is then kept. Also raises `StorageError`.
    """
    before = None if replace else await to_thread.run_sync(known_identity, channel)
    now, has_answered = None, False
    try:
        async with channel.open(token) as calls:
            now, has_answered = await _query(calls), True
    except NeedsLoginError:
        # Then nothing confirms that it is the same channel.
        if before:
            raise
    except ProviderError:
        # The next request reports the problem.
        pass
    if has_answered and now is None:
        # Once saved, it would pass for a valid login, and a night's films could not be published.
        raise _no_channel(channel.address, channel.how_to_log_in)
    if now and before and now.id != before.id:
        raise _other_channel(before, now, channel.address, channel.how_to_log_in)
    await save_login(
        channel.token, _with_channel(token, now=now, before=before), what=f"the login of {channel.address}"
    )


def known_identity(channel: Channel) -> Identity | None:
    """The channel of the saved login; None: unknown so far. Blocks."""
    try:
        token = read_token(resolve_token_path(channel.token), login=channel.how_to_log_in)
    except NeedsLoginError:
        return None
    return stored_identity(token) or _stored(token, _BEFORE)


async def _query(calls: Calls) -> Identity | None:
    """The channel of the login; None: the account has none."""
    parameters = {"part": "snippet", "mine": "true"}
    answer = await calls.with_retries(lambda: calls.query("channels.list", parameters))
    for item in objects(answer.get("items")):
        if channel_id := id_at(item, "id"):
            return Identity(id=channel_id, title=text_at(item, "snippet", "title"))
    return None


def _no_channel(where: str, how_to_log_in: str) -> NeedsLoginError:
    hint = f"Create one at youtube.com with this account, or choose another. {how_to_log_in}"
    return NeedsLoginError("this Google account has no YouTube channel", where=where, hint=hint)


def _stored(token: Token, name: str) -> Identity | None:
    channel_id = id_at(token.nightreel, name, "id")
    return Identity(id=channel_id, title=text_at(token.nightreel, name, "title")) if channel_id else None


def _with_channel(token: Token, *, now: Identity | None, before: Identity | None = None) -> Token:
    """The token with its channel; or, while that is unknown, with the one of the previous login."""
    return token.with_notes(
        **{_NOW: asdict(now) if now else None, _BEFORE: asdict(before) if before and not now else None}
    )


def _other_channel(before: Identity, now: Identity, where: str, how_to_log_in: str) -> NeedsLoginError:
    hint = (
        f"{how_to_log_in} and choose the account of {before}; with --replace to publish to {now} from now on; "
        "or give this channel a name of its own with --channel"
    )
    return NeedsLoginError(
        f"the login is for the channel {now}, but the previous one was for {before}", where=where, hint=hint
    )
