"""The run context: settings turned into providers, cache and limits, once per command."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from anyio import to_thread

from pipeline.errors import InputError, did_you_mean
from pipeline.limits import Cores, RetryPolicy
from pipeline.limits.times import utc_now
from pipeline.model import Asked, Brief, Job, Pictures, Price, QualityProfile, Script, VideoFormat
from pipeline.music import NO_BED, Bed, BedLibrary
from pipeline.orchestrator.context.appearance import Appearance
from pipeline.orchestrator.context.brief_resolver import BriefResolver
from pipeline.orchestrator.context.encoding import Encoding, cue_limits, encoding_of
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.context.job_ids import JobIds
from pipeline.orchestrator.context.overrides import batch_overrides, job_overrides, run_overrides
from pipeline.orchestrator.context.paths import Paths, check_output
from pipeline.orchestrator.context.providers import Providers
from pipeline.orchestrator.context.runtime import Runtime
from pipeline.rendering import Look
from pipeline.settings import DEFAULT_PROFILE, Settings, load_settings, resolve_profiles
from pipeline.state import Cache, CheckpointStore
from pipeline.subtitles import CueLimits
from pipeline.template import Template, load_template
from pipeline.workspace import find_workspace


def open_context(
    *,
    workspace: Path | str | None = None,
    overrides: Mapping[str, object] | None = None,
    output: Path | str | None = None,
    called: Mapping[str, str] | None = None,
) -> RunContext:
    """Open a workspace (default: the nearest one upwards) with its settings.

    `called` maps overrides to the names that messages use for them. Raises `InputError` for a folder that is no
    workspace, `ConfigurationError`, and `StorageError` for an output that can't be written: now, not after the work.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError as error:
        raise InputError("the current folder is gone", hint="Change to another folder") from error
    folder = find_workspace(here, Path(workspace) if workspace else None)
    place = Path(output).expanduser().absolute() if output else None
    if place:
        check_output(place)
    settings = load_settings(folder, overrides or {}, called=called)
    return RunContext(
        workspace=folder,
        settings=settings,
        overrides=overrides or {},
        output=place,
        runtime=Runtime(workspace=folder, settings=settings, clock=utc_now),
    )


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """One workspace with the settings of one request: everything the stages need to make films."""

    workspace: Path
    settings: Settings
    # Shared by all requests.
    runtime: Runtime
    # Flags, by dotted key of the setting: they override the brief.
    overrides: Mapping[str, object] = field(default_factory=dict)
    # FILE.mp4 or a folder for the films; None: output/ in the workspace.
    output: Path | None = None

    def __post_init__(self) -> None:
        if self.output:
            self.runtime.resources.watch_disk_of(self.output)

    # The request -------------------------------------------------------------------------------------------------

    @cached_property
    def asked(self) -> Asked:
        """The request as checkpoints store it: without secrets and options of this run alone."""
        return Asked(settings=job_overrides(self.overrides), output=str(self.output) if self.output else "")

    @property
    def batch_overrides(self) -> dict[str, str | bool | int | float]:
        """The flags that a batch remembers: about workers, errors and money."""
        return batch_overrides(self.overrides)

    def for_request(self, asked: Asked) -> RunContext:
        """The context of another request, e.g. that of a job. Secrets and options of this run stay. Reads files."""
        if asked == self.asked:
            return self
        key = repr(sorted(asked.settings.items())) + asked.output
        if key not in self._others:
            overrides = {**run_overrides(self.overrides), **asked.settings}
            self._others[key] = replace(
                self,
                settings=load_settings(self.workspace, overrides),
                overrides=overrides,
                output=Path(asked.output) if asked.output else None,
            )
        return self._others[key]

    @cached_property
    def _others(self) -> dict[str, RunContext]:
        return {}

    # Storage -----------------------------------------------------------------------------------------------------

    @property
    def store(self) -> CheckpointStore:
        """The checkpoints of this workspace."""
        return self.runtime.store

    @property
    def cache(self) -> Cache:
        """The content-addressed cache of scripts, clips and segments."""
        return self.runtime.cache

    @property
    def cores(self) -> Cores:
        """The limit of concurrent worker processes."""
        return self.runtime.cores

    @cached_property
    def paths(self) -> Paths:
        """Paths of sources, pictures, films and reports."""
        return Paths(workspace=self.workspace, output=self.output)

    @cached_property
    def hosts(self) -> Hosts:
        """The video hosts that films are published to."""
        return Hosts(
            workspace=self.workspace,
            settings=self.settings,
            overrides=self.overrides,
            runtime=self.runtime,
            retry=self.retry_policy,
        )

    def clock(self) -> datetime:
        """The current time, timezone-aware, in UTC."""
        return self.runtime.clock()

    def work_folder(self, batch: str, job_id: str) -> Path:
        """The folder for the files of a film before delivery; it may not exist yet."""
        return self.store.folder(batch) / "unfinished" / job_id

    async def clear_work_folder(self, batch: str, job_id: str) -> None:
        """Remove the work folder of a job, and its parent once that is empty."""
        folder = self.work_folder(batch, job_id)

        def clear() -> None:
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # other films are still in it
                folder.parent.rmdir()

        await to_thread.run_sync(clear)

    def crash_report(self, job: Job) -> Path:
        """The file that describes how a film crashed its worker processes."""
        return self.store.folder(job.batch) / "evidence" / f"{job.id}.txt"

    # Services ----------------------------------------------------------------------------------------------------

    @cached_property
    def retry_policy(self) -> RetryPolicy:
        """Retries and waiting times for requests to services."""
        retry = self.settings.retry
        return RetryPolicy(
            attempts=retry.attempts,
            wait_initial_s=retry.wait_initial_s,
            wait_max_s=retry.wait_max_s,
            retry_after_max_s=retry.retry_after_max_s,
        )

    @cached_property
    def providers(self) -> Providers:
        """Writers, translators, narrators and picture sources."""
        return Providers(
            workspace=self.workspace, settings=self.settings, runtime=self.runtime, retry=self.retry_policy
        )

    @cached_property
    def prices(self) -> Mapping[str, Price]:
        """Prices of language models, by name."""
        return {name: Price(**price.model_dump()) for name, price in self.settings.prices.items()}

    def time_limit_s(self, stage: str, brief: Brief) -> float:
        """The time limit of a stage. A script with a target length gets more: it is spoken, to measure it."""
        limits = self.settings.time_limits
        spoken_s = limits.narration_s if stage == "script" and brief.length_s else 0.0
        return float(getattr(limits, f"{stage}_s")) + spoken_s

    def profile(self, template: Template | None = None) -> QualityProfile:
        """The quality profile of films of a template, or of third-party films.

        Raises `InputError` for a template that names an unknown profile.
        """
        profiles = resolve_profiles(self.settings.profiles)
        name = self.settings.quality.profile or (template.profile if template else "") or DEFAULT_PROFILE
        if name not in profiles:
            where = template.folder if template else ""
            raise InputError(f"there is no profile {name!r}", where=where, hint=did_you_mean(name, profiles))
        return profiles[name]

    # Appearance --------------------------------------------------------------------------------------------------

    def encoding(self, brief: Brief) -> Encoding:
        """Frame size, frame rate and encoder for a completed brief. Raises `InputError` for an unknown preset."""
        return encoding_of(self.settings, brief)

    def cue_limits(self, video_format: VideoFormat) -> CueLimits:
        """The limits of subtitle cues."""
        return cue_limits(self.settings, video_format)

    @cached_property
    def appearance(self) -> Appearance:
        """Theme, fonts, captions and motion."""
        return Appearance(settings=self.settings, workspace=self.workspace, template_of=self.template)

    def look(self, brief: Brief, script: Script, pictures: Pictures | None) -> Look:
        """What all scenes of a film have in common. Reads files. Raises `InputError` for an unknown theme."""
        template = self.template(brief)
        return Look(
            title=script.title,
            theme=self.appearance.theme(brief),
            format=self.encoding(brief).video_format,
            captions=self.appearance.captions(brief),
            motion=self.appearance.motion(brief),
            fonts=self.appearance.fonts(template),
            logo=self.appearance.logo(template),
            language=script.language,
            stills=pictures.stills if pictures else (),
        )

    def template(self, brief: Brief) -> Template:
        """The template of a brief, cached. Reads files: not for the event loop."""
        name = brief.template or self.settings.template
        if name not in self._templates:
            self._templates[name] = load_template(name, search=[self.workspace / "templates"])
        return self._templates[name]

    @cached_property
    def _templates(self) -> dict[str, Template]:
        return {}

    # Music -------------------------------------------------------------------------------------------------------

    def bed(self, brief: Brief) -> Bed | None:
        """The background music of a completed brief, cached; None: no music. Raises `InputError` if it is missing."""
        return None if brief.music in {None, NO_BED} else self._beds.bed(str(brief.music))

    @cached_property
    def _beds(self) -> BedLibrary:
        return BedLibrary(folder=self.workspace / "music")

    # Briefs and jobs ---------------------------------------------------------------------------------------------

    @cached_property
    def briefs(self) -> BriefResolver:
        """Completes briefs with flags and settings."""
        return BriefResolver(
            settings=self.settings,
            overrides=self.overrides,
            paths=self.paths,
            beds=self._beds,
            template_of=self.template,
        )

    def job_id(self, brief: Brief) -> str:
        """The job id: a hash of the completed brief, the template's files and the settings that shape the film."""
        return self._job_ids.job_id(brief)

    @cached_property
    def _job_ids(self) -> JobIds:
        return JobIds(
            settings=self.settings,
            paths=self.paths,
            appearance=self.appearance,
            providers=self.providers,
            template_of=self.template,
            bed_of=self.bed,
        )
