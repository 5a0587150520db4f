"""Models that may search for photos."""

from __future__ import annotations

import pytest

from pipeline.model import Brief, Paragraph, Section, WantedPicture
from pipeline.script.structured_output import strict_schema
from pipeline.template import load_template

NOTES = (Section(heading="", blocks=(Paragraph(text="A fox sleeps in the open."),)),)
# Templates with picture layouts.
TEMPLATES = ("explainer", "lesson", "listicle", "offer", "product")


def told(template, brief: Brief) -> str:
    return "\n".join(template.with_usable_layouts(brief).prompt(brief))


def picture_schemas(template, brief: Brief) -> list[dict]:
    kinds = strict_schema(template.with_usable_layouts(brief), brief)["properties"]["scenes"]["items"]["anyOf"]
    return [kind["properties"]["picture"] for kind in kinds if "picture" in kind["properties"]]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_brief_that_allows_searching_gets_instructions_and_a_free_picture_field(name):
    template = load_template(name, search=())
    alone = Brief(title="Foxes", language="en", sections=NOTES, may_search=True)
    beside = Brief(
        title="Foxes", language="en", sections=NOTES, may_search=True, pictures=(WantedPicture(source="a.jpg"),)
    )

    assert "`stock:red fox in snow`" in told(template, alone)
    assert "where none of these fits" in told(template, beside)
    assert {"type": "string"} in picture_schemas(template, alone)


def test_a_template_without_pictures_does_not_search():
    brief = Brief(title="Foxes", language="en", sections=NOTES, may_search=True)

    assert "stock:" not in told(load_template("news", search=()), brief)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_brief_without_searching_gets_a_list_of_pictures(name):
    template = load_template(name, search=())
    brief = Brief(title="Foxes", language="en", sections=NOTES, pictures=(WantedPicture(source="a.jpg"),))

    assert "stock:" not in told(template, brief)
    assert all(schema.get("enum") for schema in picture_schemas(template, brief))
    assert "stock:" not in told(template, Brief(title="Foxes", language="en", sections=NOTES))
