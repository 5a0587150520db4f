"""Campaigns across days: how a changed table affects existing films."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pytest
from anyio import to_thread

from pipeline.errors import InputError
from pipeline.model import JobStatus, Receipt, Video, advance
from pipeline.orchestrator.batch import batches
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import open_context
from pipeline.script.template_writer import fill_script
from pipeline.sources.campaign import RowProblem, row_error

HEADER = "customer,first_name,product,price"
ROWS = ["1,Maria,Roof,5 €", "2,Bo,Roof,6 €", "3,Ann,Roof,7 €"]


@pytest.fixture
def context(tmp_path):
    (tmp_path / "nightreel.toml").touch()
    return open_context(workspace=tmp_path, overrides={"offline": True, "template": "offer"})


def deliver(package):
    package.video.parent.mkdir(parents=True)
    for path in (package.video, package.srt, package.vtt, package.thumbnail, package.metadata):
        path.touch()


class Campaign:
    """people.csv in a workspace, planned as often as it changes."""

    def __init__(self, context):
        self.context = context
        self.path = context.workspace / "people.csv"

    async def read(self, *rows, only="", **settings):
        await to_thread.run_sync(lambda: self.path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8"))
        return await read_source(self.path, self.context, batch="people", rows=only)

    async def plan(self, *rows, only=""):
        wanted = await self.read(*rows, only=only)
        return await plan_batch(
            wanted.briefs,
            self.context,
            batch="people",
            source="people.csv",
            is_partial=wanted.is_partial,
            refused=batches.refusals(wanted.unreadable),
        )

    async def make(self, plan):
        """The films of a plan are there, as far as the plan can see."""
        for job_id in plan.ids:
            job = await self.context.store.load_job("people", job_id)
            if job.status is JobStatus.PENDING:
                package = self.context.paths.package(job.folder, "people")
                await to_thread.run_sync(deliver, package)
                at = self.context.clock()
                job = advance(advance(job, JobStatus.IN_PROGRESS, at=at), JobStatus.COMPLETED, at=at)
                video = Video(frames=30, bytes=0, sha256="")
                receipt = Receipt(destination="folder", package=package)
                await self.context.store.save_job(job.evolve(receipt=receipt, video=video))

    async def jobs(self):
        asked = await self.context.store.load_batch("people")
        return [await self.context.store.load_job("people", job_id) for job_id in asked.jobs]


@pytest.fixture
def campaign(context):
    return Campaign(context)


async def test_each_row_becomes_a_job_with_its_own_text(campaign):
    plan = await campaign.plan(*ROWS)

    jobs = await campaign.jobs()
    assert (plan.new, [job.brief.key for job in jobs]) == (3, ["1", "2", "3"])
    assert [job.folder for job in jobs] == ["people/roof-for-maria", "people/roof-for-bo", "people/roof-for-ann"]
    template = await to_thread.run_sync(campaign.context.template, jobs[0].brief)
    script = fill_script(jobs[0].brief, template)
    assert script.title == "Roof for Maria"
    assert "Hello Maria." in [line.text for scene in script.scenes for line in scene.lines]


async def test_planning_the_same_table_twice_gives_the_same_jobs(campaign):
    first = await campaign.plan(*ROWS)
    again = await campaign.plan(*ROWS)

    assert (again.new, again.ids, again.removed) == (0, first.ids, 0)


async def test_a_row_added_anywhere_adds_one_job(campaign):
    first = await campaign.plan(*ROWS)
    again = await campaign.plan("9,Eva,Wall,8 €", *ROWS)

    assert (again.new, again.ids[1:], again.replaced) == (1, first.ids, {})


async def test_a_changed_row_remakes_only_its_film_in_the_same_folder(campaign):
    first = await campaign.plan(*ROWS)
    await campaign.make(first)
    again = await campaign.plan("8,Eva,Wall,8 €", "2,Bo,Roof,4 €", ROWS[0], ROWS[2])

    assert (again.new, again.replaced, again.removed) == (2, {first.ids[1]: "Roof for Bo"}, 0)
    assert {job.brief.key: job.folder for job in await campaign.jobs()}["2"] == "people/roof-for-bo"


async def test_a_row_keeps_its_folder_when_the_title_of_its_film_changes(campaign):
    first = await campaign.plan(*ROWS)
    await campaign.make(first)
    again = await campaign.plan(ROWS[0], "2,Bob,Garage roof,6 €", ROWS[2])

    assert again.replaced == {first.ids[1]: "Roof for Bo"}
    assert [job.folder for job in await campaign.jobs()][1] == "people/roof-for-bo"


async def test_an_ambiguous_amount_is_refused_again_when_the_list_of_refused_rows_is_run_unchanged(campaign):
    first = await campaign.read(*ROWS, "Total,3 people,3 products,15 €")
    again = await read_source(first.rejected, campaign.context, batch="rejected")

    assert [each.problem for each in (*first.problems, *again.problems)] == [
        "is the label of a total or summary row"
    ] * 2
    assert [again.refused, again.rows] == [1, 1]


async def test_a_row_hidden_in_its_sheet_is_reported(campaign):
    def save():
        book = openpyxl.Workbook()
        for row in (HEADER, *ROWS):
            book.active.append(row.split(","))
        book.active.row_dimensions[3].hidden = True
        book.save(campaign.path.with_suffix(".xlsx"))

    await to_thread.run_sync(save)
    wanted = await read_source(campaign.path.with_suffix(".xlsx"), campaign.context, batch="people")

    assert [(each.row, each.line, each.problem) for each in wanted.problems] == [(2, 3, "is hidden in its sheet")]
    assert len(wanted.briefs) == 2


async def test_two_rows_with_the_same_title_get_separate_films(campaign):
    plan = await campaign.plan("1,Maria,Roof,5 €", "2,Maria,Roof,5 €")

    folders = [job.folder for job in await campaign.jobs()]
    assert plan.new == 2
    assert folders[0] == "people/roof-for-maria"
    assert folders[1] == f"people/roof-for-maria-{plan.ids[1][:6]}"


async def test_titles_that_differ_only_in_case_or_unicode_form_share_no_folder(campaign):
    names = ("Zo\u00eb", "Zoe\u0308", "ZO\u00cb", "../../x", "CON", "a:b", "a/b", "Łukasz" * 2)
    await campaign.plan(*(f"{number},Bo,{name},5 €" for number, name in enumerate(names, start=1)))

    folders = [job.folder for job in await campaign.jobs()]
    plain = {unicodedata.normalize("NFKC", folder).casefold() for folder in folders}
    assert len(plain) == len(names)
    assert all(re.fullmatch(r"people/[^/]*for-bo(-[0-9a-f]{6})?", folder) for folder in folders)


async def test_a_plain_run_reports_folders_that_do_not_match_the_pattern(campaign):
    plan = await campaign.plan("1,Maria,Roof,5 €", "2,Maria,Roof,5 €")

    assert [*plan.notices("people")] == ["1 film gets a folder with an id appended: another film has that folder"]


async def test_the_password_in_the_url_of_a_fallback_is_in_no_checkpoint(tmp_path):
    (tmp_path / "nightreel.toml").touch()
    flags = {"offline": True, "template": "offer", "source.fallback": "postgresql://me:s3cret@127.0.0.1:1/crm"}
    context = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=flags))
    await Campaign(context).plan(ROWS[0])

    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"s3cret" in path.read_bytes() for path in kept)


async def test_removed_rows_are_listed(campaign):
    await campaign.plan(*ROWS)
    again = await campaign.plan(ROWS[1])

    assert (again.removed, again.removed_titles) == (2, ["Roof for Maria", "Roof for Ann"])
    assert [job.brief.key for job in await campaign.jobs()] == ["2"]


async def test_a_film_whose_row_is_refused_today_is_not_listed_as_removed(campaign):
    await campaign.plan(*ROWS)
    again = await campaign.plan(*ROWS[:2], "3,Ann,Roof,free")

    (text,) = [line for line in again.notices("people") if "Ann" in line]
    assert text.startswith("1 film is no longer in the source, or refused there, and kept")


async def test_200_new_30_changed_and_10_removed_rows_make_230_films_and_list_10(campaign):
    rows = [f"{number},Guest {number},Roof,5 €" for number in range(1, 101)]
    first = await campaign.plan(*rows)
    changed = [row.replace("5 €", "4 €") for row in rows[:30]]
    more = [f"{number},Guest {number},Roof,5 €" for number in range(101, 301)]
    again = await campaign.plan(*more, *changed, *rows[30:90])

    assert (first.new, again.new, len(again.replaced)) == (100, 230, 30)
    assert set(again.ids) & set(first.ids) == set(first.ids[30:90])
    assert (again.removed, again.removed_titles) == (10, [f"Roof for Guest {number}" for number in range(91, 101)])


async def test_selecting_some_rows_leaves_the_others_unchanged(campaign):
    await campaign.plan(*ROWS)
    again = await campaign.plan("1,Mary,Roof,5 €", *ROWS[1:], only="1")

    assert (len(again.ids), again.new, again.removed) == (1, 1, 0)
    assert sorted(job.brief.key for job in await campaign.jobs()) == ["1", "2", "3"]


async def test_refused_rows_are_saved_with_their_reasons(campaign):
    await campaign.plan(ROWS[0], "2,Bo,Roof,free")

    (refused,) = (await campaign.context.store.load_batch("people")).refused
    assert refused.where == f"{campaign.path}:3"
    assert refused.error.cause == "price: 'free' is not an amount of money"


async def test_the_error_of_a_row_names_all_its_problems(campaign):
    wanted = await campaign.read("1,,,free")

    (refused,) = wanted.unreadable
    reason = "first_name: is empty; product: is empty; price: 'free' is not an amount of money"
    assert refused.message == reason
    assert refused.hint == ". ".join(problem.mend for problem in wanted.problems)


def test_the_error_of_a_row_with_many_problems_names_the_first_four():
    problem = RowProblem(row=1, line=2, column="town", value="", problem="is empty", mend="Fill it in")
    problems = [replace(problem, column=f"town {number}") for number in range(1, 7)]

    error = row_error(problems, SimpleNamespace(path="people.csv", sheet=""))
    named = "; ".join(f"town {number}: is empty" for number in range(1, 5))
    assert str(error) == f"people.csv:2: {named}; and 2 more. Fill it in"


async def test_a_text_too_long_for_its_place_in_the_film_is_a_problem_of_the_row(campaign):
    wanted = await campaign.read("1,Maria,Roof,123456789012.25 €")
    (problem,) = wanted.problems
    assert "price has 19 characters, at most 18 fit" in problem.problem


async def test_strict_makes_nothing_and_still_reports_every_problem(campaign, tmp_path):
    strict = await to_thread.run_sync(
        lambda: open_context(
            workspace=tmp_path, overrides={"offline": True, "template": "offer", "campaign.strict": True}
        )
    )
    wanted = await Campaign(strict).read(ROWS[0], "2,Bo,Roof,free", "3,,Roof,1 €")

    assert str(wanted.stop) == (
        f"{tmp_path / 'people.csv'}: 2 of 3 rows have problems: nothing is made (strict). "
        "Correct them, or leave out --strict"
    )
    assert [problem.row for problem in wanted.problems] == [2, 3]
    assert (tmp_path / "output" / "people" / "summary" / "rejected.csv").is_file()


async def test_a_table_with_only_a_header_is_reported(campaign):
    assert "has no rows" in str((await campaign.read()).stop)


async def test_only_tables_have_rows(context):
    with pytest.raises(InputError, match="--rows: is only for tables"):
        await read_source("Why is the sky blue?", context, batch="sky", rows="3")


async def test_a_missing_picture_is_a_problem_of_the_row(context):
    def write():
        lines = "first_name,product,price,photo\nBo,Roof,5 €,bo.jpg\n"
        (context.workspace / "people.csv").write_text(lines, encoding="utf-8")

    await to_thread.run_sync(write)
    wanted = await read_source(context.workspace / "people.csv", context, batch="people")

    assert [(each.column, each.value, each.problem) for each in wanted.problems] == [
        ("photo", "bo.jpg", "'bo.jpg': no such file")
    ]


async def test_names_in_every_script_and_device_names_become_folders(campaign):
    rows = ["1,ሰላም,Roof,5 €", "2,محمد,Roof,5 €", "3,Bo,../../etc,5 €", "4,नमस्ते,con,5 €", "5,👩‍🚀 Zoë,Roof,5 €"]
    await campaign.plan(*rows)

    folders = [job.folder for job in await campaign.jobs()]
    assert len(set(folders)) == 5
    assert all(folder.startswith("people/") and ".." not in folder for folder in folders)


def of(tmp_path, **settings):
    overrides = {"offline": True, "template": "offer", **settings}
    return to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=overrides))


@pytest.mark.parametrize("gone", ["gone.csv", "gone.jsonl", "gone.json", "gone.xlsx", "gone.sqlite", "gone.txt"])
async def test_an_unreadable_source_is_replaced_by_the_fallback_with_a_note(campaign, tmp_path, gone):
    await campaign.read(*ROWS)
    context = await of(tmp_path, **{"source.fallback": "people.csv", "source.query": "SELECT * FROM people"})
    wanted = await read_source(tmp_path / gone, context, batch="people")

    assert [brief.origin for brief in wanted.briefs] == [f"{campaign.path}:{line}" for line in (2, 3, 4)]
    assert gone in str(wanted.instead_of)


async def test_no_row_of_a_source_that_breaks_half_way_is_kept(campaign, tmp_path):
    await campaign.read(ROWS[0])
    context = await of(tmp_path, **{"source.fallback": "people.csv"})
    broken = tmp_path / "broken.json"
    good = '{"customer": "9", "first_name": "Eva", "product": "Wall", "price": "8 EUR"}'
    await to_thread.run_sync(lambda: broken.write_text(f"[{good}, {good[:-1]}", encoding="utf-8"))
    wanted = await read_source(broken, context, batch="people")

    assert [brief.title for brief in wanted.briefs] == ["Roof for Maria"]
    assert (wanted.rows, wanted.problems) == (1, ())


async def test_a_wrong_request_does_not_lead_to_the_fallback(campaign, tmp_path):
    await campaign.read(*ROWS)
    context = await of(tmp_path, **{"source.fallback": "other.csv", "campaign.key": "numer"})
    with pytest.raises(InputError, match="the table has no column 'numer'"):
        await read_source(campaign.path, context, batch="people")


async def test_if_neither_source_nor_fallback_can_be_read_both_are_reported(tmp_path, context):
    context = await of(tmp_path, **{"source.fallback": "other.csv"})
    with pytest.raises(InputError, match=r"gone\.csv.*the fallback can.t be read either.*other\.csv"):
        await read_source(tmp_path / "gone.csv", context, batch="people")


async def test_the_url_of_a_database_is_saved_without_its_password(tmp_path):
    address = "postgresql://reader:s3cret@127.0.0.1:1/crm"
    settings = {"source.query": "SELECT 1", "source.password": "s3cret", "source.api_key": "k3y"}
    context = await of(tmp_path, **settings)

    assert await to_thread.run_sync(context.paths.source_name, address) == "postgresql://reader@127.0.0.1:1/crm"
    assert "s3cret" not in repr(context.asked)
    assert "k3y" not in repr(context.asked)
    assert context.asked.settings["source.query"] == "SELECT 1"
    assert "s3cret" not in repr(context.settings)
