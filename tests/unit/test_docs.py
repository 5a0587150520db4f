"""Links, headings and module names in the documentation exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
_LINK = re.compile(r"\[[^\]]+\]\((?!https?:)(?P<file>[^)#\s]*)(?:#(?P<heading>[^)\s]+))?\)")
_CODE = re.compile(r"^( *)```.*?^\1```", re.DOTALL | re.MULTILINE)
_MODULE = re.compile(r"`((?:[a-z_]+/)*[a-z_0-9]+\.py)`")


def text_of(page: Path) -> str:
    return _CODE.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> set[str]:
    """As GitHub names them."""
    told = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in told}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page):
    for link in _LINK.finditer(re.sub(r"`[^`\n]*`", "", text_of(page))):
        target = (page.parent / link["file"]).resolve() if link["file"] else page
        assert target.exists(), link[0]
        assert not link["heading"] or link["heading"] in headings(target), link[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_page_names_is_there(page):
    # A recipe names modules that its reader writes.
    there = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("**/*.py") if ".venv" not in path.parts}
    invented = {"effects.py", "pipeline/narration/larynx.py", "tests/standins/larynx.py"}

    for name in set(_MODULE.findall(text_of(page))) - invented:
        assert any(f"/{path}".endswith(f"/{name}") for path in there), name


def test_the_contents_of_the_design_notes_name_its_parts_in_their_order():
    page = (ROOT / "docs" / "design_notes.md").read_text(encoding="utf-8")

    assert re.findall(r"^- \[(.+?)\]\(#", page, re.MULTILINE) == re.findall(r"^## (.+)$", page, re.MULTILINE)


@pytest.mark.parametrize("kind", ["templates", "themes"])
def test_the_page_of_looks_names_every_template_and_theme(kind):
    page = (ROOT / "docs" / "looks.md").read_text(encoding="utf-8")
    names = {path.stem for path in (ROOT / kind).iterdir()} - {"shared"}

    assert {name for name in names if not re.search(rf"\b{name}\b", page)} == set()


def test_every_command_is_told_on_some_page():
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES if page.name != "CHANGELOG.md")

    assert [name for name in app if not name.startswith("-") and f"nightreel {name}" not in told] == []
