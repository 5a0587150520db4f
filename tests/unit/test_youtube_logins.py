"""YouTube logins: google-auth's token format, refreshed once for all, created in a browser."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

import aiohttp
import anyio
import pytest
from aiohttp import web
from anyio import to_thread
from google.oauth2.credentials import Credentials

from pipeline.cli.auth import _lines
from pipeline.errors import ClosedError, InputError, NeedsLoginError, NightreelError, TransientError
from pipeline.files import temporary_sibling
from pipeline.orchestrator import logins
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.diagnostics import _publishing
from pipeline.orchestrator.logins import login_status
from pipeline.publishing.youtube.device import log_in_by_code
from pipeline.publishing.youtube.http import Reply, open_http
from pipeline.publishing.youtube.identity import save_new_login
from pipeline.publishing.youtube.login import Client, LoginPlan, log_in, read_client
from pipeline.publishing.youtube.tokens import Login, Token, read_token, save_login, token_error
from pipeline.state.locks import held
from tests.standins.youtube import CLIENT_ID, CLIENT_SECRET, FORCE_SSL, READONLY, YouTubeStandIn
from tests.standins.youtube.clients import AT_ONCE, channel_of, film_for, now, token_file
from tests.unit.test_youtube_uploads import write_film
from tests.virtual_time import run_in_virtual_time

HINT = "Run: nightreel auth youtube"


@pytest.fixture
async def youtube():
    async with YouTubeStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def http():
    async with open_http(where="youtube", timeout_s=5) as opened:
        yield opened


def login(youtube, http, path, clock=now):
    return Login(path, http=http, token_url=youtube.token_url, where="youtube", login=HINT, retry=AT_ONCE, clock=clock)


# Tokens


async def test_a_valid_token_is_used_without_a_refresh(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path)
    before = path.read_bytes()

    token = await login(youtube, http, path).access_token()

    assert token == json.loads(before)["token"]
    assert path.read_bytes() == before
    assert youtube.calls["token"] == 0


async def test_a_token_is_refreshed_before_it_expires(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path)
    soon = datetime.now(UTC) + timedelta(seconds=3599 - 200)

    token = await login(youtube, http, path, clock=lambda: soon).access_token()

    assert youtube.accounts.refreshes == 1
    assert json.loads(path.read_bytes())["token"] == token


async def test_concurrent_requests_cause_one_refresh(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    # Each with a state of its own, as in processes side by side.
    tokens = await asyncio.gather(*(login(youtube, http, path).access_token() for _ in range(8)))

    assert len(set(tokens)) == 1
    assert youtube.accounts.refreshes == 1


async def test_uploads_waiting_for_a_slow_refresh_share_its_token(youtube, tmp_path):
    youtube.write_token(token_file(tmp_path), fresh=False)
    youtube.faults.order("token_slow")
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slowly():
        asked.set()
        await answered.wait()

    youtube.slowly = slowly
    films = [await to_thread.run_sync(write_film, tmp_path / str(n)) for n in range(4)]
    async with asyncio.TaskGroup() as tasks:
        sent = [
            tasks.create_task(film_for(channel_of(youtube, tmp_path), f"{n:016x}").deliver(film))
            for n, film in enumerate(films)
        ]
        await asked.wait()
        # The others are on their way to the lock, or wait for it; none is through.
        assert not any(task.done() for task in sent)
        answered.set()

    assert (youtube.calls["token"], youtube.accounts.refreshes) == (1, 1)
    assert {task.result().id for task in sent} == set(youtube.films)


async def test_a_refresh_that_times_out_is_retried(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    youtube.faults.order("token_slow")
    over = asyncio.Event()
    youtube.slowly = over.wait
    async with open_http(where="youtube", timeout_s=0.2) as hasty:
        tokens = await asyncio.gather(*(login(youtube, each, path).access_token() for each in (hasty, http, http)))
    over.set()

    assert len(set(tokens)) == 1
    assert youtube.calls["token"] == 2


async def test_a_rejected_token_is_refreshed_even_if_it_has_not_expired(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path)
    logged_in = login(youtube, http, path)
    first = await logged_in.access_token()

    second = await logged_in.access_token(rejected=first)

    assert second != first
    assert await logged_in.access_token(rejected=first) == second
    assert youtube.accounts.refreshes == 1


async def test_token_files_are_interchangeable_with_google_auth(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    token = await login(youtube, http, path).access_token()

    theirs = Credentials.from_authorized_user_file(path)
    assert (theirs.token, theirs.valid, theirs.scopes) == (token, True, [FORCE_SSL])

    path.write_text(theirs.to_json(), encoding="utf-8")
    assert await login(youtube, http, path).access_token() == token


async def test_unknown_keys_in_a_token_file_are_preserved(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"quota_project_id": "p-1"}), encoding="utf-8")

    await login(youtube, http, path).access_token()

    kept = json.loads(path.read_bytes())
    assert (kept["quota_project_id"], kept["token_uri"]) == ("p-1", "https://oauth2.googleapis.com/token")


async def test_only_the_owner_can_read_a_refreshed_token(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    path.chmod(0o644)

    await login(youtube, http, path).access_token()

    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path, _: path.unlink(), "not logged in"),
        (lambda path, _: path.write_text("{}"), "is not a token file: client_id"),
        (lambda path, _: path.write_text("no JSON"), "is not a token file"),
        (lambda _, youtube: youtube.faults.order("invalid_grant"), "has expired or was revoked"),
        (lambda path, _: path.write_text(without(path, "refresh_token")), "can't be refreshed"),
        (
            lambda path, _: path.write_text(path.read_text().replace(CLIENT_SECRET, "other")),
            "no longer knows the client",
        ),
    ],
    ids=["missing", "empty", "no JSON", "revoked", "no refresh token", "another client"],
)
async def test_an_expired_login_has_a_hint(youtube, http, tmp_path, spoil, said):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    spoil(path, youtube)

    with pytest.raises(NeedsLoginError, match=rf"{said}.*{HINT}") as raised:
        await login(youtube, http, path).access_token()

    told = repr(raised.value) + str(raised.value) + repr(raised.value.__cause__)
    assert not any(secret in told for secret in youtube.secrets)


def without(path, key):
    return json.dumps({name: value for name, value in json.loads(path.read_bytes()).items() if name != key})


async def test_a_token_server_that_is_down_is_retried_and_then_a_transient_error(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    youtube.faults.order(*["token_503"] * 3, "token_not_json")

    assert await login(youtube, http, path).access_token()

    youtube.accounts.expire_all()
    youtube.faults.order(*["token_503"] * 5)
    with pytest.raises(TransientError, match="HTTP 503"):
        await login(youtube, http, path).access_token(rejected=json.loads(path.read_bytes())["token"])


@pytest.mark.parametrize("fault", ["token_failure", "token_403", "token_429", "token_503"])
async def test_failures_of_the_token_server_do_not_end_a_login(youtube, http, tmp_path, fault):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    youtube.faults.order(*[fault] * 5)
    ours = login(youtube, http, path)

    with pytest.raises(TransientError):
        await ours.access_token()

    assert not ours.is_expired
    assert await ours.access_token()


async def test_a_long_retry_after_of_the_token_server_is_a_closed_error(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    youtube.retry_after = "900"
    youtube.faults.order("token_429")

    with pytest.raises(ClosedError, match=r"issues no token now \(HTTP 429\): not before"):
        await login(youtube, http, path).access_token()

    assert youtube.calls["token"] == 1


@pytest.mark.parametrize(
    ("status", "error", "kind", "told"),
    [
        (400, "invalid_grant", NeedsLoginError, "has expired or was revoked"),
        (401, "invalid_client", NeedsLoginError, "no longer knows the client"),
        (401, "unauthorized_client", NeedsLoginError, "no longer knows the client"),
        (401, "deleted_client", NeedsLoginError, "no longer knows the client"),
        (400, "invalid_scope", NeedsLoginError, r"the login is rejected \(invalid_scope\)"),
        (400, "internal_failure", TransientError, "HTTP 400"),
        (403, "rate_limit_exceeded", TransientError, "HTTP 403"),
        (400, "server_error", TransientError, "HTTP 400"),
        (400, "temporarily_unavailable", TransientError, "HTTP 400"),
        (408, "invalid_request", TransientError, "HTTP 408"),
        (429, "invalid_request", TransientError, "HTTP 429"),
        (500, "invalid_request", TransientError, "HTTP 500"),
        (400, None, TransientError, "HTTP 400"),
        (400, {"message": "No."}, TransientError, "HTTP 400"),
        (400, "x" * 5000, NeedsLoginError, "the login is rejected"),
    ],
)
def test_every_token_error_maps_to_its_exception(status, error, kind, told):
    reply = Reply(status=status, headers={}, body=json.dumps({"error": error}).encode())

    found = token_error(reply, "youtube", HINT)

    assert type(found) is kind
    assert re.search(told, str(found))
    assert len(str(found)) < 300
    assert kind is not NeedsLoginError or HINT in str(found)


async def test_a_token_file_without_an_expiry_is_refreshed_and_its_rejection_is_reported(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path)
    path.write_text(without(path, "expiry"))
    youtube.faults.order("invalid_grant")

    with pytest.raises(NeedsLoginError, match="has expired or was revoked"):
        await login(youtube, http, path).access_token()

    assert "refused_at" in json.loads(path.read_bytes())["nightreel"]
    assert await login(youtube, http, path).access_token()
    assert "expiry" in json.loads(path.read_bytes())


@pytest.mark.parametrize("told", ["2026-01-26T12:00:00", "2026-01-26T12:00:00Z", "2026-01-26T14:00:00+02:00"])
def test_a_naive_expiry_is_in_utc(told):
    token = Token(client_id="1", client_secret="x", token="ya29.x", expiry=told)

    assert token.expires_at == datetime(2026, 1, 26, 12, tzinfo=UTC)
    assert token.is_valid(datetime(2026, 1, 26, 11, 56, tzinfo=UTC))
    assert not token.is_valid(datetime(2026, 1, 26, 11, 57, tzinfo=UTC))
    assert json.loads(token.as_json())["expiry"] == "2026-01-26T12:00:00Z"


def test_a_token_response_without_scopes_keeps_them():
    token = Token(client_id="1", client_secret="x", scopes=(FORCE_SSL,))

    assert token.with_answer({"access_token": "ya29.x"}, now()).scopes == (FORCE_SSL,)


def test_unreadable_files_are_errors_with_path_and_hint(tmp_path):
    for lies in (token_file(tmp_path), client_file(tmp_path)):
        lies.unlink(missing_ok=True)
        lies.mkdir(parents=True)

    with pytest.raises(NeedsLoginError, match=rf"^credentials/youtube/default\.token\.json: can't be read: .*{HINT}"):
        read_token(token_file(tmp_path), login=HINT)
    with pytest.raises(
        NeedsLoginError, match=r"^credentials/youtube/client_secret\.json: can't be read: .*Desktop app"
    ):
        read_client(tmp_path / "credentials" / "youtube" / "client_secret.json", kind="Desktop app")


@pytest.fixture
def read_only(monkeypatch):
    """Makes the folders of credentials read-only, also for root."""
    opened = os.open

    def refusing(path, flags, *rest, **options):
        if "credentials" in str(path) and flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return opened(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refusing)


async def test_a_token_in_a_read_only_folder_is_refreshed_once_for_an_upload(youtube, tmp_path, request):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False, elsewhere=True)
    before = path.read_bytes()
    film = write_film(tmp_path / "film.mp4")
    request.getfixturevalue("read_only")

    await film_for(channel_of(youtube, tmp_path)).deliver(film)

    assert (len(youtube.films), youtube.calls["token"], path.read_bytes()) == (1, 1, before)


async def test_a_revoked_login_in_a_read_only_folder_is_reported(youtube, http, tmp_path, request):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    youtube.faults.order("invalid_grant")
    request.getfixturevalue("read_only")

    with pytest.raises(NeedsLoginError, match="has expired or was revoked"):
        await login(youtube, http, path).access_token()


async def test_leftovers_of_a_killed_process_are_removed_by_the_next_refresh(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    temporary_sibling(path).write_bytes(path.read_bytes())

    await login(youtube, http, path).access_token()

    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_new_login_waits_for_a_refresh_in_progress(tmp_path):
    path = token_file(tmp_path)

    async def wait():
        async with YouTubeStandIn() as youtube, open_http(where="youtube", timeout_s=5) as http:
            youtube.write_token(path, fresh=False)
            ours = login(youtube, http, path)
            token = await ours.token()
            before, waited = path.read_bytes(), []
            async with held(path.with_suffix(".lock"), what="the login"):
                for write in (
                    partial(save_login, path, token.with_notes(channel={}), what="the login"),
                    partial(ours.save_notes, token.with_notes(channel={}), replaces=token),
                    ours.access_token,
                ):
                    with anyio.move_on_after(1) as patience:
                        await write()
                    waited.append(patience.cancelled_caught)
            return waited, path.read_bytes() == before

    assert run_in_virtual_time(wait) == ([True] * 3, True)


# Logging in


def client_file(root, kind="installed"):
    path = root / "credentials" / "youtube" / "client_secret.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({kind: {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}}), encoding="utf-8")
    return path


async def log_in_and_keep(youtube, root, browser, **options):
    token = await log_in(plan(youtube), show=browser.open)
    await browser.task
    await save_new_login(channel_of(youtube, root), token, **options)


def plan(youtube, *, patience_s=10.0, port=0):
    return LoginPlan(
        client=Client(client_id=CLIENT_ID, client_secret=CLIENT_SECRET),
        auth_url=youtube.auth_url,
        token_url=youtube.token_url,
        device_url=f"{youtube.url}/device/code",
        port=port,
        patience_s=patience_s,
        timeout_s=5,
        retry=AT_ONCE,
        clock=now,
    )


class Browser:
    """Opens the address that is shown, and goes where it is sent."""

    def __init__(self):
        self.task = None
        self.page = ""

    async def open(self, address, _port):
        self.task = asyncio.create_task(self._visit(address))

    async def _visit(self, address):
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            self.page = await response.text()


@pytest.fixture
def browser():
    return Browser()


async def test_a_login_gets_a_refresh_token(youtube, http, browser, tmp_path):
    await log_in_and_keep(youtube, tmp_path, browser)

    assert "Permission given" in browser.page
    path = token_file(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    assert (await to_thread.run_sync(partial(read_token, path, login=HINT))).scopes == (FORCE_SSL,)
    theirs = Credentials.from_authorized_user_file(path)
    assert theirs.valid
    assert json.loads(path.read_bytes()).keys() == {*json.loads(theirs.to_json()), "nightreel"}
    first = json.loads(path.read_bytes())["token"]
    assert await login(youtube, http, path).access_token(rejected=first) != first
    # Google does not say when a login began: we do, for the seven days of an app in testing.
    assert json.loads(path.read_bytes())["nightreel"].keys() == {"logged_in_at", "channel"}


async def test_a_busy_token_endpoint_does_not_send_the_user_through_the_browser_again(youtube, browser, tmp_path):
    youtube.faults.order("token_503", "token_not_json")

    await log_in_and_keep(youtube, tmp_path, browser)

    assert token_file(tmp_path).exists()
    assert youtube.calls["token"] == 3


async def test_refused_consent_is_reported_and_nothing_is_saved(youtube, browser, tmp_path):
    youtube.accounts.denies = True

    with pytest.raises(NeedsLoginError, match="access_denied"):
        await log_in(plan(youtube), show=browser.open)

    await browser.task
    assert "Not logged in" in browser.page
    assert not token_file(tmp_path).exists()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda accounts: setattr(accounts, "allows", (READONLY,)), "was not ticked"),
        (lambda accounts: setattr(accounts, "forgets_refresh_token", True), "no refresh token"),
    ],
    ids=["scope downgrade", "no refresh token"],
)
async def test_a_login_without_the_needed_scope_is_not_saved(youtube, browser, tmp_path, spoil, said):
    spoil(youtube.accounts)

    with pytest.raises(NeedsLoginError, match=said):
        await log_in(plan(youtube), show=browser.open)

    await browser.task
    assert not token_file(tmp_path).exists()


async def test_requests_without_the_state_of_this_login_are_rejected(youtube, browser, tmp_path):
    statuses = []

    async def knock_first(address, port):
        async with aiohttp.ClientSession() as session:
            for query in ("code=stolen&state=guessed", "code=stolen", "favicon.ico", "code=x&state=%C3%A9"):
                async with session.get(f"http://127.0.0.1:{port}/?{query}") as response:
                    statuses.append(response.status)
        await browser.open(address, port)

    await log_in(plan(youtube), show=knock_first)

    await browser.task
    assert statuses == [404] * 4


async def test_repeated_and_empty_redirects_are_ignored(youtube, browser, tmp_path):
    pages = []

    async def come_often(address, port):
        state = parse_qs(urlsplit(address).query)["state"][0]
        back = f"http://127.0.0.1:{port}/?state={state}"
        async with aiohttp.ClientSession() as session:
            for query in ("", "&error=access_denied", "&code=late"):
                async with session.get(back + query) as response:
                    pages.append((response.status, await response.text()))

    with pytest.raises(NeedsLoginError, match="Google says access_denied"):
        await log_in(plan(youtube), show=come_often)

    assert [status for status, _ in pages] == [404, 200, 200]
    assert ["Not logged in" in page for _, page in pages] == [False, True, False]


async def test_a_login_times_out(youtube, tmp_path):
    async def nobody(_address, _port):
        return

    with pytest.raises(NeedsLoginError, match="no login within"):
        await log_in(plan(youtube, patience_s=0.01), show=nobody)


async def test_the_authorisation_url_has_one_scope_and_a_pkce_challenge(youtube, browser, tmp_path):
    seen = []

    async def look(address, port):
        seen.append(address)
        await browser.open(address, port)

    await log_in(plan(youtube), show=look)
    await browser.task

    query = parse_qs(urlsplit(seen[0]).query)
    assert query["scope"] == [FORCE_SSL]
    assert (query["access_type"], query["prompt"]) == (["offline"], ["consent"])
    assert CLIENT_SECRET not in seen[0]


async def test_an_unusable_port_is_an_error_with_a_hint(youtube, browser, tmp_path):
    with pytest.raises(InputError, match=rf"port {youtube.port} is in use\. Give another one, from 1024"):
        await log_in(plan(youtube, port=youtube.port), show=browser.open)
    with pytest.raises(InputError, match=r"port 99999 can't be opened\. Give another"):
        await log_in(plan(youtube, port=99999), show=browser.open)


@pytest.mark.parametrize("kind", ["web", "service_account"])
def test_a_client_of_the_wrong_type_is_rejected_with_the_needed_type(tmp_path, kind):
    with pytest.raises(NeedsLoginError, match="Desktop app") as raised:
        read_client(client_file(tmp_path, kind), kind="Desktop app")

    assert CLIENT_SECRET not in repr(raised.value) + repr(raised.value.__cause__)


def test_a_missing_client_file_is_an_error_with_a_hint(tmp_path):
    with pytest.raises(NeedsLoginError, match=r"credentials/youtube/client_secret.json: is missing.*Desktop app"):
        read_client(tmp_path / "credentials" / "youtube" / "client_secret.json", kind="Desktop app")


async def test_the_device_flow_names_the_client_type_it_needs(tmp_path):
    context = await anyio.to_thread.run_sync(lambda: open_context(workspace=tmp_path))
    with pytest.raises(NeedsLoginError, match=r"is missing.*of the type TVs and Limited Input devices"):
        await logins.log_in_by_code(context, "", show=lambda *_: None)


# Without a browser


def log_in_on_a_phone(tmp_path, *before_consent, **accounts):
    """The stand-in, what was shown, what was raised, and how long it took in seconds."""
    shown = []

    async def show(address, code):
        shown.append((address, code))

    async def main():
        loop = asyncio.get_running_loop()
        async with YouTubeStandIn() as youtube:
            youtube.accounts.before_consent = list(before_consent)
            vars(youtube.accounts).update(accounts)
            start_s = loop.time()
            error = None
            try:
                token = await log_in_by_code(plan(youtube, patience_s=600), show=show)
                await save_new_login(channel_of(youtube, tmp_path), token)
            except NightreelError as raised:
                error = raised
            return youtube, error, loop.time() - start_s

    youtube, error, took_s = run_in_virtual_time(main)
    return youtube, shown, error, took_s


def test_the_device_flow_grants_the_youtube_scope(tmp_path):
    youtube, shown, error, took_s = log_in_on_a_phone(tmp_path, "authorization_pending", "slow_down")

    assert error is None
    assert shown == [("https://www.google.com/device", "GQVQ-JKEC")]
    saved = json.loads(token_file(tmp_path).read_bytes())
    assert saved["scopes"] == ["https://www.googleapis.com/auth/youtube"]
    assert saved["refresh_token"] in youtube.accounts.grants
    # Asked every five seconds, and every ten after having been told to slow down.
    assert took_s == pytest.approx(5 + 5 + 10, abs=1)


@pytest.mark.parametrize(
    ("before", "accounts", "told"),
    [
        ((), {"is_for_devices": False}, "can't get device codes. Create one of the type TVs and Limited Input devices"),
        ((), {"denies": True}, "access_denied"),
        (("expired_token",), {}, "the code was not entered in time"),
        (("authorization_pending",) * 200, {}, "the code was not entered in time"),
    ],
)
def test_a_failed_device_code_is_reported_and_nothing_is_saved(tmp_path, before, accounts, told):
    _, _, error, took_s = log_in_on_a_phone(tmp_path, *before, **accounts)

    assert isinstance(error, NeedsLoginError)
    assert told in str(error)
    assert took_s < 700
    assert not token_file(tmp_path).exists()


def log_in_by(code, *answers):
    """Likewise, where Google says these: JSON, or (status, JSON), or nothing, which breaks the line."""
    shown, left = [], [code, *answers]

    async def say(request):
        said = left.pop(0) if len(left) > 1 else left[0]
        if said is None:
            request.transport.abort()
        status, content = said if isinstance(said, tuple) else (200, said)
        return web.json_response(content, status=status)

    async def show(*what):
        shown.append(what)

    async def main():
        app = web.Application()
        app.router.add_post("/{tail:.*}", say)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        client = Client(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        asked = LoginPlan(
            client=client,
            auth_url="",
            token_url=f"{address}/token",
            device_url=f"{address}/device/code",
            port=0,
            patience_s=600,
            timeout_s=5,
            retry=AT_ONCE,
            clock=now,
        )
        loop = asyncio.get_running_loop()
        start_s, found = loop.time(), None
        try:
            found = await log_in_by_code(asked, show=show)
        except NightreelError as error:
            found = error
        took_s = loop.time() - start_s
        await runner.cleanup()
        return found, took_s

    return *run_in_virtual_time(main), shown


CODE = {"device_code": "1", "user_code": "AB-CD", "verification_url": "https://www.google.com/device", "interval": 20}
PENDING = (428, {"error": "authorization_pending"})
CONSENT = {
    "access_token": "ya29.x",
    "refresh_token": "1//x",
    "expires_in": 3599,
    "scope": "https://www.googleapis.com/auth/youtube",
}


@pytest.mark.parametrize(
    "passing",
    [None, (503, {}), (429, {}), (403, {"error": "rate_limit_exceeded"}), (200, {}), (400, {"error": "server_error"})],
)
def test_transient_errors_while_polling_do_not_end_the_device_flow(passing):
    token, took_s, _ = log_in_by(CODE, PENDING, passing, CONSENT)

    assert token.refresh_token.get_secret_value() == "1//x"
    assert took_s == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ((503, {}), TransientError, "HTTP 503"),
        ((200, {"device_code": "1", "user_code": "A"}), TransientError, "HTTP 200"),
        ((503, CODE), TransientError, "HTTP 503"),
        ((401, {"error": "unauthorized_client"}), NeedsLoginError, "can't get device codes"),
        ((403, {"error": "org_internal"}), NeedsLoginError, r"rejected \(org_internal\)"),
    ],
)
def test_a_refused_device_code_is_reported_and_nothing_is_shown(code, kind, told):
    error, took_s, shown = log_in_by(code)

    assert type(error) is kind
    assert re.search(told, str(error))
    assert (shown, took_s < 1) == ([], True)


@pytest.mark.parametrize("odd", [0, -5, "soon", None])
def test_polling_respects_the_lifetime_and_interval_of_a_device_code(odd):
    error, took_s, _ = log_in_by({**CODE, "expires_in": 50}, PENDING)
    assert (str(error), took_s) == ("the code was not entered in time. Try again", pytest.approx(50, abs=1))

    _, took_s, _ = log_in_by({**CODE, "interval": odd, "expires_in": odd}, PENDING, CONSENT)
    assert took_s == pytest.approx(10, abs=1)


def test_absurd_lifetimes_are_clamped_to_our_patience():
    error, took_s, _ = log_in_by({**CODE, "interval": 10**400, "expires_in": 10**400}, CONSENT)

    assert (type(error), took_s) == (NeedsLoginError, pytest.approx(600, abs=1))


def test_a_shown_device_code_contains_no_control_characters():
    _, _, shown = log_in_by({**CODE, "user_code": "AB\x1b[2J", "verification_url": "https://x\x07"}, CONSENT)

    assert not any(mark in each for each in shown[0] for mark in "\x1b\x07")


async def test_a_device_login_can_upload_and_look_up_films(youtube, tmp_path):
    youtube.write_token(token_file(tmp_path), scopes=("https://www.googleapis.com/auth/youtube",))
    youtube.faults.order("final_lost_and_gone")

    await film_for(channel_of(youtube, tmp_path)).deliver(write_film(tmp_path / "film.mp4"))

    assert len(youtube.films) == 1


async def test_the_status_says_what_a_device_login_can_not_do(youtube, tmp_path):
    youtube.write_token(token_file(tmp_path), scopes=("https://www.googleapis.com/auth/youtube",))
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path))

    stands = await to_thread.run_sync(login_status, context, "default")

    assert not stands.may_send_captions
    assert "This login can't upload captions" in "\n".join(_lines(stands))
    assert "valid" not in "\n".join(_lines(stands))
    assert "  valid     YouTube accepts it" in _lines(stands, is_checked=True)


# How a login stands


async def logged_in(youtube, root, *, began=timedelta(), renewed=timedelta()):
    """A workspace with a login that began so long ago, and whose token was got so long ago."""
    path = token_file(root)
    if not path.exists():
        youtube.write_token(path)
        content = json.loads(path.read_bytes())
        expiry = (now() - renewed + timedelta(seconds=3599)).replace(tzinfo=None).isoformat() + "Z"
        noted = {"expiry": expiry, "nightreel": {"logged_in_at": (now() - began).isoformat()}}
        path.write_text(json.dumps(content | noted), encoding="utf-8")
    return await to_thread.run_sync(lambda: open_context(workspace=root))


async def stand(youtube, root, **times):
    """What is said of such a login."""
    context = await logged_in(youtube, root, **times)
    return "\n".join(_lines(await to_thread.run_sync(login_status, context, "default")))


async def test_the_status_says_when_the_login_of_an_app_in_testing_expires(youtube, tmp_path):
    coming = await stand(youtube, tmp_path / "1", began=timedelta(days=6), renewed=timedelta(days=1))
    over = await stand(youtube, tmp_path / "2", began=timedelta(days=8), renewed=timedelta(days=2))
    published = await stand(youtube, tmp_path / "3", began=timedelta(days=8))

    assert "While your app is in testing, Google ends the login on" in coming
    assert "Google ended the login on" in over
    assert "nightreel auth youtube --channel default" in over
    # It was renewed after seven days: it is no app in testing.
    assert "note" not in published


async def test_doctor_says_which_logins_work_and_which_end_within_a_day(youtube, tmp_path):
    lasting = await _publishing(await logged_in(youtube, tmp_path / "1"))
    ending = await _publishing(
        await logged_in(youtube, tmp_path / "2", began=timedelta(days=6, hours=1), renewed=timedelta(days=1))
    )
    token_file(tmp_path / "3").parent.mkdir(parents=True)
    token_file(tmp_path / "3").write_text("{", encoding="utf-8")
    damaged = await _publishing(await to_thread.run_sync(lambda: open_context(workspace=tmp_path / "3")))

    assert (lasting.state, lasting.found, lasting.remedy) == ("good", "logged in to YouTube: default", "")
    assert (ending.state, ending.found) == ("limited", "logged in to YouTube: default")
    assert ending.remedy.startswith("default: Google ends logins 7 days after they began while an app is in testing")
    assert (damaged.state, damaged.found) == ("limited", "not logged in: films stay in the output folder")
    assert damaged.remedy.startswith("default: ")


async def test_doctor_says_that_films_to_be_published_would_wait_for_a_login(tmp_path):
    nowhere = await to_thread.run_sync(lambda: open_context(workspace=tmp_path))
    to = {"publishing.to": "youtube:news"}
    to_youtube = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=to))

    assert (await _publishing(nowhere)).state == "good"
    asked = await _publishing(to_youtube)
    assert (asked.state, asked.remedy) == (
        "limited",
        "youtube:news: not logged in, so films would wait. Run: nightreel auth youtube --channel news",
    )


async def test_a_login_that_can_not_be_refreshed_is_expired_until_a_refresh_or_a_new_login(youtube, http, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, fresh=False)
    youtube.faults.order("invalid_grant")
    with pytest.raises(NeedsLoginError):
        await login(youtube, http, path).access_token()

    ended = await stand(youtube, tmp_path)
    assert "problem   the login has ended: Google refused to refresh it" in ended
    assert "  token     " not in ended

    assert await login(youtube, http, path).access_token()
    renewed = await stand(youtube, tmp_path)
    assert "problem" not in renewed
    assert "  token     until" in renewed
