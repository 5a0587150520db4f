"""The video hosts that films are published to: creates destinations from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.choices import Privacy
from pipeline.errors import ConfigurationError
from pipeline.limits import RetryPolicy
from pipeline.model import Brief, Job, Script
from pipeline.model.schedule import Hours, Zone
from pipeline.orchestrator.context.release import Release, release_of
from pipeline.orchestrator.context.runtime import Runtime
from pipeline.orchestrator.context.series import neighbours_of, serial_of, subject_key
from pipeline.publishing import Destination, Subject
from pipeline.settings import DEFAULT_CHANNEL, Settings
from pipeline.state.ledgers.quota import ChannelPauses, project_of

if TYPE_CHECKING:
    from pipeline.publishing.youtube import (
        Channel,
        Extras,
        Links,
        ManualDestination,
        Timing,
        VideoSettings,
        YouTubeDestination,
    )

YOUTUBE = "youtube"
_FOLDER = "folder:"
_NO_PLAYLIST = "none"
# (host, limit) -> how many other films of a run are not yet published there, counted up to the limit; blocks.
CountPending = Callable[[str, int], int]


def is_manual(destination: str) -> bool:
    """Whether a destination is a folder from which a person uploads manually."""
    return destination.startswith(_FOLDER)


def _none_pending(_host: str, _most: int) -> int:
    return 0


@dataclass(frozen=True, kw_only=True)
class LanguageVersions:
    """The films of one brief in other languages."""

    # By language (BCP-47).
    scripts: Mapping[str, Script] = field(default_factory=dict)
    # Languages whose film has no script yet, and whether all of these will get one without help.
    pending: tuple[str, ...] = ()
    pending_will_follow: bool = False


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """The hosts of one request."""

    workspace: Path
    settings: Settings
    # Flags, by dotted key of the setting.
    overrides: Mapping[str, object] = field(default_factory=dict)
    runtime: Runtime
    retry: RetryPolicy

    @property
    def requested(self) -> tuple[str, ...]:
        """The destinations that were requested besides the output folder, by the names used in receipts."""
        names = (
            name if is_manual(name) else self.address(self._channel_name(name)) for name in self.settings.publishing.to
        )
        return tuple(dict.fromkeys(names))

    def destinations(
        self, job: Job, versions: LanguageVersions, count_pending: CountPending = _none_pending
    ) -> tuple[Destination, ...]:
        """The destinations of a job's film. Blocks. Raises `ConfigurationError` if --offline forbids one.

        `count_pending` counts the other films that will be published there.
        """
        return tuple(
            self.destination(name, self.subject(job), job.brief, versions, count_pending) for name in self.requested
        )

    def subject(self, job: Job) -> Subject:
        """The identity of a job's film, for publishing."""
        judged = job.verdict if job.video and job.verdict and job.verdict.is_pass_for(job.video.sha256) else None
        return Subject(
            key=subject_key(job.brief),
            job=job.id,
            batch=job.batch,
            folder=job.folder,
            film_sha256=judged.film if judged else "",
            companions=judged.companions if judged else frozenset(),
        )

    def destination(
        self,
        name: str,
        subject: Subject,
        brief: Brief | None = None,
        versions: LanguageVersions | None = None,
        count_pending: CountPending = _none_pending,
    ) -> YouTubeDestination | ManualDestination:
        """The destination "youtube", "youtube:CHANNEL" or "folder:PATH" for one film.

        Third-party films have no `brief`: the settings alone determine how they are published. Raises `InputError` for
        an invalid publication time.
        """
        from pipeline.publishing.youtube import ManualDestination, YouTubeDestination  # noqa: PLC0415 - loads aiohttp

        release = self._release(brief or Brief(title=""), name)
        video_settings = self._video_settings(release.privacy)
        extras = self._extras(brief, versions or LanguageVersions(), release)
        if is_manual(name):
            folder = self._folder(name) / subject.folder
            # Slots belong to a channel, which the person who uploads chooses.
            video_settings = replace(video_settings, publish_at=release.publish_at)
            # Links to neighbouring episodes are known for films published on the channel.
            neighbours = self._neighbours(brief, self.settings.youtube.channel)
            return ManualDestination(name, folder, video_settings, extras, subject, neighbours=neighbours)
        self.refuse_offline(name)
        channel = self.channel(self._channel_name(name))
        return YouTubeDestination(
            channel,
            subject,
            video_settings,
            extras=extras,
            timing=self._timing(release, channel.name),
            to_come=partial(count_pending, channel.address),
            neighbours=self._neighbours(brief, channel.name),
        )

    def _neighbours(self, brief: Brief | None, channel: str) -> Callable[[], Links]:
        from pipeline.publishing.youtube import NO_LINKS  # noqa: PLC0415

        table = self.settings.series.get(brief.series) if brief else None
        if brief is None or table is None or not table.links:
            return lambda: NO_LINKS
        return partial(neighbours_of, brief, self.workspace, self.journals / channel)

    def check(self, brief: Brief) -> None:
        """Raise `InputError` if the brief asks for a publication time that is invalid or past."""
        for name in self.requested:
            release = self._release(brief, name)
            if release.publish_at:
                from pipeline.publishing.youtube.timing import check_future  # noqa: PLC0415 - loads aiohttp

                check_future(release.publish_at, self.runtime.clock(), where=release.where)

    def channel(self, name: str) -> Channel:
        """A channel, by the name of its login."""
        from pipeline.publishing.youtube import Channel  # noqa: PLC0415

        youtube = self.settings.youtube
        return Channel(
            name=name,
            address=self.address(name),
            token=self._token(name),
            journals=self.journals / name,
            root_url=youtube.root_url,
            token_url=youtube.token_url,
            timeout_s=youtube.timeout_s,
            chunk_bytes=youtube.chunk_kib * 1024,
            throttle=self.runtime.throttle(f"{YOUTUBE}.{name}"),
            pauses=ChannelPauses(self._ledgers, name, clock=self.runtime.clock),
            quota=lambda client_id: self.runtime.project_quota(project_of(client_id)),
            bandwidth=self.runtime.bandwidth,
            hours=Hours.parse(youtube.hours, Zone(youtube.time_zone_of(name))) if youtube.hours else None,
            retry=self.retry,
            clock=self.runtime.clock,
            processing_s=youtube.wait_for_processing_s,
        )

    @property
    def credentials(self) -> Path:
        """The folder of the OAuth client and the tokens."""
        return self.workspace / "credentials" / YOUTUBE

    def refuse_offline(self, *names: str) -> None:
        """Raise `ConfigurationError` if --offline forbids one of these hosts; default: of `requested`."""
        for name in names or self.requested:
            if self.settings.offline and not is_manual(name):
                message = f"{name} needs the network, and --offline forbids it"
                raise ConfigurationError(message, hint="Drop one of the two")

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of `requested` from which a person uploads manually."""
        return tuple(self._folder(name) for name in self.requested if is_manual(name))

    def _folder(self, name: str) -> Path:
        return self.workspace / Path(name.removeprefix(_FOLDER)).expanduser()

    @property
    def without_login(self) -> tuple[str, ...]:
        """The hosts of `requested` without a login. Blocks."""
        channels = {name: self._channel_name(name) for name in self.requested if not is_manual(name)}
        return tuple(name for name, channel in channels.items() if not self._token(channel).exists())

    def login_hint(self, name: str) -> str:
        """The command that logs in to a host."""
        return f"Run: nightreel auth youtube --channel {self._channel_name(name)}"

    def login_warning(self, name: str) -> str:
        """A warning that films for this host would wait for a login."""
        return f"{name}: not logged in, so films would wait. {self.login_hint(name)}"

    def _token(self, channel: str) -> Path:
        return self.credentials / f"{channel}.token.json"

    def _release(self, brief: Brief, name: str) -> Release:
        """Privacy and publication time at one of `requested`. A folder is treated like the channel of the settings."""
        channel = self.settings.youtube.channel if is_manual(name) else self._channel_name(name)
        flag = str(self.overrides.get("youtube.privacy") or "")
        return release_of(brief, self.settings.youtube, channel=channel, flag=flag)

    def _timing(self, release: Release, channel: str) -> Timing:
        from pipeline.publishing.youtube import SlotLedger, Timing  # noqa: PLC0415

        path = self._ledgers / f"youtube-slots-{channel}.json"
        ledger = SlotLedger(path) if self.settings.youtube.slots else None
        return Timing(
            publish_at=release.publish_at,
            slots=release.slots,
            ledger=ledger,
            is_explicit=release.is_explicit,
            where=release.where,
        )

    def _video_settings(self, privacy: Privacy) -> VideoSettings:
        from pipeline.publishing.youtube import VideoSettings  # noqa: PLC0415

        youtube = self.settings.youtube
        return VideoSettings(
            privacy=privacy,
            category=youtube.category,
            made_for_kids=youtube.made_for_kids,
            synthetic_media=youtube.synthetic_media,
            notify_subscribers=youtube.notify_subscribers,
            license=youtube.license,
            embeddable=youtube.embeddable,
        )

    @property
    def _ledgers(self) -> Path:
        return self.workspace / "state" / "ledgers"

    @property
    def journals(self) -> Path:
        """The upload journals: a folder per channel."""
        return self.workspace / "state" / YOUTUBE

    def _extras(self, brief: Brief | None, versions: LanguageVersions, release: Release) -> Extras:
        from pipeline.publishing.youtube import Extras, Title  # noqa: PLC0415

        youtube = self.settings.youtube
        playlist = (brief.playlist if brief else "") or youtube.playlist
        titles = {
            tag: Title(title=words.title, description=words.description) for tag, words in versions.scripts.items()
        }
        place = brief.origin if brief else ""
        if brief and brief.series in self.settings.series:
            serial = serial_of(brief.series, self.settings, where=brief.origin)
            playlist = brief.playlist or serial.title(brief.language)
            place = str(brief.episode or "")
            titles = {
                tag: replace(each, title=serial.numbered(each.title, brief.episode, tag))
                for tag, each in titles.items()
            }
        return Extras(
            thumbnail=youtube.thumbnail,
            captions=youtube.captions,
            playlist="" if playlist.casefold() == _NO_PLAYLIST else playlist,
            # As visible as the film itself.
            playlist_privacy="public" if release.publish_at or release.slots else release.privacy,
            place=place if youtube.playlist_in_order else "",
            titles=titles if youtube.titles else {},
            untranslated=versions.pending if youtube.titles else (),
            translations_follow=versions.pending_will_follow and youtube.titles,
        )

    def _channel_name(self, name: str) -> str:
        return name.partition(":")[2] or self.settings.youtube.channel

    def address(self, channel: str) -> str:
        """The name of a channel in receipts."""
        return YOUTUBE if channel == DEFAULT_CHANNEL else f"{YOUTUBE}:{channel}"
