"""How many days publishing takes, by the quota of the projects. Loads little: `nightreel status` asks, too."""

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
    """What it takes to publish so many films at hosts whose logins are of one project. None: there is no limit."""

    hosts: tuple[str, ...]
    # Those that nobody has logged in to.
    without_login: tuple[str, ...]
    films: int
    # Those that are out, and wait for some of what goes with them.
    waiting: int
    films_per_day: int | None
    # As many get all that goes with them (thumbnail, captions, a place in a playlist), and when all of them have it;
    # the others are out without, and it follows.
    complete_per_day: int | None
    complete_days: int
    left_today: int | None
    # Days of the project, which begin at midnight in California; today included, if something is left of it.
    days: int


def allowance_of(wanted: YouTubeSettings) -> Allowance:
    """What a project may ask of YouTube in a day."""
    return Allowance(
        uploads_per_day=wanted.uploads_per_day, units_per_day=wanted.units_per_day, costs=wanted.cost_by_method
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
    """For `films` that go to all hosts of the settings, and some that are out and `waiting`, project by project.

    `series` are those that their briefs name, beside the one of the settings. Asks nobody. Blocks.
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
    """In words: "100 films a day to youtube, 48 left today: 250 films make 4 days"."""
    hosts = " and ".join(found.hosts)
    films, days = counted(found.films, "film"), counted(found.days, "day")
    if found.films_per_day is None:
        return f"{films} to {hosts}, without a limit"
    told = f"{found.films_per_day:,} films a day to {hosts}, {found.left_today:,} left today: {films}, {days}"
    everything = found.films + found.waiting
    if found.complete_per_day is not None and found.complete_per_day < min(everything, found.films_per_day):
        complete = counted(found.complete_days, "day")
        told += f"; with all that goes with them {found.complete_per_day:,} a day, {complete}: captions follow"
    return told + (f"; {found.waiting:,} out already, and wait for some of it" if found.waiting else "")


def _calls_per_film(settings: Settings, series: Collection[str]) -> dict[str, int]:
    """What a film in one language takes, if nothing has to be done again; as an episode, if some are of a series."""
    wanted = settings.youtube
    tables = [table for name in {*series, settings.episodes_of or ""} if (table := settings.series.get(name))]
    has_playlist = bool(wanted.playlist or tables)
    calls = {
        "videos.update": int(any(table.links for table in tables)),
        "thumbnails.set": int(wanted.thumbnail),
        "captions.insert": int(wanted.captions),
        "playlistItems.insert": int(has_playlist),
        "playlistItems.list": int(has_playlist),
        # Looks at how far its processing is: at least one.
        "videos.list": 1,
    }
    return {**CALLS_PER_FILM, **calls}


def _login(workspace: Path, settings: Settings, name: str) -> Path:
    channel = name.partition(":")[2] or settings.youtube.channel
    return workspace / "credentials" / "youtube" / f"{channel}.token.json"
