"""nightreel: topics become narrated, subtitled, checked films.

As a library::

    import anyio
    from pipeline import make_video

    if __name__ == "__main__":
        film = anyio.run(make_video, "topics/blue-sky.md")
        print(film.video, film.duration_s)

Read `pipeline.orchestrator` first: it tells the story of a film in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.version import __version__

if TYPE_CHECKING:
    from pipeline.api import (
        approve_films,
        make_video,
        make_videos,
        reject_film,
        resume_batch,
        retry_batch,
        review_batch,
        run_batch,
    )
    from pipeline.film import Film

__all__ = [
    "Film",
    "__version__",
    "approve_films",
    "make_video",
    "make_videos",
    "reject_film",
    "resume_batch",
    "retry_batch",
    "review_batch",
    "run_batch",
]


def __getattr__(name: str) -> object:
    """Load the library only when it is used, so that `nightreel --help` and worker processes start at once."""
    if name in __all__:
        from pipeline import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
