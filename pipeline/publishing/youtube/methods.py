"""The API methods that we call: HTTP verb and path. Their costs are in `state.ledgers.quota`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Method:
    """The HTTP verb and path of a method."""

    verb: str
    path: str


def _read(path: str) -> Method:
    return Method(verb="GET", path=f"youtube/v3/{path}")


def _write(path: str, *, verb: str = "POST", base: str = "youtube/v3") -> Method:
    return Method(verb=verb, path=f"{base}/{path}")


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "videos.insert": _write("videos", base="upload/youtube/v3"),
        "channels.list": _read("channels"),
        "videos.list": _read("videos"),
        "playlists.list": _read("playlists"),
        "playlistItems.list": _read("playlistItems"),
        "thumbnails.set": _write("thumbnails/set", base="upload/youtube/v3"),
        "playlists.insert": _write("playlists"),
        "playlistItems.insert": _write("playlistItems"),
        "videos.update": _write("videos", verb="PUT"),
        "captions.list": _read("captions"),
        "captions.insert": _write("captions", base="upload/youtube/v3"),
    }
)
