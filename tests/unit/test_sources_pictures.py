"""Picture searches and picture folders in briefs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.model import Brief, Illustration, Paragraph, WantedPicture
from pipeline.model.pictures import MOST_PICTURES, is_stock, stock_words
from pipeline.orchestrator.context.paths import Paths
from pipeline.sources.markdown import parse_brief


def brief(body: str, front: str = "") -> Brief:
    return parse_brief(f"---\ntitle: Foxes\n{front}\n---\nA fox sleeps.\n\n{body}\n", Path("topics/fox.md"))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("stock:red fox in snow", "red fox in snow"),
        ("STOCK: Red Fox ", "Red Fox"),
        ("stock:red-fox_in+snow", "red fox in snow"),
        ("stock:well-known fox", "well-known fox"),
        ("stock://red-fox/", "red fox"),
        ("stock:", ""),
        ("stock:" + "fox " * 60, ("fox " * 25).strip()),
        ("stock:" + "狐" * 150, "狐" * 100),
        ("stockholm.jpg", ""),
        ("https://example.org/stock:fox", ""),
    ],
)
def test_a_stock_picture_is_searched_for_by_the_words_after_stock(source, words):
    assert stock_words(source) == words
    assert is_stock(source) == source.casefold().startswith("stock:")


@pytest.mark.parametrize(
    "written",
    [
        "![](stock:red fox in snow)",
        "![](<stock:red fox in snow>)",
        "![](stock:red-fox-in-snow)",
        "![](stock:red%20fox%20in%20snow)",
        "![red fox in snow](stock:)",
        "![A fox](stock:red fox in snow)",
    ],
)
def test_notes_may_search_for_stock_pictures_in_several_notations(written):
    found = brief(f"Here it is: {written}")

    assert [picture.source for picture in found.pictures] == ["stock:red fox in snow"]
    spoken, *_, shown = found.sections[0].blocks[1:]
    assert spoken == Paragraph(text="Here it is:")
    assert isinstance(shown, Illustration)
    assert shown.source == "stock:red fox in snow"


def test_front_matter_searches_for_a_picture_and_names_a_folder():
    listed = brief("", 'pictures: ["stock:red fox", {url: "stock:", alt: a den}, reef/]')
    alone = brief("", "pictures: reef/")

    assert listed.pictures == (
        WantedPicture(source="stock:red fox"),
        WantedPicture(source="stock:a den", description="a den"),
        WantedPicture(source="reef/"),
    )
    assert alone.pictures == (WantedPicture(source="reef/"),)
    with pytest.raises(InputError, match="pictures must be a list"):
        brief("", "pictures: reef.jpg")


@pytest.fixture
def paths(tmp_path):
    folder = tmp_path / "ws" / "topics" / "reef"
    folder.mkdir(parents=True)
    for name in ("10.jpg", "2.JPG", "1.png", "b.webp", "B2.gif", ".hidden.jpg", "notes.txt", "logo.svg"):
        (folder / name).write_bytes(b"x")
    (folder / "more.jpg").mkdir()
    return Paths(workspace=tmp_path / "ws")


def test_the_pictures_of_a_folder_are_in_natural_order(paths):
    names = paths.pictures_in("topics/fox.md", "reef/")

    assert names == ("reef/1.png", "reef/2.JPG", "reef/10.jpg", "reef/b.webp", "reef/B2.gif", "reef/logo.svg")
    assert paths.picture("topics/fox.md", names[0]).is_file()


@pytest.mark.parametrize("source", ["gone/", "../../../", "/etc/", "a\0b/", "reef/1.png/", "reef/more.jpg/"])
def test_a_missing_or_outside_picture_folder_is_reported(paths, source):
    assert paths.pictures_in("topics/fox.md", source) == (source,)
    with pytest.raises(InputError, match=r"no such folder|no such file|lies outside"):
        paths.picture("topics/fox.md", source)


@pytest.mark.parametrize("source", ["reef.jpg", "https://example.org/", "stock:fox/"])
def test_picture_files_and_urls_are_kept_as_they_are(paths, source):
    assert paths.pictures_in("topics/fox.md", source) == (source,)


def test_a_folder_is_part_of_a_completed_brief_up_to_a_limit(tmp_path, monkeypatch):
    from pipeline.orchestrator.context import open_context  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    (tmp_path / "nightreel.toml").write_text("")
    (tmp_path / "reef").mkdir()
    for number in range(MOST_PICTURES + 10):
        (tmp_path / "reef" / f"{number}.jpg").write_bytes(b"x")
    context = open_context(workspace=tmp_path)
    wanted = (WantedPicture(source="reef/7.jpg", credit="Ana"), WantedPicture(source="reef/"))

    complete = context.briefs.complete(Brief(title="Reefs", pictures=wanted))

    assert complete.pictures[:3] == (wanted[0], *(WantedPicture(source=f"reef/{n}.jpg") for n in (0, 1)))
    assert len(complete.pictures) == MOST_PICTURES
    (tmp_path / "reef" / "0.jpg").write_bytes(b"another")
    assert context.job_id(complete) == context.job_id(context.briefs.complete(complete))
