"""What the stages work with: settings turned into providers, caches and limits, once per command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import anyio

from pipeline.assembly import EncoderPlan
from pipeline.errors import ConfigurationError
from pipeline.limits import RetryPolicy
from pipeline.model import FORMATS, Brief, Job, VideoFormat
from pipeline.narration import NARRATORS, Narrator
from pipeline.publishing import Destination, FolderDestination
from pipeline.script import WRITERS, ScriptWriter
from pipeline.settings import Settings
from pipeline.state import Cache, CheckpointStore
from pipeline.subtitles import CueLimits
from pipeline.template import Template, builtin_root, load_template


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """One workspace with its settings, ready to make films. Built by the edges, used by the stages."""

    workspace: Path
    settings: Settings
    # An explicit FILE.mp4 or folder for the films; None: output/<batch>/<name>/ in the workspace.
    output: Path | None = None
    clock: Callable[[], datetime] = field(default=now)

    @cached_property
    def store(self) -> CheckpointStore:
        """The checkpoints of this workspace."""
        return CheckpointStore(self.workspace)

    @cached_property
    def cache(self) -> Cache:
        """Scripts, clips and segments by content."""
        return Cache(self.workspace / "state" / "cache")

    @cached_property
    def cores(self) -> anyio.CapacityLimiter:
        """How many worker processes draw, encode and inspect at once."""
        return anyio.CapacityLimiter(self.settings.work.workers)
