"""Tables that others have made, as they are: a film for each good row, the rest told. See tests/fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.orchestrator.batch.asking import read_source
from pipeline.orchestrator.batch.plan import plan_batch
from pipeline.orchestrator.workshop import open_workshop
from pipeline.script import play

TABLES = Path(__file__).resolve().parent.parent / "fixtures" / "tables"
LAYOUTS = """
title = "A table"
[layouts.title]
heading = 60
kicker = 30
subtitle = 30
[layouts.statement]
text = 130
kicker = 20
"""
SCRIPT = """
title = "{title}"
[[scenes]]
layout = "title"
heading = "{title}"
say = "{title}."
[[scenes]]
layout = "statement"
text = "{text}"
say = "{text}"
"""
SHOP = ("{{ name }}", "It costs {{ price }}, and there are {{ stock }}.")
SHOP_FIELDS = """
[fields.name]
required = true
[fields.price]
type = "money"
currency = "EUR"
required = true
[fields.stock]
type = "integer"
min = 10
[fields.description]
type = "text"
max_chars = 180
"""
CONTACT = ("Hello {{ first_name }}", "Dear {{ title | default('friend') }} {{ last_name }}, we write to {{ email }}.")
CONTACT_FIELDS = """
[fields.first_name]
required = true
[fields.last_name]
required = true
[fields.email]
type = "email"
required = true
[fields.title]
"""
DATA = ("{{ source }} in {{ year }}", "{{ source }} gave Iowa {{ net_generation | number }} thousand megawatt hours.")
DATA_FIELDS = """
[fields.year]
type = "integer"
[fields.source]
required = true
[fields.net_generation]
type = "integer"
max = 42000
"""


@pytest.fixture
async def films_of(tmp_path):
    """What becomes of a table: the scripts of its films by their titles, and what is told of its rows."""

    async def read(name, texts, fields, **campaign):
        folder = tmp_path / "templates" / "table"

        def prepare():
            folder.mkdir(parents=True)
            (tmp_path / "nightreel.toml").touch()
            (folder / "template.toml").write_text(LAYOUTS + fields, encoding="utf-8")
            script = SCRIPT.replace("{title}", texts[0]).replace("{text}", texts[1])
            (folder / "script.toml").write_text(script, encoding="utf-8")
            for each in ("system", "user", "description"):
                (folder / f"{each}.jinja").write_text("{{ brief.title }}", encoding="utf-8")
            overrides = {"offline": True, "template": "table"}
            overrides |= {f"campaign.{key}": value for key, value in campaign.items()}
            return open_workshop(workspace=tmp_path, overrides=overrides)

        shop = await to_thread.run_sync(prepare)
        wanted = await read_source(TABLES / name, shop, batch="table")
        plan = await plan_batch(wanted.briefs, shop, batch="table", source=name)
        jobs = [await shop.store.load_job("table", job_id) for job_id in plan.ids]
        template = await to_thread.run_sync(shop.template, jobs[0].brief)
        scripts = {job.brief.title: play(job.brief, template) for job in jobs}
        said = {title: [line.text for scene in each.scenes for line in scene.lines] for title, each in scripts.items()}
        told = [(each.row, each.line, each.column, each.problem) for each in wanted.problems]
        assert len(jobs) + len({row for row, *_ in told}) == wanted.rows
        return said, told

    return read


async def test_a_product_export_of_a_shop(films_of):
    said, told = await films_of("products.csv", SHOP, SHOP_FIELDS, map="price_gross=price", key="product_number")

    assert len(said) == 7
    assert said["Aerodynamic Steel Cytrak"] == ["Aerodynamic Steel Cytrak.", "It costs €568, and there are 11."]
    assert told == [
        (2, 3, "description", "has 198 characters, at most 180 fit"),
        (3, 4, "description", "has 184 characters, at most 180 fit"),
        (10, 11, "stock", "7 is less than 10"),
    ]


async def test_a_contact_export(films_of):
    said, told = await films_of(
        "customers.csv", CONTACT, CONTACT_FIELDS, map="billing_title=title", key="customer_number"
    )

    assert told == [(5, 6, "", "has the same key as line 5")]
    assert list(said) == ["Hello Cleta", "Hello Melissa", "Hello Camylle", "Hello Heaven"]
    assert said["Hello Heaven"][1].startswith("Dear Dr. med. Pacocha, we write to f3bb913b")


async def test_a_table_of_open_data(films_of):
    said, told = await films_of("electricity.csv", DATA, DATA_FIELDS)

    assert len(said) == 49
    assert said["Renewables in 2017"][1] == "Renewables gave Iowa 21,933 thousand megawatt hours."
    assert told == [
        (8, 9, "net_generation", "42734 is more than 42000"),
        (10, 11, "net_generation", "42750 is more than 42000"),
    ]
