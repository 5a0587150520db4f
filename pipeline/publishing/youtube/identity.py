"""Which channel a login is for, so that nobody's films go to the channel of another account.

YouTube's id of it is kept with the token, below "nightreel": as "channel", once YouTube has said so with this very
token. A login that was made while YouTube could not be asked, or a file that was made elsewhere, is asked about at
first use, for one unit; "channel_before" is what the name stood for until then.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from anyio import to_thread

from pipeline.errors import NeedsLoginError, ProviderError
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.journal import Record
from pipeline.publishing.youtube.responses import id_at, objects, text_at
from pipeline.publishing.youtube.tokens import Token, lies_at, read_token, save_login

_UPLOADS_ONLY = "/auth/youtube.upload"
_NOW, _BEFORE = "channel", "channel_before"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A channel, as YouTube knows it: its id, which never changes, and how it is called now."""

    id: str
    title: str = ""

    def __str__(self) -> str:
        return f"“{self.title}” ({self.id})" if self.title else self.id


def identity_in(token: Token) -> Identity | None:
    """The channel that YouTube has said the login is for; None: it was not asked yet."""
    return _kept(token, _NOW)


async def whose(calls: Calls) -> Identity:
    """The channel that the login is for; asked at first use. Raises as `ask_whose`.

    A login that may do nothing but upload may not ask: its channel has no id.
    """
    token = await calls.login.token()
    if token.scopes and all(scope.endswith(_UPLOADS_ONLY) for scope in token.scopes):
        return Identity(id="")
    return identity_in(token) or await ask_whose(calls)


async def elsewhere(calls: Calls, record: Record) -> str:
    """In a line that a film is, or was begun, on another channel than the login is for; empty: it is not."""
    if not record.channel_id or (now := await whose(calls)).id in {"", record.channel_id}:
        return ""
    stands = "is" if record.published else "was begun"
    return f"“{record.title}” {stands} on the channel {record.channel_id}, and the login is for {now}"


async def ask_whose(calls: Calls) -> Identity:
    """The channel that the login is for, as YouTube says now; one unit. It is kept with the token.

    Raises `NeedsLoginError` for another channel than the name stood for before, and a `ProviderError`.
    """
    token = await calls.login.token()
    told, before = await _ask(calls), identity_in(token) or _kept(token, _BEFORE)
    if before and before.id != told.id:
        raise _other(before, told, calls.where, calls.how_to_log_in)
    if told != identity_in(token):
        await calls.login.keep(_noting(token, now=told), instead_of=token)
    return told


async def keep_login(channel: Channel, token: Token, *, replace: bool = False) -> None:
    """Save a login that is new. When YouTube can't be asked now whose it is, it is asked at first use.

    Raises `NeedsLoginError` when it is for another channel than the name stood for, unless that is to be replaced, and
    for an account without a channel: the login before stays as it is then. Raises `StorageError`, too.
    """
    before = None if replace else await to_thread.run_sync(known_identity, channel)
    told, answered = None, False
    try:
        async with channel.open(token) as calls:
            told, answered = await _told(calls), True
    except NeedsLoginError:
        # What was refused can't be told to be the same channel.
        if before:
            raise
    except ProviderError:
        # What stands in the way is told by whoever asks next.
        pass
    if answered and told is None:
        # Kept, it would pass for a login, and a whole night of films would be made for nobody.
        raise _no_channel(channel.address, channel.how_to_log_in)
    if told and before and told.id != before.id:
        raise _other(before, told, channel.address, channel.how_to_log_in)
    await save_login(channel.token, _noting(token, now=told, before=before), what=f"the login of {channel.address}")


def known_identity(channel: Channel) -> Identity | None:
    """The channel that the login there is stands for; None: nobody knows yet. Blocks."""
    try:
        token = read_token(lies_at(channel.token), login=channel.how_to_log_in)
    except NeedsLoginError:
        return None
    return identity_in(token) or _kept(token, _BEFORE)


async def _ask(calls: Calls) -> Identity:
    if told := await _told(calls):
        return told
    raise _no_channel(calls.where, calls.how_to_log_in)


async def _told(calls: Calls) -> Identity | None:
    """The channel that YouTube says the login is for; None: its account has none."""
    parameters = {"part": "snippet", "mine": "true"}
    answer = await calls.patiently(lambda: calls.ask("channels.list", parameters))
    for item in objects(answer.get("items")):
        if told := id_at(item, "id"):
            return Identity(id=told, title=text_at(item, "snippet", "title"))
    return None


def _no_channel(where: str, how_to_log_in: str) -> NeedsLoginError:
    hint = f"Begin one at youtube.com with this account, or choose another. {how_to_log_in}"
    return NeedsLoginError("this Google account has no YouTube channel", where=where, hint=hint)


def _kept(token: Token, name: str) -> Identity | None:
    told = id_at(token.nightreel, name, "id")
    return Identity(id=told, title=text_at(token.nightreel, name, "title")) if told else None


def _noting(token: Token, *, now: Identity | None, before: Identity | None = None) -> Token:
    """The token with its channel; or, as long as nobody has said which that is, with the one before."""
    return token.noting(**{_NOW: asdict(now) if now else None, _BEFORE: asdict(before) if before and not now else None})


def _other(before: Identity, told: Identity, where: str, how_to_log_in: str) -> NeedsLoginError:
    hint = (
        f"{how_to_log_in} and choose the account of {before}; with --replace to publish to {told} from now on; "
        "or give this channel a name of its own with --channel"
    )
    return NeedsLoginError(f"the login is for the channel {told}, and was for {before}", where=where, hint=hint)
