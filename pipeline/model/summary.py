"""A job in one row: what lists, reports and the queue need to know, without script, clips and words."""

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

# A bare topic becomes a film of about this many characters of speech.
_TOPIC_CHARS = 900
# And one whose length was asked for, so many a second (docs/performance.md: 2,717 in 201 s).
_CHARS_PER_S = 14
_NOTHING = Cost()


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What the quality gate thinks of a film, in short."""

    grade: Grade
    # From 1 (nothing to say) towards 0, and why: a line each, the worst first.
    score: float
    reasons: tuple[str, ...] = ()
    # Over the whole film; None: not measured, or silent. Brightness goes from 0 (black) to 100 (white).
    loudness_lufs: float | None = None
    brightness_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class JobSummary:
    """One row. Made of a job by `summary_of()`, and never the source of anything."""

    id: str
    batch: str
    title: str
    folder: str
    # What the brief calls it: a model may give the film another title.
    topic: str = ""
    # Where the brief stands: "topics/space.txt:3".
    origin: str = ""
    # What names its row: "4711"; empty: it is none, or has no name.
    key: str = ""
    # What tells its row from the others of its table, key or not; empty: it is none.
    row: str = ""
    template: str = ""
    # BCP-47.
    language: str = ""
    # The shape of its picture, as far as it was asked for.
    format: str = ""
    # How it is encoded; empty: as the settings say.
    preset: str = ""
    variant: int = 0
    # The series that it is a part of, and its number there; empty and 0: none.
    series: str = ""
    episode: int = 0
    status: JobStatus = JobStatus.PENDING
    stage: str = ""
    priority: Priority = Priority.NORMAL
    # FILE.mp4 or the folder that was asked for; empty: output/ in the workspace.
    output: str = ""
    # The video hosts that were asked for with a flag: "youtube,youtube:cooking"; and where the film is seen, by host.
    publish_to: str = ""
    published: Mapping[str, str] = field(default_factory=dict)
    # How its brief wants it to be shown there: `Brief.release`.
    release: str = ""
    attempts: int = 0
    parked_until: datetime | None = None
    # Why it is in this status: the last line of its history.
    why: str = ""
    # About how much work it is: characters to speak.
    weight: int = 0
    # Films of one kin (template, language, voice) share most of what the cache has.
    kin: str = ""
    # The last attempt.
    started_at: datetime | None = None
    ended_at: datetime | None = None
    # Seconds by stage, the last time that each was done.
    seconds: Mapping[str, float] = field(default_factory=dict)
    # Over all attempts.
    found: int = 0
    made: int = 0
    bytes: int = 0
    cost: Cost = field(default_factory=Cost)
    # Of the film, where it was delivered.
    duration_s: float | None = None
    video: Path | None = None
    thumbnail: Path | None = None
    # None: it was not judged yet.
    marks: Marks | None = None
    # `Job.sketch`.
    sketch: tuple[str, ...] = ()
    # Who wrote it, with which model, and why nobody before them in the list did.
    writer: str = ""
    model: str = ""
    writer_fallback_reason: str = ""
    narrator: str = ""
    voice: str = ""
    # Why it is not the first choice who speaks; and beside that what went wrong on the way.
    voice_fallback_reason: str = ""
    voice_remarks: tuple[str, ...] = ()
    # Of these, what the voice spells instead of reading it: a name, perhaps.
    spelling: str = ""
    # The pictures that it had to do without, and why.
    picture_remarks: tuple[str, ...] = ()
    # How it stands as one of the sample; empty: it is none of it.
    sample: SampleMark = ""
    error: JobError | None = None


def summary_of(job: Job) -> JobSummary:
    """The row of a job."""
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
    """Most stages cost nothing, and a sum of costs is dear: every save asks for it."""
    return sum((record.cost for record in job.records if record.cost != _NOTHING), _NOTHING)


def failure_reason(row: JobSummary) -> str:
    """Why a film is not there, without its title or its folder: it, and where its brief is, stand beside that."""
    why = (row.error.message if row.error else row.why).removeprefix(f"{row.title}: ")
    return why.removeprefix(f"{row.folder}: ")


def _sample_mark(job: Job) -> SampleMark:
    """What was said of a film that has been made anew since is said of another film."""
    if not job.sampled:
        return ""
    if job.review and job.video and job.review.film == job.video.sha256:
        return job.review.decision
    return "approved" if job.published else "waits"


def _last_verdict(job: Job) -> Verdict | None:
    """On the film that there is, or on the one that did not pass."""
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
    """The film's name; before it is translated, the brief's with the language: "Why is the sky blue? (es)"."""
    if job.script:
        return job.script.title
    return f"{job.brief.title} ({job.brief.language})" if job.brief.translated_from else job.brief.title


def estimated_chars(brief: Brief) -> int:
    """About how many characters a film of this brief speaks."""
    if brief.row and brief.row.chars:
        return brief.row.chars
    if not brief.has_notes:
        return brief.length_s * _CHARS_PER_S if brief.length_s else _TOPIC_CHARS
    blocks = [block for section in brief.sections for block in section.blocks]
    return len(brief.title) + len(brief.closing) + sum(len(each.text) for block in blocks for each in block.said)
