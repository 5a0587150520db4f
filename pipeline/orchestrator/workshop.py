"""What the stages work with: settings turned into providers, caches and limits, once per command."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import anyio
from anyio import to_thread

from pipeline.assembly import EncoderPlan
from pipeline.errors import InputError
from pipeline.files import storage_errors
from pipeline.limits import Gate, RetryPolicy
from pipeline.model import FORMATS, Brief, Job, VideoFormat
from pipeline.narration import Narrator
from pipeline.orchestrator import providers
from pipeline.publishing import Destination, FileNames, FolderDestination
from pipeline.rendering import Look, theme_named
from pipeline.script import ScriptWriter
from pipeline.settings import Settings, find_workspace, load_settings
from pipeline.state import Cache, CheckpointStore, content_key
from pipeline.subtitles import CueLimits
from pipeline.template import Template, load_template

_ID_DIGITS = 16


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def open_workshop(
    *,
    workspace: Path | str | None = None,
    overrides: Mapping[str, object] | None = None,
    output: Path | str | None = None,
) -> Workshop:
    """The workspace (given, or the nearest one upwards) with its settings.

    Raises `InputError` for a workspace that is none, `ConfigurationError`, and `StorageError` for an output that can't
    be written: better now than when the film is made.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError as error:
        raise InputError("the current folder is gone", hint="Change to another folder") from error
    folder = find_workspace(here, Path(workspace) if workspace else None)
    if output is not None:
        _check_output(Path(output).absolute())
    settings = load_settings(folder, overrides or {})
    return Workshop(
        workspace=folder,
        settings=settings,
        overrides=overrides or {},
        output=Path(output).absolute() if output else None,
    )


def _check_output(output: Path) -> None:
    """Raise `StorageError` if nothing can be put there. Makes nothing."""
    with storage_errors(output):
        existing = next(path for path in (output, *output.parents) if path.exists())
        is_film = existing == output and output.suffix.lower() == ".mp4"
        if existing.is_dir() == is_film:
            raise NotADirectoryError(errno.ENOTDIR, f"{existing} is {'a' if is_film else 'not a'} folder")
        if not os.access(existing, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """One workspace with its settings, ready to make films. Opened by the edges, used by the stages."""

    workspace: Path
    settings: Settings
    # What flags said, by dotted key: they go before what a brief says.
    overrides: Mapping[str, object] = field(default_factory=dict)
    # FILE.mp4 or a folder for the films; None: output/<batch>/ in the workspace.
    output: Path | None = None
    clock: Callable[[], datetime] = now

    # What is kept ------------------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> CheckpointStore:
        """The checkpoints of this workspace."""
        return CheckpointStore(self.workspace)

    @cached_property
    def cache(self) -> Cache:
        """Scripts, clips and segments by content."""
        return Cache(self.workspace / "state" / "cache")

    async def bench(self, job: Job) -> Path:
        """A folder for the files of a film that is not delivered yet."""
        folder = self._bench(job)
        await to_thread.run_sync(lambda: folder.mkdir(parents=True, exist_ok=True))
        return folder

    async def clear_bench(self, job: Job) -> None:
        """Remove that folder."""
        await to_thread.run_sync(lambda: shutil.rmtree(self._bench(job), ignore_errors=True))

    def _bench(self, job: Job) -> Path:
        return self.workspace / "state" / "batches" / job.batch / "unfinished" / job.id

    # Who does the work -------------------------------------------------------------------------------------------

    @cached_property
    def cores(self) -> anyio.CapacityLimiter:
        """How many worker processes draw, encode and inspect at once."""
        return anyio.CapacityLimiter(self.settings.work.workers)

    @cached_property
    def retry_policy(self) -> RetryPolicy:
        """How patient to be with a service outside."""
        retry = self.settings.retry
        return RetryPolicy(
            attempts=retry.attempts,
            wait_initial_s=retry.wait_initial_s,
            wait_max_s=retry.wait_max_s,
            retry_after_max_s=retry.retry_after_max_s,
        )

    @cached_property
    def writer_gate(self) -> Gate:
        """How often the model is asked."""
        return Gate(self.settings.groq.concurrency, self.settings.groq.requests_per_min)

    @cached_property
    def writer(self) -> ScriptWriter:
        """Who writes the scripts. Loading a model's SDK takes a moment: ask for it off the event loop."""
        return providers.make_writer(providers.writer_name(self.settings), self.settings)

    @cached_property
    def narrators(self) -> tuple[Narrator, ...]:
        """Who may speak, in order: the first one that can speaks the whole film."""
        names = providers.narrator_names(self.settings)
        return tuple(providers.make_narrator(name, self.settings) for name in names)

    # What films look like ----------------------------------------------------------------------------------------

    @property
    def video_format(self) -> VideoFormat:
        """Size of the picture."""
        return FORMATS[self.settings.video.format]

    @property
    def encoder(self) -> EncoderPlan:
        """How pictures are encoded."""
        return EncoderPlan(quality=self.settings.video.quality)

    @property
    def cue_limits(self) -> CueLimits:
        """How subtitles are cut."""
        wanted = self.settings.subtitles
        return CueLimits(
            max_chars_per_line=wanted.max_chars_per_line,
            max_lines=wanted.max_lines,
            max_chars_per_s=wanted.max_chars_per_s,
            min_duration_s=wanted.min_duration_s,
            max_duration_s=wanted.max_duration_s,
        )

    def look(self, job: Job) -> Look:
        """What all scenes of a film have in common. Reads its template. Raises `InputError` for an unknown theme."""
        assert job.script is not None
        return Look(
            title=job.script.title,
            theme=theme_named(self.template(job.brief).theme),
            format=self.video_format,
            burn_in=self.settings.subtitles.burn_in,
        )

    def template(self, brief: Brief) -> Template:
        """The template of a brief, read once. Reads files: not for the event loop."""
        name = brief.template or self.settings.template
        if name not in self._templates:
            self._templates[name] = load_template(name, search=[self.workspace / "templates"])
        return self._templates[name]

    @cached_property
    def _templates(self) -> dict[str, Template]:
        return {}

    # What jobs are called ----------------------------------------------------------------------------------------

    def complete(self, brief: Brief) -> Brief:
        """The brief with every choice made: a flag goes before the brief, the brief before the settings."""
        return replace(
            brief,
            language=self._flag("language") or brief.language or self.settings.language,
            template=self._flag("template") or brief.template or self.settings.template,
            voice=self._flag("narration.voice") or brief.voice or self.settings.narration.voice,
        )

    def _flag(self, key: str) -> str:
        return str(self.overrides.get(key) or "")

    def job_id(self, brief: Brief) -> str:
        """Names a job by what shapes its film: the completed brief, the template's files, the settings that matter."""
        shape = self.settings
        try:
            template = self.template(brief).fingerprint
        except InputError:
            # The job will fail with this very error; mending the template makes it another job.
            template = ""
        parts = (
            replace(brief, origin=""),
            template,
            (providers.writer_name(shape), shape.groq.model),
            providers.narrator_names(shape),
            (self.video_format, self.encoder, self.cue_limits, shape.subtitles.burn_in),
        )
        return content_key(*parts)[:_ID_DIGITS]

    def destination(self, job: Job) -> Destination:
        """Where the film goes."""
        if self.output is None:
            return FolderDestination(self.workspace / "output" / job.batch / job.name)
        if self.output.suffix.lower() == ".mp4":
            return FolderDestination(self.output.parent, names=FileNames.like(self.output))
        return FolderDestination(self.output / job.name)
