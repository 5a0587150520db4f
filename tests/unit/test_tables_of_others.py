"""Third-party tables, unmodified: a film per valid row, the rest reported. See tests/fixtures."""

from __future__ import annotations

import pytest
from anyio import to_thread

from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import open_context
from pipeline.script.template_writer import fill_script
from tests.standins.tables import FILMS, TABLES, write_template


@pytest.fixture
async def films_of(tmp_path):
    """What becomes of a table: the scripts of its films by their titles, and what is told of its rows."""

    async def read(name):
        texts, fields, campaign = FILMS[name]

        def prepare():
            write_template(tmp_path, "table", texts, fields)
            overrides = {"offline": True, "template": "table"}
            overrides |= {f"campaign.{key}": value for key, value in campaign.items()}
            return open_context(workspace=tmp_path, overrides=overrides)

        context = await to_thread.run_sync(prepare)
        wanted = await read_source(TABLES / f"{name}.csv", context, batch="table")
        plan = await plan_batch(wanted.briefs, context, batch="table", source=f"{name}.csv")
        jobs = [await context.store.load_job("table", job_id) for job_id in plan.ids]
        template = await to_thread.run_sync(context.template, jobs[0].brief)
        scripts = {job.brief.title: fill_script(job.brief, template) for job in jobs}
        said = {title: [line.text for scene in each.scenes for line in scene.lines] for title, each in scripts.items()}
        told = [(each.row, each.line, each.column, each.problem) for each in wanted.problems]
        assert len(jobs) + len({row for row, *_ in told}) == wanted.rows
        return said, told

    return read


async def test_a_product_export_of_a_shop_can_be_used(films_of):
    said, told = await films_of("products")

    assert len(said) == 7
    assert said["Aerodynamic Steel Cytrak"] == ["Aerodynamic Steel Cytrak.", "It costs €568, and there are 11."]
    assert told == [
        (2, 3, "description", "has 198 characters, at most 180 fit"),
        (3, 4, "description", "has 184 characters, at most 180 fit"),
        (10, 11, "stock", "7 is less than 10"),
    ]


async def test_a_contact_export_greets_everybody_and_duplicate_keys_are_reported(films_of):
    said, told = await films_of("customers")

    assert told == [(5, 6, "", "has the same key as line 5")]
    assert list(said) == ["Hello Cleta", "Hello Melissa", "Hello Camylle", "Hello Heaven"]
    assert said["Hello Heaven"][1].startswith("Dear Dr. med. Pacocha, we write to f3bb913b")


async def test_a_table_of_open_data_can_be_used(films_of):
    said, told = await films_of("electricity")

    assert len(said) == 49
    assert said["Renewables in 2017"][1] == "Renewables gave Iowa 21,933 thousand megawatt hours."
    assert told == [
        (8, 9, "net_generation", "42734 is more than 42000"),
        (10, 11, "net_generation", "42750 is more than 42000"),
    ]
