"""Notes pasted from word processors and chats: lists are recognised, symbols not spoken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model import BulletList, Paragraph
from pipeline.sources.markdown import parse_brief
from pipeline.sources.pasted_text import normalise_pasted


def parts(body: str) -> list[str | list[str]]:
    """Paragraphs as texts, lists as lists of texts."""
    brief = parse_brief(f"---\ntitle: Bread\n---\n{body}", Path("a.md"))
    return [
        block.text if isinstance(block, Paragraph) else [item.text for item in block.items]
        for section in brief.sections
        for block in section.blocks
        if isinstance(block, Paragraph | BulletList)
    ]


@pytest.mark.parametrize(
    "pasted",
    [
        "•\tGluten grows\n•\tYeast breathes",
        "·       Gluten grows\n·       Yeast breathes",
        "\uf0b7 Gluten grows\n\uf0b7 Yeast breathes",
        "•\tGluten grows\no   Yeast breathes",
        "•\tGluten grows\n\n§\tYeast breathes",
        "● Gluten grows\n– Yeast breathes",
        "✅ Gluten grows\n✅ Yeast breathes",
        "1️⃣ Gluten grows\n2️⃣ Yeast breathes",
        "    •  Gluten grows\n    •  Yeast breathes",
    ],
)
def test_a_pasted_list_is_a_list(pasted):
    assert parts(f"Two things happen:\n{pasted}\n") == ["Two things happen:", ["Gluten grows", "Yeast breathes"]]


@pytest.mark.parametrize(
    "text",
    [
        "✅ It is done.",
        "– said he, and went.",
        "o   well, it is so.",
        "§ 5 says so.",
        "5 · 3 is 15.",
        "—— Ada",
        "```\n• a\n✅ b\n✅ c\n```",
        "~~~ text\n• a\n```\n• b\n~~~",
    ],
)
def test_text_that_resembles_a_list_item_is_kept(text):
    assert normalise_pasted(text) == text


def test_private_use_characters_are_removed():
    assert parts("It’s \uf04a fine\ufffc.") == ["It’s fine."]
