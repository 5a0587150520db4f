"""The ways to services, against a server that means no good: both hold to the same."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from anyio import to_thread

from pipeline.errors import PermanentError, TransientError
from pipeline.limits import Purse
from pipeline.script.chat import Message, Question
from tests.standins.models import KEY, groq_model, service_models

QUESTION = Question(messages=(Message(role="user", content="Why?"),), schema={"type": "object"}, schema_name="answer")
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
    "groq": lambda url: groq_model(url, api_key=KEY),
    "openai_compatible": lambda url: service_models("deepseek", url, api_key=KEY)[0],
}


@pytest.mark.parametrize("way", MODELS)
async def test_a_question_is_not_sent_on_to_another_address(way: str, serve: Serve) -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    with pytest.raises(PermanentError, match=r"nothing at this address \(HTTP 307\)"):
        await MODELS[way](await serve(redirect)).answer(QUESTION, Purse())

    assert len(asked) == 1


@pytest.mark.parametrize("way", MODELS)
@pytest.mark.parametrize("status", [200, 500])
async def test_an_answer_without_an_end_is_broken_off(way: str, status: int, serve: Serve) -> None:
    async def go_on(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                await response.write(b" " * 100_000)
        return response

    with pytest.raises(TransientError, match="the answer does not end"):
        await MODELS[way](await serve(go_on)).answer(QUESTION, Purse())


@pytest.mark.parametrize("status", [200, 500])
async def test_an_answer_that_is_packed_without_being_asked_for_is_not_unpacked(status: int, serve: Serve) -> None:
    async def bomb(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        packed = await to_thread.run_sync(gzip.compress, b" " * 50_000_000, 1)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return web.Response(status=status, body=packed, headers=headers)

    with pytest.raises(TransientError, match=r"groq: answers in an encoding that was not asked for \(gzip\)"):
        await MODELS["groq"](await serve(bomb)).answer(QUESTION, Purse())


async def test_what_is_unpacked_counts_as_it_is(serve: Serve) -> None:
    async def bomb(_request: web.Request) -> web.StreamResponse:
        packed = await to_thread.run_sync(gzip.compress, b" " * 9_000_000, 1)
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return web.Response(body=packed, headers=headers)

    with pytest.raises(TransientError, match="the answer does not end"):
        await MODELS["openai_compatible"](await serve(bomb)).answer(QUESTION, Purse())


@pytest.mark.parametrize("way", MODELS)
async def test_a_key_that_a_refusal_repeats_is_not_told(way: str, serve: Serve) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        message = {"content": None, "refusal": f"not with {request.headers['Authorization']}"}
        return web.Response(text=json.dumps({"choices": [{"message": message}]}), content_type="application/json")

    answer = await MODELS[way](await serve(refuse)).answer(QUESTION, Purse())

    assert answer.refusal == "not with Bearer ***"
