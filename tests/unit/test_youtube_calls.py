"""Authorised requests: fair sharing, quota costs, and failures."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest
from aiohttp import web
from anyio import to_thread

from pipeline.errors import ClosedError, NeedsLoginError, PermanentError, TransientError
from pipeline.publishing.youtube.http import Reply, UnreachedError, open_http
from pipeline.state.ledgers.quota import Allowance
from tests.standins.tls import serving
from tests.standins.youtube import CLIENT_ID
from tests.standins.youtube.clients import channel_of, now, quota_in, token_file

DAY = Allowance(uploads_per_day=10, units_per_day=100, costs={"thumbnails.set": 50})


async def test_units_are_left_to_others_only_within_the_block(youtube, tmp_path):
    async with channel_of(youtube, tmp_path, allowance=DAY).open() as calls:
        with calls.leaving_units(60):
            assert isinstance(await calls.shortage("thumbnails.set"), ClosedError)
        assert await calls.shortage("thumbnails.set") is None
    # Whoever only asks whether the units are there has spent none.
    spent = await to_thread.run_sync(quota_in(tmp_path, DAY)(CLIENT_ID).spent_today)
    assert spent == {"uploads": 0, "units": 0}


async def test_a_login_that_can_not_be_refreshed_now_is_no_shortage_of_quota(youtube, tmp_path):
    youtube.write_token(token_file(tmp_path), fresh=False)
    youtube.faults.order("token_503", "invalid_grant")
    async with channel_of(youtube, tmp_path, allowance=DAY).open() as calls:
        assert await calls.shortage("thumbnails.set") is None
        with pytest.raises(NeedsLoginError, match="has expired or was revoked"):
            await calls.shortage("thumbnails.set")


async def test_only_a_new_video_may_be_unknown_for_now(youtube, tmp_path):
    def missing(reason):
        return Reply(status=404, headers={}, body=b'{"error": {"errors": [{"reason": "%s"}]}}' % reason)

    async with channel_of(youtube, tmp_path).open() as calls:
        with calls.on_video(now() - timedelta(minutes=1)):
            assert isinstance(calls.error(missing(b"videoNotFound")), TransientError)
            assert isinstance(calls.error(missing(b"playlistNotFound")), PermanentError)
        with calls.on_video(now() - timedelta(hours=1)):
            assert isinstance(calls.error(missing(b"videoNotFound")), PermanentError)
        assert isinstance(calls.error(missing(b"videoNotFound")), PermanentError)


async def test_an_unreached_request_costs_nothing(youtube, tmp_path):
    async with channel_of(youtube, tmp_path, allowance=DAY).open() as calls:
        await calls.login.access_token()
        await youtube.__aexit__(None, None, None)
        session = calls.url("videos.insert", {"upload_id": "1"})
        with pytest.raises(UnreachedError):
            await calls.send("PUT", session, body=b"film")
        with pytest.raises(UnreachedError):
            await calls.query("videos.list", {"id": "1"})

        assert calls.sent == 0
    spent = await to_thread.run_sync(quota_in(tmp_path, DAY)(CLIENT_ID).spent_today)
    assert spent == {"uploads": 0, "units": 0}


async def test_an_untrusted_certificate_is_reported_and_nothing_is_sent(tmp_path):
    asked = []

    async def answer(request):
        asked.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    context: ssl.SSLContext = await to_thread.run_sync(serving, tmp_path)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        async with open_http(where="youtube", timeout_s=5) as http:
            with pytest.raises(UnreachedError, match="its certificate is not trusted"):
                await http.send("GET", f"https://127.0.0.1:{runner.addresses[0][1]}/", headers={})
    finally:
        await runner.cleanup()
    assert asked == []


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_not_a_json_object_is_empty(body):
    assert Reply(status=200, headers={}, body=body).content == {}
