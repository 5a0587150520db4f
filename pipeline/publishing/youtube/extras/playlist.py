"""A film's place in a playlist. There is one playlist of a name, whoever wants it first.

state/youtube/<channel>/playlists/<name>.json says which one it is, and where our films stand in it. It is held by one
process at a time, from looking for the playlist to the film's place in it: two films that are ready at the same moment
neither make it twice nor count its films wrongly.
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
# A playlist that sorts itself takes no position, and one that has changed meanwhile perhaps another one.
_NO_POSITION = frozenset({"manualSortRequired", "invalidPlaylistItemPosition"})
_KEY_DIGITS = 16


class _Book(BaseModel):
    """What is known of a playlist."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    model_schema: Literal[1] = Field(1, alias="schema")
    name: str
    id: str = ""
    # Of our films, by id.
    places: dict[str, str] = {}


class _PlaylistGoneError(Exception):
    """Somebody has removed it. Stays within this module."""


class PlaylistPlace:
    """One film into one playlist, once."""

    method = "playlistItems.insert"
    can_wait = False
    content = ""

    def __init__(self, extras: Extras, folder: Path) -> None:
        """`folder` is where what is known of playlists is kept."""
        self._title = clean_text(extras.playlist.translate(_BRACKETS))[:TITLE_MAX_CHARS].strip()
        self._place = extras.place
        self._privacy = extras.playlist_privacy
        self._path = folder / f"{content_key(_plain(self._title))[:_KEY_DIGITS]}.json"
        self.name = f"playlist “{self._title}”"

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:  # noqa: ARG002 - always looked up
        """See `Step`."""
        async with held(self._path.with_suffix(".lock"), what=self.name):
            book = await to_thread.run_sync(self._read)

            async def once() -> None:
                try:
                    await self._add(calls, book, video_id)
                except _PlaylistGoneError:
                    book.id, book.places = "", {}
                    await self._add(calls, book, video_id)

            try:
                await calls.patiently(once)
            except _PlaylistGoneError:
                raise calls.passing(f"{self.name} is removed while films are added to it") from None

    async def _add(self, calls: Calls, book: _Book, video_id: str) -> None:
        if not book.id:
            book.id = await self._find(calls) or await self._make(calls)
            await to_thread.run_sync(self._write, book)
        there = await self._films(calls, book.id)
        if video_id in there:
            return
        position = self._position(there, book.places)
        book.places[video_id] = self._place
        await to_thread.run_sync(self._write, book)
        resource = {"kind": "youtube#video", "videoId": video_id}
        snippet: dict[str, Any] = {"playlistId": book.id, "resourceId": resource}
        wanted = snippet if position is None else {**snippet, "position": position}
        reply = await calls.tell("playlistItems.insert", {"part": "snippet"}, {"snippet": wanted})
        if position is not None and reply.status == 400 and reason_of(reply) in _NO_POSITION:
            reply = await calls.tell("playlistItems.insert", {"part": "snippet"}, {"snippet": snippet})
        if reply.status == 404 and reason_of(reply) == "playlistNotFound":
            raise _PlaylistGoneError
        if reason_of(reply) != "videoAlreadyInPlaylist":
            calls.told(reply)

    def _position(self, there: list[str], places: Mapping[str, str]) -> int | None:
        """Before the first film that comes after ours; None: at the end. Films of others stay where they are."""
        if not self._place:
            return None
        ours = _in_order(self._place)
        after = (n for n, film in enumerate(there) if places.get(film) and _in_order(places[film]) > ours)
        return next(after, None)

    async def _find(self, calls: Calls) -> str:
        """The id of the channel's playlist of that name; empty: there is none."""
        wanted = {"part": "snippet", "mine": "true"}
        async for items in pages(lambda asked: calls.ask("playlists.list", asked), wanted, where=calls.where):
            for item in items:
                if _plain(text_at(item, "snippet", "title")) == _plain(self._title) and (found := id_at(item, "id")):
                    return found
        return ""

    async def _make(self, calls: Calls) -> str:
        resource = {"snippet": {"title": self._title}, "status": {"privacyStatus": self._privacy}}
        told = calls.told(await calls.tell("playlists.insert", {"part": "snippet,status"}, resource))
        if made := id_at(told, "id"):
            return made
        raise calls.passing(f"does not say what {self.name} is called")

    async def _films(self, calls: Calls, playlist: str) -> list[str]:
        """The films in it, in order. Raises `_PlaylistGoneError`, too."""

        async def ask(asked: Mapping[str, str]) -> dict[str, Any]:
            answer = await calls.find("playlistItems.list", asked, absent="playlistNotFound")
            if answer is None:
                raise _PlaylistGoneError
            return answer

        wanted = {"part": "contentDetails", "playlistId": playlist}
        return [
            text_at(item, "contentDetails", "videoId")
            async for items in pages(ask, wanted, where=calls.where)
            for item in items
        ]

    def _read(self) -> _Book:
        with storage_errors(self._path, "read"):
            try:
                return _Book.model_validate_json(read_file(self._path))
            except (FileNotFoundError, ValidationError):
                # Nothing is lost with it but the order of films that are out: the playlist is found by its name.
                return _Book(name=self._title)

    def _write(self, book: _Book) -> None:
        write_atomically(self._path, book.model_dump_json(by_alias=True, indent=2) + "\n")


def _plain(title: str) -> str:
    return clean_text(title).casefold()


def _in_order(place: str) -> tuple[tuple[int, str], ...]:
    """For sorting as people do: numbers by their size."""
    parts = re.split(r"(\d+)", place.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
