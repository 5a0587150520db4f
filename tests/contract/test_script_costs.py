"""The cost of scripts, and how the throttle accounts for requests."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from typing import Any

import aiohttp
import anyio
import pytest

from pipeline.errors import (
    BudgetError,
    NeedsLoginError,
    PermanentError,
    TransientError,
)
from pipeline.limits import Billing, Budget, RetryPolicy
from pipeline.model import (
    Cost,
    Price,
)
from pipeline.script import (
    ModelWriter,
    OutlineWriter,
    write_script,
)
from pipeline.template import Template
from tests.standins.briefs import NOTES, TOPIC
from tests.standins.faults import ON_ITS_WAY_S
from tests.standins.groq import GroqStandIn
from tests.standins.memory_ledger import InMemoryLedger
from tests.standins.models import IMPATIENT, NullCache, groq_at, service_models
from tests.standins.openai import MODELS, OpenAIStandIn
from tests.standins.throttles import throttle

PRICES = {"openai/gpt-oss-120b": Price(usd_per_million_in=0.15, usd_per_million_out=0.60)}


def billing(spent: list[Cost]) -> Billing:
    """A ledger without a limit that records purchases."""
    return Billing(prices=PRICES, on_cost=spent.append)


async def test_every_request_is_charged_including_failed_ones(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.enqueue("invalid_json", "declined")
    spent: list[Cost] = []

    with pytest.raises(PermanentError, match="declines"):
        await write_script(TOPIC, writers=[groq_writer], template=template, billing=billing(spent))

    assert len(spent) == 2
    for cost in spent:
        assert cost.tokens_in > 100
        assert cost.tokens_out > 0
        assert cost.usd == pytest.approx((0.15 * cost.tokens_in + 0.60 * cost.tokens_out) / 1e6)


@pytest.mark.parametrize("name", ["openai", "deepseek"])
async def test_cached_prompt_tokens_cost_less(name: Any, template: Template) -> None:
    prices = {MODELS[name][0]: Price(usd_per_million_in=1.0, usd_per_million_out=0.0, usd_per_million_cached=0.1)}
    spent: list[Cost] = []
    async with OpenAIStandIn(dialect=name, cached_tokens=1000) as server:
        writer = ModelWriter(service_models(name, server.url), cache=NullCache(), retry=IMPATIENT)
        await write_script(
            TOPIC, writers=[writer], template=template, billing=Billing(prices=prices, on_cost=spent.append)
        )

    assert spent[0].usd == pytest.approx((spent[0].tokens_in - 1000 + 100) / 1e6)


async def test_a_writer_without_a_service_costs_nothing(template: Template) -> None:
    spent: list[Cost] = []

    await write_script(NOTES, writers=[OutlineWriter()], template=template, billing=billing(spent))

    assert spent == []


async def test_each_request_is_a_throttle_call_that_reports_its_usage(groq: GroqStandIn, template: Template) -> None:
    book = Book()
    writer = groq_at(groq.url, limiter=throttle("groq", ledger=book))
    groq.enqueue("wrong_schema")
    spent: list[Cost] = []

    await write_script(TOPIC, writers=[writer], template=template, billing=billing(spent))

    assert len(book.reserved) == len(spent) == 2
    assert all(4096 < tokens < 8000 for tokens in book.reserved)
    for reserved, corrected, cost in zip(book.reserved, book.corrections, spent, strict=True):
        assert reserved + corrected == cost.tokens_in + cost.tokens_out


async def test_a_call_reserves_prompt_and_output_limit_and_learns_the_prompt_size(
    groq: GroqStandIn, template: Template
) -> None:
    book, spent = Book(), []
    writer = groq_at(groq.url, limiter=throttle("groq", ledger=book))

    for _ in range(3):
        await write_script(TOPIC, writers=[writer], template=template, billing=billing(spent))

    room = 4096
    over = [reserved - room - cost.tokens_in for reserved, cost in zip(book.reserved, spent, strict=True)]
    assert 0 < over[0] < spent[0].tokens_in
    assert all(0 <= more <= 0.05 * spent[0].tokens_in for more in over[1:])


async def test_a_request_beyond_the_budget_is_not_sent(groq: GroqStandIn, template: Template) -> None:
    exceeded = BudgetError("nothing is left")
    budget = Budget(InMemoryLedger(0.0), 0.0001, lambda _spent, _call: exceeded)
    asked = len(groq.history)

    with pytest.raises(BudgetError) as caught:
        await write_script(
            TOPIC, writers=[groq_at(groq.url)], template=template, billing=Billing(prices=PRICES, budgets=[budget])
        )

    assert caught.value is exceeded
    assert len(groq.history) == asked


async def test_a_429_closes_the_throttle_for_all_writers_until_its_time(groq: GroqStandIn, template: Template) -> None:
    groq.retry_after = "0.3"
    groq.enqueue("rate_limited")
    policy = RetryPolicy(attempts=3, wait_initial_s=0, wait_max_s=0, retry_after_max_s=60)
    writer = groq_at(groq.url, limiter=throttle("groq", concurrency=1), retry=policy)

    async def write() -> None:
        await write_script(TOPIC, writers=[writer], template=template)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(write)

    assert [request.fault for request in groq.history] == ["rate_limited", None, None, None]
    assert groq.complaints == []


async def test_the_stand_in_reports_a_client_that_does_not_wait(template: Template) -> None:
    async with GroqStandIn(retry_after="5") as server:
        server.enqueue("rate_limited")
        for attempt in range(2):
            with contextlib.suppress(TransientError):
                await write_script(TOPIC, writers=[groq_at(server.url)], template=template)
            await anyio.sleep(1.1 * ON_ITS_WAY_S * (1 - attempt))

        assert [complaint[:19] for complaint in server.complaints] == ["called while closed"]


async def test_a_wrong_key_is_tried_once(groq: GroqStandIn, template: Template) -> None:
    groq.faults = ["bad_key"]
    writer = groq_at(groq.url)

    for _ in range(3):
        with pytest.raises(NeedsLoginError, match="GROQ_API_KEY"):
            await write_script(TOPIC, writers=[writer], template=template)

    assert len(groq.history) == 1


async def test_the_error_for_a_wrong_key_suggests_the_outline_writer_if_there_are_notes(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.faults = ["bad_key"]

    hints = []
    for brief in (NOTES, NOTES, TOPIC):
        with pytest.raises(NeedsLoginError) as caught:
            await write_script(brief, writers=[groq_writer], template=template)
        hints.append(caught.value.hint)

    assert [hint.count("or use the notes as they are: --writer outline") for hint in hints] == [1, 1, 0]


async def test_invalid_answers_do_not_open_the_circuit_breaker(groq: GroqStandIn, template: Template) -> None:
    writer = groq_at(groq.url, limiter=throttle("groq", breaker_failures=1, patience_s=0))
    groq.faults = ["json_validate_failed"]

    for _ in range(2):
        with pytest.raises(TransientError, match="not valid JSON"):
            await write_script(TOPIC, writers=[writer], template=template)

    assert len(groq.history) == 4


async def test_recorded_requests_can_be_read_by_other_processes(groq: GroqStandIn, template: Template) -> None:
    groq.enqueue("overloaded")
    with pytest.raises(TransientError):
        await write_script(TOPIC, writers=[groq_at(groq.url)], template=template)

    async with aiohttp.ClientSession() as session, session.get(f"{groq.url}/_history") as response:
        assert await response.json() == {
            "requests": [{"topic": "Why is the sky blue?", "fault": "overloaded"}],
            "faults": {"overloaded": 1},
            "complaints": [],
        }


class Book:
    """A ledger that records its calls."""

    def __init__(self) -> None:
        self.reserved: list[int] = []
        self.corrections: list[int] = []

    async def reserve(self, tokens: int, *, call: str, **_limits: float | None) -> date:
        self.reserved.append(tokens)
        return date(2026, 11, 21)

    async def correct(
        self, day: date, *, call: str, tokens: int, requests: int = 0, told_tokens_per_min: int | None = None
    ) -> None:
        self.corrections.append(tokens)

    async def close(self, until: datetime) -> None:
        pass
