"""Fixtures for the publishing room: a channel of the stand-in, and retries without waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline.limits import RetryPolicy
from pipeline.model.schedule import Hours
from pipeline.publishing import Subject
from pipeline.publishing.youtube import NO_LINKS, Channel, Extras, Links, Timing, VideoSettings, YouTubeDestination
from pipeline.publishing.youtube.timing import UNSCHEDULED
from pipeline.state.ledgers.quota import Allowance, ChannelPauses, ProjectQuota, project_of
from tests.standins.throttles import throttle
from tests.standins.youtube import CHUNK_BYTES, YouTubeStandIn

AT_ONCE = RetryPolicy(attempts=5, wait_initial_s=0, wait_max_s=0, retry_after_max_s=1)
# No limit.
PLENTY = Allowance(uploads_per_day=0, units_per_day=0, costs={})
ASKED = VideoSettings(
    privacy="unlisted", category="27", made_for_kids=False, synthetic_media=False, notify_subscribers=False
)


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def channel_of(
    youtube: YouTubeStandIn,
    root: Path,
    name: str = "default",
    *,
    chunk_bytes: int = CHUNK_BYTES,
    retry: RetryPolicy = AT_ONCE,
    clock: Callable[[], datetime] = now,
    allowance: Allowance = PLENTY,
    hours: Hours | None = None,
    processing_s: float | None = None,
) -> Channel:
    """The channel whose login is below `root`."""
    return Channel(
        name=name,
        address="youtube" if name == "default" else f"youtube:{name}",
        token=token_file(root, name),
        journals=root / "state" / "youtube" / name,
        root_url=youtube.url,
        token_url=youtube.token_url,
        timeout_s=10,
        chunk_bytes=chunk_bytes,
        throttle=throttle(f"youtube.{name}", clock=clock),
        pauses=ChannelPauses(root / "state" / "ledgers", name, clock=clock),
        quota=quota_in(root, allowance, clock),
        hours=hours,
        retry=retry,
        clock=clock,
        processing_s=processing_s,
    )


def quota_in(
    root: Path, allowance: Allowance = PLENTY, clock: Callable[[], datetime] = now
) -> Callable[[str], ProjectQuota]:
    """The quota of a project, by its client id."""
    folder = root / "state" / "ledgers"
    return lambda client_id: ProjectQuota(folder, project_of(client_id), allowance, clock=clock)


def token_file(root: Path, name: str = "default") -> Path:
    """The token file of a channel."""
    return root / "credentials" / "youtube" / f"{name}.token.json"


def film_for(
    channel: Channel,
    key: str = "0123456789abcdef",
    *,
    job: str = "job1",
    extras: Extras | None = None,
    timing: Timing = UNSCHEDULED,
    to_come: int = 0,
    links: Links = NO_LINKS,
    companions: frozenset[tuple[str, str]] | None = None,
) -> YouTubeDestination:
    """A film about `key` to be uploaded."""
    subject = Subject(key=key, job=job, batch="space", companions=companions)
    return YouTubeDestination(
        channel,
        subject,
        ASKED,
        extras=extras,
        timing=timing,
        to_come=lambda most: min(to_come, most),
        neighbours=lambda: links,
    )
