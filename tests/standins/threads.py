"""Threads instead of worker processes: a fixture to import, for tests of results and not of processes.

A new process loads all drawing code, which takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from anyio import to_thread

from pipeline.orchestrator.film.attempt import Attempt


@pytest.fixture
def in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the computations of an attempt in this process."""

    async def in_thread(
        _: Attempt, function: Callable[..., object], *arguments: object, duration_hint: float = 0.0
    ) -> object:
        return await to_thread.run_sync(partial(function, *arguments))

    monkeypatch.setattr(Attempt, "compute", in_thread)
