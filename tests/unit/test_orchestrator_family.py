"""The films of one brief in other languages."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from pipeline.model import Batch, Brief, Job, JobStatus, Script, SourceRow
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.hosts import subject_key
from pipeline.orchestrator.film.publication import language_versions_of
from tests.standins.youtube.clients import now


def job(language, *, title="Tea", said="", **more):
    brief = Brief(title=title, language=language, origin="topics/kitchen.txt:1")
    script = Script(title=said, language=language, scenes=(), writer="outline") if said else None
    name = f"{title}{language}".lower().encode().hex()[:16].ljust(16, "0")
    return Job(id=name, batch="kitchen", folder=name, brief=brief, script=script, **more)


@pytest.mark.parametrize("origin", ["", "kitchen.txt:1", "kitchen's “best”.md"])
def test_a_film_knows_its_siblings_scripts_and_which_are_pending(tmp_path, origin):
    context = open_context(workspace=tmp_path)
    ours = job("en", said="Tea")
    siblings = [job("es", said="Té"), job("fr"), job("de", status=JobStatus.FAILED)]
    others = [job("it", title="Soup", said="Zuppa"), job("pt", said="Chá")]
    jobs = [replace(each, brief=replace(each.brief, origin=origin)) for each in (ours, *siblings, others[0])]
    jobs.append(replace(others[1], brief=replace(others[1].brief, origin="elsewhere.md")))
    context.store.plan_jobs("kitchen", jobs)
    ids = tuple(each.id for each in jobs)
    anyio.run(context.store.save_batch, Batch(name="kitchen", source="kitchen.txt", created_at=now(), jobs=ids))

    family = language_versions_of(jobs[0], context.store)

    assert {language: script.title for language, script in family.scripts.items()} == {"es": "Té"}
    assert family.pending == ("fr",)


def test_rows_of_one_title_and_formats_of_one_row_are_each_published_once():
    first = Brief(title="Offer", language="en", origin="people.csv:2", row=SourceRow(key="1"))
    moved = replace(first, origin="people.csv:9", title="Another offer")
    upright = replace(first, format="9:16", is_other_format=True)

    assert subject_key(moved) == subject_key(first) == subject_key(replace(first, format="16:9"))
    assert len({subject_key(each) for each in (first, upright, replace(first, row=SourceRow(key="2")))}) == 3
