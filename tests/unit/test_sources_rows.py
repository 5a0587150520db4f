"""Lists of rows: each is a brief, with pictures of its own, and one that is wrong does not spoil the others."""

from __future__ import annotations

import json

import pytest

from pipeline.errors import InputError
from pipeline.model import Paragraph, WantedPicture
from pipeline.sources import batch_name, read_briefs

pytestmark = pytest.mark.anyio


async def read(tmp_path, text, name="list.csv", report=None):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return await read_briefs(path, report=report)


async def test_each_row_is_a_brief_with_the_keys_of_a_front_matter(tmp_path):
    text = (
        "Title,language,tags,length,notes\n"
        'Sky,de,"Licht, Luft",1m30s,"Der Himmel ist **blau**.\n\nImmer."\n'
        "Sea,,,,It is salty.\n"
    )
    sky, sea = await read(tmp_path, text)

    assert (sky.title, sky.language, sky.tags, sky.length_s) == ("Sky", "de", ("Licht", "Luft"), 90)
    assert sky.sections[0].blocks == (
        Paragraph(text="Der Himmel ist blau.", strong=("blau",)),
        Paragraph(text="Immer."),
    )
    assert (sea.title, sea.language, sea.tags) == ("Sea", "", ())
    assert sky.origin.endswith("list.csv:2")
    assert sea.origin.endswith("list.csv:5")


async def test_columns_hold_pictures(tmp_path):
    text = "title;picture;picture_2;picture_10;pictures;notes\nReef;reef.jpg;https://example.org/a.png;stock:red-fox;den/;See.\n"
    (brief,) = await read(tmp_path, text)

    sources = ["reef.jpg", "https://example.org/a.png", "stock:red fox", "den/"]
    assert brief.pictures == tuple(WantedPicture(source=each) for each in sources)


async def test_json_lines_say_the_same(tmp_path):
    rows = [
        {
            "title": "Sky",
            "tags": ["Licht", "Luft"],
            "variant": 2,
            "picture": "sky.jpg",
            "notes": "Blue.",
            "voice": None,
        },
        {"title": "Sea"},
    ]
    sky, sea = await read(tmp_path, "\n".join(map(json.dumps, rows)), "list.jsonl")

    assert (sky.tags, sky.variant, sky.pictures) == (("Licht", "Luft"), 2, (WantedPicture(source="sky.jpg"),))
    assert (sea.title, sea.has_notes, sea.origin[-7:]) == ("Sea", False, "jsonl:2")


async def test_the_same_row_twice_is_one_film(tmp_path):
    assert len(await read(tmp_path, "title,notes\nSky,Blue.\nSky,Blue.\nSky,Grey.\n")) == 2


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "title,langauge\nSky,en\n", r"a\.csv:1: unknown column 'langauge'. Did you mean language"),
        ("a.csv", "title,title\nSky,en\n", "two columns have one name"),
        ("a.csv", "title,notes\nSky,a,b\n", r"a\.csv:2: has 3 cells, and there are 2 columns"),
        ("a.csv", 'title,notes\nSky,"a\n', r"a\.csv:2: is broken CSV"),
        ("a.csv", "title,notes\n", "has no rows"),
        ("a.csv", "title,notes\n,Blue.\n", r"a\.csv:2: has no title"),
        ("a.csv", "title,language\nSky,english\n", r"a\.csv:2: 'english' is not a language code"),
        ("a.csv", "title,pictures\nSky,reef.jpg\n", "pictures must be a folder"),
        ("a.csv", f"title,picture\nSky,{'x' * 2001}\n", "url has 2,001 characters"),
        ("a.jsonl", "[1]\n", r"a\.jsonl:1: is no JSON object"),
        ("a.jsonl", "{" * 5000, "is no JSON"),
        ("a.jsonl", '{"title": "Sky", "notes": {"a": 1}}', "notes must be a text"),
    ],
)
async def test_what_is_wrong_is_told_with_its_line(tmp_path, name, text, told):
    with pytest.raises(InputError, match=told):
        await read(tmp_path, text, name)


async def test_a_row_that_is_wrong_does_not_spoil_the_others(tmp_path):
    problems: list[InputError] = []
    csv = await read(tmp_path, "title,format\nSky,16:9\nSea,wide\n,\nSea,16:9,x\nSun,\n", report=problems.append)
    jsonl = await read(tmp_path, '{"title": "Sky"}\nnot json\n{"title": "Sun"}\n', "a.jsonl", problems.append)

    assert [brief.title for brief in csv] == [brief.title for brief in jsonl] == ["Sky", "Sun"]
    assert [error.where.rpartition(":")[2] for error in problems] == ["3", "5", "2"]


def test_a_batch_is_called_as_its_list():
    assert batch_name("lists/customers.csv") == "customers"
