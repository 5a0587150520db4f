"""What the library and the command line say of a film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import NightreelError
from pipeline.model import Job, JobStatus, title_of
from pipeline.music import NO_BED


@dataclass(frozen=True, kw_only=True)
class Film:
    """What became of one brief. Paths and the length are None where the film was not made."""

    job: str
    title: str
    # BCP-47; empty for what never became a job.
    language: str
    # The series that it is a part of, and its number there; empty and 0: none.
    series: str = ""
    episode: int = 0
    # "completed", "failed", …: see `pipeline.model.JobStatus`.
    status: str
    video: Path | None = None
    subtitles: Path | None = None
    thumbnail: Path | None = None
    metadata: Path | None = None
    duration_s: float | None = None
    # Who wrote, e.g. "groq" and "openai/gpt-oss-120b", and why it was not an earlier choice (empty: it was).
    writer: str | None = None
    model: str | None = None
    writer_fallback_reason: str = ""
    # Who spoke, e.g. "edge" and "en-US-AvaNeural", and why it was not an earlier choice (empty: it was).
    narrator: str | None = None
    voice: str | None = None
    fallback_reason: str = ""
    # What went wrong with pictures and voices on the way, and what came of it; and what a host does not have yet.
    incidents: tuple[str, ...] = ()
    # The file in music/ that plays under the voice, also where "auto" chose it; None: there is no music.
    music: str | None = None
    # What the quality gate thinks of it, 0 to 1, and what it warns of, a line each. None: it has not been judged.
    score: float | None = None
    warnings: tuple[str, ...] = ()
    # Where it is seen, by video host: {"youtube": "https://…"}.
    published: Mapping[str, str] = field(default_factory=dict)
    # Seconds of work by stage.
    seconds: Mapping[str, float] = field(default_factory=dict)
    # One line, what went wrong and what to do.
    error: str | None = None

    @classmethod
    def of(cls, job: Job) -> Film:
        """The film of a job, as it stands."""
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
        """What never became a job: a brief that can't be read, a setting that is wrong, a film that is being made."""
        return cls(job="", title=title, language="", status=JobStatus.FAILED.value, error=str(error))
