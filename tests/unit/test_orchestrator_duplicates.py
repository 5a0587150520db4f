"""Of two identical films of a batch, exactly one gets the warning: the later, unless it passed first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest

from pipeline.errors import InputError
from pipeline.model import (
    SINGLES,
    Batch,
    Brief,
    Check,
    Job,
    JobStatus,
    Pictures,
    PictureScene,
    Script,
    Segment,
    SpokenLine,
    StatementScene,
    Still,
    Verdict,
)
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film.duplicates import find_duplicate, is_deduplicated, sketch_for
from pipeline.quality import findings
from tests.standins.youtube.clients import now

SAYS = "Tea cools because its fastest molecules leave it first, and take their heat along into the air of the room."
OTHER = "Ice floats, for water grows when it freezes: what is larger and weighs no more than before swims on top of it."


@pytest.fixture
def context(tmp_path):
    return open_context(workspace=tmp_path)


def job(context, number, *, says=SAYS, picture="", batch="kitchen", **more):
    line = SpokenLine(text=says)
    scene = PictureScene(picture=picture, lines=(line,)) if picture else StatementScene(text="Tea", lines=(line,))
    still = Still(name=picture, path=Path("x"), sha256=f"{picture}'s", width_px=9, height_px=9)
    script = Script(title=f"Film {number}", language="en", scenes=(scene,))
    made = Job(
        id=f"{number:016x}",
        batch=batch,
        folder=f"{batch}/{number}",
        brief=Brief(title="Tea", language="en", origin=f"{number}.md"),
        status=JobStatus.IN_PROGRESS,
        script=script,
        pictures=Pictures(stills=(still,)) if picture else None,
    )
    return replace(made, sketch=sketch_for(made, context), **more)


def judged(job, verdict):
    check = Check(name="duplicate", verdict=verdict, measured="", limit="")
    return replace(job, status=JobStatus.COMPLETED, verdict=Verdict(checks=(check,)))


def listed(context, *jobs):
    context.store.plan_jobs(jobs[0].batch, jobs)
    ids = tuple(each.id for each in jobs)
    anyio.run(context.store.save_batch, Batch(name=jobs[0].batch, source="", created_at=now(), jobs=ids))
    return jobs


def test_the_later_duplicate_is_warned_whichever_is_judged_first(context):
    one, two = listed(context, job(context, 1), job(context, 2))

    assert find_duplicate(one, context) is None
    twin = find_duplicate(two, context)
    assert (twin.name, twin.title, twin.share) == (f"job {one.id}", "Film 1", 1.0)


def test_the_earlier_duplicate_is_warned_if_the_later_one_passed_before_its_script_was_known(context):
    one, two = listed(context, job(context, 1), judged(job(context, 2), "pass"))

    assert find_duplicate(one, context).name == f"job {two.id}"


def test_no_film_is_warned_of_one_that_was_warned_itself(context):
    one, _ = listed(context, job(context, 1), judged(job(context, 2), "warn"))

    assert find_duplicate(one, context) is None


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_missing_film_is_no_duplicate(context, status):
    _, two = listed(context, job(context, 1, status=status), job(context, 2))

    assert find_duplicate(two, context) is None


def test_films_with_different_sketches_are_not_compared(context):
    _, two = listed(context, job(context, 1), job(context, 2, says=OTHER))

    assert find_duplicate(two, context) is None


def test_the_same_words_with_other_pictures_are_no_duplicate(context):
    _, two, three = listed(
        context, *(job(context, n, picture=name) for n, name in ((1, "a.jpg"), (2, "b.jpg"), (3, "a.jpg")))
    )

    assert find_duplicate(two, context) is None
    assert find_duplicate(three, context).title == "Film 1"


def test_drawn_pictures_are_compared_by_perceptual_hash(context, monkeypatch):
    looks = {"a.mp4": 0, "b.mp4": 2**64 - 1, "c.mp4": 7}

    def read(path):
        if path.name not in looks:
            raise InputError("gone")
        return SimpleNamespace(picture=SimpleNamespace(look=looks[path.name]))

    monkeypatch.setattr(findings, "read_findings", read)
    drawn = [
        replace(job(context, number, picture=f"{number}.jpg"), segments=(Segment(path=Path(name), frames=1),))
        for number, name in enumerate(("a.mp4", "b.mp4", "c.mp4", "gone.mp4"), start=1)
    ]
    listed(context, *drawn)

    assert find_duplicate(drawn[1], context) is None
    assert find_duplicate(drawn[2], context).title == "Film 1"
    # What is not in the cache any more can't be looked at: then it counts that its picture is another file.
    assert find_duplicate(drawn[3], context) is None


def test_single_films_are_not_compared(context):
    _, two = listed(context, job(context, 1, batch=SINGLES), job(context, 2, batch=SINGLES))

    assert not is_deduplicated(two)
    assert find_duplicate(two, context) is None


def test_a_rebuilt_index_finds_the_same_duplicates(context, tmp_path):
    one, two = listed(context, job(context, 1), job(context, 2))
    context.store.close()
    for path in (tmp_path / "state" / "batches" / "kitchen").glob("*.sqlite*"):
        path.unlink()

    again = open_context(workspace=tmp_path)
    again.store.refreshed("kitchen")

    assert find_duplicate(two, again).name == f"job {one.id}"


def test_a_rewritten_script_is_not_found_by_its_old_sketch(context):
    _, two = listed(context, job(context, 1), job(context, 2))
    anyio.run(context.store.save_job, job(context, 1, says=OTHER))

    assert find_duplicate(two, context) is None
