"""A film onto a YouTube channel, exactly once.

What has happened before is in the film's journal (`journal.py`). Read it from top to bottom:

    it is out                          nothing to do
    a session was begun                ask it: it may be complete, or go on from where it stands
    … and the server forgot it         look for the film's tag on the channel
    none of that                       save what is intended, begin a session, save it, send, save the id
    then, what goes with it            thumbnail, titles, playlist, captions: each saved before and after (`extras`)

There are never two sessions that could both end in a film: a new one is begun only when the server has forgotten the
old one and the film is not on the channel, or when nobody will finish the old one any more, because its bytes are gone,
or because the film is to be shown otherwise than the old one was told.
And what was begun on one channel neither goes on nor begins anew on another that somebody has logged in to since.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from anyio import to_thread

from pipeline.errors import ClosedError, HeldError, InputError, QuotaError, TransientError
from pipeline.keys import content_key
from pipeline.language.text import clean_text
from pipeline.model import Package, Receipt
from pipeline.model.metadata import fit_title
from pipeline.publishing.destination import Subject, refuse_other_film
from pipeline.publishing.youtube.calls import Calls
from pipeline.publishing.youtube.channel import Channel
from pipeline.publishing.youtube.extras import Adding, Extras
from pipeline.publishing.youtube.identity import elsewhere, known_identity, whose
from pipeline.publishing.youtube.journal import Journal, Published, Record, intent
from pipeline.publishing.youtube.links import NO_LINKS, Links, with_links
from pipeline.publishing.youtube.lookup import find_again, find_film
from pipeline.publishing.youtube.status import remarks_on
from pipeline.publishing.youtube.timing import AS_IT_IS, Timing
from pipeline.publishing.youtube.updating import change_film, put_off
from pipeline.publishing.youtube.upload import SessionGoneError, Upload
from pipeline.publishing.youtube.video import FilmText, Publicity, text_of, video_resource
from pipeline.publishing.youtube.video_file import Film, measured, open_film

# A server that forgets one session after the other is left alone.
_MOST_SESSIONS = 3
# Lists know a film that came so long ago.
_LISTED_AFTER = timedelta(days=1)


class YouTubeDestination:
    """One film on its way to one channel."""

    def __init__(
        self,
        channel: Channel,
        subject: Subject,
        publicity: Publicity,
        *,
        extras: Extras | None = None,
        timing: Timing = AS_IT_IS,
        to_come: Callable[[int], int] = lambda _most: 0,
        neighbours: Callable[[], Links] = lambda: NO_LINKS,
    ) -> None:
        """`to_come` says how many other films of the run are not on the channel yet, counted up to a number; blocks.

        So does `neighbours`: the films of its series that are out.
        """
        self._channel = channel
        self._subject = subject
        self._publicity = publicity
        self._timing = timing
        self._neighbours = neighbours
        self._journal = Journal(channel.journals, subject.key)
        self._adding = Adding(
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

    def gave(self, receipt: Receipt) -> bool:
        """See `Destination`."""
        return receipt.destination == self.name

    async def again(self) -> None:
        """The next delivery publishes the film once more, if it is out; one that was begun goes on.

        One that was begun on another channel than the login is for begins anew on this one.
        """
        async with self._alone():
            record = await self._journal.read()
            ours = await to_thread.run_sync(known_identity, self._channel)
            if record and record.published:
                await self._journal.write(record.again())
            elif record and ours and record.channel_id not in {"", ours.id}:
                await self._journal.write(record.on_another())

    async def update(self, package: Package) -> bool:
        """Show the film that is out as is asked for now: its words; and who may see it from when, if somebody says so.

        Whether anything had to be changed. Its bytes stay: a film that was made anew since gives its words to the one
        that is out. Raises `InputError` if none is, and a `ProviderError`.
        """
        async with self._alone():
            record = await self._journal.read()
            if record is None or record.published is None:
                raise InputError("the film is not out there", where=self.name, hint="Publish it without --update")
            text = await to_thread.run_sync(self._text, package)
            tag, publicity = self._journal.tag(record), self._publicity.of(text)
            if self._timing.is_asked:
                publicity = await self._made_public(publicity, text, tag)
            wanted = video_resource(text, publicity, tag=tag)
            try:
                async with self._channel.throttle.call(), self._channel.open() as calls:
                    if other := await elsewhere(calls, record):
                        raise InputError(other, where=self.name, hint=f"{self._channel.how_to_log_in} --replace")
                    changed = await change_film(calls, record.published.id, wanted, when=self._timing.is_asked)
            except (ClosedError, QuotaError) as error:
                refused = put_off(error)
                why = f"{refused.message}; {refused.hint}"
                await self._journal.write(record.with_change(self._channel.clock(), put_off=why))
                raise refused from error
            ours = {"job": self._subject.job, "title": wanted["snippet"]["title"]}
            told: dict[str, object] = {"privacy": publicity.privacy} if self._timing.is_asked else {}
            if told and changed:
                # Who sees it now has to be asked again.
                told["seen"] = None
            out = record.published.model_copy(update=ours)
            shown = record.with_change(self._channel.clock())
            await self._journal.write(shown.model_copy(update={"published": out, **told}))
            return changed

    async def deliver(self, package: Package) -> Receipt:
        """See `Destination`. Raises `HeldError` when another film about the subject is out already."""
        async with self._alone():
            record, remarks = await self._journal.read(), tuple[str, ...]()
            if record is None or record.published is None:
                with await to_thread.run_sync(open_film, package.video) as file:
                    record, remarks = await self._publish(package, file, record)
            receipt = self._receipt(package, record)
            record, missing = await self._adding.add(package, record)
            return replace(
                receipt,
                missing=tuple(missing.lines),
                missing_until=missing.until,
                missing_may_pass=missing.may_pass,
                remarks=(*remarks, *await remarks_on(self._channel, self._journal, record)),
            )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._journal.alone(what=f"the film {self._subject.key} for {self.name}"):
            yield

    def _receipt(self, package: Package, record: Record) -> Receipt:
        out = record.published
        assert out is not None
        if out.job != self._subject.job:
            raise self._held(out)
        return Receipt(destination=self.name, package=package, id=out.id, url=out.url)

    def _held(self, out: Published) -> HeldError:
        return HeldError(
            f"“{out.title}” is out as {out.url} (job {out.job}), and has been made anew since "
            f"(job {self._subject.job})",
            where=self.name,
            hint="Look at both. To publish this one as well (with --update instead of --again: to keep the one that is "
            f"out, and give it the words of this one): {self._command} --again",
        )

    @property
    def _command(self) -> str:
        """What publishes this film."""
        ours = self._subject
        what, which = (ours.batch, f" --job {ours.job}") if ours.job else ("FILE", "")
        return f"nightreel publish {what} --to {self.name}{which}"

    def _text(self, package: Package) -> FilmText:
        """Its words, with the links to its neighbours. Blocks."""
        text = text_of(package, self._subject)
        return text.model_copy(update={"description": with_links(text.description, self._neighbours())})

    def _words(self, package: Package) -> str:
        """A hash of how it is to be shown, but for what comes by itself: links to neighbours, slots. Blocks."""
        text = text_of(package, self._subject)
        at = self._timing.publish_at
        return content_key(video_resource(text, self._publicity.of(text), tag=""), at.isoformat() if at else "")

    def _as_it_was_begun(self, record: Record) -> str:
        return f"“{record.title}” was there before it was asked for otherwise: {self._command} --update changes that"

    # One film ----------------------------------------------------------------------------------------------------

    async def _publish(
        self, package: Package, file: io.BufferedReader, before: Record | None
    ) -> tuple[Record, tuple[str, ...]]:
        """The journal's record when the film is out, and what has to be said of that."""
        text = await to_thread.run_sync(self._text, package)
        publicity = self._publicity.of(text)
        words = await to_thread.run_sync(self._words, package)
        sha256, film = await to_thread.run_sync(measured, file)
        refuse_other_film(self._subject, sha256, where=str(package.video))
        async with self._channel.throttle.call(), self._channel.open() as calls:
            upload = Upload(calls, while_allowed=self._channel.check_hours)
            if before and before.session:
                await self._refuse_elsewhere(calls, before)
                is_told_so = before.words in {"", words}
                can_go_on = before.sha256 == sha256 and is_told_so
                if can_go_on and before.job != self._subject.job:
                    ours = {"job": self._subject.job, "batch": self._subject.batch}
                    before = await self._journal.write(before.model_copy(update=ours))
                if out := await self._settle(calls, upload, before, film if can_go_on else None):
                    return out, () if is_told_so else (self._as_it_was_begun(out),)
            for _ in range(_MOST_SESSIONS):
                record = await self._journal.write(
                    intent(
                        sha256=sha256,
                        size_bytes=film.size_bytes,
                        job=self._subject.job,
                        batch=self._subject.batch,
                        title=fit_title(clean_text(text.title)),
                        channel_id=(await whose(calls)).id,
                        privacy=publicity.privacy,
                        words=words,
                        chunk_bytes=self._channel.chunk_bytes,
                        at=self._channel.clock(),
                        before=before,
                    )
                )
                tag = self._journal.tag(record)
                session = await upload.start(
                    video_resource(text, await self._made_public(publicity, text, tag), tag=tag),
                    size_bytes=film.size_bytes,
                    notify_subscribers=publicity.notify_subscribers,
                )
                record = await self._journal.write(record.model_copy(update={"session": session}))
                if out := await self._settle(calls, upload, record, film):
                    return out, ()
        raise TransientError("forgets every upload before it is complete", where=self.name)

    async def _refuse_elsewhere(self, calls: Calls, begun: Record) -> None:
        """Raise `HeldError` for a film that was begun on another channel than the login is for."""
        if other := await elsewhere(calls, begun):
            login = f"{self._channel.how_to_log_in} --replace, with the account of that channel"
            hint = f"{login}; then, or to have it on this one: {self._command} --again"
            raise HeldError(other, where=self.name, hint=hint)

    async def _made_public(self, publicity: Publicity, text: FilmText, tag: str) -> Publicity:
        """What is asked for the film. One that becomes public at a time has to be private until then."""
        if not text.may_be_public:
            return publicity
        at = await self._timing.moment(tag, now=self._channel.clock())
        return replace(publicity, privacy="private", publish_at=at) if at else publicity

    async def _settle(self, calls: Calls, upload: Upload, record: Record, film: Film | None) -> Record | None:
        """Bring a session to its end; None: it has none, and its film is not on the channel.

        Without a `film` that could go on with it, it is only asked.
        """
        assert record.session is not None
        try:
            if film:
                chunk_bytes = record.chunk_bytes or self._channel.chunk_bytes
                video_id: str | None = await upload.finish(record.session, film, chunk_bytes=chunk_bytes)
            else:
                video_id = await upload.outcome(record.session, record.size_bytes)
        except SessionGoneError:
            # Another channel's login does not know it either.
            await self._refuse_elsewhere(calls, record)
            is_recent = self._channel.clock() - record.intended_at < _LISTED_AFTER
            is_late = is_recent if upload.may_be_whole is None else upload.may_be_whole
            look = find_again if is_late else find_film
            video_id = await look(calls, self._journal.tag(record))
        return await self._journal.write(record.arrived(video_id, self._channel.clock())) if video_id else None
