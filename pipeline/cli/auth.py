"""`nightreel auth`: log in to video hosts, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cyclopts import App

from pipeline.cli.options import CommonOptions, Switch, WholeNumber
from pipeline.cli.output import say

if TYPE_CHECKING:
    from pipeline.orchestrator.logins import LoginStatus

auth = App(name="auth", help="Log in to video hosts, and see how your logins stand.", help_epilogue="")


@auth.command
def youtube(
    *,
    channel: str | None = None,
    browser: bool = True,
    device: Switch = False,
    port: WholeNumber = 0,
    replace: Switch = False,
    place: CommonOptions = CommonOptions(),
) -> int:
    """Log in to a YouTube channel: once, in a browser.

    Needs credentials/youtube/client_secret.json, an OAuth client of the type Desktop app from Google's console. The
    token is saved beside it, for you alone.

    On a server: nightreel auth youtube --no-browser --port 8085 there, ssh -L 8085:127.0.0.1:8085 SERVER here, and
    open the address that is shown.

    Parameters
    ----------
    channel
        What you call the channel, e.g. cooking: several can be logged in to. Default: youtube.channel.
    browser
        Open a browser by itself.
    device
        Show a code to type on a phone, for machines that no browser can come back to. Google gives such logins less:
        films, thumbnails and playlists, but no captions. Needs an OAuth client of the type TVs and Limited Input
        devices in the place of the other.
    port
        Port of this machine that the browser comes back to. Default: any that is free.
    replace
        Take the login though it is for another channel of YouTube's than the one that went by this name before.
    """
    from dataclasses import asdict

    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, NeedsLoginError
    from pipeline.orchestrator.logins import log_in_by_code, log_in_to_youtube

    def show(address: str, back: int) -> None:
        _tell(f"Open this address, choose the account of the channel, and allow what is asked for:\n\n{address}\n")
        if not browser:
            _tell(
                f"On a server: ssh -N -L {back}:127.0.0.1:{back} SERVER in a second terminal of your own machine first."
            )

    def show_code(address: str, code: str) -> None:
        _tell(f"Open {address} on any device, choose the account of the channel, and type this code:\n\n    {code}\n")
        _tell("This login will upload films, thumbnails and playlists; Google does not let it send captions.")

    async def work() -> int:
        context, name = session.context, channel or session.context.settings.youtube.channel
        if device:
            stands = await log_in_by_code(context, name, replace=replace, show=show_code)
        else:
            stands = await log_in_to_youtube(context, name, port=port, browser=browser, replace=replace, show=show)
        if place.json:
            print_json(asdict(stands))
        else:
            say("\n".join(_lines(stands)))
        return NeedsLoginError.exit_code if stands.problem else EXIT_OK

    session = open_session(place, {} if channel is None else {"youtube.channel": channel})
    return session.run(work)


@auth.command
def status(
    *,
    check: Switch = False,
    place: CommonOptions = CommonOptions(),
) -> int:
    """Say how all logins stand: channel, scopes, until when.

    Parameters
    ----------
    check
        Ask YouTube as well whether they still hold.
    """
    from dataclasses import asdict

    from anyio import to_thread

    from pipeline.cli.session import open_session
    from pipeline.cli.summary import print_json
    from pipeline.errors import EXIT_OK, NeedsLoginError
    from pipeline.orchestrator import logins

    async def work() -> int:
        context = session.context
        names = await to_thread.run_sync(logins.channels, context)
        if check:
            found = [await logins.checked_login_status(context, name) for name in names]
        else:
            found = [await to_thread.run_sync(logins.login_status, context, name) for name in names]
        if place.json:
            print_json([asdict(stands) for stands in found])
        else:
            say(
                "\n".join(line for stands in found for line in _lines(stands))
                or "Nobody is logged in. See: nightreel auth youtube --help"
            )
        return NeedsLoginError.exit_code if any(stands.problem for stands in found) else EXIT_OK

    session = open_session(place, {})
    return session.run(work)


def _lines(stands: LoginStatus) -> list[str]:
    title = f" ({stands.title})" if stands.title else ""
    lines = [f"youtube:{stands.channel}{title}"]
    if stands.problem:
        lines.append(f"  problem   {stands.problem}")
    lines.append(f"  file      {stands.file}")
    if stands.scopes:
        lines.append(f"  scopes    {', '.join(scope.rpartition('/')[2] for scope in stands.scopes)}")
    if stands.scopes and not stands.may_send_captions:
        lines.append("  note      This login can't send captions: that needs one made in a browser.")
    if stands.expires_at:
        renews = ", renewed by itself" if stands.renews_itself else ""
        lines.append(f"  token     until {stands.expires_at.astimezone():%Y-%m-%d %H:%M}{renews}")
    if stands.ends_in_testing_at:
        at = f"{stands.ends_in_testing_at.astimezone():%Y-%m-%d %H:%M}, after 7 days."
        if stands.is_over_in_testing and not stands.problem:
            lines.append(f"  note      If your app is in testing, Google has ended the login on {at} It is over then:")
            lines.append(f"            nightreel auth youtube --channel {stands.channel}")
        else:
            ends = "ended" if stands.is_over_in_testing else "ends"
            lines.append(f"  note      While your app is in testing, Google {ends} the login on {at}")
        lines.append("            Publish the app (Google Auth Platform, Audience), then log in once more: it lasts.")
    return lines


def _tell(text: str) -> None:
    import sys

    print(text, file=sys.stderr)
