"""The days that publishing takes under the quotas of Google projects. Few imports, as `nightreel status` uses it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.language.text import counted
from pipeline.settings import Settings
from pipeline.settings.publishing import YouTubeSettings
from pipeline.state.ledgers.quota import CALLS_PER_FILM, Allowance, ProjectQuota, project_of_token


@dataclass(frozen=True, kw_only=True)
class UploadDays:
    """The days that publishing films takes at hosts whose logins share a project. None: no limit."""

    hosts: tuple[str, ...]
    # Hosts without a login.
    without_login: tuple[str, ...]
    films: int
    # Published films that still lack a thumbnail, captions or a playlist entry.
    waiting: int
    films_per_day: int | None
    # Films per day with thumbnail, captions and playlist entry, and the days until all are complete; the others are
    # published without them first.
    complete_per_day: int | None
    complete_days: int
    left_today: int | None
    # Quota days, which start at midnight Pacific time; including today, if any quota is left.
    days: int


def allowance_of(youtube: YouTubeSettings) -> Allowance:
    """The daily quota of a project at YouTube."""
    return Allowance(
        uploads_per_day=youtube.uploads_per_day, units_per_day=youtube.units_per_day, costs=youtube.cost_by_method
    )


def upload_days(
    workspace: Path,
    settings: Settings,
    films: int,
    *,
    waiting: int = 0,
    series: Collection[str] = (),
    clock: Callable[[], datetime],
) -> tuple[UploadDays, ...]:
    """The days for `films` that go to all hosts of the settings, and incomplete published ones (`waiting`), by project.

    `series` are those named in briefs, besides the one of the settings. Sends no requests. Blocks.
    """
    channels = [name for name in settings.publishing.to if not name.startswith("folder:")]
    logins = {name: _login(workspace, settings, name) for name in channels}
    projects: dict[str, list[str]] = {}
    for name, token in logins.items():
        projects.setdefault(project_of_token(token), []).append(name)
    found = []
    for project, names in projects.items():
        folder = workspace / "state" / "ledgers"
        quota = ProjectQuota(folder, project, allowance_of(settings.youtube), clock=clock)
        taken = quota.days(films * len(names))
        complete = quota.days((films + waiting) * len(names), _calls_per_film(settings, series))
        found.append(
            UploadDays(
                hosts=tuple(names),
                without_login=tuple(name for name in names if not logins[name].exists()),
                films=taken.films,
                waiting=waiting * len(names),
                films_per_day=taken.films_per_day,
                complete_per_day=complete.films_per_day,
                complete_days=max(taken.days, complete.days),
                left_today=taken.left_today,
                days=taken.days,
            )
        )
    return tuple(found)


def describe_upload_days(found: UploadDays) -> str:
    """In words: "100 films a day to youtube, 48 left today: 250 films take 4 days"."""
    hosts = " and ".join(found.hosts)
    if found.films_per_day is None:
        return f"{counted(found.films, 'film')} to {hosts}, without a limit"
    text = f"{counted(found.films_per_day, 'film')} a day to {hosts}, {found.left_today:,} left today"
    if found.films:
        text += f": {counted(found.films, 'film takes', 'films take')} {counted(found.days, 'day')}"
    everything = found.films + found.waiting
    if found.complete_per_day is not None and found.complete_per_day < min(everything, found.films_per_day):
        complete = counted(found.complete_days, "day")
        text += f"; {complete} with thumbnails and captions, at {found.complete_per_day:,} a day"
    return text + (f"; {found.waiting:,} published already, but incomplete" if found.waiting else "")


def _calls_per_film(settings: Settings, series: Collection[str]) -> dict[str, int]:
    """API calls for a film in one language without retries; for an episode, if there are series."""
    youtube = settings.youtube
    tables = [table for name in {*series, settings.episodes_of or ""} if (table := settings.series.get(name))]
    has_playlist = bool(youtube.playlist or tables)
    calls = {
        "videos.update": int(any(table.links for table in tables)),
        "thumbnails.set": int(youtube.thumbnail),
        "captions.insert": int(youtube.captions),
        "playlistItems.insert": int(has_playlist),
        "playlistItems.list": int(has_playlist),
        # At least one check of the processing status.
        "videos.list": 1,
    }
    return {**CALLS_PER_FILM, **calls}


def _login(workspace: Path, settings: Settings, name: str) -> Path:
    channel = name.partition(":")[2] or settings.youtube.channel
    return workspace / "credentials" / "youtube" / f"{channel}.token.json"
