"""Add a film to a playlist, which is created if missing: exactly one per title.

state/youtube/<channel>/playlists/<name>.json has its id and the order of our films in it. It is locked by one process
from the lookup of the playlist to the insertion of the film: two films that are ready at the same moment neither create
it twice nor compute wrong positions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.files import read_file, storage_errors, write_atomically
from pipeline.keys import content_key
from pipeline.language.text import clean_text
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.extras.steps import Extras
from pipeline.publishing.youtube.failures import reason_of
from pipeline.publishing.youtube.responses import id_at, pages, text_at
from pipeline.state.locks import held

TITLE_MAX_CHARS = 150
_BRACKETS = str.maketrans("<>", "‹›")
# A playlist with automatic sorting takes no position; one that was changed meanwhile may be shorter.
_NO_POSITION = frozenset({"manualSortRequired", "invalidPlaylistItemPosition"})
_KEY_DIGITS = 16


class _PlaylistFile(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    model_schema: Literal[1] = Field(1, alias="schema")
    name: str
    id: str = ""
    # The sort keys of our films, by video id.
    places: dict[str, str] = {}


class _PlaylistGoneError(Exception):
    """The playlist was deleted. Never leaves this module."""


class PlaylistEntry:
    """Adds one film to one playlist, once."""

    method = "playlistItems.insert"
    can_wait = False
    content = ""

    def __init__(self, extras: Extras, folder: Path) -> None:
        """`folder` is that of the playlist files."""
        self._title = clean_text(extras.playlist.translate(_BRACKETS))[:TITLE_MAX_CHARS].strip()
        self._place = extras.place
        self._privacy = extras.playlist_privacy
        self._path = folder / f"{content_key(_normalised(self._title))[:_KEY_DIGITS]}.json"
        self.name = f"playlist “{self._title}”"

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:  # noqa: ARG002 - always reads first
        """See `Step`."""
        async with held(self._path.with_suffix(".lock"), what=self.name):
            file = await to_thread.run_sync(self._read)

            async def once() -> None:
                try:
                    await self._add(calls, file, video_id)
                except _PlaylistGoneError:
                    file.id, file.places = "", {}
                    await self._add(calls, file, video_id)

            try:
                await calls.with_retries(once)
            except _PlaylistGoneError:
                raise calls.transient(f"{self.name} is deleted while films are added to it") from None

    async def _add(self, calls: Calls, file: _PlaylistFile, video_id: str) -> None:
        if not file.id:
            file.id = await self._find(calls) or await self._make(calls)
            await to_thread.run_sync(self._write, file)
        video_ids = await self._films(calls, file.id)
        if video_id in video_ids:
            return
        position = self._position(video_ids, file.places)
        file.places[video_id] = self._place
        await to_thread.run_sync(self._write, file)
        resource = {"kind": "youtube#video", "videoId": video_id}
        snippet: dict[str, Any] = {"playlistId": file.id, "resourceId": resource}
        wanted = snippet if position is None else {**snippet, "position": position}
        reply = await calls.request_json("playlistItems.insert", {"part": "snippet"}, {"snippet": wanted})
        if position is not None and reply.status == 400 and reason_of(reply) in _NO_POSITION:
            reply = await calls.request_json("playlistItems.insert", {"part": "snippet"}, {"snippet": snippet})
        if reply.status == 404 and reason_of(reply) == "playlistNotFound":
            raise _PlaylistGoneError
        if reason_of(reply) != "videoAlreadyInPlaylist":
            calls.parsed(reply)

    def _position(self, video_ids: list[str], places: Mapping[str, str]) -> int | None:
        """The position before the first of our films that sorts after this one; None: at the end."""
        if not self._place:
            return None
        own_key = _natural_key(self._place)
        after = (n for n, film in enumerate(video_ids) if places.get(film) and _natural_key(places[film]) > own_key)
        return next(after, None)

    async def _find(self, calls: Calls) -> str:
        """The id of the channel's playlist with that title; empty: video_ids is none."""
        wanted = {"part": "snippet", "mine": "true"}
        async for items in pages(
            lambda parameters: calls.query("playlists.list", parameters), wanted, where=calls.where
        ):
            for item in items:
                if _normalised(text_at(item, "snippet", "title")) == _normalised(self._title) and (
                    found := id_at(item, "id")
                ):
                    return found
        return ""

    async def _make(self, calls: Calls) -> str:
        resource = {"snippet": {"title": self._title}, "status": {"privacyStatus": self._privacy}}
        answer = calls.parsed(await calls.request_json("playlists.insert", {"part": "snippet,status"}, resource))
        if playlist := id_at(answer, "id"):
            return playlist
        raise calls.transient(f"does not return the id of {self.name}")

    async def _films(self, calls: Calls, playlist: str) -> list[str]:
        """The video ids in it, in order. Also raises `_PlaylistGoneError`."""

        async def query(parameters: Mapping[str, str]) -> dict[str, Any]:
            answer = await calls.query_or_none("playlistItems.list", parameters, absent="playlistNotFound")
            if answer is None:
                raise _PlaylistGoneError
            return answer

        wanted = {"part": "contentDetails", "playlistId": playlist}
        return [
            text_at(item, "contentDetails", "videoId")
            async for items in pages(query, wanted, where=calls.where)
            for item in items
        ]

    def _read(self) -> _PlaylistFile:
        with storage_errors(self._path, "read"):
            try:
                return _PlaylistFile.model_validate_json(read_file(self._path))
            except (FileNotFoundError, ValidationError):
                # Only the order of published films is lost: the playlist is found by its title.
                return _PlaylistFile(name=self._title)

    def _write(self, file: _PlaylistFile) -> None:
        write_atomically(self._path, file.model_dump_json(by_alias=True, indent=2) + "\n")


def _normalised(title: str) -> str:
    return clean_text(title).casefold()


def _natural_key(place: str) -> tuple[tuple[int, str], ...]:
    """A natural sort key: numbers compare by value."""
    parts = re.split(r"(\d+)", place.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
