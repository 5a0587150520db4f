"""Topics, topic lists, folders, and unsupported files."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.model import Brief, Paragraph
from pipeline.sources import batch_name, read_brief, read_briefs


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def put(path: Path, text: str) -> Path:
    """Likewise, in a folder of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write(path, text)


async def message(source: Path | str) -> str:
    with pytest.raises(InputError) as caught:
        await read_briefs(source)
    return str(caught.value)


async def test_a_text_is_a_topic() -> None:
    assert await read_briefs("  Why is\tthe sky  blue? ") == (Brief(title="Why is the sky blue?"),)


@pytest.mark.parametrize("topic", ["TCP/IP explained", "TCP/IP", "Node.js", "24/7", "a" * 200, "Und/oder: was gilt?"])
async def test_a_text_with_a_slash_or_a_dot_is_still_a_topic(topic: str) -> None:
    assert (await read_brief(topic)).title == topic


@pytest.mark.parametrize("topic", ["", "  ", "...", "a" * 201, "a" * 5000])
async def test_a_text_without_letters_is_no_title(topic: str) -> None:
    assert "topic" in await message(topic)


async def test_a_topic_list_gives_one_brief_per_line(tmp_path: Path) -> None:
    path = write(
        tmp_path / "space.txt", b"\xef\xbb\xbf# Space\r\nBlack holes\r\n\r\n  Mars \nblack  HOLES\n#x\rVenus\n"
    )

    assert await read_briefs(path) == (
        Brief(title="Black holes", origin=f"{path}:2"),
        Brief(title="Mars", origin=f"{path}:4"),
        Brief(title="Venus", origin=f"{path}:7"),
    )


async def test_titles_are_normalised_and_invisible_characters_removed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Cafe\u0301 \u202eolé\u2066\x1b[31m\u200b\n")

    (brief,) = await read_briefs(path)

    assert brief.title == "Café olé"
    assert unicodedata.is_normalized("NFC", brief.title)


async def test_a_title_that_is_too_long_is_reported_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Mars\n" + "a" * 201)

    assert (await message(path)).startswith(f"{path}:2: the title has 201 characters; at most 200 are allowed")


@pytest.mark.parametrize(
    ("lines", "topics"),
    [
        (("- Why so?", "- Why not?"), ("Why so?", "Why not?")),
        (("# Physics", "1. Why so?", "", "2. Why not?"), ("Why so?", "Why not?")),
        (("- [ ] Why so?", "- [x] Why not?"), ("Why so?", "Why not?")),
        (('"Why so?",', '"Why, oh why?"'), ("Why so?", "Why, oh why?")),
        (("• “Why so?”", "• “Why not?”"), ("Why so?", "Why not?")),
        # No marks of a list.
        (("- one",), ("- one",)),
        (("7 wonders", "1984"), ("7 wonders", "1984")),
        (("1. FC Köln", "3. Liga"), ("1. FC Köln", "3. Liga")),
        (("“Heroes” by Bowie", "“Help!” and “Yesterday”"), ("“Heroes” by Bowie", "“Help!” and “Yesterday”")),
    ],
)
async def test_list_markers_are_no_part_of_the_topics(tmp_path: Path, lines, topics) -> None:
    path = tmp_path / "space.txt"
    path.write_text("\n".join(lines), encoding="utf-8")

    assert tuple(brief.title for brief in await read_briefs(path)) == topics


async def test_a_list_without_topics_is_refused(tmp_path: Path) -> None:
    assert "lists no topics" in await message(write(tmp_path / "a.txt", "# only\n\n# comments\n"))


async def test_a_folder_gives_its_briefs_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "A.MD", "README.md", "list.txt", ".hidden.md"):
        write(tmp_path / name, f"# {name}\n\nNotes.")
    (tmp_path / "deep.md").mkdir()
    write(tmp_path / "deep.md" / "c.md", "# c\n\nNotes.")

    assert [brief.title for brief in await read_briefs(tmp_path)] == ["A.MD", "b.md"]


async def test_numbered_briefs_are_in_natural_order(tmp_path: Path) -> None:
    names = ["intro.md", "1-light.md", "2-light.md", "10-light.md", "light2.md", "light.md", "light10.md"]
    for name in names:
        write(tmp_path / name, f"# {name}\n\nNotes.")

    in_order = ["1-light.md", "2-light.md", "10-light.md", "intro.md", "light.md", "light2.md", "light10.md"]
    assert [brief.title for brief in await read_briefs(tmp_path)] == in_order
    assert [brief.title for brief in await read_briefs(str(tmp_path / "*.md"))] == in_order


async def test_a_folder_without_briefs_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "list.txt", "Mars")

    assert "contains no briefs" in await message(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
async def test_a_file_with_an_undecodable_name_is_reported_and_stops_no_other(tmp_path: Path) -> None:
    good = write(tmp_path / "a.md", "# A\n\nNotes.")
    write(tmp_path / os.fsdecode(b"na\xffme.md"), "# B\n\nNotes.")
    problems: list[InputError] = []

    briefs = await read_briefs(tmp_path, report=problems.append)

    assert [brief.origin for brief in briefs] == [str(good)]
    assert [str(error) for error in problems] == [f"{tmp_path}/na?me.md: its name is not valid UTF-8. Rename the file"]


async def test_an_invalid_brief_in_a_folder_is_reported_by_name(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "# A\n\nNotes.")
    bad = write(tmp_path / "b.md", "---\ntitel: B\n---\nNotes.")

    assert (await message(tmp_path)).startswith(f"{bad}:2: unknown key 'titel'")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.md", b"", ": is empty"),
        ("a.txt", b"\xef\xbb\xbf \n\t\n", ": is empty"),
        ("a.md", b"text\0more", ": is a binary file"),
        ("a.txt", "Mars\n".encode("utf-16") + b"!", ": is invalid UTF-16"),
        ("a.txt", "Mars\n".encode("utf-32"), ": is a binary file"),
        ("a.txt", "\n".encode("utf-16"), ": is empty"),
        ("a.txt", b"Mars\nCaf\xe9\n", ":2: is not UTF-8: byte 0xE9 at offset 8"),
        ("a.txt", b"a" * ((1 << 20) + 1), ": is larger than 1 MiB"),
        ("a.csv", b"a,b", ": is a table"),
        ("notes", b"text", ": has no file extension"),
    ],
)
async def test_an_unusable_file_is_reported_in_one_line(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    path = write(tmp_path / name, data)

    reported = await message(path)

    assert reported.startswith(f"{path}{expected}")
    assert "\n" not in reported


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE], ids=["little", "big"])
async def test_a_brief_in_utf_16_is_read(tmp_path: Path, mark: bytes) -> None:
    text = "---\r\ntitle: Größe\r\n---\r\n\r\nEin 🐙 hat drei Herzen.\r\n"
    path = write(tmp_path / "a.md", mark + text.encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"))

    brief = await read_brief(path)

    assert (brief.title, brief.sections[0].blocks) == ("Größe", (Paragraph(text="Ein 🐙 hat drei Herzen."),))


async def test_a_missing_file_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path / "space.txt", "Mars")

    nearest = f"no such file. Did you mean {tmp_path / 'space.txt'}?"
    assert await message(str(tmp_path / "spce.txt")) == f"{tmp_path / 'spce.txt'}: {nearest}"
    assert await message(str(tmp_path / "spce")) == f"{tmp_path / 'spce'}: {nearest}"


async def test_the_nearest_name_is_quoted_as_it_must_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "topics" / "space.txt", "Mars")
    monkeypatch.chdir(tmp_path)

    assert (await message("topics/spce.txt")).endswith(f"Did you mean {Path('topics/space.txt')}?")
    monkeypatch.chdir(tmp_path / "topics")
    assert (await message("spce.txt")).endswith("Did you mean space.txt?")


async def test_a_pattern_without_matches_has_no_nearest_name(tmp_path: Path) -> None:
    write(tmp_path / "fm.md", "# A\n\nNotes.")

    assert "Did you mean" not in await message(str(tmp_path / "*.mdx"))


@pytest.mark.parametrize("source", ["nowhere.md", "nowhere/space.txt", Path("nowhere"), f"{'x' * 300}.md"])
async def test_a_path_to_a_missing_file_is_no_topic(source: str | Path) -> None:
    assert "no such file" in await message(source)


async def test_an_invalid_brief_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "# A\n\nNotes.")
    write(tmp_path / "b.md", "# Only a title")
    write(tmp_path / "c.md", "# C\n\nNotes.")
    reported: list[InputError] = []

    briefs = await read_briefs(tmp_path, report=reported.append)

    assert [brief.title for brief in briefs] == ["A", "C"]
    assert [error.where for error in reported] == [str(tmp_path / "b.md")]
    with pytest.raises(InputError, match="no notes"):
        await read_briefs(tmp_path)


async def test_when_every_brief_is_reported_none_is_left(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "")
    write(tmp_path / "b.md", "# Only a title")
    reported: list[InputError] = []

    assert await read_briefs(tmp_path, report=reported.append) == ()
    assert [error.where for error in reported] == [str(tmp_path / "a.md"), str(tmp_path / "b.md")]


async def test_problems_of_a_whole_source_are_raised_and_not_reported(tmp_path: Path) -> None:
    reported: list[InputError] = []

    with pytest.raises(InputError, match="contains no briefs"):
        await read_briefs(tmp_path, report=reported.append)
    assert reported == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
async def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")

    assert "is not a regular file" in await message(tmp_path / "a.txt")


async def test_an_unreadable_file_is_told_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.txt", "Mars")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    assert await message(path) == f"{path}: can't be read: Permission denied"


async def test_reading_one_brief_from_a_source_of_several_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Mars\nVenus")

    with pytest.raises(InputError, match=r"contains 2 topics.*nightreel run"):
        await read_brief(path)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("topics/space.txt", "space"),
        (Path("topics/blue-sky.md"), "blue-sky"),
        ("topics/", "topics"),
        ("topics/v1.2", "v1-2"),
        ("Why is the sky blue?", "why-is-the-sky-blue"),
        ("What's AC/DC really?", "whats-ac-dc-really"),
        ("CON.txt", "con-batch"),
        ("???", "batch"),
        ("なぜ空は青い", "なぜ空は青い"),
        ("trailing. .txt", "trailing"),
        ("a" * 100, "a" * 60),
    ],
)
def test_a_batch_is_named_after_its_source(source: str | Path, name: str) -> None:
    assert batch_name(source) == name


def test_the_current_folder_has_a_batch_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "films").mkdir()
    monkeypatch.chdir(tmp_path / "films")

    assert batch_name(".") == "films"


async def test_a_pattern_matches_briefs_in_nested_folders(tmp_path):
    for name in ("b/two.md", "b/c/three.md", "one.md", "b/README.md", ".hidden/four.md", "b/notes.txt"):
        put(tmp_path / name, f"# {name}\n\nWhat is said.\n")

    assert [brief.title for brief in await read_briefs(str(tmp_path / "**/*.md"))] == [
        "b/c/three.md",
        "b/two.md",
        "one.md",
    ]
    assert [brief.title for brief in await read_briefs(str(tmp_path / "*/t*.md"))] == ["b/two.md"]
    with pytest.raises(InputError, match="matches no brief"):
        await read_briefs(str(tmp_path / "x*.md"))


async def test_a_list_of_briefs_is_read_in_its_order(tmp_path):
    for name in ("tea.md", "more/milk.md"):
        put(tmp_path / name, f"# {name}\n\nWhat is said.\n")
    files = put(tmp_path / "films.txt", "# What comes\nmore/milk.md\ntea.md\nmore/milk.md\ngone.md\n")
    problems = []

    briefs = await read_briefs(str(files), report=problems.append)
    assert [brief.title for brief in briefs] == ["more/milk.md", "tea.md"]
    assert [problem.where for problem in problems] == [str(tmp_path / "gone.md")]
    assert problems[0].hint == "Correct its name in films.txt, or remove it"


async def test_a_list_of_briefs_can_not_name_files_outside_its_folder(tmp_path):
    files = put(tmp_path / "films.txt", "../../etc/secret.md\n")

    with pytest.raises(InputError, match=r"films\.txt:1.*is outside the folder of the list"):
        await read_briefs(str(files))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("briefs/**/*.md", "briefs"),
        ("postgresql://me:s3cret@db.example.org/crm", "crm"),
        ("https://[x/customers", "table"),
        ("https://example.org/api/customers?page=1", "customers"),
        ("people.xlsx", "people"),
        ("crm.sqlite", "crm"),
    ],
)
def test_a_batch_is_named_after_urls_and_patterns_too(source, name):
    assert batch_name(source) == name
