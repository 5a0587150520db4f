"""Samples: every layout of a template, with errors by line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.model import SCENES, Script, SpokenLine
from pipeline.script.checks import find_problems
from pipeline.template import known_templates, load_template
from pipeline.template.sample import load_sample, pictures_of
from pipeline.workspace import builtin_root

BUILTIN = builtin_root() / "templates"

Own = Callable[[str], Script]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """Load the sample of an explainer with another sample.toml."""

    def load(text: str) -> Script:
        folder = tmp_path / "templates" / "explainer"
        if not folder.exists():
            shutil.copytree(BUILTIN / "explainer", folder)
        (folder / "sample.toml").write_text(text, encoding="utf-8")
        search = [tmp_path / "templates"]
        return load_sample(load_template("explainer", search=search), search=search)

    return load


@pytest.mark.parametrize("name", known_templates([]))
def test_built_in_samples_have_a_scene_of_each_layout(name: str) -> None:
    template = load_template(name, search=[])

    sample = load_sample(template, search=[])

    assert {scene.layout for scene in sample.scenes} == {layout.name for layout in template.layouts}
    assert find_problems(sample, template) == ()
    assert sample.scenes[0].layout == template.first_layout


@pytest.mark.parametrize("name", known_templates([]))
def test_the_pictures_of_built_in_samples_exist_and_are_small(name: str) -> None:
    template = load_template(name, search=[])

    for path in pictures_of(load_sample(template, search=[]), template, search=[]).values():
        assert path.stat().st_size < 100_000


def test_a_missing_picture_is_reported(own: Own) -> None:
    sample = own('title = "A"\n[[scenes]]\nlayout = "picture"\npicture = "../sample.jpg"\nsay = "A."\n')

    with pytest.raises(InputError, match=r"there is no picture \.\./sample\.jpg\. Did you mean sample\.jpg\?"):
        pictures_of(sample, load_template("explainer", search=[]), search=[])


def test_the_shared_sample_has_every_layout(own: Own, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "explainer"
    shutil.copytree(BUILTIN / "explainer", folder)
    with (folder / "template.toml").open("a", encoding="utf-8") as file:
        used = {layout.name for layout in load_template("explainer", search=[]).layouts}
        file.writelines(f"\n[layouts.{name}]\n" for name in SCENES if name not in used)

    sample = own('title = "Nothing"\n')

    assert {scene.layout for scene in sample.scenes} == set(SCENES)
    assert (sample.scenes[0].layout, sample.scenes[-1].layout) == ("title", "closing")
    template = load_template("explainer", search=[tmp_path / "templates"])
    assert find_problems(sample, template) == ()


def test_the_last_lines_reveal_the_items(own: Own) -> None:
    sample = own(
        'title = "Bees"\n[[scenes]]\nlayout = "bullets"\nheading = "Two"\nitems = ["A", "B"]\n'
        'say = ["There are two.", "One.", "And two."]\n'
    )

    bullets = next(scene for scene in sample.scenes if scene.layout == "bullets")
    assert bullets.lines == (
        SpokenLine(text="There are two."),
        SpokenLine(text="One.", reveals=0),
        SpokenLine(text="And two.", reveals=1),
    )


@pytest.mark.parametrize(
    ("scene", "says"),
    [
        ('layout = "bulets"', ":2: unknown layout 'bulets'. Did you mean bullets?"),
        ('layout = "title"\nheding = "A"', ":2: a title scene has no heding. Did you mean heading?"),
        ('layout = "title"\nheading = 3', ":2: title: heading: is 3, must be a text in quotes"),
        ('layout = "title"', ":2: title: heading: is missing"),
        ('layout = "title"\nheading = ', ":4: is not valid TOML"),
        (
            'layout = "steps"\nheading = "A"\nitems = [{ titel = "A" }]',
            ":2: a steps scene has no items.0.titel. Did you",
        ),
    ],
)
def test_errors_in_a_sample_have_the_line_of_the_scene(own: Own, scene: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        own(f'title = "Bees"\n[[scenes]]\n{scene}\nsay = "Bees."\n')

    assert says in str(caught.value)


def test_an_unknown_key_in_a_sample_is_reported(own: Own) -> None:
    with pytest.raises(InputError, match=r"unknown key titel\. Did you mean title\?"):
        own('titel = "Bees"\n')
