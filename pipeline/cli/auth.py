"""`nightreel auth`: log in to video hosts."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from cyclopts import App

from pipeline.cli.options import CommonOptions, Switch, WholeNumber
from pipeline.cli.output import print_json, say
from pipeline.errors import EXIT_OK, NeedsLoginError

if TYPE_CHECKING:
    from pipeline.orchestrator.logins import LoginStatus

auth = App(name="auth", help="Log in to video hosts, and show the status of your logins.", help_epilogue="")


@auth.command
def youtube(
    *,
    channel: str | None = None,
    browser: bool = True,
    device: Switch = False,
    port: WholeNumber = 0,
    replace: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Log in to a YouTube channel in a browser. Needed once.

    Needs credentials/youtube/client_secret.json, an OAuth client of the type Desktop app from Google's console. The
    token is saved beside it, readable by you only.

    On a server: nightreel auth youtube --no-browser --port 8085 there, ssh -L 8085:127.0.0.1:8085 SERVER here, then
    open the address that is shown.

    Parameters
    ----------
    channel
        Your name for the channel, e.g. cooking; you can log in to several. Default: youtube.channel.
    browser
        Open a browser automatically.
    device
        Show a code to type on a phone, for machines that a browser can't redirect to. Google restricts such logins to
        films, thumbnails and playlists: no captions. Needs an OAuth client of the type TVs and Limited Input devices
        instead.
    port
        Local port for the OAuth redirect. Default: any free port.
    replace
        Accept a login for a different YouTube channel than the one saved under this name.
    """
    from pipeline.cli.session import open_session
    from pipeline.orchestrator.logins import log_in_by_code, log_in_to_youtube

    session = open_session(common, {} if channel is None else {"youtube.channel": channel})
    tell = partial(print, file=sys.stderr)

    def show(address: str, back: int) -> None:
        tell(f"Open this address, choose the account of the channel, and grant the permissions:\n\n{address}\n")
        if not browser:
            tell(f"On a server: first run ssh -N -L {back}:127.0.0.1:{back} SERVER on your own machine.")

    def show_code(address: str, code: str) -> None:
        tell(f"Open {address} on any device, choose the account of the channel, and enter this code:\n\n    {code}\n")
        tell("This login will upload films, thumbnails and playlists; Google does not let it upload captions.")

    async def work() -> int:
        context, name = session.context, channel or session.context.settings.youtube.channel
        if device:
            login = await log_in_by_code(context, name, replace=replace, show=show_code)
        else:
            login = await log_in_to_youtube(context, name, port=port, browser=browser, replace=replace, show=show)
        if common.json:
            print_json(login)
        else:
            say("\n".join(_lines(login)))
        return NeedsLoginError.exit_code if login.problem else EXIT_OK

    return session.run(work)


@auth.command
def status(
    *,
    check: Switch = False,
    common: CommonOptions = CommonOptions(),
) -> int:
    """Show the status of all logins: channel, scopes and expiry.

    Parameters
    ----------
    check
        Also ask YouTube whether they are still valid.
    """
    from anyio import to_thread

    from pipeline.cli.session import open_session
    from pipeline.orchestrator import logins

    session = open_session(common, {})

    async def work() -> int:
        context = session.context
        names = await to_thread.run_sync(logins.channels, context)
        if check:
            found = [await logins.checked_login_status(context, name) for name in names]
        else:
            found = [await to_thread.run_sync(logins.login_status, context, name) for name in names]
        if common.json:
            print_json(found)
        else:
            say(
                "\n".join(line for login in found for line in _lines(login, is_checked=check))
                or "Not logged in to any channel. See: nightreel auth youtube --help"
            )
        return NeedsLoginError.exit_code if any(login.problem for login in found) else EXIT_OK

    return session.run(work)


def _lines(login: LoginStatus, *, is_checked: bool = False) -> list[str]:
    title = f" ({login.title})" if login.title else ""
    lines = [f"youtube:{login.channel}{title}"]
    if login.problem:
        lines.append(f"  problem   {login.problem}")
    elif is_checked:
        lines.append("  valid     YouTube accepts it")
    lines.append(f"  file      {login.file}")
    if login.scopes:
        lines.append(f"  scopes    {', '.join(scope.rpartition('/')[2] for scope in login.scopes)}")
    if login.scopes and not login.may_send_captions:
        lines.append("  note      This login can't upload captions: log in with a browser for that.")
    if login.expires_at:
        renews = ", renewed automatically" if login.renews_itself else ""
        lines.append(f"  token     until {login.expires_at.astimezone():%Y-%m-%d %H:%M}{renews}")
    if login.ends_in_testing_at:
        at = f"{login.ends_in_testing_at.astimezone():%Y-%m-%d %H:%M}, after 7 days."
        if login.is_over_in_testing and not login.problem:
            lines.append(f"  note      If your app is in testing, Google ended the login on {at} Then log in again:")
            lines.append(f"            nightreel auth youtube --channel {login.channel}")
        else:
            ends = "ended" if login.is_over_in_testing else "ends"
            lines.append(f"  note      While your app is in testing, Google {ends} the login on {at}")
        lines.append("            Publish the app (Google Auth Platform, Audience), then log in again: that one lasts.")
    return lines
