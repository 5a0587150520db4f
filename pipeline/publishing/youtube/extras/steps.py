"""What is asked for beside a film, and what a step can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.choices import Privacy
from pipeline.publishing.youtube.calls import Calls


@dataclass(frozen=True, kw_only=True)
class Title:
    """A film in the words of another language."""

    title: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What goes with one film."""

    thumbnail: bool = False
    captions: bool = False
    # By name; empty: none.
    playlist: str = ""
    # Who may see a playlist that is made for it.
    playlist_privacy: Privacy = "private"
    # Where the film stands among others of its playlist: those of a list in the order of its lines, those of a folder
    # in that of their names ("talks/9.md" before "talks/10.md"). Empty: it comes last.
    place: str = ""
    # By language (BCP-47); languages whose films have no words yet, and whether these follow by themselves.
    titles: Mapping[str, Title] = field(default_factory=dict)
    untold: tuple[str, ...] = ()
    untold_follow: bool = False


class Step(Protocol):
    """One thing to be done for a film that is out."""

    @property
    def name(self) -> str:
        """For the journal and for people, e.g. "captions (es)"."""

    @property
    def method(self) -> str:
        """The dearest call of it, one of `METHODS`: what the day's units don't pay for is not begun."""

    @property
    def can_wait(self) -> bool:
        """Whether it leaves the day's units to the others: it is dear, and nobody misses it at once."""

    @property
    def content(self) -> str:
        """A hash of what it is done with, if another content is a reason to do it again; else empty."""

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:
        """Do it; `begun`: an earlier try may have done it. Raises a `ProviderError` or an `InputError`.

        It waits by the retry policy first, and never does twice what can't be done twice.
        """
