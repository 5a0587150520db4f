"""The films of one brief in other languages."""

from __future__ import annotations

import anyio

from pipeline.model import Batch, Brief, Job, JobStatus, Script
from pipeline.orchestrator.family import family_of
from pipeline.orchestrator.workshop import open_workshop
from tests.standins.youtube.clients import now


def job(language, *, title="Tea", said="", **more):
    brief = Brief(title=title, language=language, origin="topics/kitchen.txt:1")
    script = Script(title=said, language=language, scenes=(), writer="outline") if said else None
    name = f"{title}{language}".lower().encode().hex()[:16].ljust(16, "0")
    return Job(id=name, batch="kitchen", folder=name, brief=brief, script=script, **more)


def test_a_film_knows_the_words_of_its_siblings_and_who_has_none_yet(tmp_path):
    shop = open_workshop(workspace=tmp_path)
    ours = job("en", said="Tea")
    siblings = [job("es", said="Té"), job("fr"), job("de", status=JobStatus.FAILED)]
    jobs = [ours, *siblings, job("it", title="Soup", said="Zuppa")]
    shop.store.plan_jobs("kitchen", jobs)
    ids = tuple(each.id for each in jobs)
    anyio.run(shop.store.save_batch, Batch(name="kitchen", source="kitchen.txt", created_at=now(), jobs=ids))

    family = family_of(ours, shop)

    assert {language: script.title for language, script in family.words.items()} == {"es": "Té"}
    assert family.untold == ("fr",)
