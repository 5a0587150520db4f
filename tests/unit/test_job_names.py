"""Job ids and folder names are stable across upgrades, so that existing films are left alone."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from pipeline import workspace
from pipeline.keys import canonical_text
from pipeline.model import Brief, SourceRow
from pipeline.orchestrator.context import open_context

TOPIC = Brief(title="Why is the sky blue?", language="en", origin="sky.txt:1")
ROW = Brief(
    title="Ada",
    language="en",
    template="offer",
    row=SourceRow(fields=(("name", "Ada"), ("offer", "Tea")), key="ada"),
)
# Films of earlier versions are found by these, and kept: a change makes all films of everybody anew.
IDS = {"topic": "0c457c86b370b385", "row": "455d0d24cb655c77"}


def id_of(workspace, brief):
    context = open_context(workspace=workspace)
    return context.job_id(context.briefs.complete(brief))


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The templates and themes of an installed nightreel, to be upgraded."""
    for folder in ("templates", "themes", "topics"):
        shutil.copytree(workspace.builtin_root() / folder, tmp_path / "installed" / folder)
    monkeypatch.setattr(workspace, "_PACKAGE", tmp_path / "installed" / "pipeline")
    return tmp_path / "installed"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("name", "brief"), [("topic", TOPIC), ("row", ROW)])
def test_job_ids_are_the_same_in_the_next_version(tmp_path, name, brief):
    assert id_of(tmp_path, brief) == IDS[name]


@pytest.mark.parametrize("brief", [TOPIC, ROW])
def test_an_upgrade_of_builtin_files_changes_no_job_id(tmp_path, shipped, brief):
    before = id_of(tmp_path, brief)
    for template in ("explainer", "offer"):
        edit(shipped / "templates" / template / "system.jinja", "You", "Please, you")
        edit(shipped / "templates" / template / "template.toml", "title = ", "title  = ")
    edit(shipped / "templates" / "offer" / "script.toml", "Hello", "Good day")
    edit(shipped / "templates" / "shared" / "notes.jinja", "%}", "%} ")
    edit(shipped / "themes" / "midnight.toml", "Deep blue", "Blue")
    edit(shipped / "themes" / "midnight.toml", "radius_px = 28", "radius_px = 5")

    assert id_of(tmp_path, brief) == before


def test_a_changed_custom_file_changes_the_job_id(tmp_path, shipped):
    shutil.copytree(shipped / "templates" / "explainer", tmp_path / "templates" / "mine")
    (tmp_path / "themes").mkdir()
    shutil.copy(shipped / "themes" / "midnight.toml", tmp_path / "themes" / "dusk.toml")
    brief = replace(TOPIC, template="mine", theme="dusk")
    ids = [id_of(tmp_path, brief)]
    edit(tmp_path / "templates" / "mine" / "system.jinja", "You", "Please, you")
    ids.append(id_of(tmp_path, brief))
    edit(tmp_path / "themes" / "dusk.toml", "radius_px = 28", "radius_px = 5")
    ids.append(id_of(tmp_path, brief))
    (tmp_path / "templates" / "shared").mkdir()
    shutil.copy(shipped / "templates" / "shared" / "notes.jinja", tmp_path / "templates" / "shared")
    ids.append(id_of(tmp_path, brief))

    assert len(set(ids)) == 4


def test_a_new_field_changes_no_job_id():
    @dataclass(frozen=True, kw_only=True)
    class Wish:
        title: str
        tags: tuple[str, ...] = ()

    earlier = Wish

    @dataclass(frozen=True, kw_only=True)
    class Wish:
        title: str
        mood: str = ""
        is_new: bool = False
        links: Mapping[str, str] = field(default_factory=dict)
        tags: tuple[str, ...] = ()

    assert canonical_text(Wish(title="Tea", tags=("a",))) == canonical_text(earlier(title="Tea", tags=("a",)))
    assert canonical_text(Wish(title="Tea", mood="calm")) != canonical_text(earlier(title="Tea"))
    assert canonical_text(Wish(title="Tea", is_new=0)) != canonical_text(Wish(title="Tea")), "0 is not False"
