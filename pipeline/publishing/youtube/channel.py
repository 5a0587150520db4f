"""A YouTube channel: its settings, limits and API client."""

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
from pipeline.publishing.youtube.tokens import Login, Token, resolve_token_path
from pipeline.state.ledgers.quota import ChannelPauses, ProjectQuota


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Settings and limits of one channel."""

    # The user's name for it, e.g. "default"; and its name in receipts and messages: "youtube" or "youtube:NAME".
    name: str
    address: str
    token: Path
    # The folder of its journals.
    journals: Path
    root_url: str
    token_url: str
    timeout_s: float
    chunk_bytes: int
    throttle: Throttle
    pauses: ChannelPauses
    # The quota of the project that a client belongs to.
    quota: Callable[[str], ProjectQuota]
    retry: RetryPolicy
    clock: Callable[[], datetime]
    # None: no limit.
    bandwidth: Bandwidth | None = None
    hours: Hours | None = None
    # How long to wait for YouTube to process a published film; None: do not check.
    processing_s: float | None = None

    @property
    def how_to_log_in(self) -> str:
        """The hint for people when a login is needed."""
        return f"Run: nightreel auth youtube --channel {self.name}"

    def check_hours(self) -> None:
        """Raise `ClosedError` outside of the hours in which uploads are allowed."""
        now = self.clock()
        if self.hours and not self.hours.contain(now):
            raise ClosedError(
                f"uploads are only allowed at {self.hours}", until=self.hours.next_begin(now), where=self.address
            )

    @asynccontextmanager
    async def open(self, token: Token | None = None) -> AsyncIterator[Calls]:
        """An API client for the length of the block; it uses `token`, one not saved yet, if given."""
        async with open_http(where=self.address, timeout_s=self.timeout_s, bandwidth=self.bandwidth) as http:
            login = Login(
                await to_thread.run_sync(resolve_token_path, self.token),
                http=http,
                token_url=self.token_url,
                where=self.address,
                login=self.how_to_log_in,
                # The request that needs the token is retried as a whole.
                retry=replace(self.retry, attempts=1),
                clock=self.clock,
                unsaved=token,
            )
            yield Calls(
                http=http,
                login=login,
                quota=self.quota,
                pauses=self.pauses,
                root_url=self.root_url,
                where=self.address,
                how_to_log_in=self.how_to_log_in,
                retry=self.retry,
                clock=self.clock,
            )
