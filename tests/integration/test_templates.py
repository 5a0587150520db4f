"""The `templates` commands: list, preview, validate."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from anyio import to_thread
from PIL import Image

from docs.gallery import build as gallery
from pipeline.cli import main
from pipeline.errors import InputError
from pipeline.model import Brief, StatementScene, VideoFormat
from pipeline.model.text_fields import texts_of
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.templates import validation
from pipeline.orchestrator.templates.catalogue import copy_template, find_template
from pipeline.orchestrator.templates.overflow import fill_scene, filler_text, find_overflows, script_words
from pipeline.orchestrator.templates.preview import draw_preview, look_of
from pipeline.orchestrator.templates.validation import check_template
from pipeline.template import known_templates, load_template
from pipeline.template.sample import load_sample
from pipeline.workspace import builtin_root
from tests.standins.photos import coast
from tests.standins.system_fonts import system_fonts

__all__ = ["system_fonts"]

ROOT = Path(__file__).parents[2]
BUILTIN = builtin_root() / "templates"


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    return open_context(workspace=tmp_path)


# Few layouts, which are drawn in no time.
SMALL = """\
title = "Mine"
description = "Two layouts"
theme = "midnight"

[layouts.title]
heading = 60

[layouts.statement]
text = 120
kicker = 32
"""
SAMPLE = """\
title = "Why octopuses have three hearts"

[[scenes]]
layout = "title"
heading = "Why octopuses have three hearts"
say = "An octopus that swims away from you is holding one of its three hearts still."

[[scenes]]
layout = "statement"
kicker = "The price"
text = "An octopus prefers to crawl, because swimming stops its heart."
say = "So it would rather crawl."
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A small template of the workspace, with the texts of the explainer."""
    folder = tmp_path / "templates" / "mine"
    shutil.copytree(BUILTIN / "explainer", folder)
    (folder / "template.toml").write_text(SMALL, encoding="utf-8")
    (folder / "sample.toml").write_text(SAMPLE, encoding="utf-8")
    return folder


def edit(path: Path, old: str, new: str) -> int:
    """Replace a text once; the line on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.partition(old)[0].count("\n") + 1


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


# Check ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", known_templates([]))
def test_built_in_templates_are_valid(name, context, monkeypatch):
    # Where there is least room.
    monkeypatch.setattr(validation, "SHAPES", ("9:16", "1:1"))

    assert check_template(context, name) == ()


@pytest.mark.parametrize(
    ("place", "new", "says"),
    [
        (("template.toml", "theme ="), "them =", "template.toml:{line}: unknown key them. Did you mean theme?"),
        (
            ("template.toml", "midnight"),
            "midnite",
            "template.toml:{line}: theme: unknown theme 'midnite'. Did you mean midnight?",
        ),
        (
            ("template.toml", "[layouts.title]"),
            '[assets]\nheading_font = "No Such Font"\n[layouts.title]',
            "template.toml:6: assets.heading_font: No Such Font is not an installed font",
        ),
        (
            ("template.toml", "text = 120"),
            "text = 900",
            "template.toml:{line}: layouts.statement.text: 900 characters don't fit in 16:9",
        ),
        (
            ("user.jinja", '{% include "shared/brief.jinja" %}'),
            "{{ brief.titel }}",
            "user.jinja:{line}: unknown field brief.titel. Did you mean title?",
        ),
        (("user.jinja", '{% include "shared/brief.jinja" %}'), "{{ brief.language", ": broken template"),
        (
            ("user.jinja", '{% include "shared/brief.jinja" %}'),
            "{{ 1 / 0 }}",
            "user.jinja:{line}: the template can't be rendered: division",
        ),
        (
            ("sample.toml", 'kicker = "The price"'),
            'kikker = "A"',
            "a statement scene has no kikker. Did you mean kicker?",
        ),
        (("sample.toml", 'kicker = "The price"'), f'kicker = "{"A " * 30}A"', "kicker has 61 characters, at most"),
    ],
)
def test_errors_in_a_template_are_reported_with_file_and_line(own, context, place, new, says):
    file, old = place
    line = edit(own / file, old, new)

    told = "\n".join(map(str, check_template(context, "mine")))

    assert says.format(line=line) in told


# A film of rows by a template of the layouts in SMALL, split besides.
SCRIPT = """\
language = "en"
title = "A house for {{ name }}"

[[scenes]]
layout = "title"
heading = "A house for {{ name }}"
say = "Hello {{ name }}."

[[scenes]]
layout = "split"
heading = "The house"
text = "It stands by the sea"
picture = "house.png"
say = "This is the house."
"""


@pytest.fixture
def tour(own: Path) -> Path:
    """The same with a script, which shows a picture that is there."""
    split = "[layouts.split]\nheading = 30\nkicker = 24\ntext = 100\n[fields.name]\nrequired = true\n"
    (own / "template.toml").write_text(f"{SMALL}\n{split}", encoding="utf-8")
    (own / "script.toml").write_text(SCRIPT, encoding="utf-8")
    coast(400, 260).save(own / "house.png")
    return own


def test_a_missing_picture_of_a_script_is_reported_with_its_line(tour, context):
    assert check_template(context, "mine") == ()
    (tour / "house.png").rename(tour / "home.png")
    (tour / "script.de.toml").write_text(
        SCRIPT.replace('"en"', '"de"').replace("house.png", "https://example.org/a.png")
    )

    (told,) = map(str, check_template(context, "mine"))

    assert told == (
        f"{tour / 'script.toml'}:13: scene 2 (split): picture house.png: no such file. Did you mean home.png?"
    )


def test_an_invalid_picture_of_a_script_is_reported(tour, context):
    (tour / "house.png").write_text("<!doctype html>")

    (told,) = map(str, check_template(context, "mine"))

    assert told.startswith(f"{tour / 'script.toml'}:13: scene 2 (split): picture house.png: is ")


@pytest.mark.parametrize(("condition", "is_told"), [("", True), ('\nwhen = "name"', False)])
def test_a_script_with_the_wrong_opening_layout_is_reported(tour, context, condition, is_told):
    script = (tour / "script.toml").read_text(encoding="utf-8")
    first = 'layout = "statement"' + condition + '\ntext = "It is for you"\nsay = ["It is."]'
    (tour / "script.toml").write_text(script.replace("[[scenes]]", f"[[scenes]]\n{first}\n\n[[scenes]]", 1))

    told = [str(each) for each in check_template(context, "mine")]

    where = f"{tour / 'script.toml'}:{script[: script.index('[[scenes]]')].count(chr(10)) + 1}"
    assert told == [f"{where}: scene 1 (statement): it must be a title scene"] * is_told


def test_an_invalid_fixed_scene_is_reported(tour, context):
    edit(tour / "script.toml", "It stands by the sea", "It stands " + "by the sea " * 10)

    (told,) = map(str, check_template(context, "mine"))

    assert told.startswith(f"{tour / 'script.toml'}:9: scene 2 (split): text has 119 characters, at most 100 fit")


@pytest.mark.parametrize(
    "tag", ["*|FNAME|*", "${name}", "%%name%%", "%FIRSTNAME%", "<<name>>", "[First Name]", "{name}"]
)
def test_a_placeholder_of_another_program_is_reported_with_its_line(tour, context, tag):
    edit(tour / "script.toml", "This is the house.", f"This is your house, {tag} or {{{{ name }}}}.")

    (told,) = map(str, check_template(context, "mine"))

    line = f"{tour / 'script.toml'}:{SCRIPT[: SCRIPT.index('This is the')].count(chr(10)) + 1}"
    assert told.startswith(f"{line}: contains an unfilled placeholder (")
    assert told.endswith(". A field of [fields] is written {{ first_name }}")


def test_code_and_raw_blocks_are_not_placeholders(tour, context):
    edit(tour / "template.toml", "[layouts.split]", "[layouts.code]\nheading = 30\n[layouts.split]")
    code = """[[scenes]]
layout = "code"
heading = "A greeting"
code = "Hello *|FNAME|*, ${name} and <<name>>"
items = []
say = "A name goes into {% raw %}{{ name }}{% endraw %}."
"""
    with (tour / "script.toml").open("a", encoding="utf-8") as file:
        file.write(code)

    assert check_template(context, "mine") == ()


@pytest.mark.usefixtures("system_fonts")
def test_characters_without_a_font_are_reported_with_the_package_to_install(own, context):
    edit(own / "sample.toml", "Why octopuses have", "ལྷ་ས་ have")

    told = "\n".join(map(str, check_template(context, "mine")))

    assert told.startswith(f"{own / 'template.toml'}: no font for Tibetan")
    assert "Install fonts-noto-core" in told


def test_low_contrast_is_reported(own, context, tmp_path):
    themes = tmp_path / "themes"
    themes.mkdir()
    shutil.copy(builtin_root() / "themes" / "midnight.toml", themes / "dim.toml")
    line = edit(themes / "dim.toml", 'text = "0.970', 'text = "0.300')
    edit(own / "template.toml", '"midnight"', '"dim"')

    told = "\n".join(map(str, check_template(context, "mine")))

    assert f"dim.toml:{line}: text can't be read on background_top" in told


def test_a_limit_that_does_not_fit_its_layout_is_reported_with_the_largest_one_that_does(context):
    template = load_template("explainer", search=[])
    sample = load_sample(template, search=[])
    scene = next(each for each in sample.scenes if isinstance(each, StatementScene))
    small = VideoFormat(width_px=640, height_px=360)
    looks = {"16:9": replace(look_of(context, template, sample), format=small)}
    statement = template.layout("statement")
    words = script_words(sample)

    (misfit,) = find_overflows(replace(statement, max_chars=(("text", 900),)), scene, words, looks)

    assert (misfit.layout, misfit.field, misfit.limit, misfit.shapes) == ("statement", "text", 900, ("16:9",))
    assert 160 <= misfit.fitting < 700
    fitting = replace(statement, max_chars=(("text", misfit.fitting),))
    assert list(find_overflows(fitting, scene, words, looks)) == []


def test_a_scene_is_filled_to_its_limits():
    template = load_template("lesson", search=[])
    sample = load_sample(template, search=[])
    words = script_words(sample)

    for scene in sample.scenes:
        layout = template.layout(scene.layout)
        full = fill_scene(scene, dict(layout.max_chars), layout.max_items, words)

        assert len(getattr(full, "items", ())) == layout.max_items
        for text in texts_of(full):
            limit = dict(layout.max_chars).get(text.field)
            if limit and not text.rule.is_fixed:
                assert limit - 3 <= len(text.text) <= limit


@pytest.mark.parametrize("words", [("one", "three", "seven"), ("an",), ("猫", "が", "い"), ("extraordinarily",)])
def test_a_text_is_as_long_as_it_may_be(words):
    for chars in (4, 17, 60, 400):
        assert 0 < len(filler_text(chars, words, begin=5)) <= chars


# Preview --------------------------------------------------------------------------------------------------------------


def test_a_preview_shows_every_layout_and_is_the_same_each_time(own, context):
    template = find_template(context, "mine")

    one, other = (draw_preview(context, template, shapes=("16:9",)) for _ in range(2))

    assert one.tobytes() == other.tobytes()
    # Two pictures beside each other, and something on them.
    assert one.width > 2 * one.height > 1_000
    assert len(one.resize((64, 64)).getcolors(4096)) > 200


def test_the_output_path_of_a_preview_can_be_chosen(own, tmp_path, capsys):
    target = tmp_path / "sheets" / "mine.jpg"

    code, out, _ = run(
        capsys,
        "templates",
        "preview",
        own,
        "--format",
        "1:1",
        "--theme",
        "paper",
        "--output",
        target,
        "--workspace",
        tmp_path,
    )

    assert (code, out.strip()) == (0, str(target))
    with Image.open(target) as sheet:
        assert sheet.format == "JPEG"


def test_a_preview_is_a_png_or_a_jpeg(tmp_path, capsys):
    code, _, err = run(capsys, "templates", "preview", "explainer", "--output", "a.gif", "--workspace", tmp_path)

    assert code == 2
    assert "a.gif: is not a PNG or JPEG file. Write FILE.png or FILE.jpg" in err


# List, show, new ------------------------------------------------------------------------------------------------------


def test_templates_are_listed_with_those_of_the_workspace_first(own, tmp_path, capsys):
    own.rename(own.parent / "news")
    broken = tmp_path / "templates" / "broken"
    shutil.copytree(BUILTIN / "explainer", broken)
    edit(broken / "template.toml", "theme =", "them =")

    code, out, _ = run(capsys, "templates", "list", "--json", "--workspace", tmp_path)

    found = {each["name"]: each for each in json.loads(out)}
    assert code == 0
    assert {"explainer", "listicle", "news", "product", "offer", "lesson", "broken"} == found.keys()
    assert (found["news"]["title"], found["news"]["built_in"]) == ("Mine", False)
    assert (found["explainer"]["built_in"], found["explainer"]["default"]) == (True, True)
    assert "unknown key them" in found["broken"]["problem"]


def test_the_list_of_templates_says_which_are_yours_and_what_each_is_for(own, tmp_path, capsys):
    own.rename(own.parent / "news")

    _, out, _ = run(capsys, "templates", "list", "--workspace", tmp_path)

    lines = {line.split()[0]: line for line in out.splitlines()}
    assert lines["news"].endswith("Two layouts (yours)")
    assert lines["explainer"].split(maxsplit=2)[1:] == [
        "midnight",
        "One question, answered in about a minute (default)",
    ]


def test_a_template_is_shown_with_its_limits(tmp_path, capsys):
    code, out, _ = run(capsys, "templates", "show", "lesson", "--workspace", tmp_path)

    assert code == 0
    for part in (
        "Lesson",
        "forest",
        "karaoke",
        "quiz",
        "item_title 28",
        "up to 4 items",
        "begins, ends  title … closing",
    ):
        assert part in out


def test_a_new_template_is_a_valid_copy_in_the_workspace(tmp_path, capsys):
    code, out, _ = run(capsys, "templates", "new", "my-news", "--from", "news", "--workspace", tmp_path)

    folder = tmp_path / "templates" / "my-news"
    assert code == 0
    assert "nightreel templates check my-news" in out
    assert {path.name for path in folder.iterdir()} == {path.name for path in (BUILTIN / "news").iterdir()}
    template = load_template("my-news", search=[tmp_path / "templates"])
    assert template.title == "My news"
    assert template.prompt(Brief(title="A")) == load_template("news", search=[]).prompt(Brief(title="A"))
    again, _, err = run(capsys, "templates", "new", "my-news", "--workspace", tmp_path)
    assert again == 2
    assert "exists already" in err


TABLES = {"offer": "customers.csv", "product": "products.csv"}


@pytest.mark.anyio
@pytest.mark.parametrize("name", known_templates([]))
async def test_a_copy_of_each_template_makes_films_of_a_table(name, tmp_path, monkeypatch):
    monkeypatch.setattr(validation, "SHAPES", ("16:9",))
    table = tmp_path / TABLES.get(name, "table.csv")

    def copied():
        overrides = {"offline": True, "template": "mine", "script.writers": ["outline"]}
        context = open_context(workspace=tmp_path, overrides=overrides)
        files = copy_template(context, "mine", origin=name)
        if name in TABLES:
            shutil.copy(builtin_root() / "topics" / table.name, table)
        else:
            table.write_text("title,notes\nBread,Bread rises. It takes a night.\n", encoding="utf-8")
        return context, {path.name for path in files}, check_template(context, "mine")

    context, files, faults = await to_thread.run_sync(copied)
    asked = await read_source(table, context, batch="table")

    assert files == {path.name for path in (BUILTIN / name).iterdir()}
    assert (faults, asked.unreadable) == ((), ())
    assert len(asked.briefs) > 0


def test_a_copy_without_a_script_says_how_rows_are_filmed(tmp_path, capsys):
    _, news, _ = run(capsys, "templates", "new", "my-news", "--from", "news", "--workspace", tmp_path)
    _, offer, _ = run(capsys, "templates", "new", "my-offer", "--from", "offer", "--workspace", tmp_path)

    assert "It has no script.toml" in news
    assert "script.toml" in offer
    assert "no script.toml" not in offer


def test_a_template_is_copied_completely_or_not_at_all(own, context, tmp_path):
    (own / "zebra.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "secret.png").touch()

    with pytest.raises(InputError, match="is outside the template's folder"):
        copy_template(context, "copy", origin="mine")

    assert not (tmp_path / "templates" / "copy").exists()


@pytest.mark.parametrize("name", ["My News", "../news", "shared", "con", ""])
def test_invalid_names_of_templates_are_refused(name, tmp_path, capsys):
    code, _, err = run(capsys, "templates", "new", name, "--workspace", tmp_path)

    assert code == 2
    assert "is not a valid name for a template" in err
    assert not (tmp_path / "templates").exists()


def test_check_exits_with_2_if_there_are_errors(own, tmp_path, capsys):
    edit(own / "template.toml", "theme =", "them =")

    code, out, err = run(capsys, "templates", "check", "mine", "--workspace", tmp_path)
    as_json = run(capsys, "templates", "check", own, "--json", "--workspace", tmp_path)

    assert code == as_json[0] == 2
    assert "unknown key them. Did you mean theme?" in err
    assert "1 problem" in out
    assert json.loads(as_json[1])[0]["message"] == "unknown key them"


def test_the_error_for_an_unknown_template_suggests_the_nearest_one(tmp_path, capsys):
    for command in ("show", "check", "preview"):
        code, _, err = run(capsys, "templates", command, "explaner", "--workspace", tmp_path)

        assert code == 2
        assert "unknown template 'explaner'. Did you mean explainer?" in err


def test_the_gallery_has_a_small_picture_of_a_template_in_each_format(tmp_path, monkeypatch):
    folder = tmp_path / "docs" / "gallery"
    folder.mkdir(parents=True)
    monkeypatch.setattr(gallery, "HERE", folder)
    monkeypatch.setattr(gallery, "draw_preview", lambda *_, **__: Image.effect_noise((900, 600), 80))
    monkeypatch.setattr(sys, "argv", ["build.py", "news"])

    gallery.main()

    shapes = ("16x9", "1x1", "4x5", "9x16")
    pictures = sorted(folder.iterdir())
    assert [path.name for path in pictures] == [f"news-{shape}.jpg" for shape in shapes]
    assert all(100_000 < path.stat().st_size <= 300_000 for path in pictures)


def test_the_picture_of_all_films_is_small_and_each_template_is_in_it_once(tmp_path):
    gallery.write_small(gallery.films(open_context(workspace=tmp_path)), tmp_path / "films.jpg")

    builtin = {each.parent.name for each in (ROOT / "templates").glob("*/template.toml")}
    assert {name for name, _ in (*gallery.WIDE, *gallery.UPRIGHT)} == builtin
    assert (tmp_path / "films.jpg").stat().st_size <= gallery.MOST_BYTES


def test_the_example_script_in_the_documentation_makes_a_film_of_each_row(tmp_path, capsys):
    (script,) = re.findall(
        r"```toml\n# script.toml\n(.*?)```", (ROOT / "docs" / "campaigns.md").read_text(encoding="utf-8"), re.DOTALL
    )
    run(capsys, "templates", "new", "sales", "--from", "offer", "--workspace", tmp_path)
    (tmp_path / "templates" / "sales" / "script.toml").write_text(script, encoding="utf-8")

    options = ("--template", "sales", "--dry-run", "--offline", "--workspace", tmp_path)
    code, out, err = run(capsys, "run", ROOT / "topics" / "customers.csv", *options)

    assert (code, "12 requested" in out) == (0, True), err
