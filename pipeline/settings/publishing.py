"""Publishing destinations, and YouTube."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.choices import License, Privacy
from pipeline.model.metadata import known_category
from pipeline.model.schedule import Hours, Slots, Zone
from pipeline.settings.value_types import DAY_S, MAX_INT, HttpUrl, Names, SettingsGroup

DEFAULT_CHANNEL = "default"
# Quota units of methods that cost more than one: https://developers.google.com/youtube/v3/determine_quota_cost
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
# Part of a file name.
_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


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
            raise ValueError(f"{each[:60]!r} is not of the form CHANNEL ZONE; write e.g. cooking Europe/Berlin")
        _zone(zone.strip())
    return value


def _hours(value: str) -> str:
    if value:
        Hours.parse(value)
    return value


def _slots(value: object) -> object:
    """Rules contain commas: a flag or a variable holds a single rule, the file a list of them."""
    return ([value] if value.strip() else []) if isinstance(value, str) else value


def _known_slots(value: tuple[str, ...]) -> tuple[str, ...]:
    Slots.parse(value)
    return value


def _costs(value: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := next((each for each in value if not _COST.fullmatch(each)), None):
        raise ValueError(f"{wrong[:60]!r} is not of the form METHOD UNITS; write e.g. captions.insert 400")
    return value


class PublishingSettings(SettingsGroup):
    """Publishing destinations in addition to output/."""

    to: Annotated[Names, AfterValidator(_destinations)] = Field(
        (),
        description="Destinations: youtube (the channel of youtube.channel), youtube:CHANNEL, or folder:PATH (a folder "
        "per film with everything for a manual upload). Empty: none.",
    )


class YouTubeSettings(SettingsGroup):
    """YouTube. Log in once: nightreel auth youtube."""

    root_url: HttpUrl = Field("https://youtube.googleapis.com", description="Base URL of the API.")
    token_url: HttpUrl = Field(
        "https://oauth2.googleapis.com/token",
        description="OAuth token endpoint; the one in token files is ignored.",
    )
    auth_url: HttpUrl = Field(
        "https://accounts.google.com/o/oauth2/v2/auth", description="OAuth authorization endpoint."
    )
    device_url: HttpUrl = Field(
        "https://oauth2.googleapis.com/device/code",
        description="OAuth device authorization endpoint (auth youtube --device).",
    )
    channel: str = Field(
        DEFAULT_CHANNEL,
        pattern=f"^{_CHANNEL.pattern}$",
        description="Default channel: the login in credentials/youtube/CHANNEL.token.json.",
    )
    privacy: Privacy = Field("private", description="Visibility; `privacy:` in a brief overrides it.")
    slots: Annotated[tuple[str, ...], BeforeValidator(_slots), AfterValidator(_known_slots)] = Field(
        (),
        description='Release slots, one film each: ["Mon-Fri 18:00", "Sat,Sun 10:00,16:00"], or "daily 18:00". Each '
        "film gets the next free slot, at least a quarter of an hour ahead, and is private until then. `privacy:` and "
        "`publish_at:` in a brief take precedence; empty: no schedule.",
    )
    time_zone: Annotated[str, Field(max_length=60), AfterValidator(_zone)] = Field(
        "",
        description="Time zone of slots, hours and `publish_at:`, e.g. Europe/Berlin; `time_zone:` in a brief "
        "overrides it; empty: that of this machine.",
    )
    time_zones: Annotated[Names, AfterValidator(_zones)] = Field(
        (),
        description='Time zones of single channels: ["cooking Europe/Berlin", "news America/New_York"].',
    )
    category: Annotated[str, AfterValidator(known_category)] = Field(
        "27", pattern=r"^\d{1,3}$", description="YouTube category id; 27 is education, 28 science and technology."
    )
    made_for_kids: bool = Field(
        default=False, description="Films are made for children. Always declared, as the law requires (COPPA)."
    )
    synthetic_media: bool = Field(
        default=False,
        description="Films contain realistic altered or synthetic media, which YouTube labels. Scripts, voices that "
        "read them, charts and captions need no label; realistic scenes and cloned voices do.",
    )
    notify_subscribers: bool = Field(default=False, description="Notify subscribers of each film.")
    license: License = Field("youtube", description="youtube (standard licence) or creativeCommon (CC BY).")
    embeddable: bool = Field(default=True, description="Allow embedding on other sites.")
    thumbnail: bool = Field(default=True, description="Upload the thumbnail; 50 quota units.")
    captions: bool = Field(
        default=True,
        description="Upload the subtitles as caption tracks, including other languages next to the film "
        "(video.es.srt); 400 quota units each, of 10,000 a day.",
    )
    titles: bool = Field(
        default=True,
        description="Upload localised titles of films that are made in several languages; 50 quota units.",
    )
    playlist: str = Field(
        "",
        max_length=150,
        description="Default playlist by name; created if it does not exist, with the film's visibility. Empty: none. "
        "50 quota units, and 50 to create it.",
    )
    playlist_in_order: bool = Field(
        default=True,
        description="Order playlists as in the topic list, or by file name; else by time of publication.",
    )
    wait_for_processing_s: float = Field(
        120,
        ge=0,
        le=DAY_S,
        description="How long to poll a published film until YouTube has processed it, in seconds; one quota unit per "
        "poll, 6 polls in 2 minutes. Later results: nightreel published --check.",
    )
    chunk_kib: int = Field(
        8192,
        ge=256,
        le=1_048_576,
        multiple_of=256,
        description="Chunk size of resumable uploads in KiB, a multiple of 256. One chunk is held in memory, and at "
        "most one is sent again after a lost connection.",
    )
    concurrency: int = Field(2, ge=1, le=20, description="Concurrent uploads per channel.")
    films_per_min: float = Field(
        0, ge=0, le=1e6, description="Rate limit of uploads started per channel and minute; 0: none."
    )
    kib_per_s: int = Field(
        0,
        ge=0,
        le=MAX_INT,
        description="Bandwidth limit of all uploads of a process in KiB/s; 0: none. An upload may take "
        "time_limits.publishing_s: raise that for large films.",
    )
    hours: Annotated[str, Field(max_length=20), AfterValidator(_hours)] = Field(
        "", description="Hours of the day in which uploads start, e.g. 22:00-06:00; empty: always."
    )
    uploads_per_day: int = Field(
        100,
        ge=0,
        le=MAX_INT,
        description="Daily quota of videos.insert calls of the Google project: one per film, and one more for an "
        "upload that has to be restarted. It resets at midnight Pacific time; 0: no limit.",
    )
    units_per_day: int = Field(
        10_000, ge=0, le=MAX_INT, description="Daily quota units of the project for all other calls; 0: no limit."
    )
    costs: Annotated[Names, AfterValidator(_costs)] = Field(
        KNOWN_COSTS,
        description="Quota units by API method; other methods cost 1, videos.insert 0. Google changes them. Methods "
        "that are left out keep the built-in cost.",
    )
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Timeout of a request in seconds.")

    @property
    def cost_by_method(self) -> dict[str, int]:
        """Quota units by API method."""
        pairs = (each.split(" ") for each in (*KNOWN_COSTS, *self.costs))
        return {method: int(units) for method, units in pairs}

    def time_zone_of(self, channel: str) -> str:
        """The IANA time zone of a channel; empty: that of this machine."""
        pairs = (each.partition(" ") for each in self.time_zones)
        return {name: zone.strip() for name, _, zone in pairs}.get(channel, self.time_zone)

    @model_validator(mode="after")
    def _check_slots(self) -> YouTubeSettings:
        if self.slots and self.privacy == "unlisted":
            raise ValueError("privacy can't be unlisted with slots: films become public in their slot")
        return self
