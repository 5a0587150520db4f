"""Pictures in scripts: which scenes may show one, and scenes without."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.errors import InputError
from pipeline.model import (
    SCENES,
    Brief,
    Paragraph,
    PictureScene,
    ProductScene,
    SceneryScene,
    Script,
    Section,
    SplitScene,
    SpokenLine,
    StatementScene,
    TitleScene,
    WantedPicture,
    named_picture,
)
from pipeline.script import without_missing_pictures
from pipeline.script.checks import find_problems
from pipeline.script.outline import outline
from pipeline.script.picture_placement import place_pictures
from pipeline.script.structured_output import strict_schema
from pipeline.sources.markdown import parse_brief
from pipeline.template import load_template
from tests.standins.typical import typical

LINES = (SpokenLine(text="The coast is long."), SpokenLine(text="Nobody sleeps."))
EXPLAINER = load_template("explainer", search=[])
SEEN = (WantedPicture(source="reef.jpg", description="a reef at noon"), WantedPicture(source="den.jpg"))


def script_of(*scenes):
    return Script(title="Coasts", language="en", scenes=scenes, description="", tags=(), thumbnail_text="")


@pytest.mark.parametrize("kind", SCENES.values(), ids=SCENES)
def test_every_scene_with_a_picture_names_it(kind):
    scene = typical(kind)

    assert named_picture(scene) == ("photo.jpg" if "picture" in vars(scene) else "")


@pytest.mark.parametrize(
    ("scene", "text", "kicker"),
    [
        (PictureScene(lines=LINES, picture="gone", text="A reef"), "A reef", ""),
        (PictureScene(lines=LINES, picture="gone"), "The coast is long.", ""),
        (SceneryScene(lines=LINES, picture="gone", heading="Where land ends", subtitle="Far"), "Where land ends", ""),
        (
            SplitScene(lines=LINES, picture="gone", heading="Reefs", kicker="Sea", text="They grow."),
            "They grow.",
            "Reefs",
        ),
        (SplitScene(lines=LINES, picture="gone", heading="Reefs", kicker="Sea"), "Reefs", "Sea"),
    ],
)
def test_without_its_picture_a_scene_keeps_its_narration_and_shows_its_text(scene, text, kicker):
    (left,) = without_missing_pictures(script_of(scene), ["other"]).scenes

    assert left == StatementScene(lines=LINES, text=text, kicker=kicker)
    assert without_missing_pictures(script_of(scene), ["gone"]).scenes == (scene,)
    opening = TitleScene(lines=LINES, heading="Coasts")
    assert find_problems(script_of(opening, left), EXPLAINER) == ()


def test_a_product_scene_does_not_need_its_picture():
    product = ProductScene(lines=LINES, picture="gone", heading="Shoes", price="84,90 €", items=())

    assert without_missing_pictures(script_of(product), []).scenes == (replace(product, picture=""),)


def layouts_of(schema):
    return {
        each["properties"]["layout"]["enum"][0]: each["properties"]
        for each in schema["properties"]["scenes"]["items"]["anyOf"]
    }


def test_a_model_is_offered_available_pictures_and_picture_layouts_only_with_them():
    brief = Brief(title="Reefs", language="en", pictures=SEEN)
    bare = replace(brief, pictures=())

    with_them = layouts_of(strict_schema(EXPLAINER.with_usable_layouts(brief), brief))
    without = layouts_of(strict_schema(EXPLAINER.with_usable_layouts(bare), bare))

    for name in ("picture", "scenery", "split"):
        assert with_them[name]["picture"] == {"type": "string", "enum": ["reef.jpg", "den.jpg"]}
        assert name not in without
    assert "bullets" in without
    system, user = EXPLAINER.with_usable_layouts(brief).prompt(brief)
    assert "- reef.jpg: a reef at noon\n- den.jpg" in user
    assert "scenery (" in system
    system, user = EXPLAINER.with_usable_layouts(bare).prompt(bare)
    assert "Pictures that can be shown" not in user
    assert "scenery (" not in system
    assert json.dumps(strict_schema(EXPLAINER.with_usable_layouts(brief), brief))


def test_an_optional_picture_may_be_empty():
    names = ["", "reef.jpg", "den.jpg"]
    template = replace(EXPLAINER, layouts=(replace(EXPLAINER.layouts[0], name="product"), EXPLAINER.layouts[0]))
    brief = Brief(title="Reefs", language="en", pictures=SEEN)

    assert layouts_of(strict_schema(template, brief))["product"]["picture"]["enum"] == names


def noted(*texts, heading="", pictures=SEEN):
    blocks = tuple(Paragraph(text=text) for text in texts)
    return Brief(
        title="Reefs",
        language="en",
        pictures=pictures,
        sections=(
            Section(heading="", blocks=(Paragraph(text="Dive with me."),)),
            Section(heading=heading, blocks=blocks),
        ),
    )


def test_pictures_are_spread_over_the_statements_in_order():
    texts = [f"Number {number} of the things that live down there is odd." for number in range(6)]

    bare, shown = outline(noted(*texts, pictures=()), EXPLAINER), outline(noted(*texts), EXPLAINER)

    places = [(number, scene.picture) for number, scene in enumerate(shown.scenes) if getattr(scene, "picture", "")]
    assert [name for _, name in places] == ["reef.jpg", "den.jpg"]
    assert places[1][0] - places[0][0] == 3
    assert [scene.lines for scene in shown.scenes] == [
        tuple(SpokenLine(text=line.text, reveals=other.reveals) for line, other in zip(a.lines, b.lines, strict=True))
        for a, b in zip(bare.scenes, shown.scenes, strict=True)
    ]
    assert find_problems(shown, EXPLAINER) == ()


@pytest.mark.parametrize(
    ("text", "heading", "kind"),
    [
        ("A reef grows by a finger a year.", "", SceneryScene),
        ("A reef grows by a finger a year.", "Slow", SplitScene),
        (
            "A reef grows by a finger a year, and a storm takes in a night what took it a hundred years.",
            "",
            PictureScene,
        ),
    ],
)
def test_a_picture_gets_the_layout_that_fits_its_text(text, heading, kind):
    shown = outline(noted(text, heading=heading, pictures=SEEN[:1]), EXPLAINER)

    assert type(shown.scenes[1]) is kind
    assert find_problems(shown, EXPLAINER) == ()


def test_a_picture_that_a_scene_shows_is_not_placed_again():
    scenes = (PictureScene(lines=LINES, picture="reef.jpg"), StatementScene(lines=LINES, text="The coast is long."))

    shown = place_pictures(scenes, noted("Nothing."), EXPLAINER)

    assert [scene.picture for scene in shown] == ["reef.jpg", "den.jpg"]


def test_more_pictures_than_statements_are_not_all_shown():
    shown = outline(noted("A reef grows by a finger a year."), EXPLAINER)

    assert [getattr(scene, "picture", "") for scene in shown.scenes] == ["", "reef.jpg"]


FRONT = "---\ntitle: Reefs\npictures:\n{}\n---\nDive with me."


def test_front_matter_names_pictures_by_file_address_and_more(tmp_path):
    text = FRONT.format(
        "  - reef.jpg\n  - https://example.org/den.png\n"
        '  - {file: "a b.webp", alt: "two: arms", credit: Ana Lima}\n  - url: https://example.org/c.gif\n  - reef.jpg'
    )

    assert parse_brief(text, tmp_path / "x.md").pictures == (
        WantedPicture(source="reef.jpg"),
        WantedPicture(source="https://example.org/den.png"),
        WantedPicture(source="a b.webp", description="two: arms", credit="Ana Lima"),
        WantedPicture(source="https://example.org/c.gif"),
    )


@pytest.mark.parametrize(
    ("lines", "line", "told"),
    [
        ("  reef.jpg", 4, "pictures must be a list"),
        ("  - a.jpg\n  - [b]", 5, "must be a file, a URL or a mapping"),
        ("  - {file: a.jpg, url: b}", 4, "either file or url"),
        ("  - {alt: a reef}", 4, "either file or url"),
        ("  - {file: a.jpg, alz: x}", 4, "unknown key 'alz'"),
        ("  - {file: a.jpg, alt: [x]}", 4, "alt of a picture must be a text"),
        ("  - {file: a.jpg, credit: " + "x" * 121 + "}", 4, "credit has 121 characters"),
        ("\n".join(f"  - {number}.jpg" for number in range(61)), 3, "61 pictures are listed"),
    ],
)
def test_errors_in_a_list_of_pictures_have_line_numbers(tmp_path, lines, line, told):
    with pytest.raises(InputError, match=told) as raised:
        parse_brief(FRONT.format(lines), tmp_path / "x.md")

    assert raised.value.where in {f"{tmp_path / 'x.md'}:{number}" for number in (3, line)}
