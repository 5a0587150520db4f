"""Whether a film is there twice in its batch: found by the sketches in the index, then looked at closely.

Of two films that are the same, the later in the order of the batch is the one that is warned, in whatever order they
are finished: the words of both are known from their first stage on. Only where the earlier one got its words after the
later was judged, when it was parked or tried again, the earlier one hears of it: the other may be out already.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.errors import InputError, NightreelError
from pipeline.model import SINGLES, Job, named_picture
from pipeline.orchestrator.context import RunContext
from pipeline.quality.expected import NearDuplicate
from pipeline.script import has_script_template
from pipeline.state import CheckpointStore

# Films that are looked at closely, at most: whoever has so many twins has been told.
_MOST_COMPARED = 20


def is_deduplicated(job: Job) -> bool:
    """Whether the film is part of a batch: those that are made singly are asked for one by one, also again."""
    return job.batch != SINGLES


def sketch_for(job: Job, context: RunContext) -> tuple[str, ...]:
    """The keys by which a film with a script is found by others that are like it; none if it is not compared. Blocks.

    Rows that a template has a script for differ only where it says so: of these, only the same is the same. Films of
    another size, preset or language are meant to say the same.
    """
    if not is_deduplicated(job):
        return ()
    from pipeline.quality.near_duplicates import minhash_bands  # noqa: PLC0415 - loads numpy

    assert job.script is not None
    size = context.encoding(job.brief).video_format
    exact = has_script_template(job.brief, context.template(job.brief))
    kind = f"{size.width_px}x{size.height_px} {job.brief.preset or ''}"
    return minhash_bands(job.script, kind=kind, exact=exact)


def find_duplicate(job: Job, context: RunContext) -> NearDuplicate | None:
    """The film of its batch that is most like it, and that it is to be warned of. Blocks.

    Of films that say the same in other pictures, neither is the other. None: it is alone, or not compared.
    """
    if not is_deduplicated(job) or not job.sketch or job.script is None:
        return None
    from pipeline.quality.near_duplicates import jaccard, narration_text, shingle_set  # noqa: PLC0415 - loads numpy

    said, found = shingle_set(narration_text(job.script)), NearDuplicate(name="")
    for row, is_before in context.store.index(job.batch).alike(job.id, job.sketch, limit=_MOST_COMPARED):
        try:
            other, other_said = _read(context.store, job.batch, row.id, context.store.stamp(job.batch, row.id))
        except NightreelError:
            continue  # a damaged file is told elsewhere
        if other is None or other.script is None or not (is_before or _was_passed(other)):
            continue
        share = min(jaccard(said, other_said), _share_shown(job, other))
        if share > found.share:
            found = NearDuplicate(name=f"job {other.id}", title=other.script.title, share=share)
        if share >= 1:
            break
    return found if found.name else None


@lru_cache(maxsize=2 * _MOST_COMPARED)
def _read(store: CheckpointStore, batch: str, job_id: str, _stamp: str) -> tuple[Job | None, frozenset[str]]:
    """A job and the shingles of what it says, read once as long as its file stays the same.

    The films of a batch are compared with the same ones.
    """
    from pipeline.quality.near_duplicates import narration_text, shingle_set  # noqa: PLC0415 - loads numpy

    job = store.read_job(batch, job_id)
    return job, shingle_set(narration_text(job.script)) if job and job.script else frozenset()


def _was_passed(job: Job) -> bool:
    """Whether it was judged, and not warned of a film like it."""
    checks = job.verdict.checks if job.verdict else ()
    return any(check.name == "duplicate" and check.verdict == "pass" for check in checks)


def _share_shown(one: Job, other: Job) -> float:
    """How much the pictures are alike that both were given: what we draw ourselves follows from words and title.

    While one of the films is not drawn, or not any more, the files of the pictures are compared.
    """
    if not (_names(one) or _names(other)):
        return 1.0
    from pipeline.quality.near_duplicates import shared_pictures  # noqa: PLC0415 - loads numpy

    looks = _looks(one), _looks(other)
    if all(looks):
        return shared_pictures(*looks)
    stills = _stills(one), _stills(other)
    return len(stills[0] & stills[1]) / max(1, len(stills[0] | stills[1]))


def _names(job: Job) -> tuple[str, ...]:
    """The picture in each scene, by its name; empty: it has none."""
    scenes = job.script.scenes if job.script else ()
    names = tuple(map(named_picture, scenes))
    return names if any(names) else ()


def _looks(job: Job) -> tuple[int, ...]:
    """What each scene with a picture looks like; empty: there is none, or nobody can look any more."""
    from pipeline.quality.findings import read_findings  # noqa: PLC0415 - loads PyAV

    shown = [segment for segment, name in zip(job.segments, _names(job), strict=False) if name]
    try:
        found = [read_findings(segment.path).picture for segment in shown]
    except InputError:
        return ()
    return tuple(picture.look for picture in found if picture)


def _stills(job: Job) -> frozenset[str]:
    """What the pictures in it show, by their content."""
    stills = job.pictures.stills if job.pictures else ()
    names = set(_names(job))
    return frozenset(still.sha256 for still in stills if still.name in names)
