"""Templates: lookup, validation with line numbers, rendering."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread

from pipeline.errors import InputError
from pipeline.model import (
    Block,
    Brief,
    BulletList,
    CheckList,
    CodeBlock,
    Illustration,
    LengthPlan,
    Paragraph,
    Quotation,
    Script,
    Section,
    Table,
    WantedPicture,
)
from pipeline.template import known_templates, load_template, notes_as_markdown
from pipeline.template.loading import files_in
from pipeline.template.sample import load_sample
from pipeline.template.schema import parse_template_file
from pipeline.workspace import builtin_root

BUILTIN = builtin_root() / "templates" / "explainer"
BRIEF = Brief(title="The sky", sections=(Section(heading="One", blocks=(Paragraph(text="Text."),)),))

# The start of its user message.
ASKED = '{% include "shared/brief.jinja" %}'

Change = Callable[[str, str, str], list[Path]]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Make a workspace whose explainer differs from the built-in one in one place."""

    def make(file: str, old: str, new: str) -> list[Path]:
        folder = tmp_path / "templates" / "explainer"
        shutil.copytree(BUILTIN, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return [tmp_path / "templates"]

    return make


def test_every_built_in_template_loads_and_is_valid() -> None:
    assert "explainer" in known_templates([])
    for name in known_templates([]):
        template = load_template(name, search=[])
        # Commands leave this to us.
        template.check()
        assert template.title


def test_a_template_sets_the_limits_of_its_layouts() -> None:
    template = load_template("explainer", search=[])

    bullets = template.layout("bullets")
    assert bullets is not None
    assert (bullets.limit("item"), bullets.max_items) == (80, 5)
    assert template.layout("product") is None


def test_a_template_of_the_workspace_overrides_a_built_in_one(change: Change) -> None:
    search = change("template.toml", 'title = "Explainer"', 'title = "Mine"')

    assert load_template("explainer", search=search).title == "Mine"


def test_the_fingerprint_depends_on_the_files_only(change: Change) -> None:
    builtin = load_template("explainer", search=[])
    copy = load_template("explainer", search=change("system.jinja", "You write", "You write"))
    other = replace(copy, fingerprint="x")

    assert copy == builtin
    assert hash(copy) == hash(builtin)
    assert other != builtin


@pytest.mark.parametrize("file", ["template.toml", "system.jinja", "user.jinja", "description.jinja"])
def test_a_change_in_any_file_changes_the_fingerprint(change: Change, file: str) -> None:
    first = BUILTIN.joinpath(file).read_text(encoding="utf-8")[:1]
    changed = load_template("explainer", search=change(file, first, {"#": "# ", "{": " {"}.get(first, f"x{first}")))

    assert changed.fingerprint != load_template("explainer", search=[]).fingerprint


@pytest.mark.parametrize("file", ["user.jinja", "template.toml", "sample.toml"])
def test_a_link_out_of_the_folder_is_not_followed(change: Change, file: str, tmp_path: Path) -> None:
    # What it shows would be told to a model: a template of somebody else's may link to a key of ours.
    search = change("user.jinja", ASKED, ASKED)
    inside = search[0] / "explainer" / file
    secret = tmp_path / "secret"
    secret.write_bytes(inside.read_bytes())
    inside.unlink()
    try:
        inside.symlink_to(secret)
    except OSError:  # Windows, without the right to make links
        return

    with pytest.raises(InputError, match="is outside the template's folder"):
        load_sample(load_template("explainer", search=search), search=search)


def test_windows_line_endings_do_not_change_the_fingerprint(change: Change) -> None:
    search = change("user.jinja", ASKED, ASKED)
    path = search[0] / "explainer" / "user.jinja"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert load_template("explainer", search=search) == load_template("explainer", search=[])


def test_a_template_can_be_pickled() -> None:
    template = load_template("explainer", search=[])

    assert pickle.loads(pickle.dumps(template)) == template


@pytest.mark.parametrize("name", ["explaner", "../explainer", "", "templates/explainer"])
def test_the_error_for_an_unknown_template_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match=r"Known: .*explainer"):
        load_template(name, search=[Path("nowhere")])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("theme =", "them =", ":4: unknown key them. Did you mean theme?"),
        ("[layouts.bullets]", "[layouts.bulets]", ":28: unknown layout layouts.bulets. Did you mean bullets?"),
        ("[layouts.title]", "[layouts.tite]", ":23: unknown layout layouts.tite. Did you mean title?"),
        ("item = 80", "itm = 60", ":32: unknown key layouts.bullets.itm. Did you mean item?"),
        ("item = 80", 'item = "60"', ":32: layouts.bullets.item: is '60', must be a whole number"),
        ("items = 5", "items = 6", ":31: layouts.bullets.items: is 6, must be at most 5"),
        ("items = 5", "items = 1", ":31: layouts.bullets.items: is 1, must be at least 2"),
        ("items = 5", "items = true", ":31: layouts.bullets.items: is True, must be a whole number"),
        ("item = 80", "item 60", ":32: is not valid TOML"),
        ("[layouts.title]", "[fields]\nwho = 3\n[layouts.title]", ":24: fields.who: is 3, must be a table"),
        (
            "[layouts.title]",
            "[fields.Who]\n[layouts.title]",
            ":23: fields.Who: is 'Who', must be a name of lower-case letters",
        ),
        ('title = "Explainer"', "", ":1: title: is missing"),
        (
            '"user.jinja"',
            '"../user.jinja"',
            ":15: prompt.user: is '../user.jinja', must be the name of a .jinja file next to template.toml",
        ),
        ("tags =", "tag =", ":20: unknown key metadata.tag. Did you mean tags?"),
        ("[layouts.title]", "[fields.who]\nmaxchars = 3\n[layouts.title]", ":24: unknown key fields.who.maxchars. Did"),
    ],
)
def test_errors_in_template_toml_have_line_numbers(change: Change, old: str, new: str, says: str) -> None:
    search = change("template.toml", old, new)

    with pytest.raises(InputError) as caught:
        load_template("explainer", search=search)

    assert str(caught.value).startswith(f"{search[0] / 'explainer' / 'template.toml'}{says}")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("user.jinja", ASKED, "{{ brief.titel }}", ":1: unknown field brief.titel. Did you mean title?"),
        ("user.jinja", ASKED, "{{ breif.title }}", ":1: unknown name 'breif'. Did you mean brief?"),
        ("user.jinja", ASKED, "{% if brief.has_note %}{% endif %}", ":1: unknown field brief.has_note."),
        (
            "user.jinja",
            ASKED,
            "\n{% for s in brief.sections %}{{ s.headin }}{% endfor %}",
            ":2: unknown field s.headin. Did you mean heading?",
        ),
        (
            "user.jinja",
            ASKED,
            "{% for s in brief.sections %}{% for b in s.blocks %}{{ b.tekst }}{% endfor %}{% endfor %}",
            ":1: unknown field b.tekst. Did you mean text?",
        ),
        (
            "system.jinja",
            '{% include "shared/shown.jinja" %}',
            "{% for layout in layouts %}{{ layout.nam }}{% endfor %}",
            ": unknown field layout.nam. Did you mean name?",
        ),
        ("description.jinja", "script.title", "script.titel", ":1: unknown field script.titel. Did you mean title?"),
        (
            "user.jinja",
            ASKED,
            "{{ brief.title | uper }}",
            ":1: broken template: No filter named 'uper'. Did you mean upper?",
        ),
        ("description.jinja", "script.title", "notes", ":1: unknown name 'notes'. Known: brief, script"),
        ("user.jinja", "{%- endif %}", "{%- endfi %}", ": broken template: Encountered unknown tag 'endfi'"),
        ("user.jinja", ASKED, "{{ brief.title", ":2: broken template"),
        ("user.jinja", ASKED, f"{{{{ {'(' * 900}1{')' * 900} }}}}", "broken template: it is nested too deeply"),
    ],
)
def test_undefined_names_are_reported_when_the_template_is_loaded(
    change: Change, file: str, old: str, new: str, says: str
) -> None:
    search = change(file, old, new)

    with pytest.raises(InputError) as caught:
        load_template("explainer", search=search)

    told = str(caught.value)
    assert told.startswith(f"{search[0] / 'explainer' / file}:")
    assert says.partition(": ")[2] in told
    assert says.partition(": ")[0] in told


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("{{ brief.sections[0].nope }}", "can't be rendered: 'Section object' has no attribute 'nope'"),
        ("{{ brief.title.__class__.__mro__ }}", "unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ('{% include "other.jinja" %}', "there is no file other.jinja"),
        ('{% include "user.jinja" %}', "recursion"),
        ("{{ brief.sections.nope.x }}", "has no attribute 'nope'"),
    ],
)
async def test_errors_at_rendering_time_are_reported_with_their_line(change: Change, new: str, says: str) -> None:
    search = change("user.jinja", ASKED, f"\n{new}")
    template = await to_thread.run_sync(lambda: load_template("explainer", search=search))

    with pytest.raises(InputError, match=says) as caught:
        template.prompt(BRIEF)

    assert "user.jinja" in caught.value.where


def test_a_missing_file_is_reported(change: Change) -> None:
    with pytest.raises(
        InputError, match=r"template\.toml:\d+: there is no file usr\.jinja\. Did you mean user\.jinja\?"
    ):
        load_template("explainer", search=change("template.toml", "user.jinja", "usr.jinja"))


def test_a_file_that_is_not_utf_8_is_reported(change: Change) -> None:
    search = change("user.jinja", ASKED, ASKED)
    (search[0] / "explainer" / "user.jinja").write_bytes(b"Topic\n\xff")

    with pytest.raises(InputError, match=r"user\.jinja:2: is not UTF-8"):
        load_template("explainer", search=search)


def test_the_prompt_has_the_topic_the_notes_and_the_limits() -> None:
    items = BulletList(items=(Paragraph(text="One."), Paragraph(text="Two.")))
    brief = Brief(title="The <sky>", language="de", sections=(Section(heading="Why", blocks=(items,)),))

    system, user = load_template("explainer", search=[]).prompt(brief)

    assert (
        "bullets (what stands side by side: causes, kinds, parts): heading 50, kicker 40, item 80; 2 to 5 items"
        in system
    )
    assert user.startswith("Topic: The <sky>\n")
    assert "## Why\n\n- One.\n- Two." in user


@pytest.mark.parametrize(
    "asked",
    [
        "The first scene is a title scene, and its first sentence is the hook",
        "One idea in each scene.",
        "The layout serves the idea",
        "Written to be spoken",
        "Native in the language of the film",
        "Headings and kickers are the chapters of the film, too",
    ],
)
def test_the_prompt_has_the_rules_of_the_template(asked: str) -> None:
    system, _ = load_template("explainer", search=[]).prompt(BRIEF)

    assert asked in system


@pytest.mark.parametrize("name", ["listicle", "offer", "product"])
def test_the_prompt_says_when_to_use_a_table(name: str) -> None:
    def orders(text: str) -> int:
        brief = Brief(title="T", sections=(Section(heading="One", blocks=(Paragraph(text=text),)),))
        system, _ = load_template(name, search=[]).with_usable_layouts(brief).prompt(brief)
        return system.partition("What is shown")[0].count("`table`")

    assert orders("In 1703, they cost 35, 21 and 49 euros.") == 1
    assert orders("Nothing to count.") == 0


def test_the_prompt_has_words_and_scenes_for_a_requested_length() -> None:
    plan = LengthPlan(length_s=60, words=120, unit="words", fewest_scenes=5, most_scenes=8)

    system, _ = load_template("explainer", search=[]).prompt(BRIEF, plan)

    assert "It lasts 60 seconds. At the pace of its voice that is 120 words of narration in all" in system
    assert "\n- 5 to 8 scenes, so about 15 to 24 words in each." in system
    assert "90 seconds" not in system


def test_the_prompt_has_audience_and_tone() -> None:
    _, user = load_template("explainer", search=[]).prompt(replace(BRIEF, audience="children of ten", tone="calm"))

    assert "Who watches: children of ten." in user
    assert "Tone: calm." in user


def test_each_variant_has_its_own_prompt() -> None:
    template = load_template("explainer", search=[])

    users = [template.prompt(replace(BRIEF, variant=number))[1] for number in range(9)]

    assert len(set(users)) == 9
    assert "version" not in users[0]
    assert "This is version 1 of the film" in users[1]
    assert users[1].partition("In this one")[2] != users[2].partition("In this one")[2]


def test_facts_only_is_stated_in_strong_terms() -> None:
    template = load_template("explainer", search=[])

    strict, _ = template.prompt(replace(BRIEF, facts="notes"))

    assert "The notes are your only source." in strict
    assert "well established" not in strict
    assert "Every fact comes from the notes." in template.prompt(BRIEF)[0]
    assert "well established" in template.prompt(replace(BRIEF, sections=()))[0]


def test_the_description_defaults_to_the_title() -> None:
    template = load_template("explainer", search=[])
    script = Script(title="The sky", language="en", scenes=(), description="About the sky.")

    assert template.description_of(BRIEF, script) == "About the sky."
    assert template.description_of(BRIEF, replace(script, description="")) == "The sky"


def test_the_prompt_has_all_kinds_of_blocks() -> None:
    blocks = (
        BulletList(items=(Paragraph(text="Knead."), Paragraph(text="Wait.")), is_numbered=True),
        CheckList(items=(Paragraph(text="Mars"), Paragraph(text="Jupiter")), ticked=(2,)),
        Quotation(words=Paragraph(text="It is."), attribution="Ada, poet"),
        Table(columns=("Tower", "m"), rows=(("Smeaton", "22"),)),
        CodeBlock(code="a = '```'", language="python"),
        Illustration(source="a.jpg", description="A tower", is_there=True),
        Illustration(source="gone.jpg", description="Nothing", is_there=False),
    )

    assert notes_as_markdown((Section(heading="One", level=1, blocks=blocks),)) == (
        "# One\n\n1. Knead.\n2. Wait.\n\n- [ ] Mars\n- [x] Jupiter\n\n> It is.\n> — Ada, poet\n\n"
        "| Tower | m |\n| --- | --- |\n| Smeaton | 22 |\n\n````python\na = '```'\n````\n\n![A tower](a.jpg)"
    )


def test_only_layouts_with_material_in_the_notes_are_offered() -> None:
    def offered(*blocks: Block, **fields: Any) -> set[str]:
        sections = (Section(heading="One", blocks=blocks),) if blocks else ()
        found = load_template("explainer", search=[]).with_usable_layouts(Brief(title="T", sections=sections, **fields))
        return {layout.name for layout in found.layouts}

    text = Paragraph(text="It began in 1696 and ended in 1703.")
    figures = {"table", "bars", "lines", "shares"}
    pictures = {"picture", "split"}

    assert not offered(text) & {"quote", "code", "section", *figures, *pictures}
    assert "code" in offered()
    assert "quote" in offered(text, Quotation(words=text, attribution="Ada"))
    assert figures < offered(text, Paragraph(text="Then 35, 21 and 49 metres."))
    assert "section" in offered(text, length_s=240)
    assert pictures < offered(text, pictures=(WantedPicture(source="a.jpg"),))


def with_page(tmp_path: Path, table: str, **files: str) -> list[Path]:
    """A workspace whose explainer has these lines in [metadata], and these files."""
    folder = tmp_path / "templates" / "explainer"
    shutil.copytree(BUILTIN, folder)
    toml = (folder / "template.toml").read_text(encoding="utf-8")
    (folder / "template.toml").write_text(toml.replace("[metadata]\n", f"[metadata]\n{table}\n"), encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.jinja").write_text(text, encoding="utf-8")
    return [tmp_path / "templates"]


def test_a_template_sets_the_metadata_for_hosts(tmp_path: Path) -> None:
    search = with_page(
        tmp_path,
        'title = "title.jinja"\npage = "page.jinja"\nhashtags = ["space"]\ncategory = "28"\nmade_for_kids = true',
        title="{{ script.title }}\n| {{ brief.language }}",
        page="{{ description }}\n{{ hashtags }}{% if chapters %}!{% endif %}",
    )

    template = load_template("explainer", search=search)

    brief, script = replace(BRIEF, language="en"), Script(title="The sky", language="en", scenes=())
    parts = {"description": "Light.", "chapters": "", "attributions": "", "hashtags": "#space"}
    assert template.title_of(brief, script) == "The sky | en"
    assert template.page_of(brief, script, parts) == "Light.\n#space"
    assert template.hashtags == ("space",)
    assert dict(template.publicity) == {"category": "28", "made_for_kids": True}


def test_metadata_for_hosts_is_optional() -> None:
    template = load_template("explainer", search=[])

    script = Script(title="The sky", language="en", scenes=())
    assert template.title_of(BRIEF, script) == "The sky"
    assert template.page_of(BRIEF, script, {}) is None
    assert template.publicity == ()


@pytest.mark.parametrize(
    ("table", "files", "said"),
    [
        ('title = "title.jinja"', {}, "there is no file title.jinja"),
        (
            'page = "page.jinja"',
            {"page": "\n{{ chapter }}"},
            "page.jinja:2: unknown name 'chapter'. Did you mean chapters?",
        ),
        ('title = "title.jinja"', {"title": "{{ chapters }}"}, "title.jinja:1: unknown name 'chapters'"),
        ('license = "free"', {}, "metadata.license: is 'free', must be 'youtube' or 'creativeCommon'"),
    ],
)
def test_errors_in_the_metadata_for_hosts_have_line_numbers(
    tmp_path: Path, table: str, files: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_template("explainer", search=with_page(tmp_path, table, **files))

    assert said in str(caught.value)


def test_a_missing_title_layout_is_reported():
    with pytest.raises(InputError, match=r"t\.toml:1: layouts\.title: is missing"):
        parse_template_file('title = "T"\n[layouts.statement]\n', path="t.toml")


def test_circular_links_and_pipes_are_not_files_of_a_template(tmp_path):
    (tmp_path / "loop.png").symlink_to("loop.png")
    os.mkfifo(tmp_path / "pipe.png")

    assert files_in(tmp_path, "*.*") == {}
