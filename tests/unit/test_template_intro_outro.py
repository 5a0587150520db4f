"""Opening and closing scenes of templates, and shared includes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.model import Brief, BulletsScene, ClosingScene, Script, SpokenLine, TitleScene
from pipeline.script.checks import find_problems
from pipeline.script.intro_outro import find_layout_mismatches, with_intro_and_outro
from pipeline.template import SceneDefaults, Template, known_templates, load_template
from pipeline.workspace import builtin_root

BUILTIN = builtin_root() / "templates"
LINES = (SpokenLine(text="Bees make honey."),)
SCRIPT = Script(
    title="Bees",
    language="en",
    scenes=(TitleScene(lines=LINES, heading="Bees"), TitleScene(lines=LINES, heading="Honey")),
)

Change = Callable[..., list[Path]]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Make a workspace with a copy of a template; `more` is put in front of its first table."""

    def make(more: str, *, name: str = "explainer") -> list[Path]:
        folder = tmp_path / "templates" / name
        shutil.copytree(BUILTIN / name, folder)
        path = folder / "template.toml"
        head, table, rest = path.read_text(encoding="utf-8").partition("\n[")
        path.write_text(f"{head}\n{more}{table}{rest}", encoding="utf-8")
        return [tmp_path / "templates"]

    return make


def template_with(**changes: object) -> Template:
    return replace(load_template("explainer", search=[]), **changes)


# In template.toml -----------------------------------------------------------------------------------------------------


def test_a_template_sets_layouts_and_texts_of_intro_and_outro(change: Change) -> None:
    more = '[intro]\nkicker = "Acme"\n[outro]\ntext = "See you."\naction = "Visit acme.example"\n'

    template = load_template("explainer", search=change(more))

    assert template.intro == SceneDefaults(layout="title", texts=(("kicker", "Acme"),))
    assert template.outro == SceneDefaults(
        layout="closing", texts=(("text", "See you."), ("action", "Visit acme.example"))
    )
    assert (template.first_layout, template.last_layout) == ("title", "closing")


def test_by_default_a_title_opens_and_any_layout_closes() -> None:
    template = load_template("explainer", search=[])

    assert (template.intro, template.outro) == (SceneDefaults(layout="title"), None)
    assert (template.first_layout, template.last_layout) == ("title", "")


@pytest.mark.parametrize(
    ("more", "line", "says"),
    [
        ('[intro]\nkickr = "A"\n', 2, "intro.kickr: a title scene has no text kickr. Did you mean kicker?"),
        ('[outro]\nlayout = "closng"\n', 2, "outro.layout: the template has no layout 'closng'. Did you mean closing?"),
        ('[outro]\nlayout = "product"\n', 2, "outro.layout: the template has no layout 'product'."),
        ('[intro]\nlayout = "bullets"\nitems = "A"\n', 3, "intro.items: a bullets scene has no text items"),
        (f'[intro]\nkicker = "{"A" * 33}"\n', 2, "intro.kicker: has 33 characters, and 32 fit"),
        ("[intro]\nkicker = 3\n", 2, "intro.kicker: is 3, must be a text in quotes"),
        ('[outtro]\ntext = "A"\n', 1, "unknown key outtro. Did you mean outro?"),
        ('language = "deutsch!"\n', 1, "language: is 'deutsch!', must be a language tag like en, de or pt-BR"),
    ],
)
def test_errors_in_intro_and_outro_have_line_numbers(change: Change, more: str, line: int, says: str) -> None:
    search = change(more)
    path = search[0] / "explainer" / "template.toml"
    before = path.read_text(encoding="utf-8").partition(more)[0].count("\n")

    with pytest.raises(InputError) as caught:
        load_template("explainer", search=search)

    assert str(caught.value).startswith(f"{path}:{before + line}: {says}")


# In films -------------------------------------------------------------------------------------------------------------


def test_default_texts_fill_empty_fields() -> None:
    intro = SceneDefaults(layout="title", texts=(("kicker", "Acme"), ("subtitle", "Every Monday")))
    outro = SceneDefaults(layout="closing", texts=(("action", "Visit acme.example"), ("subtitle", "Acme")))
    scenes = (
        TitleScene(lines=LINES, heading="Bees", kicker="Nature"),
        ClosingScene(lines=LINES, text="Sweet.", subtitle="Bees"),
    )

    script = with_intro_and_outro(replace(SCRIPT, scenes=scenes), template_with(intro=intro, outro=outro))

    first, last = script.scenes
    assert (first.kicker, first.subtitle) == ("Nature", "Every Monday")
    # The name of the film gives way to what the template puts there.
    assert (last.text, last.action, last.subtitle) == ("Sweet.", "Visit acme.example", "Acme")


def test_an_outro_is_appended_if_its_default_texts_suffice() -> None:
    whole = SceneDefaults(layout="closing", texts=(("text", "Until next week."), ("action", "Subscribe")))

    script = with_intro_and_outro(SCRIPT, template_with(outro=whole))

    assert script.scenes[-1] == ClosingScene(
        lines=(SpokenLine(text="Until next week."),), text="Until next week.", action="Subscribe", subtitle="Bees"
    )
    assert (
        with_intro_and_outro(SCRIPT, template_with(outro=SceneDefaults(layout="closing", texts=(("action", "Go"),))))
        == SCRIPT
    )


def test_films_in_other_languages_do_not_get_the_default_texts() -> None:
    outro = SceneDefaults(layout="closing", texts=(("text", "Bis bald."),))

    assert with_intro_and_outro(SCRIPT, template_with(outro=outro, language="de")) == SCRIPT
    assert len(with_intro_and_outro(SCRIPT, template_with(outro=outro, language="en-GB")).scenes) == 3


def test_a_wrong_opening_or_closing_layout_is_sent_back_to_the_model() -> None:
    template = template_with(intro=SceneDefaults(layout="statement"), outro=SceneDefaults(layout="closing"))

    assert list(find_layout_mismatches(SCRIPT, template)) == [
        "the first scene is a title scene, it must be a statement scene",
        "the last scene is a title scene, it must be a closing scene",
    ]
    # Such a film is better than none.
    assert find_problems(SCRIPT, template) == ()


def test_a_film_opens_with_a_title_or_the_templates_layout() -> None:
    bullets = BulletsScene(lines=(SpokenLine(text="A.", reveals=0),), heading="H", items=("A",))
    script = replace(SCRIPT, scenes=(bullets, *SCRIPT.scenes))

    assert find_problems(script, template_with(intro=SceneDefaults(layout="bullets"))) == ()
    assert "the first scene is a bullets scene, it must be a title scene" in find_problems(script, template_with())


def test_the_prompt_has_the_default_texts() -> None:
    outro = SceneDefaults(layout="closing", texts=(("action", "Visit acme.example"),))
    template = replace(load_template("news", search=[]), outro=outro)

    _, user = template.prompt(Brief(title="Coffee", language="en"))

    assert "\nAction of the last scene, unless the notes call for another one: Visit acme.example" in user


# Shared files --------------------------------------------------------------------------------------------------------


def test_shared_files_are_part_of_the_prompt_and_of_the_fingerprint(tmp_path: Path) -> None:
    before = load_template("news", search=[tmp_path])
    shared = tmp_path / "shared" / "facts.jinja"
    shared.parent.mkdir()
    shared.write_text("Facts\n- Ask Maria.\n", encoding="utf-8")

    after = load_template("news", search=[tmp_path])

    assert "Every fact" not in after.prompt(Brief(title="Coffee"))[0]
    assert "- Ask Maria." in after.prompt(Brief(title="Coffee"))[0]
    assert before.fingerprint != after.fingerprint
    # What it does not include changes nothing of it.
    shared.with_name("jokes.jinja").write_text("Tell one.\n", encoding="utf-8")
    assert load_template("news", search=[tmp_path]) == after


def test_errors_in_a_shared_file_name_that_file(tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "facts.jinja"
    shared.parent.mkdir()
    shared.write_text("Facts\n{{ brief.fakts }}\n", encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load_template("news", search=[tmp_path])

    assert str(caught.value) == f"{shared}:2: unknown field brief.fakts. Did you mean facts?"


def test_the_shared_folder_is_not_a_template() -> None:
    assert "shared" not in known_templates([])
