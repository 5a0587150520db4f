"""Near-duplicate films within a batch: MinHash sketches in the index yield candidates, which are compared in full.

Of two similar films, the later one in batch order gets the warning, whichever is finished first: the script of both is
known from the first stage on. Exception: if the earlier film got its script only after the later one was judged (it was
parked or retried), the earlier one gets the warning, since the later may already be published.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.errors import InputError, NightreelError
from pipeline.model import SINGLES, Job, named_picture
from pipeline.orchestrator.context import RunContext
from pipeline.quality.expected import NearDuplicate
from pipeline.script import has_script_template
from pipeline.state import CheckpointStore

# The most candidates to compare in full.
_MOST_COMPARED = 20


def is_deduplicated(job: Job) -> bool:
    """Whether the film is checked for duplicates. Single films are not: each was requested on its own."""
    return job.batch != SINGLES


def sketch_for(job: Job, context: RunContext) -> tuple[str, ...]:
    """The sketch that similar films are found by; empty if the film is not checked. The film has a script. Blocks.

    Rows that fill a template's own script differ only in a few places: for them, only an exact match counts. Films of
    another size, preset or language are expected to say the same, and are not compared.
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
    """The most similar film of the batch that this film has to be warned about; None: none, or not checked. Blocks.

    Films with the same words but other pictures are no duplicates.
    """
    if not is_deduplicated(job) or not job.sketch or job.script is None:
        return None
    from pipeline.quality.near_duplicates import jaccard, narration_text, shingle_set  # noqa: PLC0415 - loads numpy

    shingles, found = shingle_set(narration_text(job.script)), NearDuplicate(name="")
    for row, is_before in context.store.index(job.batch).near_duplicates(job.id, job.sketch, limit=_MOST_COMPARED):
        try:
            other, other_shingles = _read(context.store, job.batch, row.id, context.store.stamp(job.batch, row.id))
        except NightreelError:
            continue  # damaged files are reported elsewhere
        if other is None or other.script is None or not (is_before or _was_passed(other)):
            continue
        share = min(jaccard(shingles, other_shingles), _picture_similarity(job, other))
        if share > found.share:
            found = NearDuplicate(name=f"job {other.id}", title=other.script.title, share=share)
        if share >= 1:
            break
    return found if found.name else None


@lru_cache(maxsize=2 * _MOST_COMPARED)
def _read(store: CheckpointStore, batch: str, job_id: str, _stamp: str) -> tuple[Job | None, frozenset[str]]:
    """A job and the shingles of its words, cached as long as its file is unchanged.

    The films of a batch tend to have the same candidates.
    """
    from pipeline.quality.near_duplicates import narration_text, shingle_set  # noqa: PLC0415 - loads numpy

    job = store.read_job(batch, job_id)
    return job, shingle_set(narration_text(job.script)) if job and job.script else frozenset()


def _was_passed(job: Job) -> bool:
    """Whether the film was judged without a warning about a duplicate."""
    checks = job.verdict.checks if job.verdict else ()
    return any(check.name == "duplicate" and check.verdict == "pass" for check in checks)


def _picture_similarity(one: Job, other: Job) -> float:
    """The similarity of the images in both films, 0 to 1; what we draw ourselves depends only on the words.

    Unless both films are drawn, the image files are compared instead of the scenes.
    """
    if not (_picture_names(one) or _picture_names(other)):
        return 1.0
    from pipeline.quality.near_duplicates import shared_pictures  # noqa: PLC0415 - loads numpy

    hashes = _picture_hashes(one), _picture_hashes(other)
    if all(hashes):
        return shared_pictures(*hashes)
    stills = _still_hashes(one), _still_hashes(other)
    return len(stills[0] & stills[1]) / max(1, len(stills[0] | stills[1]))


def _picture_names(job: Job) -> tuple[str, ...]:
    """The image name of each scene; empty: the film has no images."""
    scenes = job.script.scenes if job.script else ()
    names = tuple(map(named_picture, scenes))
    return names if any(names) else ()


def _picture_hashes(job: Job) -> tuple[int, ...]:
    """A perceptual hash of each scene with an image; empty: there is none, or the files are gone."""
    from pipeline.quality.findings import read_findings  # noqa: PLC0415 - loads PyAV

    shown = [segment for segment, name in zip(job.segments, _picture_names(job), strict=False) if name]
    try:
        found = [read_findings(segment.path).picture for segment in shown]
    except InputError:
        return ()
    return tuple(picture.look for picture in found if picture)


def _still_hashes(job: Job) -> frozenset[str]:
    """The SHA-256 of each image in the film."""
    stills = job.pictures.stills if job.pictures else ()
    names = set(_picture_names(job))
    return frozenset(still.sha256 for still in stills if still.name in names)
