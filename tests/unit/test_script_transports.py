"""Model clients against a hostile server: both transports obey the same rules."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from aiohttp import web
from anyio import to_thread

from pipeline.errors import ConfigurationError, NeedsLoginError, PermanentError, ProviderError, TransientError
from pipeline.limits import Billing, Budget
from pipeline.model import Price
from pipeline.orchestrator.context.provider_factory import make_models
from pipeline.script.chat import Message, Question
from pipeline.settings import Settings
from tests.standins.memory_ledger import InMemoryLedger
from tests.standins.models import KEY, groq_model, service_models
from tests.standins.throttles import throttle

QUESTION = Question(messages=(Message(role="user", content="Why?"),), schema={"type": "object"}, schema_name="answer")
DOLLAR_A_TOKEN = Price(usd_per_million_in=0, usd_per_million_out=1e6)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


MODELS = {
    "groq": lambda url, **options: groq_model(url, api_key=KEY, **options),
    "openai_compatible": lambda url, **options: service_models("deepseek", url, api_key=KEY, **options)[0],
}


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (301, PermanentError, "nothing at this address"),
        (308, PermanentError, "nothing at this address"),
        (303, TransientError, "is not available now"),  # as captive portals do
        (307, TransientError, "is not available now"),
    ],
)
async def test_redirects_are_not_followed(
    way: str, status: int, kind: type[ProviderError], told: str, serve: Serve
) -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    with pytest.raises(kind, match=rf"{told} \(HTTP {status}\)"):
        await MODELS[way](await serve(redirect)).answer(QUESTION, Billing())

    assert len(asked) == 1


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize("status", [200, 500])
async def test_an_endless_response_is_aborted(way: str, status: int, serve: Serve) -> None:
    async def go_on(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                await response.write(b" " * 100_000)
        return response

    with pytest.raises(TransientError, match="the response is too large"):
        await MODELS[way](await serve(go_on)).answer(QUESTION, Billing())


@pytest.mark.parametrize("status", [200, 500])
async def test_an_unrequested_compressed_response_is_rejected(status: int, serve: Serve) -> None:
    async def bomb(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        packed = await to_thread.run_sync(gzip.compress, b" " * 50_000_000, 1)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return web.Response(status=status, body=packed, headers=headers)

    with pytest.raises(TransientError, match=r"groq: no connection \(the answer is compressed, which was"):
        await MODELS["groq"](await serve(bomb)).answer(QUESTION, Billing())


async def test_decompressed_bytes_count_towards_the_limit(serve: Serve) -> None:
    async def bomb(_request: web.Request) -> web.StreamResponse:
        packed = await to_thread.run_sync(gzip.compress, b" " * 9_000_000, 1)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return web.Response(body=packed, headers=headers)

    with pytest.raises(TransientError, match="the response is too large"):
        await MODELS["openai_compatible"](await serve(bomb)).answer(QUESTION, Billing())


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize("charset", ["hex", "zlib", "rot13", "utf-16", "unheard-of"])
@pytest.mark.parametrize("status", [200, 503])
async def test_json_is_decoded_as_utf_8_whatever_the_header_says(
    way: str, status: int, charset: str, serve: Serve
) -> None:
    async def claim(_request: web.Request) -> web.StreamResponse:
        body = json.dumps({"choices": [{"message": {"content": "¿Por qué?"}}], "error": {"message": "später"}})
        headers = {"Content-Type": f"application/json; charset={charset}"}
        return web.Response(status=status, body=b"\xef\xbb\xbf" + body.encode(), headers=headers)

    asking = MODELS[way](await serve(claim)).answer(QUESTION, Billing())
    if status == 200:
        assert (await asking).text == "¿Por qué?"
    else:
        with pytest.raises(TransientError, match="HTTP 503: später"):
            await asking


@pytest.mark.parametrize("way", MODELS)
async def test_a_key_repeated_in_a_refusal_is_redacted(way: str, serve: Serve) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        message = {"content": None, "refusal": f"not with {request.headers['Authorization']}"}
        return web.Response(text=json.dumps({"choices": [{"message": message}]}), content_type="application/json")

    answer = await MODELS[way](await serve(refuse)).answer(QUESTION, Billing())

    assert answer.refusal == "not with Bearer ***"


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (429, TransientError, "asks to slow down"),
        (402, NeedsLoginError, "no credit left"),
        (502, TransientError, "is not available now (HTTP 502: upstream)"),
        (200, TransientError, "the answer is not a chat completion"),
        ("503", TransientError, "the answer is not a chat completion"),
    ],
)
async def test_an_error_in_a_200_response_is_raised(
    way: str, code: object, kind: type[ProviderError], says: str, serve: Serve
) -> None:
    async def begin(_request: web.Request) -> web.StreamResponse:
        body = {"error": {"code": code, "message": "upstream"}}
        return web.Response(text=json.dumps(body), content_type="application/json")

    with pytest.raises(kind, match=re.escape(says)):
        await MODELS[way](await serve(begin)).answer(QUESTION, Billing())


Broken = Callable[[bytes], bytes]
ANSWER = json.dumps({"choices": [{"message": {"content": "{}"}}]}).encode()


@contextlib.asynccontextmanager
async def speaking(reply: Broken, seen: list[str]) -> AsyncIterator[str]:
    """A server that responds with `reply` of the request line that contains the key, if any does."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.decode())
        writer.write(reply(next((line for line in head.split(b"\r\n") if KEY.encode() in line), b"")))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize(
    "broken",
    [
        lambda key: b"HTTP/1.1 BAD " + key + b"\r\n\r\n",
        lambda key: b"HTTP/1.1 200 OK\r\nno header " + key + b"\r\n\r\n",
        lambda key: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + key + b"\r\n",
    ],
    ids=["status line", "header", "chunk"],
)
async def test_a_key_that_is_not_a_valid_header_is_not_in_the_traceback(way: str, broken: Broken) -> None:
    async with speaking(broken, []) as url:
        with pytest.raises(TransientError, match=r"no connection \(the answer is \w+") as caught:
            await MODELS[way](url).answer(QUESTION, Billing())

    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("way", MODELS)
async def test_credentials_for_the_host_do_not_replace_the_key(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str] = []

    async with speaking(lambda _: b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + ANSWER, seen) as url:
        answer = await MODELS[way](url).answer(QUESTION, Billing())

    assert answer.text == "{}"
    assert f"Authorization: Bearer {KEY}\r\n" in seen[0]


@pytest.mark.parametrize("way", MODELS)
async def test_the_proxy_is_used_with_its_password(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async with speaking(lambda _: b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + ANSWER, seen) as url:
        monkeypatch.setenv("http_proxy", url.replace("//", "//me:mine@"))
        await MODELS[way]("http://models.example").answer(QUESTION, Billing())

    assert seen[0].startswith("POST http://models.example/")
    assert "Proxy-Authorization: Basic bWU6bWluZQ==\r\n" in seen[0]


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize("address", ["", "http://me:mi-ne/x@127.0.0.1:9", "http://me:mi-ne#@127.0.0.1:9", "me:mi-ne@h"])
async def test_the_password_of_a_proxy_is_redacted(way: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with speaking(lambda _: b"HTTP/1.1 407 Who Are You\r\nConnection: close\r\n\r\n", []) as url:
        monkeypatch.setenv("https_proxy", address or url.replace("//", "//me:mi-ne@"))
        with pytest.raises(TransientError, match="no connection") as caught:
            await MODELS[way]("https://models.example").answer(QUESTION, Billing())

    if "@h" not in address:  # that one is a host that does not exist
        assert caught.value.hint == "Check HTTPS_PROXY"
    assert "mi-ne" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("way", MODELS)
async def test_the_reservation_includes_reasoning_tokens(way: str, serve: Serve) -> None:
    rooms: list[int] = []

    async def write(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        rooms.append(body.get("max_tokens", body.get("max_completion_tokens")))
        return web.json_response({"choices": [{"message": {"content": "{}"}}]})

    model = MODELS[way](await serve(write))
    coins = InMemoryLedger()
    await model.answer(QUESTION, Billing(prices={model.model: DOLLAR_A_TOKEN}, budgets=[Budget(coins, None)]))

    assert coins.usd == rooms[0]


def closed_port() -> str:
    """An address without a server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


class Tokens:
    """A ledger that only counts tokens."""

    tokens = 0

    async def reserve(self, tokens: int, **_limits: object) -> date:
        """See `CallLedger`."""
        self.tokens += tokens
        return date(2026, 11, 26)

    async def correct(self, day: date, *, tokens: int, **_more: object) -> None:
        """See `CallLedger`."""
        self.tokens += tokens

    async def close(self, until: datetime) -> None:
        """See `CallLedger`."""


async def spent(way: str, url: str) -> tuple[bool, bool]:
    """Whether a failed request was charged, and its tokens counted by the throttle."""
    coins, tokens = InMemoryLedger(), Tokens()
    model = MODELS[way](url, limiter=throttle(ledger=tokens))
    with pytest.raises(ProviderError):
        await model.answer(QUESTION, Billing(prices={model.model: DOLLAR_A_TOKEN}, budgets=[Budget(coins, None)]))
    return coins.usd > 0, tokens.tokens > 0


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize(
    ("status", "is_charged"),
    [(400, False), (401, False), (429, False), (503, False), (504, True), (524, True), (200, True)],
)
async def test_a_refusal_is_free_and_a_lost_response_is_charged_in_full(
    way: str, status: int, is_charged: bool, serve: Serve
) -> None:
    async def say(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="<html>no completion</html>")

    assert await spent(way, await serve(say)) == (is_charged, is_charged)


@pytest.mark.parametrize("way", MODELS)
async def test_a_broken_connection_is_charged_in_full_and_a_failed_one_not_at_all(way: str) -> None:
    async with speaking(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", []) as url:
        assert await spent(way, url) == (True, True)

    assert await spent(way, closed_port()) == (False, False)


@pytest.mark.parametrize("way", MODELS)
async def test_an_implausible_token_count_does_not_change_later_reservations(way: str, serve: Serve) -> None:
    async def count(_request: web.Request) -> web.StreamResponse:
        usage = {"prompt_tokens": 900_000_000, "completion_tokens": 1}
        return web.json_response({"choices": [{"message": {"content": "{}"}}], "usage": usage})

    model, coins = MODELS[way](await serve(count)), InMemoryLedger()
    dollar_a_token = Price(usd_per_million_in=1e6, usd_per_million_out=0)
    for _ in range(2):
        await model.answer(QUESTION, Billing(prices={model.model: dollar_a_token}, budgets=[Budget(coins, None)]))

    assert 0 < coins.most < 1_000


@pytest.mark.parametrize("name", ["groq", "deepseek"])
def test_an_address_with_a_password_and_a_key_is_refused(name: str) -> None:
    table = {"base_url": "https://me:mine@models.example", "api_key": KEY}
    settings = Settings(groq=table) if name == "groq" else Settings(services={name: table})  # type: ignore[arg-type]

    with pytest.raises(ConfigurationError, match=r"base_url: has a password in it, and there is also a key") as caught:
        make_models(name, settings, throttle(name))

    assert "mine" not in str(caught.value)
    assert KEY not in str(caught.value)


def test_an_address_with_a_password_works_without_a_key() -> None:
    table = {"base_url": "http://me:mine@models.example/v1", "models": ("m",)}

    assert make_models("ollama", Settings(services={"ollama": table}), throttle("ollama"))  # type: ignore[dict-item]


@pytest.mark.parametrize("way", MODELS)
async def test_a_key_repeated_in_escaped_form_is_redacted(way: str, serve: Serve) -> None:
    spelt = "".join(f"\\u{ord(sign):04x}" for sign in KEY)
    message = f'{{"content": "never {spelt}", "refusal": "{"x" * 195}{spelt}"}}'

    async def refuse(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=f'{{"choices": [{{"message": {message}}}]}}', content_type="application/json")

    answer = await MODELS[way](await serve(refuse)).answer(QUESTION, Billing())

    assert (answer.text, answer.refusal) == ("never ***", "x" * 195 + "***")


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize("charset", ["rot13", "zlib", "undefined", "idna"])
async def test_a_response_is_utf_8_whatever_its_charset(way: str, charset: str, serve: Serve) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": f"application/json; charset={charset}"}
        return web.Response(status=200 if "{}" in await request.text() else 400, body=ANSWER, headers=headers)

    question = replace(QUESTION, messages=(Message(role="user", content="{}"),))
    model = MODELS[way](await serve(answer))

    assert (await model.answer(question, Billing())).text == "{}"
    with pytest.raises(PermanentError, match="refuses the request"):
        await model.answer(QUESTION, Billing())
