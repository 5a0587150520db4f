"""The video hosts that films are published to: settings in, destinations out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError
from pipeline.keys import content_key
from pipeline.limits import RetryPolicy
from pipeline.model import Brief, Job, Script
from pipeline.orchestrator.workshop.machine import Machine
from pipeline.publishing import Destination, Subject
from pipeline.settings import DEFAULT_CHANNEL, Settings

if TYPE_CHECKING:
    from pipeline.publishing.youtube import ByHandDestination, Channel, Extras, Publicity, YouTubeDestination

_KEY_DIGITS = 16
YOUTUBE = "youtube"
_FOLDER = "folder:"
_NO_PLAYLIST = "none"


def subject_key(brief: Brief) -> str:
    """Names what a film is about, whatever its brief says: what was published once is not published again.

    That is the file of a brief, or the line of a list as it is written (it may move to another line), in a language and
    a variant.
    """
    file, colon, line = brief.origin.rpartition(":")
    is_file = bool(brief.origin) and not (colon and file and line.isdecimal())
    about = ("file", brief.origin) if is_file else ("topic", " ".join(brief.title.split()).casefold())
    return content_key(*about, brief.language, brief.variant)[:_KEY_DIGITS]


@dataclass(frozen=True, kw_only=True)
class Family:
    """The films of one brief in other languages."""

    # By language (BCP-47), and languages whose film has no script yet.
    words: Mapping[str, Script] = field(default_factory=dict)
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """The hosts of one request."""

    workspace: Path
    settings: Settings
    machine: Machine
    retry: RetryPolicy

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names of the destinations that films go to besides their folder, as receipts call them."""
        names = (
            name if name.startswith(_FOLDER) else self.address(self._channel_name(name))
            for name in self.settings.publishing.to
        )
        return tuple(dict.fromkeys(names))

    def of(self, job: Job, family: Family) -> Iterator[Destination]:
        """Where the film of a job is published. Raises `ConfigurationError` if --offline forbids it."""
        for name in self.wanted:
            yield self.destination(name, self.subject(job), job.brief, family)

    def subject(self, job: Job) -> Subject:
        """What the film of a job is about."""
        return Subject(key=subject_key(job.brief), job=job.id, batch=job.batch, folder=job.folder)

    def destination(
        self, name: str, subject: Subject, brief: Brief | None = None, family: Family | None = None
    ) -> YouTubeDestination | ByHandDestination:
        """A film on its way to "youtube", "youtube:CHANNEL" or "folder:PATH"; one that is not ours has no `brief`."""
        from pipeline.publishing.youtube import ByHandDestination, YouTubeDestination  # noqa: PLC0415 - loads aiohttp

        extras = self._extras(brief, family or Family())
        if name.startswith(_FOLDER):
            folder = self.workspace / Path(name.removeprefix(_FOLDER)).expanduser() / subject.folder
            return ByHandDestination(name, folder, self._publicity(), extras)
        if self.settings.offline:
            raise ConfigurationError(f"{name} needs the network, and --offline forbids it", hint="Drop one of the two")
        channel = self.channel(self._channel_name(name))
        return YouTubeDestination(channel, subject, self._publicity(), extras)

    def channel(self, name: str) -> Channel:
        """A channel by the name of its login."""
        from pipeline.publishing.youtube import Channel  # noqa: PLC0415

        wanted = self.settings.youtube
        gate = self.machine.gate(f"{YOUTUBE}.{name}")
        assert gate is not None
        return Channel(
            name=name,
            address=self.address(name),
            token=self.credentials / f"{name}.token.json",
            journals=self.journals / name,
            root_url=wanted.root_url,
            token_url=wanted.token_url,
            timeout_s=wanted.timeout_s,
            chunk_bytes=wanted.chunk_kib * 1024,
            gate=gate,
            retry=self.retry,
            clock=self.machine.clock,
            processing_s=wanted.wait_for_processing_s,
        )

    @property
    def credentials(self) -> Path:
        """Where client and tokens are."""
        return self.workspace / "credentials" / YOUTUBE

    def _publicity(self) -> Publicity:
        from pipeline.publishing.youtube import Publicity  # noqa: PLC0415

        wanted = self.settings.youtube
        return Publicity(
            privacy=wanted.privacy,
            category=wanted.category,
            made_for_kids=wanted.made_for_kids,
            synthetic_media=wanted.synthetic_media,
            notify_subscribers=wanted.notify_subscribers,
            license=wanted.license,
            embeddable=wanted.embeddable,
        )

    @property
    def journals(self) -> Path:
        """What is known of films that are out or on their way: a folder for each channel."""
        return self.workspace / "state" / YOUTUBE

    def _extras(self, brief: Brief | None, family: Family) -> Extras:
        from pipeline.publishing.youtube import Extras, Title  # noqa: PLC0415

        wanted = self.settings.youtube
        playlist = (brief.playlist if brief else "") or wanted.playlist
        titles = {tag: Title(title=words.title, description=words.description) for tag, words in family.words.items()}
        return Extras(
            thumbnail=wanted.thumbnail,
            captions=wanted.captions,
            playlist="" if playlist.casefold() == _NO_PLAYLIST else playlist,
            playlist_privacy=wanted.privacy,
            place=brief.origin if brief and wanted.playlist_in_order else "",
            titles=titles if wanted.titles else {},
            untold=family.untold if wanted.titles else (),
        )

    def _channel_name(self, name: str) -> str:
        return name.partition(":")[2] or self.settings.youtube.channel

    def address(self, channel: str) -> str:
        """How receipts call a channel."""
        return YOUTUBE if channel == DEFAULT_CHANNEL else f"{YOUTUBE}:{channel}"
