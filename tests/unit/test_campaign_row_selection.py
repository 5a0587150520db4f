"""Per-row options from columns and rules: template, languages, formats, voice, priority and more."""

from __future__ import annotations

from collections import Counter

import pytest
from anyio import to_thread
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError, InputError
from pipeline.model import Priority
from pipeline.orchestrator import control
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.naming import FolderPattern
from pipeline.sources.campaign.template_assignment import TemplateAssignment, TemplateRule, column_names
from pipeline.sources.tables import TableOptions, open_table
from pipeline.template import CellProblem
from tests.standins.campaigns import TEMPLATE

SCRIPT = """
language = "{language}"
title = "{hello} {{{{ name }}}}"
[[scenes]]
layout = "title"
heading = "{hello} {{{{ name }}}}"
say = "{hello} {{{{ name }}}}."
[[scenes]]
layout = "statement"
text = "{hello}"
say = "{hello}."
"""
NAMES = ("hello", "other", "vip")


def write_workspace(folder, *, names=NAMES, settings=""):
    for name in names:
        place = folder / "templates" / name
        place.mkdir(parents=True)
        (place / "template.toml").write_text(TEMPLATE, encoding="utf-8")
        (place / "script.toml").write_text(SCRIPT.format(language="en", hello="Hello"), encoding="utf-8")
        (place / "script.de.toml").write_text(SCRIPT.format(language="de", hello="Hallo"), encoding="utf-8")
        for file in ("system", "user", "description"):
            (place / f"{file}.jinja").write_text("x", encoding="utf-8")
    (folder / "nightreel.toml").write_text(f'template = "hello"\n{settings}', encoding="utf-8")


class Campaign:
    """people.csv in a workspace, and what is asked of it."""

    def __init__(self, folder, *, settings="", **overrides):
        write_workspace(folder, settings=settings)
        flags = {"offline": True, **{key.replace("__", "."): value for key, value in overrides.items()}}
        self.context = open_context(workspace=folder, overrides=flags)
        self.path = folder / "people.csv"

    async def read(self, *lines, rows=""):
        await to_thread.run_sync(lambda: self.path.write_text("\n".join([*lines, ""]), encoding="utf-8"))
        return await read_source(self.path, self.context, batch="people", rows=rows)

    async def films(self, *lines):
        wanted = await self.read(*lines)
        assert wanted.problems == ()
        briefs = list(wanted.briefs)
        return await to_thread.run_sync(
            lambda: [film for each in briefs for film in self.context.briefs.films_of(each)]
        )

    async def plan(self, *lines):
        wanted = await self.read(*lines)
        return await plan_batch(wanted.briefs, self.context, batch="people", source="people.csv")

    async def jobs(self):
        asked = await self.context.store.load_batch("people")
        return [await self.context.store.load_job("people", job_id) for job_id in asked.jobs]


async def begin(folder, **more):
    return await to_thread.run_sync(lambda: Campaign(folder, **more))


RULES = """
[[campaign.templates]]
template = "vip"
when = "segment == 'vip'"
[[campaign.templates]]
template = "hello"
[[campaign.templates]]
template = "other"
"""


async def test_a_rule_assigns_a_template_and_the_split_of_the_rest_is_stable(tmp_path):
    campaign = await begin(tmp_path, settings=RULES)
    header, rows = "ID,Name,Segment", [f"{n},Bo{n},{'vip' if n % 10 == 0 else 'plain'}" for n in range(1, 41)]
    first = {film.key: film.template for film in await campaign.films(header, *rows)}
    again = {film.key: film.template for film in await campaign.films(header, "99,Eve,plain", *reversed(rows))}

    assert {key for key, template in first.items() if template == "vip"} == {"10", "20", "30", "40"}
    assert Counter(first.values())["hello"] > 8 < Counter(first.values())["other"]
    assert again.items() >= first.items()


async def test_a_column_names_the_template_and_an_unknown_template_is_reported(tmp_path):
    campaign = await begin(tmp_path, settings=RULES, campaign__columns="Film=template")
    wanted = await campaign.read("ID,Name,Segment,Film", "1,Bo,vip,other", "2,Eve,vip,", "3,Ann,x,vipp")

    assert [brief.template for brief in wanted.briefs] == ["other", "vip"]
    (problem,) = wanted.problems
    assert (problem.row, problem.column, problem.value) == (3, "Film", "vipp")
    assert "unknown template 'vipp'" in problem.problem
    assert "vip" in problem.mend


async def test_a_flag_takes_precedence_over_rules_and_column(tmp_path):
    campaign = await begin(tmp_path, settings=RULES, campaign__columns="Film=template", template="hello")

    assert {film.template for film in await campaign.films("ID,Name,Segment,Film", "1,Bo,vip,other")} == {"hello"}


async def test_one_template_for_all_rows_and_a_split_are_mutually_exclusive(tmp_path):
    campaign = await begin(tmp_path, campaign__templates="other=3, vip", template="hello")

    with pytest.raises(InputError, match="--template and --split exclude each other"):
        await campaign.films("ID,Name", "1,Bo")


@pytest.mark.parametrize(
    ("when", "problem"),
    [("segmnt == 'x'", "no field segmnt"), ("segment ==", "invalid text")],
)
async def test_an_invalid_rule_stops_the_run(tmp_path, when, problem):
    campaign = await begin(tmp_path, settings=f'[[campaign.templates]]\ntemplate = "vip"\nwhen = "{when}"\n')
    with pytest.raises(InputError, match=problem):
        await campaign.read("ID,Name,Segment", "1,Bo,vip")


async def test_a_rule_that_fails_on_a_cell_is_a_problem_of_that_row(tmp_path):
    rule = '[[campaign.templates]]\ntemplate = "vip"\nwhen = "100 // (age | int) > 2"\n'
    wanted = await (await begin(tmp_path, settings=rule)).read("ID,Name,Age", "1,Bo,0", "2,Eve,40", "3,Ann,60")

    assert [(brief.key, brief.template) for brief in wanted.briefs] == [("2", "hello"), ("3", "hello")]
    assert [problem.row for problem in wanted.problems] == [1]


async def test_a_rule_treats_cells_as_data_never_as_code(tmp_path):
    campaign = await begin(tmp_path, settings=RULES)
    (film,) = await campaign.films("ID,Name,Segment", "1,Bo,{{ 7 * 7 }}' or true or '")

    assert film.template != "vip"


def table(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return open_table(path, TableOptions())


@given(names=st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=40, unique=True), weight=st.floats(0.1, 10))
def test_an_added_variant_takes_rows_from_the_others_and_moves_none_between_them(names, weight, tmp_path_factory):
    there = table(tmp_path_factory.mktemp("t"), "a,b\n1,2\n")
    two = [TemplateRule(template="a", weight=1), TemplateRule(template="b", weight=2)]
    before, after = (
        TemplateAssignment(there, two),
        TemplateAssignment(there, [*reversed(two), TemplateRule(template="c", weight=weight)]),
    )

    for name in names:
        assert after.template({}, name) in {before.template({}, name), "c"}


def test_rows_are_split_by_weight(tmp_path):
    parts = [TemplateRule(template="a", weight=1), TemplateRule(template="b", weight=3)]
    casting = TemplateAssignment(table(tmp_path, "a,b\n1,2\n"), parts)
    shares = Counter(casting.template({}, str(number)) for number in range(4000))

    assert 0.22 < shares["a"] / 4000 < 0.28


def test_rules_see_columns_under_identifier_names():
    names = column_names(["First Name", "first-name", "2024", "Größe (cm)", "!"])
    assert names == {"first_name": "First Name", "column_2024": "2024", "grösse_cm": "Größe (cm)", "column_": "!"}


def test_a_problem_with_a_rule_says_what_to_do(tmp_path):
    casting = TemplateAssignment(table(tmp_path, "a\n1\n"), [TemplateRule(template="x", when="a.b.c")])
    with pytest.raises(CellProblem, match="the rule for x"):
        casting.template({"a": "1"}, "1")


async def test_a_flag_splits_rows_between_templates(tmp_path):
    campaign = await begin(tmp_path, campaign__templates="other=3, vip")
    people = [f"{number},Guest {number}" for number in range(1, 101)]
    films = await campaign.films("ID,Name", *people)

    counts = Counter(film.template for film in films)
    assert counts.keys() == {"other", "vip"}
    assert 60 < counts["other"] < 90


COLUMNS = "Lang=languages,Shape=formats,Rank=priority,When=publish_at,List=playlist,Voice=voice"


async def test_columns_determine_languages_formats_voice_and_publication_time(tmp_path):
    campaign = await begin(tmp_path, campaign__columns=COLUMNS)
    header = "ID,Name,Lang,Shape,Rank,When,List,Voice"
    films = await campaign.films(
        header, '1,Bo,"de, en",16:9 9:16,High,2099-01-26 18:00,Offers,"de=de, en=en-gb"', "2,Eve,,,,,,"
    )

    assert [(film.key, film.language, film.format, film.voice) for film in films] == [
        ("1", "de", "16:9", "de"),
        ("1", "de", "9:16", "de"),
        ("1", "en", "16:9", "en-gb"),
        ("1", "en", "9:16", "en-gb"),
        ("2", "en", None, None),
    ]
    assert (films[0].priority, films[0].publish_at, films[0].playlist) == (Priority.HIGH, "2099-01-26 18:00", "Offers")
    assert films[0].title == "Hallo Bo"
    assert not any(campaign.context.briefs.is_translated(film) for film in films)
    # What is heard is one script, spoken once, in every format.
    assert films[0].said == films[1].said
    assert films[0].said != films[2].said


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("Rank=priority", "soon", "'soon' is not a valid priority"),
        ("Rank=formats", "16:9 3:2", "'3:2' is not a valid format"),
        ("Rank=languages", "de klingon!", "'klingon!' is not a language code"),
        ("Rank=publish_at", "tomorrow", "publish_at"),
        ("Rank=privacy", "secret", "privacy must be private"),
        ("Rank=voice", "de=", "not of the form language=voice"),
        ("Rank=voice", "en=anna", "anna"),
        ("Rank=voice", "anna", "anna"),
        ("Rank=preset", "4kk", "no preset"),
        ("Rank=theme", "plumm", "plumm"),
        ("Rank=music", "nothing.mp3", "nothing.mp3"),
        ("Rank=languages", "fr", "hello has no script in fr"),
    ],
)
async def test_an_unavailable_choice_is_a_problem_of_its_row_before_anything_is_made(tmp_path, column, cell, problem):
    campaign = await begin(tmp_path, campaign__columns=column)
    wanted = await campaign.read("ID,Name,Rank", f'1,Bo,"{cell}"', "2,Eve,")

    assert [brief.key for brief in wanted.briefs] == ["2"]
    (told,) = wanted.problems
    # Of "en=anna", no cell says just what is wrong with it.
    assert (told.row, told.column) == (1, "" if cell == "en=anna" else "Rank")
    assert problem in told.problem
    assert told.mend


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("Rang=priority", "the table has no column 'Rang'"),
        ("Rank=prioriti", "sets no option. Did you mean priority"),
        ("Rank", "sets no option"),
    ],
)
async def test_an_invalid_column_mapping_stops_the_run(tmp_path, pair, problem):
    with pytest.raises(InputError) as caught:
        await (await begin(tmp_path, campaign__columns=pair)).read("ID,Name,Rank", "1,Bo,low")
    assert problem in str(caught.value)


async def test_languages_and_formats_of_all_rows_form_one_family_in_separate_folders(tmp_path):
    campaign = await begin(tmp_path, languages="en,de", formats="16:9,9:16,1:1")
    plan = await campaign.plan("ID,Name", "1,Bo", "2,Eve")
    again = await campaign.plan("ID,Name", "1,Bo", "2,Eve")

    assert (plan.new, again.new, again.ids) == (12, 0, plan.ids)
    assert [job.folder for job in await campaign.jobs()][:6] == [
        "people/hello-bo",
        "people/hello-bo-9x16",
        "people/hello-bo-1x1",
        "people/hello-bo-de",
        "people/hello-bo-de-9x16",
        "people/hello-bo-de-1x1",
    ]


async def test_an_additional_format_adds_one_film_per_row(tmp_path):
    campaign = await begin(tmp_path, formats="16:9,9:16")
    first = await campaign.plan("ID,Name", "1,Bo")
    campaign.context = await to_thread.run_sync(
        lambda: open_context(workspace=tmp_path, overrides={"offline": True, "formats": "16:9,9:16,1:1"})
    )
    again = await campaign.plan("ID,Name", "1,Bo")

    assert (first.new, again.new, again.removed) == (2, 1, 0)


async def test_a_changed_row_remakes_all_its_films_in_the_same_folders(tmp_path):
    campaign = await begin(tmp_path, languages="en,de", formats="16:9,9:16")
    await campaign.plan("ID,Name", "1,Bo", "2,Eve")
    again = await campaign.plan("ID,Name", "1,Bob", "2,Eve")

    assert (again.new, len(again.replaced), again.removed) == (4, 4, 0)
    assert {job.brief.key for job in await campaign.jobs()} == {"1", "2"}


async def test_folders_are_named_after_columns_and_stay_inside_the_output_folder(tmp_path):
    campaign = await begin(tmp_path, output__pattern="{batch}/{row.segment}/{row.file_name}")
    rows = ["1,Bo,VIP & Co,bo", "2,Eve,../../etc,con", "3,Ann,,ann", "4,Abe,summary,bo", "5,Una,VIP & Co,bo"]
    await campaign.plan("ID,Name,Segment,File Name", *rows)

    jobs = await campaign.jobs()
    assert [job.folder for job in jobs] == [
        "people/vip-co/bo",
        "people/etc/con-no-file_name",
        "people/no-segment/ann",
        "people/summary-films/bo",
        f"people/vip-co/bo-{jobs[4].id[:6]}",
    ]


async def test_a_pattern_with_a_column_in_capitals_is_refused_with_the_correct_spelling():
    with pytest.raises(ConfigurationError, match="lower case"):
        FolderPattern("{batch}/{row.Segment}/{title}")


async def test_a_pattern_with_an_unknown_column_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no column segmnt\. Did you mean segment"):
        await (await begin(tmp_path, output__pattern="{row.segmnt}/{title}")).read("ID,Name,Segment", "1,Bo,x")


async def test_the_extreme_rows_are_selected(tmp_path):
    campaign = await begin(tmp_path)
    rows = ["1,Maria", "2,Bo", "3,Alexandrina Maria Bo", "4,ደስታ", "5,田中太郎三四五六七八九十", "6,Marie", "7,"]
    wanted = await campaign.read("ID,Name", *rows, rows="extremes")

    assert [(brief.key, why) for brief, why in zip(wanted.briefs, wanted.remarks, strict=True)] == [
        ("2", "shortest"),
        ("3", "longest"),
        ("4", "most unusual"),
        ("5", "widest"),
    ]
    assert wanted.is_partial
    assert (wanted.rows, wanted.refused) == (7, 1)


async def test_a_name_in_another_script_is_more_extreme_than_one_with_capitals_and_accents(tmp_path):
    campaign = await begin(tmp_path)
    rows = ["1,Maria", "2,Marianne M", "3,ÅŘÞ XYZ", "4,Mария", "5,M 5 €", "6,Mo"]
    wanted = await campaign.read("ID,Name", *rows, rows="extremes")

    pairs = zip(wanted.briefs, wanted.remarks, strict=True)
    assert [brief.key for brief, why in pairs if "most unusual" in why] == ["4"]


async def test_retry_remakes_a_corrected_row_in_the_language_and_format_that_failed(tmp_path):
    campaign = await begin(tmp_path, languages="en,de", formats="16:9,9:16")
    plan = await campaign.plan("ID,Name", "1,Bo")
    wanted = await campaign.read("ID,Name", "1,Bob")
    context = campaign.context
    swapped = await control.refresh.replace_corrected_jobs(context, "people", [plan.ids[3]], wanted.briefs)

    (job,) = [job for job in await campaign.jobs() if job.id in swapped]
    assert (job.brief.language, job.brief.format, dict(job.brief.row.fields)["name"]) == ("de", "9:16", "Bob")
    assert [job.id for job in await campaign.jobs()][:3] == plan.ids[:3]
