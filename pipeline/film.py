"""The result of making a film, as the library and the command line report it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import NightreelError
from pipeline.model import Job, JobStatus, title_of
from pipeline.music import NO_BED


@dataclass(frozen=True, kw_only=True)
class Film:
    """The result for one brief. Paths and duration are None if the film was not made."""

    job: str
    title: str
    # BCP-47; empty if the brief never became a job.
    language: str
    # The series and the episode number; empty and 0: none.
    series: str = ""
    episode: int = 0
    # "completed", "failed", …: see `pipeline.model.JobStatus`.
    status: str
    video: Path | None = None
    subtitles: Path | None = None
    thumbnail: Path | None = None
    metadata: Path | None = None
    duration_s: float | None = None
    # The writer, e.g. "groq" with "openai/gpt-oss-120b", and why it replaced the preferred one (empty: it did not).
    writer: str | None = None
    model: str | None = None
    writer_fallback_reason: str = ""
    # The narrator, e.g. "edge" with "en-US-AvaNeural", and why it replaced the preferred one (empty: it did not).
    narrator: str | None = None
    voice: str | None = None
    fallback_reason: str = ""
    # Problems that did not stop the film, and extras that a host does not have yet.
    incidents: tuple[str, ...] = ()
    # The background music, a file in music/, also if "auto" chose it; None: no music.
    music: str | None = None
    # The score of the quality gate, 0 to 1 (None: not inspected), and its warnings.
    score: float | None = None
    warnings: tuple[str, ...] = ()
    # URLs by video host: {"youtube": "https://…"}.
    published: Mapping[str, str] = field(default_factory=dict)
    # Seconds of work by stage.
    seconds: Mapping[str, float] = field(default_factory=dict)
    # One line: what went wrong, and what to do.
    error: str | None = None

    @classmethod
    def of(cls, job: Job) -> Film:
        """The current result of a job."""
        files = job.receipt.package if job.receipt else None
        return cls(
            job=job.id,
            title=title_of(job),
            language=job.brief.language,
            series=job.brief.series,
            episode=job.brief.episode,
            status=job.status.value,
            video=files.video if files else None,
            subtitles=files.srt if files else None,
            thumbnail=files.thumbnail if files else None,
            metadata=files.metadata if files else None,
            duration_s=round(job.video.duration_s, 3) if files and job.video else None,
            writer=job.script.writer if job.script else None,
            model=job.script.model if job.script else None,
            writer_fallback_reason=job.script.fallback_reason if job.script else "",
            narrator=job.narration.narrator if job.narration else None,
            voice=job.narration.voice if job.narration else None,
            fallback_reason=job.narration.fallback_reason if job.narration else "",
            incidents=(
                *(job.script.incidents if job.script else ()),
                *(job.pictures.incidents if job.pictures else ()),
                *(job.narration.incidents if job.narration else ()),
                *(f"{receipt.destination}: without {line}" for receipt in job.published for line in receipt.missing),
                *(f"{receipt.destination}: {line}" for receipt in job.published for line in receipt.remarks),
            ),
            music=job.brief.music if job.brief.music != NO_BED else None,
            score=job.verdict.score if job.verdict else None,
            warnings=job.verdict.warnings if job.verdict else (),
            published={receipt.destination: receipt.url for receipt in job.published},
            seconds=job.seconds,
            error=job.error.message if job.error else None,
        )

    @classmethod
    def refused(cls, title: str, error: NightreelError) -> Film:
        """A failure without a job: an unreadable brief, an invalid setting, a film that is being made elsewhere."""
        return cls(job="", title=title, language="", status=JobStatus.FAILED.value, error=str(error))
