"""Publish a film on a YouTube channel, exactly once.

The film's journal (`journal.py`) says what has happened so far. From top to bottom:

    the film is published              nothing to do an upload session exists           query it: it may be complete, or
    resumable from an offset … but the server has expired it    look for the film's tag on the channel none of these
    save the intent, start a session, save its URI, upload, save the video id then the extras
    thumbnail, titles, playlist, captions: each journalled before and after (`extras`)

There are never two sessions that could both result in a video: a new one is started only when the server has expired
the old one and the film is not on the channel, or when the old one will never be finished, because its file is gone or
its metadata are outdated. And an upload that began on one channel is neither resumed nor restarted on another one that
a user has logged in to since.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

from anyio import to_thread

from pipeline.errors import ClosedError, HeldError, InputError, QuotaError, TransientError
from pipeline.keys import content_key
from pipeline.language.text import clean_text
from pipeline.model import Package, Receipt
from pipeline.model.metadata import fit_title
from pipeline.publishing.destination import Subject, check_judged_film
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.extras import Extras, ExtrasRunner
from pipeline.publishing.youtube.identity import channel_mismatch, known_identity, login_identity
from pipeline.publishing.youtube.journal import Journal, Published, Record
from pipeline.publishing.youtube.links import NO_LINKS, Links, with_links
from pipeline.publishing.youtube.lookup import find_film, find_recent_film
from pipeline.publishing.youtube.status import check_processing
from pipeline.publishing.youtube.timing import UNSCHEDULED, Timing
from pipeline.publishing.youtube.updating import postponed, update_video
from pipeline.publishing.youtube.upload import SessionGoneError, Upload
from pipeline.publishing.youtube.video import VideoMetadata, VideoSettings, metadata_of, video_resource
from pipeline.publishing.youtube.video_file import VideoFile, hash_video, open_video

# Give up on a server that expires one session after the other.
_MOST_SESSIONS = 3
# Lists certainly include a video this old.
_LISTED_AFTER = timedelta(days=1)


class YouTubeDestination:
    """Publishes one film on one channel."""

    def __init__(
        self,
        channel: Channel,
        subject: Subject,
        settings: VideoSettings,
        *,
        extras: Extras | None = None,
        timing: Timing = UNSCHEDULED,
        to_come: Callable[[int], int] = lambda _most: 0,
        neighbours: Callable[[], Links] = lambda: NO_LINKS,
    ) -> None:
        """`to_come` returns how many other films of the run are not published yet, counted up to its argument.

        `neighbours` returns the published films before and after it in its series. Both block.
        """
        self._channel = channel
        self._subject = subject
        self._settings = settings
        self._timing = timing
        self._neighbours = neighbours
        self._journal = Journal(channel.journals, subject.key)
        self._extras = ExtrasRunner(
            channel=channel,
            subject=subject,
            extras=extras or Extras(),
            journal=self._journal,
            to_come=to_come,
            neighbours=neighbours,
        )

    @property
    def name(self) -> str:
        """See `Destination`."""
        return self._channel.address

    def has_issued(self, receipt: Receipt) -> bool:
        """See `Destination`."""
        return receipt.destination == self.name

    async def republish(self) -> None:
        """Make the next delivery publish the film once more, if it is published; a begun upload is resumed.

        An upload that began on another channel than that of the login is restarted on this one.
        """
        async with self._locked():
            record = await self._journal.read()
            channel = await to_thread.run_sync(known_identity, self._channel)
            if record and record.published:
                await self._journal.write(record.for_republication())
            elif record and channel and record.channel_id not in {"", channel.id}:
                await self._journal.write(record.for_other_channel())

    async def update(self, package: Package) -> bool:
        """Update the metadata of the published video, and its privacy and schedule if they were set explicitly.

        Returns whether anything changed. The video file stays: if the film was made again since, only its metadata are
        used. Raises `InputError` if it is not published, and a `ProviderError`.
        """
        async with self._locked():
            record = await self._journal.read()
            if record is None or record.published is None:
                raise InputError("the film is not published there", where=self.name, hint="Publish it without --update")
            metadata = await to_thread.run_sync(self._metadata, package)
            tag, settings = self._journal.tag_of(record.round), self._settings.for_film(metadata)
            if self._timing.is_explicit:
                settings = await self._scheduled(settings, metadata, tag)
            wanted = video_resource(metadata, settings, tag=tag)
            try:
                async with self._channel.throttle.call(), self._channel.open() as calls:
                    if other := await channel_mismatch(calls, record):
                        raise InputError(other, where=self.name, hint=f"{self._channel.how_to_log_in} --replace")
                    changed = await update_video(calls, record.published.id, wanted, when=self._timing.is_explicit)
            except (ClosedError, QuotaError) as error:
                refused = postponed(error)
                why = f"{refused.message}; {refused.hint}"
                await self._journal.write(record.after_update(self._channel.clock(), postponed=why))
                raise refused from error
            film = {"job": self._subject.job, "title": wanted["snippet"]["title"]}
            changes: dict[str, object] = {"privacy": settings.privacy} if self._timing.is_explicit else {}
            if changes and changed:
                # The status has to be queried again.
                changes["seen"] = None
            out = record.published.model_copy(update=film)
            updated = record.after_update(self._channel.clock())
            await self._journal.write(updated.model_copy(update={"published": out, **changes}))
            return changed

    async def deliver(self, package: Package) -> Receipt:
        """See `Destination`. Raises `HeldError` if another film about the subject is already published."""
        async with self._locked():
            record, remarks = await self._journal.read(), tuple[str, ...]()
            if record is None or record.published is None:
                with await to_thread.run_sync(open_video, package.video) as file:
                    record, remarks = await self._publish(package, file, record)
            receipt = self._receipt(package, record)
            record, missing = await self._extras.run(package, record)
            comes_back = missing.until is not None
            problems = await check_processing(self._channel, self._journal, record, comes_back=comes_back)
            return replace(
                receipt,
                missing=tuple(missing.lines),
                missing_until=missing.until,
                missing_may_pass=missing.may_pass,
                remarks=(*remarks, *problems),
            )

    def _locked(self) -> AbstractAsyncContextManager[None]:
        return self._journal.locked(what=f"the film {self._subject.key} for {self.name}")

    def _receipt(self, package: Package, record: Record) -> Receipt:
        out = record.published
        assert out is not None
        if out.job != self._subject.job:
            raise self._held(out)
        return Receipt(destination=self.name, package=package, id=out.id, url=out.url)

    def _held(self, out: Published) -> HeldError:
        return HeldError(
            f"“{out.title}” is published as {out.url} (job {out.job}), and was made again since "
            f"(job {self._subject.job})",
            where=self.name,
            hint="Compare both. To keep the published one, with the metadata of this one, use --update instead of "
            f"--again. To publish this one as well: {self._command} --again",
        )

    @property
    def _command(self) -> str:
        """The command that publishes this film."""
        if self._subject.job:
            return f"nightreel publish {self._subject.batch} --to {self.name} --job {self._subject.job}"
        return f"nightreel publish FILE --to {self.name}"

    def _metadata(self, package: Package) -> VideoMetadata:
        """Its metadata, with links to its neighbours. Blocks."""
        metadata = metadata_of(package, self._subject)
        return metadata.model_copy(update={"description": with_links(metadata.description, self._neighbours())})

    def _metadata_hash(self, package: Package) -> str:
        """A hash of the requested metadata, without what changes automatically: links to neighbours, slots. Blocks."""
        metadata = metadata_of(package, self._subject)
        at = self._timing.publish_at
        return content_key(
            video_resource(metadata, self._settings.for_film(metadata), tag=""), at.isoformat() if at else ""
        )

    def _outdated(self, record: Record) -> str:
        return f"“{record.title}” was uploaded before its metadata were changed: {self._command} --update applies them"

    # Upload ------------------------------------------------------------------------------------------------------

    async def _publish(
        self, package: Package, file: io.BufferedReader, before: Record | None
    ) -> tuple[Record, tuple[str, ...]]:
        """Upload the film; returns the journal's record, and remarks to report."""
        metadata = await to_thread.run_sync(self._metadata, package)
        settings = self._settings.for_film(metadata)
        words = await to_thread.run_sync(self._metadata_hash, package)
        sha256, film = await to_thread.run_sync(hash_video, file)
        check_judged_film(self._subject, sha256, where=str(package.video))
        async with self._channel.throttle.call(), self._channel.open() as calls:
            upload = Upload(calls, check_allowed=self._channel.check_hours)
            if before and before.session:
                await self._check_channel(calls, before)
                is_current = before.words in {"", words}
                is_resumable = before.sha256 == sha256 and is_current
                if is_resumable and before.job != self._subject.job:
                    job = {"job": self._subject.job, "batch": self._subject.batch}
                    before = await self._journal.write(before.model_copy(update=job))
                if out := await self._settle(calls, upload, before, film if is_resumable else None):
                    return out, () if is_current else (self._outdated(out),)
            for _ in range(_MOST_SESSIONS):
                record = await self._journal.write(
                    Record(
                        sha256=sha256,
                        size_bytes=film.size_bytes,
                        job=self._subject.job,
                        batch=self._subject.batch,
                        title=fit_title(clean_text(metadata.title)),
                        channel_id=(await login_identity(calls)).id,
                        privacy=settings.privacy,
                        words=words,
                        chunk_bytes=self._channel.chunk_bytes,
                        intended_at=self._channel.clock(),
                        round=before.round if before else 1,
                        earlier=before.earlier if before else (),
                    )
                )
                tag = self._journal.tag_of(record.round)
                session = await upload.start(
                    video_resource(metadata, await self._scheduled(settings, metadata, tag), tag=tag),
                    size_bytes=film.size_bytes,
                    notify_subscribers=settings.notify_subscribers,
                )
                record = await self._journal.write(record.model_copy(update={"session": session}))
                if out := await self._settle(calls, upload, record, film):
                    return out, ()
        raise TransientError("expires every upload session before it is complete", where=self.name)

    async def _check_channel(self, calls: Calls, begun: Record) -> None:
        """Raise `HeldError` if the upload began on another channel than that of the login."""
        if other := await channel_mismatch(calls, begun):
            login = f"{self._channel.how_to_log_in} --replace, with the account of that channel"
            hint = f"{login}; then, or to publish it on this one: {self._command} --again"
            raise HeldError(other, where=self.name, hint=hint)

    async def _scheduled(self, settings: VideoSettings, metadata: VideoMetadata, tag: str) -> VideoSettings:
        """The settings with the film's schedule. A scheduled video has to be private until then."""
        if not metadata.may_be_public:
            return settings
        at = await self._timing.publish_time(tag, now=self._channel.clock())
        return replace(settings, privacy="private", publish_at=at) if at else settings

    async def _settle(self, calls: Calls, upload: Upload, record: Record, film: VideoFile | None) -> Record | None:
        """Finish a session; None: it expired, and its film is not on the channel.

        Without a `film` to resume it with, the session is only queried.
        """
        assert record.session is not None
        try:
            if film:
                chunk_bytes = record.chunk_bytes or self._channel.chunk_bytes
                video_id: str | None = await upload.finish(record.session, film, chunk_bytes=chunk_bytes)
            else:
                video_id = await upload.query_outcome(record.session, record.size_bytes)
        except SessionGoneError:
            # The session of another channel is unknown, too.
            await self._check_channel(calls, record)
            is_recent = self._channel.clock() - record.intended_at < _LISTED_AFTER
            may_be_unlisted = is_recent if upload.may_be_complete is None else upload.may_be_complete
            find = find_recent_film if may_be_unlisted else find_film
            video_id = await find(calls, self._journal.tag_of(record.round))
        return await self._journal.write(record.after_upload(video_id, self._channel.clock())) if video_id else None
