"""Where films are published, and how."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.choices import License, Privacy
from pipeline.model.metadata import known_category
from pipeline.model.schedule import Hours, Slots, Zone
from pipeline.settings.value_types import DAY_S, MAX_INT, HttpUrl, Names, SettingsGroup

DEFAULT_CHANNEL = "default"
# Units by method, where it is not one: https://developers.google.com/youtube/v3/determine_quota_cost
KNOWN_COSTS = (
    "captions.insert 400",
    "captions.update 450",
    "captions.list 50",
    "captions.delete 50",
    "thumbnails.set 50",
    "playlists.insert 50",
    "playlists.update 50",
    "playlists.delete 50",
    "playlistItems.insert 50",
    "playlistItems.update 50",
    "playlistItems.delete 50",
    "videos.update 50",
    "videos.delete 50",
)
_COST = re.compile(r"(\w+\.\w+) (\d{1,9})", re.ASCII)
# A file is named after it.
_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def _channel(value: str) -> str:
    if not _CHANNEL.fullmatch(value):
        raise ValueError("must be letters, digits, - and _")
    return value


def _destinations(value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        host, colon, channel = name.partition(":")
        is_channel = host == "youtube" and (not colon or _CHANNEL.fullmatch(channel))
        if not is_channel and not (host == "folder" and channel.strip()):
            raise ValueError("must be youtube, youtube:CHANNEL or folder:PATH")
    return tuple(dict.fromkeys(value))


def _zone(value: str) -> str:
    return Zone(value).name


def _zones(value: tuple[str, ...]) -> tuple[str, ...]:
    for each in value:
        channel, space, zone = each.partition(" ")
        if not (space and _CHANNEL.fullmatch(channel)):
            raise ValueError(f"{each[:60]!r} names no channel and its zone; write e.g. cooking Europe/Berlin")
        _zone(zone.strip())
    return value


def _hours(value: str) -> str:
    if value:
        Hours.parse(value)
    return value


def _slots(value: object) -> object:
    """A rule has commas of its own: there is one rule in a flag or a variable, and a list of them in a file."""
    return ([value] if value.strip() else []) if isinstance(value, str) else value


def _known_slots(value: tuple[str, ...]) -> tuple[str, ...]:
    Slots.parse(value)
    return value


def _costs(value: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := next((each for each in value if not _COST.fullmatch(each)), None):
        raise ValueError(f"{wrong[:60]!r} is no cost; write e.g. captions.insert 400")
    return value


class PublishingSettings(SettingsGroup):
    """Where films go besides output/."""

    to: Annotated[Names, AfterValidator(_destinations)] = Field(
        (),
        description="Video hosts: youtube (the channel of youtube.channel) or youtube:CHANNEL; and folder:PATH, where "
        "each film gets a folder with all that is needed to upload it by hand. Empty: none.",
    )


class YouTubeSettings(SettingsGroup):
    """YouTube. Log in once: nightreel auth youtube."""

    root_url: HttpUrl = Field("https://youtube.googleapis.com", description="Address of the service.")
    token_url: HttpUrl = Field(
        "https://oauth2.googleapis.com/token", description="Where logins are renewed; what token files say is not used."
    )
    auth_url: HttpUrl = Field(
        "https://accounts.google.com/o/oauth2/v2/auth", description="Where the browser is sent to log in."
    )
    device_url: HttpUrl = Field(
        "https://oauth2.googleapis.com/device/code", description="Where a code for auth youtube --device comes from."
    )
    channel: Annotated[str, AfterValidator(_channel)] = Field(
        DEFAULT_CHANNEL,
        description="Which login is used where none is named: credentials/youtube/CHANNEL.token.json.",
    )
    privacy: Privacy = Field("private", description="Who may see a film; what a brief says (privacy:) goes before it.")
    slots: Annotated[tuple[str, ...], BeforeValidator(_slots), AfterValidator(_known_slots)] = Field(
        (),
        description='When films become public, one at each time: ["Mon-Fri 18:00", "Sat,Sun 10:00,16:00"], or "daily '
        '18:00". Each film gets the next time that is free, a quarter of an hour from now or later, and is private '
        "until then. A brief that says privacy: or publish_at: gets what it says; empty: no times.",
    )
    time_zone: Annotated[str, Field(max_length=60), AfterValidator(_zone)] = Field(
        "",
        description="Where the clocks hang that slots, hours and publish_at: mean, e.g. Europe/Berlin; a brief may "
        "name another (time_zone:); empty: this machine.",
    )
    time_zones: Annotated[Names, AfterValidator(_zones)] = Field(
        (),
        description='The same for single channels, by the names of their logins: ["cooking Europe/Berlin", "news '
        'America/New_York"].',
    )
    category: Annotated[str, AfterValidator(known_category)] = Field(
        "27", pattern=r"^\d{1,3}$", description="YouTube's number of a category; 27 is education, 28 science."
    )
    made_for_kids: bool = Field(
        default=False, description="Whether films are made for children. It is always sent: the law asks for it."
    )
    synthetic_media: bool = Field(
        default=False,
        description="Whether films show realistic things that were made or changed by a machine, which YouTube labels. "
        "Scripts, voices that read them, charts and captions need no label; realistic scenes and cloned voices do.",
    )
    notify_subscribers: bool = Field(default=False, description="Whether subscribers are told of each film.")
    license: License = Field(
        "youtube", description="youtube: nobody may use it elsewhere; creativeCommon: CC BY, for everybody."
    )
    embeddable: bool = Field(default=True, description="Whether other sites may show a film.")
    thumbnail: bool = Field(default=True, description="Whether a film gets its thumbnail; 50 units of quota.")
    captions: bool = Field(
        default=True,
        description="Whether a film gets its subtitles as a track of captions, and those beside it in other languages "
        "(video.es.srt); 400 units each, of 10,000 a day.",
    )
    titles: bool = Field(
        default=True,
        description="Whether a film that is made in several languages is shown in each with the title of the film in "
        "that language; 50 units.",
    )
    playlist: str = Field(
        "",
        max_length=150,
        description="The playlist that films go into, by name, where the brief names none; made if there is none of "
        "that name, as visible as the film. Empty: none. 50 units, and 50 for a new one.",
    )
    playlist_in_order: bool = Field(
        default=True,
        description="Whether films stand in a playlist in the order of their list, or of their files' names, whatever "
        "the order in which they are ready; else the newest is the last.",
    )
    wait_for_processing_s: float = Field(
        120,
        ge=0,
        le=DAY_S,
        description="How many seconds a film that is out is watched until YouTube has processed it; a unit a look, "
        "and 6 looks in 2 minutes. What comes later is told by: nightreel published --check.",
    )
    chunk_kib: int = Field(
        8192,
        ge=256,
        le=1_048_576,
        multiple_of=256,
        description="How much of a film is sent in one request, in KiB; a multiple of 256. That much is held in "
        "memory, and at most that much is sent again after the line was cut.",
    )
    concurrency: int = Field(2, ge=1, le=20, description="Films that are sent to one channel at the same time.")
    films_per_min: float = Field(
        0, ge=0, le=1e6, description="Films that are begun to be sent to one channel in a minute, at most; 0: no limit."
    )
    kib_per_s: int = Field(
        0,
        ge=0,
        le=MAX_INT,
        description="KiB a second that all uploads of one process take of the line; 0: no limit. A film has "
        "time_limits.publishing_s to arrive: raise it if a large one needs more.",
    )
    hours: Annotated[str, Field(max_length=20), AfterValidator(_hours)] = Field(
        "", description="Hours of the day in which films are sent, e.g. 22:00-06:00; outside they wait; empty: always."
    )
    uploads_per_day: int = Field(
        100,
        ge=0,
        le=MAX_INT,
        description="Calls of videos.insert that the Google project has in a day: one for each film, and one more "
        "where an upload has to be begun anew. The day ends at midnight in California; 0: no limit.",
    )
    units_per_day: int = Field(
        10_000, ge=0, le=MAX_INT, description="Units that the project has in a day for all other calls; 0: no limit."
    )
    costs: Annotated[Names, AfterValidator(_costs)] = Field(
        KNOWN_COSTS,
        description="Units that a call costs, by method; others cost 1, and videos.insert none. Google changes them. A "
        "method that is left out here costs what it does now.",
    )
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Seconds to wait for an answer.")

    @property
    def cost_by_method(self) -> dict[str, int]:
        """Units."""
        told = (each.split(" ") for each in (*KNOWN_COSTS, *self.costs))
        return {method: int(units) for method, units in told}

    def time_zone_of(self, channel: str) -> str:
        """Where the clocks of a channel hang: the name of a zone; empty: this machine."""
        told = (each.partition(" ") for each in self.time_zones)
        return {name: zone.strip() for name, _, zone in told}.get(channel, self.time_zone)

    @model_validator(mode="after")
    def _slots_make_public(self) -> YouTubeSettings:
        if self.slots and self.privacy == "unlisted":
            raise ValueError("privacy can't be unlisted with slots: at its time a film becomes public")
        return self
