"""The methods of the API that we call: how each is asked, and what it costs.

Units are those of https://developers.google.com/youtube/v3/determine_quota_cost: of 10,000 a day for all methods
together, but for videos.insert, which has 100 calls a day of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Method:
    """How it is asked."""

    verb: str
    path: str
    # Of the day's units, or (videos.insert) of its calls.
    units: int


def _read(path: str) -> Method:
    return Method(verb="GET", path=f"youtube/v3/{path}", units=1)


def _write(path: str, units: int, *, verb: str = "POST", base: str = "youtube/v3") -> Method:
    return Method(verb=verb, path=f"{base}/{path}", units=units)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "videos.insert": _write("videos", 1, base="upload/youtube/v3"),
        "channels.list": _read("channels"),
        "videos.list": _read("videos"),
        "playlists.list": _read("playlists"),
        "playlistItems.list": _read("playlistItems"),
        "thumbnails.set": _write("thumbnails/set", 50, base="upload/youtube/v3"),
        "playlists.insert": _write("playlists", 50),
        "playlistItems.insert": _write("playlistItems", 50),
        "videos.update": _write("videos", 50, verb="PUT"),
        "captions.list": Method(verb="GET", path="youtube/v3/captions", units=50),
        "captions.insert": _write("captions", 400, base="upload/youtube/v3"),
    }
)
