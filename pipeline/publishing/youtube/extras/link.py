"""Link to a film from the description of a neighbour that was published before it: videos.update of the neighbour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.keys import content_key
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.journal import WATCH_URL
from pipeline.publishing.youtube.links import Links, Neighbour, with_links
from pipeline.publishing.youtube.updating import update_description
from pipeline.state.locks import held


class NeighbourLink:
    """A line in the neighbour's description. Idempotent; a deleted neighbour is ignored."""

    method = "videos.update"
    can_wait = False

    def __init__(self, links: Links, title: str, folder: Path, *, is_before: bool) -> None:
        """`title` is the linked film's; `folder` is the channel's."""
        film = links.before if is_before else links.after
        assert film is not None
        self.name = f"link in the episode {'before' if is_before else 'after'} it"
        self.content = content_key(film.id, title)
        self._film = film
        self._title = title
        self._links = replace(links, before=None, after=None)
        self._is_before = is_before
        self._lock = folder / "links.lock"

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:  # noqa: ARG002 - reads first anyway
        """See `Step`."""
        this = Neighbour(id=video_id, url=WATCH_URL + video_id, title=self._title)
        links = replace(self._links, after=this) if self._is_before else replace(self._links, before=this)
        # Both neighbours of a film may write its description at the same time: read and write under a lock.
        async with held(self._lock, what="links between films"):
            await update_description(calls, self._film.id, lambda text, tag: with_links(text, links.translated(tag)))
