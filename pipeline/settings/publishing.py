"""Where films are published, and how."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipeline.settings.kinds import DAY_S, Group, HttpUrl, Names

DEFAULT_CHANNEL = "default"
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
            raise ValueError(f"knows no “{name[:80]}”; write youtube, youtube:CHANNEL or folder:PATH")
    return tuple(dict.fromkeys(value))


class PublishingSettings(Group):
    """Where films go besides output/."""

    to: Annotated[Names, AfterValidator(_destinations)] = Field(
        (),
        description="Video hosts: youtube (the channel of youtube.channel) or youtube:CHANNEL; and folder:PATH, where "
        "each film gets a folder with all that is needed to upload it by hand. Empty: none.",
    )


class YouTubeSettings(Group):
    """YouTube. Log in once: nightreel auth youtube."""

    root_url: HttpUrl = Field("https://youtube.googleapis.com", description="Address of the service.")
    token_url: HttpUrl = Field(
        "https://oauth2.googleapis.com/token", description="Where logins are renewed; what token files say is not used."
    )
    auth_url: HttpUrl = Field(
        "https://accounts.google.com/o/oauth2/v2/auth", description="Where the browser is sent to log in."
    )
    channel: Annotated[str, AfterValidator(_channel)] = Field(
        DEFAULT_CHANNEL,
        description="Which login is used where none is named: credentials/youtube/CHANNEL.token.json.",
    )
    privacy: Literal["private", "unlisted", "public"] = Field("private", description="Who may see a film.")
    category: str = Field(
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
    license: Literal["youtube", "creativeCommon"] = Field(
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
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Seconds to wait for an answer.")
