"""The channel of a login: stored, compared, never mixed up."""

from __future__ import annotations

import json

import pytest
from anyio import to_thread
from google.oauth2.credentials import Credentials

from pipeline.errors import HeldError, InputError, NeedsLoginError, TransientError
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.logins import login_status
from pipeline.publishing.youtube import Extras
from pipeline.publishing.youtube.identity import (
    Identity,
    fetch_identity,
    login_identity,
    save_new_login,
    stored_identity,
)
from pipeline.publishing.youtube.tokens import Token
from pipeline.state.ledgers.quota import Allowance
from tests.standins.youtube import CLIENT_ID, UPLOAD, YouTubeStandIn
from tests.standins.youtube.clients import channel_of, film_for, quota_in, token_file
from tests.unit.test_youtube_uploads import KEY, record, the_film, write_film


@pytest.fixture
async def youtube(tmp_path):
    async with YouTubeStandIn() as stand_in:
        yield stand_in
    assert stand_in.complaints == []


@pytest.fixture
def film(tmp_path):
    return write_film(tmp_path / "film.mp4")


async def log_in(youtube, root, account, **options):
    """Somebody logs in to the channel `default` with an account."""
    token = Token.model_validate(youtube.accounts.authorized_user(youtube.accounts.grant(account)))
    await save_new_login(channel_of(youtube, root), token, **options)


def kept(root):
    return json.loads(token_file(root).read_bytes())


async def deliver(youtube, root, package, **options):
    return await film_for(channel_of(youtube, root), KEY, **options).deliver(package)


async def stop_half_way(youtube, root, film):
    """A film of which only a part has arrived, on the channel of Ann."""
    await log_in(youtube, root, "ann")
    youtube.faults.order(*["final_503"] * 20)
    with pytest.raises(TransientError, match="503"):
        await deliver(youtube, root, film)
    youtube.faults.clear()
    assert record(root)["session"]


async def test_a_login_stores_its_channel_in_a_file_that_google_auth_reads(youtube, tmp_path):
    await log_in(youtube, tmp_path, "ann")

    assert kept(tmp_path)["nightreel"]["channel"] == {"id": "UCann", "title": "Channel ann"}
    assert Credentials.from_authorized_user_file(token_file(tmp_path)).valid
    assert youtube.calls["channels.list"] == 1
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path))
    stands = await to_thread.run_sync(login_status, context, "default")
    assert (stands.channel_id, stands.title) == ("UCann", "Channel ann")


async def test_a_login_with_another_account_is_refused_and_the_previous_login_is_kept(youtube, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    before = token_file(tmp_path).read_bytes()

    with pytest.raises(
        NeedsLoginError, match=r"is for the channel “Channel bob” \(UCbob\), but the previous one was for .*UCann"
    ) as told:
        await log_in(youtube, tmp_path, "bob")

    assert "--channel default and choose the account of “Channel ann” (UCann); with --replace" in str(told.value)
    assert token_file(tmp_path).read_bytes() == before

    await log_in(youtube, tmp_path, "bob", replace=True)
    assert kept(tmp_path)["nightreel"]["channel"]["id"] == "UCbob"


@pytest.mark.parametrize("replace", [False, True])
async def test_an_account_without_a_channel_is_refused(youtube, tmp_path, replace):
    youtube.without_channel = frozenset({"mail"})

    with pytest.raises(
        NeedsLoginError, match=r"no YouTube channel.*Create one at youtube\.com.*nightreel auth youtube"
    ):
        await log_in(youtube, tmp_path, "mail", replace=replace)
    assert not token_file(tmp_path).exists()

    await log_in(youtube, tmp_path, "ann")
    before = token_file(tmp_path).read_bytes()
    with pytest.raises(NeedsLoginError, match="no YouTube channel"):
        await log_in(youtube, tmp_path, "mail", replace=replace)
    assert token_file(tmp_path).read_bytes() == before


async def test_another_account_is_refused_even_after_a_login_whose_channel_was_never_confirmed(youtube, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    youtube.faults.order(*["list_503"] * 5)
    await log_in(youtube, tmp_path, "bob")
    youtube.faults.clear()

    with pytest.raises(NeedsLoginError, match=r"UCbob.*was for .*UCann"):
        await log_in(youtube, tmp_path, "bob")

    assert kept(tmp_path)["nightreel"]["channel_before"]["id"] == "UCann"


async def test_a_login_that_youtube_rejects_does_not_replace_a_confirmed_one(youtube, tmp_path):
    youtube.faults.order("list_401")
    await log_in(youtube, tmp_path, "ann")
    assert token_file(tmp_path).exists()
    await log_in(youtube, tmp_path, "ann")
    before = token_file(tmp_path).read_bytes()

    youtube.faults.order("list_401")
    with pytest.raises(NeedsLoginError, match="the new login is rejected"):
        await log_in(youtube, tmp_path, "ann")

    assert token_file(tmp_path).read_bytes() == before


async def test_a_token_file_from_elsewhere_for_an_account_without_a_channel_starts_no_upload(youtube, film, tmp_path):
    youtube.without_channel = frozenset({"mail"})
    youtube.write_token(token_file(tmp_path), "mail", elsewhere=True)

    with pytest.raises(NeedsLoginError, match="no YouTube channel"):
        await deliver(youtube, tmp_path, film)

    assert youtube.calls["videos.insert"] == 0


async def test_the_same_account_may_log_in_repeatedly(youtube, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    await log_in(youtube, tmp_path, "ann")

    assert kept(tmp_path)["nightreel"]["channel"]["id"] == "UCann"


async def test_another_account_is_noticed_at_first_use_if_youtube_was_unreachable_at_login(youtube, film, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    youtube.faults.order(*["list_503"] * 5)
    await log_in(youtube, tmp_path, "bob")
    assert kept(tmp_path)["nightreel"] == {"channel_before": {"id": "UCann", "title": "Channel ann"}}

    with pytest.raises(NeedsLoginError, match=r"UCbob.*was for .*UCann.*--replace"):
        await deliver(youtube, tmp_path, film)

    assert (youtube.films, youtube.sessions) == ({}, {})
    # The right one is no less welcome for it.
    await log_in(youtube, tmp_path, "ann")
    await deliver(youtube, tmp_path, film)
    assert the_film(youtube).channel == "ann"


async def test_a_login_that_has_become_another_channels_is_refused(youtube, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    async with channel_of(youtube, tmp_path).open() as calls:
        assert await fetch_identity(calls) == Identity(id="UCann", title="Channel ann")

    noted = kept(tmp_path)["nightreel"]
    youtube.write_token(token_file(tmp_path), "bob")
    token_file(tmp_path).write_text(json.dumps({**kept(tmp_path), "nightreel": noted}), encoding="utf-8")
    async with channel_of(youtube, tmp_path).open() as calls:
        with pytest.raises(NeedsLoginError, match=r"UCbob.*was for .*UCann"):
            await fetch_identity(calls)


async def test_the_same_account_is_accepted_at_first_use_if_youtube_was_unreachable_at_login(youtube, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    youtube.faults.order(*["list_503"] * 5)
    await log_in(youtube, tmp_path, "ann")
    youtube.faults.clear()

    async with channel_of(youtube, tmp_path).open() as calls:
        assert (await fetch_identity(calls)).id == "UCann"
    assert kept(tmp_path)["nightreel"] == {"channel": {"id": "UCann", "title": "Channel ann"}}


async def test_the_channel_of_a_token_file_from_elsewhere_is_queried_once_for_one_unit(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), "ann", elsewhere=True)
    day = Allowance(uploads_per_day=100, units_per_day=10_000, costs={})
    channel = channel_of(youtube, tmp_path, allowance=day)

    await film_for(channel, KEY).deliver(film)
    async with channel.open() as calls:
        assert await login_identity(calls) == Identity(id="UCann", title="Channel ann")

    assert youtube.calls["channels.list"] == 1
    assert record(tmp_path)["channel_id"] == "UCann"
    spent = await to_thread.run_sync(quota_in(tmp_path, day)(CLIENT_ID).spent_today)
    assert spent == {"uploads": 1, "units": 1}


async def test_a_login_for_uploads_only_is_not_queried_and_uploads(youtube, film, tmp_path):
    youtube.write_token(token_file(tmp_path), "ann", scopes=(UPLOAD,), elsewhere=True)

    await deliver(youtube, tmp_path, film)

    assert (the_film(youtube).channel, youtube.calls["channels.list"]) == ("ann", 0)
    assert record(tmp_path)["channel_id"] == ""


async def test_the_channel_of_a_replaced_login_is_not_saved_with_the_new_one(youtube, tmp_path):
    path = token_file(tmp_path)
    youtube.write_token(path, "ann", elsewhere=True)
    async with channel_of(youtube, tmp_path).open() as calls:
        before = await calls.login.token()
        youtube.write_token(path, "bob", elsewhere=True)
        noted = before.model_copy(update={"nightreel": {"channel": {"id": "UCann", "title": ""}}})
        await calls.login.save_notes(noted, replaces=before)

        assert stored_identity(await calls.login.token()) is None


async def test_an_upload_is_neither_resumed_nor_restarted_on_another_channel(youtube, film, tmp_path):
    await stop_half_way(youtube, tmp_path, film)
    begun = record(tmp_path)
    await log_in(youtube, tmp_path, "bob", replace=True)

    with pytest.raises(HeldError, match=r"was begun on the channel UCann, but the login is for .*UCbob") as told:
        await deliver(youtube, tmp_path, film)

    assert "nightreel auth youtube --channel default --replace" in str(told.value)
    assert "nightreel publish space --to youtube --job job1 --again" in str(told.value)
    assert (youtube.films, len(youtube.sessions), record(tmp_path)) == ({}, 1, begun)


async def test_an_upload_is_resumed_once_its_own_account_is_back(youtube, film, tmp_path):
    await stop_half_way(youtube, tmp_path, film)
    await log_in(youtube, tmp_path, "bob", replace=True)
    await log_in(youtube, tmp_path, "ann", replace=True)

    await film_for(channel_of(youtube, tmp_path), KEY).republish()
    await deliver(youtube, tmp_path, film)

    assert (the_film(youtube).channel, len(youtube.sessions)) == ("ann", 1)


async def test_again_restarts_an_upload_on_the_other_channel(youtube, film, tmp_path):
    await stop_half_way(youtube, tmp_path, film)
    await log_in(youtube, tmp_path, "bob", replace=True)

    await film_for(channel_of(youtube, tmp_path), KEY).republish()
    await deliver(youtube, tmp_path, film)

    assert the_film(youtube).channel == "bob"
    # Under a tag of its own: whatever becomes of the other one, they are not taken for each other.
    assert f"nightreel-{KEY}-2" in the_film(youtube).tags


async def test_an_expired_session_is_not_replaced_on_another_channel(youtube, film, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    youtube.faults.order("gone_404")

    def swap(what, _at):
        if what == "query":
            youtube.write_token(token_file(tmp_path), "bob", elsewhere=True)

    youtube.watch = swap
    with pytest.raises(HeldError, match="UCbob"):
        await deliver(youtube, tmp_path, film)

    assert (youtube.films, len(youtube.sessions)) == ({}, 1)


async def test_extras_and_updates_are_refused_with_the_login_of_another_channel(youtube, film, tmp_path):
    await log_in(youtube, tmp_path, "ann")
    await deliver(youtube, tmp_path, film)
    await log_in(youtube, tmp_path, "bob", replace=True)

    receipt = await deliver(youtube, tmp_path, film, extras=Extras(playlist="Sky"))
    with pytest.raises(InputError, match=r"is published on the channel UCann, but the login is for .*UCbob.*--replace"):
        await film_for(channel_of(youtube, tmp_path), KEY).update(film)

    assert receipt.id == the_film(youtube).id
    assert "is published on the channel UCann" in receipt.missing[0]
    assert (receipt.missing_until, receipt.missing_may_pass) == (None, False)
    assert youtube.extras.playlists == {}
