"""Fixtures shared by the contract suites."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from pipeline.script import ModelWriter
from pipeline.template import Template, load_template
from tests.standins.groq import GroqStandIn
from tests.standins.models import groq_at


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template("explainer", search=[])


@pytest.fixture
async def groq() -> AsyncIterator[GroqStandIn]:
    async with GroqStandIn() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def groq_writer(groq: GroqStandIn) -> ModelWriter:
    return groq_at(groq.url)
