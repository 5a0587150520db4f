"""Pictures named by a template's script: files beside it, shown in every row's film."""

from __future__ import annotations

import pytest
from anyio import to_thread

from pipeline.errors import InputError
from pipeline.limits import Cores
from pipeline.model import Brief, Script, SourceRow, SplitScene, WantedPicture
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.pictures import find_picture, gather_script_pictures, pictures_named_by_script
from pipeline.orchestrator.forecast.contact_sheet import draw_contact_sheet
from tests.standins.photos import coast

pytestmark = pytest.mark.anyio

TEMPLATE = """
title = "Tour"
[layouts.title]
heading = 30
kicker = 30
subtitle = 30
[layouts.statement]
text = 60
kicker = 20
[layouts.split]
heading = 40
text = 80
[fields.name]
required = true
[fields.photo]
type = "image"
"""
SCRIPT = """
language = "en"
title = "A tour for {{ name }}"
[[scenes]]
layout = "title"
heading = "A tour"
say = "Hello {{ name }}."
[[scenes]]
layout = "split"
heading = "The house"
text = "It stands by the sea"
picture = "house.png"
say = "This is the house, {{ name }}."
[[scenes]]
layout = "statement"
text = "That is all"
say = "That is all."
"""


@pytest.fixture
def context(tmp_path):
    folder = tmp_path / "templates" / "tour"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(TEMPLATE)
    (folder / "script.toml").write_text(SCRIPT)
    for name in ("system.jinja", "user.jinja", "description.jinja"):
        (folder / name).touch()
    coast(400, 260).save(folder / "house.png")
    (tmp_path / "people.csv").write_text("name,photo\nBo,\n")
    (tmp_path / "nightreel.toml").touch()
    return open_context(workspace=tmp_path, overrides={"offline": True, "template": "tour"})


def script_with(*names):
    return Script(
        title="A tour",
        language="en",
        scenes=tuple(SplitScene(lines=(), heading="It", text="It stands", picture=name) for name in names),
    )


def row_of(context, *pictures):
    return Brief(
        title="A tour",
        template="tour",
        language="en",
        row=SourceRow(key="1", fields=(("name", "Bo"),)),
        pictures=tuple(WantedPicture(source=each) for each in pictures),
        origin=f"{context.workspace / 'people.csv'}:2",
    )


async def test_a_picture_in_the_template_folder_is_in_the_film_of_every_row(context, tmp_path):
    attempt = Attempt(
        cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "evidence.txt", background=None
    )

    found = await gather_script_pictures(script_with("house.png"), row_of(context), context, attempt, None)

    (still,) = found.stills
    assert (still.name, still.width_px, still.height_px, found.incidents) == ("house.png", 400, 260, ())


async def test_a_row_whose_script_names_a_missing_picture_is_reported_before_anything_is_made(context):
    source = context.workspace / "people.csv"
    fits = await read_source(source, context, batch="people")
    await to_thread.run_sync((context.workspace / "templates" / "tour" / "house.png").unlink)
    asked = await read_source(source, context, batch="people")

    assert (len(fits.briefs), fits.unreadable, len(asked.briefs)) == (1, (), 0)
    (refused,) = asked.unreadable
    assert "house.png: no such file" in str(refused)


async def test_replacing_a_picture_in_the_template_folder_changes_the_job_ids(context, tmp_path):
    folder = tmp_path / "templates" / "tour"

    def job_id():
        again = open_context(workspace=tmp_path, overrides={"offline": True, "template": "tour"})
        return again.job_id(row_of(again))

    before = await to_thread.run_sync(job_id)
    coast(300, 200).save(folder / "sample.png")
    assert await to_thread.run_sync(job_id) == before, "no script names it"
    coast(300, 200).save(folder / "house.png")
    assert await to_thread.run_sync(job_id) != before


async def test_pictures_outside_the_template_folder_are_not_used(context, tmp_path):
    attempt = Attempt(
        cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "evidence.txt", background=None
    )
    coast(400, 260).save(tmp_path / "templates" / "secret.png")

    found = await gather_script_pictures(script_with("../secret.png"), row_of(context), context, attempt, None)

    assert found.stills == ()
    assert "secret.png: no such file" in found.incidents[0]


async def test_a_symlink_out_of_the_template_folder_is_not_followed(context, tmp_path):
    coast(400, 260).save(tmp_path / "secret.png")
    (tmp_path / "templates" / "tour" / "link.png").symlink_to(tmp_path / "secret.png")

    with pytest.raises(InputError, match="is outside the template's folder"):
        await to_thread.run_sync(find_picture, "link.png", row_of(context), context)


async def test_a_preview_of_rows_shows_the_picture_in_the_template_folder(context, tmp_path):
    rows = [(row_of(context), "")]

    there = await to_thread.run_sync(lambda: draw_contact_sheet(context, rows, tmp_path / "sheet.png", title="people"))
    await to_thread.run_sync((context.workspace / "templates" / "tour" / "house.png").unlink)
    gone = await to_thread.run_sync(lambda: draw_contact_sheet(context, rows, tmp_path / "sheet.png", title="people"))

    assert there.missing == ()
    assert ["house.png" in line and "no such file" in line for line in gone.missing] == [True]


async def test_a_picture_name_invented_by_a_model_is_ignored(context):
    brief = Brief(title="A tour", template="tour", language="en")

    named = await to_thread.run_sync(pictures_named_by_script, script_with("made-up.png", "stock: sea"), brief, context)
    script, row = script_with("house.png", "mine.png"), row_of(context, "mine.png")
    of_a_row = await to_thread.run_sync(pictures_named_by_script, script, row, context)

    assert [each.source for each in named] == ["stock: sea"]
    assert [each.source for each in of_a_row] == ["house.png"]


# Names that are made of cells -----------------------------------------------------------------------------------------


@pytest.fixture
def coloured(context, tmp_path):
    """A house for each row, in a colour."""
    folder = tmp_path / "templates" / "tour"
    (folder / "script.toml").write_text(SCRIPT.replace("house.png", "{{ name | lower }}.png"))
    for name in ("red", "blue"):
        coast(400, 260).save(folder / f"{name}.png")
    (tmp_path / "people.csv").write_text("name,photo\nRed,\nBlue,\n")
    return folder


async def ids_of(tmp_path):
    """The jobs of a table by the names in its rows, and what was refused."""
    overrides = {"offline": True, "template": "tour"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=overrides))
    asked = await read_source(tmp_path / "people.csv", context, batch="people")
    ids = {dict(each.row.fields)["name"]: await to_thread.run_sync(context.job_id, each) for each in asked.briefs}
    return ids, [str(each) for each in asked.unreadable]


async def test_replacing_a_picture_named_by_a_cell_remakes_only_the_films_of_those_rows(coloured, tmp_path):
    before, _ = await ids_of(tmp_path)
    again, _ = await ids_of(tmp_path)
    coast(300, 200).save(coloured / "red.png")
    after, _ = await ids_of(tmp_path)

    assert before == again
    assert before["Red"] != after["Red"]
    assert before["Blue"] == after["Blue"]


async def test_a_picture_missing_for_one_row_is_a_problem_of_that_row(coloured, tmp_path):
    (coloured / "blue.png").unlink()

    ids, told = await ids_of(tmp_path)

    assert list(ids) == ["Red"]
    (line,) = told
    assert "people.csv:3: " in line
    assert "blue.png: no such file" in line


@pytest.mark.parametrize("name", ["x" * 300, "..", "a/b", "x\ty"])
async def test_a_name_that_no_file_can_have_counts_as_a_missing_picture(coloured, tmp_path, name):
    (coloured / "template.toml").write_text(TEMPLATE.replace("[fields.name]", "[fields.name]\nmax_chars = 400"))
    script = SCRIPT.replace(", {{ name }}", "").replace(" {{ name }}", " you")
    (coloured / "script.toml").write_text(script.replace("house.png", "{{ name }}.png"))
    (tmp_path / "people.csv").write_text(f"name,photo\n{name},\n")

    ids, told = await ids_of(tmp_path)

    assert ids == {}
    assert ["no such file" in line for line in told] == [True]


async def test_a_scene_omitted_for_a_row_needs_no_picture(coloured, tmp_path):
    script = SCRIPT.replace("house.png", "{{ name | lower }}.png").replace(
        'layout = "split"', 'layout = "split"\nwhen = "photo"'
    )
    (coloured / "script.toml").write_text(script)
    before, _ = await ids_of(tmp_path)
    (coloured / "red.png").unlink()
    after, told = await ids_of(tmp_path)

    assert (before, told) == (after, [])
