"""A channel, and how to reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from anyio import to_thread

from pipeline.errors import ClosedError
from pipeline.limits import Bandwidth, RetryPolicy, Throttle
from pipeline.model.schedule import Hours
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.http import open_http
from pipeline.publishing.youtube.tokens import Login, Token, lies_at
from pipeline.state.ledgers.quota import ProjectQuota


@dataclass(frozen=True, kw_only=True)
class Channel:
    """What is known of it, and what is asked in its name goes by."""

    # As the user calls it, e.g. "default"; and as receipts and messages do: "youtube", or "youtube:NAME".
    name: str
    address: str
    token: Path
    # Where its journals are.
    journals: Path
    root_url: str
    token_url: str
    timeout_s: float
    chunk_bytes: int
    throttle: Throttle
    # Of the project that a client belongs to.
    quota: Callable[[str], ProjectQuota]
    retry: RetryPolicy
    clock: Callable[[], datetime]
    # None: no limit.
    bandwidth: Bandwidth | None = None
    hours: Hours | None = None
    # How long a film that is out is watched until YouTube has processed it; None: it is not looked at.
    processing_s: float | None = None

    @property
    def how_to_log_in(self) -> str:
        """What a person has to do."""
        return f"Run: nightreel auth youtube --channel {self.name}"

    def check_hours(self) -> None:
        """Raise `ClosedError` outside of the hours in which films are sent."""
        now = self.clock()
        if self.hours and not self.hours.contain(now):
            raise ClosedError(f"films are sent at {self.hours}", until=self.hours.next_begin(now), where=self.address)

    @asynccontextmanager
    async def open(self, token: Token | None = None) -> AsyncIterator[Calls]:
        """Requests in its name, for the length of the block; with a `token` that is not saved yet, by that."""
        async with open_http(where=self.address, timeout_s=self.timeout_s, bandwidth=self.bandwidth) as http:
            login = Login(
                await to_thread.run_sync(lies_at, self.token),
                http=http,
                token_url=self.token_url,
                where=self.address,
                login=self.how_to_log_in,
                # Whoever makes a request is patient already, and waits for all that it takes.
                retry=replace(self.retry, attempts=1),
                clock=self.clock,
                unsaved=token,
            )
            yield Calls(
                http=http,
                login=login,
                quota=self.quota,
                root_url=self.root_url,
                where=self.address,
                how_to_log_in=self.how_to_log_in,
                retry=self.retry,
                clock=self.clock,
            )
