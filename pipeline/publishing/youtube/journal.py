"""What is known of one film on its way to one channel: a file that says what to do after any crash.

state/youtube/<channel>/<key>.json, where the key names the topic, the brief or the row: not the film's bytes. Each step
is on the disk before the next one begins:

    intent    what is to be published, with the hash of its bytes
    session   the address that bytes go to: as good as a key, hence mode 0600
    id        the film is there; the session is forgotten
    steps     its thumbnail, captions, playlist and titles in other languages, each waiting, begun, then done or failed

The file stays when all is done: it is how we know that a film is out. Whoever changes it holds the lock beside it.
"""

from __future__ import annotations

import math
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Literal

import anyio
from anyio import to_thread
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import DamagedError
from pipeline.files import discard_stale_temporaries, read_file, storage_errors, write_atomically
from pipeline.publishing.youtube.upload import CHUNK_UNIT_BYTES
from pipeline.state.locks import held

_MODE = 0o600
# Where a film is seen: this, and its id.
WATCH = "https://www.youtube.com/watch?v="
# Among the steps: a person asks for it with --update.
CHANGE = "what --update asked for"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Published(_Document):
    """A film that is on the channel."""

    id: str = Field(pattern=r"^[\w-]{1,64}$")
    url: str
    # Which job made it, and what its film was called.
    job: str
    title: str
    at: AwareDatetime


class Step(_Document):
    """One thing more than the film. What was begun and is not done may have been done: the channel is asked.

    What waits was never begun: the film is hardly out, or the day's units don't pay for it.
    """

    state: Literal["waiting", "begun", "done", "failed"]
    at: AwareDatetime
    # What it was done with, where that may change; another content makes it a step to be done again.
    content: str = ""
    # Why it failed or waits, in a line.
    why: str = ""


class Seen(_Document):
    """How YouTube said that a film stands, in its own words."""

    at: AwareDatetime
    # uploaded, processed, failed, rejected, deleted; processing, succeeded, failed, terminated.
    upload: str = ""
    processing: str = ""
    privacy: str = ""
    publish_at: str = ""
    # Why it failed or was rejected.
    why: str = ""


class Record(_Document):
    """The file."""

    model_schema: Literal[1] = Field(1, alias="schema")
    # Of these bytes, made by this job of this batch (empty: a file that somebody named).
    sha256: str
    size_bytes: int
    job: str
    batch: str = ""
    title: str
    # The channel that it goes to, as YouTube calls it; empty: nobody has written that down.
    channel_id: str = ""
    # Who shall see it.
    privacy: str = ""
    # A hash of all that YouTube is told of it when its session begins; empty: nobody has written that down.
    words: str = ""
    # In what pieces it is sent; 0: nobody has written that down.
    chunk_bytes: int = Field(0, ge=0, multiple_of=CHUNK_UNIT_BYTES)
    intended_at: AwareDatetime
    # From 1; one more each time that somebody has asked for the film to be published again.
    round: int = 1
    session: str | None = None
    published: Published | None = None
    # By name, of a film that is out.
    steps: dict[str, Step] = {}
    seen: Seen | None = None
    # Of earlier rounds.
    earlier: tuple[Published, ...] = ()

    def with_change(self, at: datetime, *, put_off: str = "") -> Record:
        """After somebody has asked for the film to be shown otherwise; `put_off` says why it was not."""
        steps = {name: step for name, step in self.steps.items() if name != CHANGE}
        if put_off:
            steps[CHANGE] = Step(state="failed", at=at, why=put_off)
        return self.model_copy(update={"steps": steps})

    def arrived(self, video_id: str, at: datetime) -> Record:
        """With the film on the channel: its session is over."""
        published = Published(id=video_id, url=WATCH + video_id, job=self.job, title=self.title, at=at)
        return self.model_copy(update={"session": None, "published": published})

    def on_another(self) -> Record:
        """Ready to begin anew on another channel, under another tag: what was begun there is left alone."""
        return self.model_copy(update={"session": None, "channel_id": "", "round": self.round + 1})

    def again(self) -> Record:
        """Ready for one more round, now that this one's film is out."""
        assert self.published is not None
        earlier = (*self.earlier, self.published)
        anew: dict[str, object] = {"published": None, "steps": {}, "seen": None}
        return self.model_copy(update={"round": self.round + 1, "earlier": earlier, **anew})


class Journal:
    """The file of one film at one channel."""

    def __init__(self, folder: Path, key: str) -> None:
        """`folder` is the channel's; `key` is what the film is about, in letters and digits."""
        self.key = key
        self._path = folder / f"{key}.json"

    def tag(self, record: Record) -> str:
        """By which the film is known on the channel: of each round another."""
        return self.tag_of(record.round)

    def tag_of(self, number: int) -> str:
        """The tag of a round, from 1."""
        return f"nightreel-{self.key}" + (f"-{number}" if number > 1 else "")

    def alone(self, *, what: str, wait_s: float = math.inf) -> AbstractAsyncContextManager[None]:
        """`async with`: nobody else publishes this film; whoever does is waited for. Raises `BusyError` after that."""
        return held(self._path.with_suffix(".lock"), what=what, wait_s=wait_s)

    @classmethod
    def all_in(cls, folder: Path) -> list[Journal]:
        """All journals of a channel, sorted by key. Blocks."""
        return [cls(folder, path.stem) for path in sorted(folder.glob("*.json"))]

    async def read(self) -> Record | None:
        """What is known; None: nothing. Raises `DamagedError`: whoever can't read it must not publish."""
        return await to_thread.run_sync(self.read_now)

    async def write(self, record: Record) -> Record:
        """Save, and return what was saved. Cancellation waits until it is on the disk."""
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._write, record)
        return record

    def read_now(self) -> Record | None:
        """As `read`, for those who are in a thread already. Blocks."""
        with storage_errors(self._path, "read"):
            try:
                text = read_file(self._path)
            except FileNotFoundError:
                return None
        try:
            return Record.model_validate_json(text)
        except ValidationError:
            where = "/".join(self._path.parts[-4:])
            hint = f"Look for the tag nightreel-{self.key} on the channel; if there is no such film, remove the file"
            # `from None`: the address of a session may stand in it.
            raise DamagedError("is damaged, or of a newer version", where=where, hint=hint) from None

    def _write(self, record: Record) -> None:
        text = record.model_dump_json(by_alias=True, indent=2, exclude_none=True) + "\n"
        write_atomically(self._path, text, mode=_MODE)
        # What a killed process has left of it may have an address in it.
        discard_stale_temporaries(self._path)


def intent(
    *,
    sha256: str,
    size_bytes: int,
    job: str,
    batch: str,
    title: str,
    channel_id: str,
    privacy: str,
    words: str,
    chunk_bytes: int,
    at: datetime,
    before: Record | None,
) -> Record:
    """A record that begins, or that takes over from one whose film never arrived."""
    return Record(
        sha256=sha256,
        size_bytes=size_bytes,
        job=job,
        batch=batch,
        title=title,
        channel_id=channel_id,
        privacy=privacy,
        words=words,
        chunk_bytes=chunk_bytes,
        intended_at=at,
        round=before.round if before else 1,
        earlier=before.earlier if before else (),
    )
