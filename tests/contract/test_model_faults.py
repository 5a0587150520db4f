"""Every row of the table of model faults in docs/faults.md, verified for every transport."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import errors
from pipeline.errors import NightreelError, ProviderError, TransientError
from pipeline.limits import RetryPolicy
from pipeline.model import Brief
from pipeline.script import ModelWriter, write_script
from pipeline.script.chat import ChatModel
from pipeline.template import Template
from tests.standins.groq import FAULTS, GroqStandIn
from tests.standins.models import IMPATIENT, KEY, SERVICE_KEY, NullCache, groq_model, service_models
from tests.standins.openai import MODELS, OpenAIStandIn

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
TOPIC = Brief(title="Why is the sky blue?")
# What is mended as it is read, or found by the gate, fails no request.
NO_FAILURE = {"too_long_texts", "in_english", "markup", "leaked_thinking", "in_parts", "fenced"}
TWICE = RetryPolicy(attempts=2, wait_initial_s=0, wait_max_s=0, retry_after_max_s=300)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table."""

    fault: str
    retry_after: str
    once: str
    error: str
    says: str
    asked: int


def section() -> str:
    return DOCUMENT.read_text(encoding="utf-8").split("\n## Models\n")[1].split("\n## ")[0]


def rows() -> list[Row]:
    found = []
    for line in section().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if name := re.match(r"`(\w+)` ?(\d*)$", cells[0]):
            found.append(
                Row(
                    fault=name[1],
                    retry_after=name[2],
                    once=cells[2],
                    error=cells[3].strip("`"),
                    says=cells[4],
                    asked=int(cells[5]),
                )
            )
    return found


ROWS = rows()
IDS = [f"{row.fault}{row.retry_after}" for row in ROWS]
SERVICES = ("groq", *MODELS)


@asynccontextmanager
async def service(name: str, **options: object) -> AsyncIterator[tuple[GroqStandIn, ChatModel]]:
    """A stand-in, and a model there that does not wait long for the end of a body."""
    timeout_s = 0.3 if options.get("faults") == ["slow_body"] else 20
    server = GroqStandIn(**options) if name == "groq" else OpenAIStandIn(dialect=name, **options)  # type: ignore[arg-type]
    async with server:
        if name == "groq":
            yield server, groq_model(server.url, timeout_s=timeout_s)
        else:
            yield server, service_models(name, server.url, timeout_s=timeout_s)[0]  # type: ignore[arg-type]


def writer(*models: ChatModel, retry: RetryPolicy = IMPATIENT) -> ModelWriter:
    return ModelWriter(models, cache=NullCache(), retry=retry)


def test_the_table_has_every_fault_of_the_stand_ins() -> None:
    assert {row.fault for row in ROWS} == FAULTS.keys() - NO_FAILURE
    assert {name for name in FAULTS if f"(`{name}`)" in section()} == NO_FAILURE


@pytest.mark.parametrize("row", ROWS, ids=IDS)
@pytest.mark.parametrize("name", SERVICES)
async def test_a_permanent_fault_raises_the_error_in_the_table(name: str, row: Row, template: Template) -> None:
    async with service(name, faults=[row.fault], retry_after=row.retry_after or "0") as (server, model):
        with pytest.raises(ProviderError, match=re.escape(row.says)) as caught:
            await write_script(TOPIC, writers=[writer(model)], template=template)

    assert type(caught.value) is getattr(errors, row.error)
    assert len(server.history) == row.asked
    if row.once.startswith("waits ") and isinstance(caught.value, TransientError):
        assert row.once == f"waits {caught.value.retry_after_s:g} s"
    assert_keeps_the_secret(caught.value)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_a_single_fault_has_the_outcome_in_the_table(row: Row, template: Template) -> None:
    # The wait itself is the retry policy's, which has tests of its own; here it is none.
    waits = row.once.startswith("waits")
    fault = "overloaded" if waits and row.fault in {"slow_body", "rate_limited_until_a_date"} else row.fault
    retry_after = "0" if waits else row.retry_after or "0"
    async with service("groq", retry_after=retry_after) as (server, first), service("openai") as (_, second):
        server.enqueue(fault)
        script = await write_script(TOPIC, writers=[writer(first, second, retry=TWICE)], template=template)
        messages = [len(request.body["messages"]) for request in server.history]
        room = [request.body["max_completion_tokens"] for request in server.history]

    if row.once == "next model":
        assert (script.writer, len(messages)) == ("openai", 1)
        assert row.says in script.fallback_reason
        return
    assert (script.writer, script.fallback_reason, len(messages)) == ("groq", "", 2)
    assert messages[1] == (4 if row.once == "shown what is wrong" else 2)
    assert (room[1] > room[0]) is (row.once == "asked for a longer answer")
    assert (room[1] < room[0]) is (row.once == "asked for a shorter answer")


@pytest.mark.parametrize("row", ROWS, ids=IDS)
async def test_after_every_permanent_fault_the_next_writer_writes_and_the_reason_is_recorded(
    row: Row, template: Template
) -> None:
    retry_after = row.retry_after or "0"
    async with (
        service("deepseek", faults=[row.fault], retry_after=retry_after) as (_, first),
        service("groq") as (_, second),
    ):
        script = await write_script(TOPIC, writers=[writer(first), writer(second)], template=template)

    assert (script.writer, script.model) == ("groq", "openai/gpt-oss-120b")
    assert script.fallback_reason.startswith("deepseek: ")
    assert row.says in script.fallback_reason


def assert_keeps_the_secret(error: NightreelError) -> None:
    link: BaseException | None = error
    while link is not None:
        for key in (KEY, SERVICE_KEY):
            assert key not in str(link)
            assert key not in repr(link)
        link = link.__cause__ or link.__context__
