"""The journal of one film on one channel: a file that says how to continue after any crash.

state/youtube/<channel>/<key>.json; the key identifies the topic, brief or row, not the film's bytes. Each step is on
disk before the next one begins:

    intent    what is to be published, with the hash of its bytes
    session   the URI of the upload session: grants access, hence mode 0600
    id        the film is published; the session is deleted
    steps     thumbnail, captions, playlist, localized titles: each waiting, begun, then done or failed

The file is kept when all is done: it records that the film is published. Writers hold the lock file next to it.
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
from pipeline.state.locks import held, is_held

_MODE = 0o600
# The prefix of a video's URL, before its id.
WATCH_URL = "https://www.youtube.com/watch?v="
# The name of the step for a postponed --update.
CHANGE = "what --update asked for"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Published(_Document):
    """A published video."""

    id: str = Field(pattern=r"^[\w-]{1,64}$")
    url: str
    # The job that made it, and the film's title.
    job: str
    title: str
    at: AwareDatetime


class Step(_Document):
    """The state of one extra. A begun step may have been completed, so the channel is queried.

    A waiting step was never begun: the film was published just now, or the day's quota does not suffice.
    """

    state: Literal["waiting", "begun", "done", "failed"]
    at: AwareDatetime
    # A hash of its input, if that may change; the step is run again if it differs.
    content: str = ""
    # Why it failed or waits, in a line.
    why: str = ""


class Seen(_Document):
    """The status of a video, in YouTube's own terms."""

    at: AwareDatetime
    # uploaded, processed, failed, rejected, deleted; processing, succeeded, failed, terminated.
    upload: str = ""
    processing: str = ""
    privacy: str = ""
    publish_at: str = ""
    # Why it failed or was rejected.
    why: str = ""


class Record(_Document):
    """The content of the file."""

    model_schema: Literal[1] = Field(1, alias="schema")
    # The film file, and the job and batch that made it (empty: a file given on the command line).
    sha256: str
    size_bytes: int
    job: str
    batch: str = ""
    title: str
    # YouTube's id of the channel; empty: not recorded.
    channel_id: str = ""
    # The requested privacy.
    privacy: str = ""
    # A hash of the metadata with which the session was started; empty: not recorded.
    words: str = ""
    # 0: not recorded.
    chunk_bytes: int = Field(0, ge=0, multiple_of=CHUNK_UNIT_BYTES)
    intended_at: AwareDatetime
    # From 1; incremented each time the film is to be published again.
    round: int = 1
    session: str | None = None
    published: Published | None = None
    # The extras of a published film, by name.
    steps: dict[str, Step] = {}
    seen: Seen | None = None
    # The videos of earlier rounds.
    earlier: tuple[Published, ...] = ()

    def after_update(self, at: datetime, *, postponed: str = "") -> Record:
        """The record after an --update; `postponed` says why that could not be done, if it could not."""
        steps = {name: step for name, step in self.steps.items() if name != CHANGE}
        if postponed:
            steps[CHANGE] = Step(state="failed", at=at, why=postponed)
        return self.model_copy(update={"steps": steps})

    def after_upload(self, video_id: str, at: datetime) -> Record:
        """The record of the published film, without the session."""
        published = Published(id=video_id, url=WATCH_URL + video_id, job=self.job, title=self.title, at=at)
        return self.model_copy(update={"session": None, "published": published})

    def for_other_channel(self) -> Record:
        """The record for restarting on another channel, with another tag: the begun upload is abandoned."""
        return self.model_copy(update={"session": None, "channel_id": "", "round": self.round + 1})

    def for_republication(self) -> Record:
        """The record for another round, after this round's film was published."""
        assert self.published is not None
        earlier = (*self.earlier, self.published)
        reset: dict[str, object] = {"published": None, "steps": {}, "seen": None}
        return self.model_copy(update={"round": self.round + 1, "earlier": earlier, **reset})


class Journal:
    """The journal file of one film on one channel."""

    def __init__(self, folder: Path, key: str) -> None:
        """`folder` is the channel's; `key` is that of the film's `Subject`."""
        self.key = key
        self._path = folder / f"{key}.json"

    def tag_of(self, number: int) -> str:
        """The tag that identifies the film of a round (from 1) on the channel."""
        return f"nightreel-{self.key}" + (f"-{number}" if number > 1 else "")

    def locked(self, *, what: str, wait_s: float = math.inf) -> AbstractAsyncContextManager[None]:
        """`async with`: the lock for publishing this film, awaited up to `wait_s`, then `BusyError`."""
        return held(self._path.with_suffix(".lock"), what=what, wait_s=wait_s)

    def is_locked(self) -> bool:
        """Whether a process is publishing this film now. Blocks."""
        return is_held(self._path.with_suffix(".lock"))

    @classmethod
    def all_in(cls, folder: Path) -> list[Journal]:
        """All journals of a channel, sorted by key. Blocks."""
        return [cls(folder, path.stem) for path in sorted(folder.glob("*.json"))]

    async def read(self) -> Record | None:
        """The record; None: there is none. Raises `DamagedError`: without the record nothing may be published."""
        return await to_thread.run_sync(self.read_now)

    async def write(self, record: Record) -> Record:
        """Save the record and return it. Shielded: cancellation waits until it is on disk."""
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._write, record)
        return record

    def read_now(self) -> Record | None:
        """Blocking version of `read`."""
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
            # `from None`: the file may contain a session URI.
            raise DamagedError("is damaged, or of a newer version", where=where, hint=hint) from None

    def _write(self, record: Record) -> None:
        text = record.model_dump_json(by_alias=True, indent=2, exclude_none=True) + "\n"
        write_atomically(self._path, text, mode=_MODE)
        # A killed process's temporary file may contain a session URI.
        discard_stale_temporaries(self._path)
