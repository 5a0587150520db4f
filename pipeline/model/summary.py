"""A job as one row for lists, reports and the queue, without script, clips and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.model.brief import Brief, Priority
from pipeline.model.cost import Cost
from pipeline.model.job import Job, JobError, JobStatus
from pipeline.model.review import SampleMark
from pipeline.model.verdict import Grade, Verdict

# Spoken characters of a film from a bare topic.
_TOPIC_CHARS = 900
# Spoken characters per second, for a requested length (docs/performance.md: 2,717 in 201 s).
_CHARS_PER_S = 14
_NOTHING = Cost()


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The result of the quality gate in short."""

    grade: Grade
    # From 1 (no complaints) towards 0, and the reasons, one line each, worst first.
    score: float
    reasons: tuple[str, ...] = ()
    # Of the whole film; None: not measured, or silent. Brightness from 0 (black) to 100 (white).
    loudness_lufs: float | None = None
    brightness_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class JobSummary:
    """One row, derived from a job by `summary_of()`; never authoritative."""

    id: str
    batch: str
    title: str
    folder: str
    # The title of the brief; a language model may give the film another one.
    topic: str = ""
    # Location of the brief: "topics/space.txt:3".
    origin: str = ""
    # Key of the table row: "4711"; empty: none.
    key: str = ""
    # Identifier of the table row, with or without a key; empty: not from a table.
    row: str = ""
    template: str = ""
    # BCP-47.
    language: str = ""
    # Requested aspect ratio, if any.
    format: str = ""
    # Encoder preset; empty: from the settings.
    preset: str = ""
    variant: int = 0
    # Series and episode number; empty and 0: none.
    series: str = ""
    episode: int = 0
    status: JobStatus = JobStatus.PENDING
    stage: str = ""
    priority: Priority = Priority.NORMAL
    # Requested FILE.mp4 or folder; empty: output/ in the workspace.
    output: str = ""
    # Video hosts requested with a flag: "youtube,youtube:cooking"; and the film's URL by host.
    publish_to: str = ""
    published: Mapping[str, str] = field(default_factory=dict)
    # `Brief.release`.
    release: str = ""
    attempts: int = 0
    parked_until: datetime | None = None
    # Reason for the status: the last entry of the history.
    why: str = ""
    # Estimated work: spoken characters.
    weight: int = 0
    # Films with the same value (template, language, voice) share most cache entries.
    kin: str = ""
    # Of the last attempt.
    started_at: datetime | None = None
    ended_at: datetime | None = None
    # Duration of the last successful run of each stage.
    seconds: Mapping[str, float] = field(default_factory=dict)
    # Cache hits, cache misses and bytes produced, over all attempts.
    found: int = 0
    made: int = 0
    bytes: int = 0
    cost: Cost = field(default_factory=Cost)
    # Of the delivered film.
    duration_s: float | None = None
    video: Path | None = None
    thumbnail: Path | None = None
    # None: not checked yet.
    marks: Marks | None = None
    # `Job.sketch`.
    sketch: tuple[str, ...] = ()
    # The writer, its model, and why preferred writers were not used.
    writer: str = ""
    model: str = ""
    writer_fallback_reason: str = ""
    narrator: str = ""
    voice: str = ""
    # Why the preferred voice was not used; and all remarks on the narration.
    voice_fallback_reason: str = ""
    voice_remarks: tuple[str, ...] = ()
    # Text that the voice spells out, a name for example; also among the remarks.
    spelling: str = ""
    # Missing pictures, and the reasons.
    picture_remarks: tuple[str, ...] = ()
    # State in the review sample; empty: not in the sample.
    sample: SampleMark = ""
    error: JobError | None = None


def summary_of(job: Job) -> JobSummary:
    """The summary of a job."""
    files = job.receipt.package if job.receipt else None
    verdict = _last_verdict(job)
    return JobSummary(
        id=job.id,
        batch=job.batch,
        title=title_of(job),
        folder=job.folder,
        topic=job.brief.title,
        origin=job.brief.origin,
        key=job.brief.key,
        row=job.brief.row.name if job.brief.row else "",
        template=job.brief.template or "",
        language=job.brief.language,
        format=job.brief.format or "",
        preset=job.brief.preset or "",
        variant=job.brief.variant,
        series=job.brief.series if job.brief.serial else "",
        episode=job.brief.episode,
        status=job.status,
        stage=job.stage,
        priority=job.priority,
        output=job.asked.output,
        publish_to=str(job.asked.settings.get("publishing.to", "")),
        release=job.brief.release,
        published={receipt.destination: receipt.url for receipt in job.published},
        attempts=job.attempts,
        parked_until=job.parked_until,
        why=job.history[-1].why if job.history else "",
        weight=estimated_chars(job.brief),
        kin="/".join((job.brief.template or "", job.brief.language, job.brief.voice or "")),
        started_at=_started_at(job),
        ended_at=_ended_at(job),
        seconds=job.seconds,
        found=sum(record.found for record in job.records),
        made=sum(record.made for record in job.records),
        bytes=sum(record.bytes for record in job.records),
        cost=_cost_of(job),
        duration_s=job.video.duration_s if files and job.video else None,
        video=files.video if files else None,
        thumbnail=files.thumbnail if files else None,
        marks=_marks_of(verdict) if verdict else None,
        sketch=job.sketch,
        writer=job.script.writer if job.script else "",
        model=job.script.model if job.script else "",
        writer_fallback_reason=job.script.fallback_reason if job.script else "",
        narrator=job.narration.narrator if job.narration else "",
        voice=job.narration.voice if job.narration else "",
        voice_fallback_reason=job.narration.fallback_reason if job.narration else "",
        voice_remarks=job.narration.remarks if job.narration else (),
        spelling=job.narration.spelling if job.narration else "",
        picture_remarks=job.pictures.incidents if job.pictures else (),
        sample=_sample_mark(job),
        error=job.error,
    )


def _started_at(job: Job) -> datetime | None:
    return next((event.at for event in reversed(job.history) if event.status is JobStatus.IN_PROGRESS), None)


def _ended_at(job: Job) -> datetime | None:
    is_over = job.history and job.status not in {JobStatus.IN_PROGRESS, JobStatus.PENDING}
    return job.history[-1].at if is_over else None


def _cost_of(job: Job) -> Cost:
    """The total cost. Zero costs, the majority, are skipped: adding is slow, and every checkpoint needs the sum."""
    return sum((record.cost for record in job.records if record.cost != _NOTHING), _NOTHING)


def failure_reason(row: JobSummary) -> str:
    """Why a film was not made, without its title or folder, which are displayed next to it."""
    why = (row.error.message if row.error else row.why).removeprefix(f"{row.title}: ")
    return why.removeprefix(f"{row.folder}: ")


def _sample_mark(job: Job) -> SampleMark:
    """The state of a film in the review sample. A review of an earlier version of the film does not count."""
    if not job.sampled:
        return ""
    if job.review and job.video and job.review.film == job.video.sha256:
        return job.review.decision
    return "approved" if job.published else "waits"


def _last_verdict(job: Job) -> Verdict | None:
    """The verdict on the current film, or on the last one that failed the gate."""
    if job.verdict or job.status is not JobStatus.FAILED or not job.failed_verdicts:
        return job.verdict
    return job.failed_verdicts[-1].verdict


def _marks_of(verdict: Verdict) -> Marks:
    return Marks(
        grade=verdict.grade,
        score=verdict.score,
        reasons=(*verdict.reasons, *verdict.warnings),
        loudness_lufs=verdict.value_of("loudness"),
        brightness_percent=verdict.value_of("pictures"),
    )


def title_of(job: Job) -> str:
    """The film's title; before there is a script, the brief's, with the language of a translation: "… (es)"."""
    if job.script:
        return job.script.title
    return f"{job.brief.title} ({job.brief.language})" if job.brief.translated_from else job.brief.title


def estimated_chars(brief: Brief) -> int:
    """The estimated number of spoken characters of a film."""
    if brief.row and brief.row.chars:
        return brief.row.chars
    if not brief.has_notes:
        return brief.length_s * _CHARS_PER_S if brief.length_s else _TOPIC_CHARS
    blocks = [block for section in brief.sections for block in section.blocks]
    return len(brief.title) + len(brief.closing) + sum(len(each.text) for block in blocks for each in block.said)
