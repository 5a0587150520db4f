"""`Extras`: what is requested for a film; `Step`: the Protocol of one operation on a published video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.choices import Privacy
from pipeline.publishing.youtube.calls import Calls


@dataclass(frozen=True, kw_only=True)
class Title:
    """A localized title and description."""

    title: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """The requested extras of one film."""

    thumbnail: bool = False
    captions: bool = False
    # Its title; empty: none.
    playlist: str = ""
    # The privacy of a playlist that is created for it.
    playlist_privacy: Privacy = "private"
    # The film's sort key in its playlist: films of a list in the order of its lines, films of a folder by file name
    # ("talks/9.md" before "talks/10.md"). Empty: appended.
    place: str = ""
    # By language (BCP-47); languages whose films have no script yet, and whether those are in progress.
    titles: Mapping[str, Title] = field(default_factory=dict)
    untranslated: tuple[str, ...] = ()
    translations_follow: bool = False


class Step(Protocol):
    """One operation on a published video."""

    @property
    def name(self) -> str:
        """Its name in the journal and in messages, e.g. "captions (es)"."""

    @property
    def method(self) -> str:
        """Its most expensive call, one of `METHODS`: not begun unless the day's quota covers it."""

    @property
    def can_wait(self) -> bool:
        """Whether it is deferrable: expensive and not urgent, so that other films' steps go first."""

    @property
    def content(self) -> str:
        """A hash of its input, if a change requires running it again; else empty."""

    async def run(self, calls: Calls, video_id: str, *, begun: bool) -> None:
        """Run the step; `begun`: an earlier attempt may have completed it. Raises a `ProviderError` or an `InputError`.

        Retries by the channel's policy, and never repeats what is not idempotent.
        """
