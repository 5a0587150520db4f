"""What several units are tried with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import token_file


@pytest.fixture
async def youtube(tmp_path: Path) -> AsyncIterator[YouTubeStandIn]:
    """YouTube, and the token of somebody who has logged in."""
    async with YouTubeStandIn() as stand_in:
        stand_in.write_token(token_file(tmp_path))
        yield stand_in
    assert stand_in.complaints == []
