"""What several units are tried with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.film import runner
from tests.standins.single_stage import SETTINGS, Room
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import token_file


@pytest.fixture
async def youtube(tmp_path: Path) -> AsyncIterator[YouTubeStandIn]:
    """YouTube, and the token of somebody who has logged in."""
    async with YouTubeStandIn() as stand_in:
        stand_in.write_token(token_file(tmp_path))
        yield stand_in
    assert stand_in.complaints == []


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    """A workspace in which two films are made at once, for `room`."""
    return open_context(workspace=tmp_path, overrides=SETTINGS)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """One stage in place of all."""
    room = Room()
    monkeypatch.setattr(runner, "STAGES", room.stages)
    return room
