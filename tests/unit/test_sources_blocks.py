"""Markdown beyond paragraphs and plain lists: quotations, tables, task lists, code, pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.model import (
    Block,
    Brief,
    BulletList,
    CheckList,
    CodeBlock,
    Illustration,
    Job,
    Paragraph,
    Quotation,
    Section,
    Table,
)
from pipeline.sources.markdown import parse_brief
from pipeline.state.checkpoints.documents import from_json, to_json


def parse(text: str) -> Brief:
    return parse_brief(f"---\ntitle: T\n---\n{text}", Path("a.md"))


def blocks(body: str) -> list[Block]:
    """Of a body that has a paragraph before them."""
    return [block for section in parse(f"Text.\n\n{body}").sections for block in section.blocks][1:]


def spoken_texts(body: str) -> list[str]:
    return [each.text for block in blocks(body) for each in block.said]


@pytest.mark.parametrize(
    "written",
    [
        "> I see **it**.\n> — Ada Lovelace, mathematician",
        "> I see **it**.\n>\n> — Ada Lovelace, mathematician",
        "> I see **it**.\n> -- Ada Lovelace, mathematician",
        "> I see **it**.\n> - Ada Lovelace, mathematician",
        "> I see\n> **it**.\n\n― Ada Lovelace, mathematician",
        "> I see **it**. — Ada Lovelace, mathematician",
        "> I see\n> **it**. -- Ada Lovelace, mathematician",
    ],
)
def test_a_quotation_has_a_text_and_an_author(written: str) -> None:
    (quotation,) = blocks(written)

    assert quotation == Quotation(
        words=Paragraph(text="I see it.", strong=("it",)), attribution="Ada Lovelace, mathematician"
    )
    assert (quotation.name, quotation.role) == ("Ada Lovelace", "mathematician")


@pytest.mark.parametrize(
    ("attribution", "name", "role"),
    [("حافظ، شاعر", "حافظ", "شاعر"), ("芭蕉、俳人", "芭蕉", "俳人"), ("Sappho", "Sappho", "")],
)
def test_name_and_role_are_split_at_the_comma_of_their_script(attribution: str, name: str, role: str) -> None:
    quotation = Quotation(words=Paragraph(text="x"), attribution=attribution)

    assert (quotation.name, quotation.role) == (name, role)


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        ("> Said **he**.", ["Said he."]),
        ("> Shopping:\n> - milk", ["Shopping:", "milk"]),
        ("> — Only a name", ["— Only a name"]),
        ("> He left. — And so did she.", ["He left. — And so did she."]),
        ("> He left — Ada stayed", ["He left — Ada stayed"]),
        ("> Yes.\n\n- one thing", ["Yes.", "one thing"]),
        ("> Yes.\n\n— and then he went on to tell me all that had happened on that day in May", None),
    ],
)
def test_a_quotation_without_an_author_is_running_text(written: str, texts: list[str] | None) -> None:
    assert not any(isinstance(block, Quotation) for block in blocks(written))
    assert texts is None or spoken_texts(written) == texts


def test_a_table_keeps_its_columns_and_is_spoken_like_a_list() -> None:
    table = "| a | b | c |\n|---|---|---|\n| Mars | red | **cold** |\n| | x | |\n| | | |"

    assert blocks(table) == [
        Table(columns=("a", "b", "c"), rows=(("Mars", "red", "cold"), ("", "x", "")), marked=(1,)),
    ]
    assert spoken_texts(table) == ["Mars: red, cold", "x"]


def test_numbered_lists_and_task_lists_are_recognised() -> None:
    assert blocks("1. one\n2. two") == [
        BulletList(items=(Paragraph(text="one"), Paragraph(text="two")), is_numbered=True)
    ]
    assert blocks("- [ ] **Mars**\n- [x] Jupiter\n- [X] Venus") == [
        CheckList(
            items=(Paragraph(text="Mars", strong=("Mars",)), Paragraph(text="Jupiter"), Paragraph(text="Venus")),
            ticked=(2, 3),
        )
    ]
    assert isinstance(blocks("- [ ] one\n- two")[0], BulletList)


def test_code_keeps_its_lines_without_control_characters() -> None:
    assert blocks("```py title=x\n\ndef f():\n\treturn '\u202e\x1b[2J'  \n\n```") == [
        CodeBlock(code="def f():\n    return ''", language="py")
    ]
    assert blocks("~~~\n\n~~~") == []


def test_a_picture_keeps_its_place_and_is_not_spoken() -> None:
    assert blocks('Before ![A *tower*](img/a.jpg "At dusk") after.\n\n![](b.png)') == [
        Paragraph(text="Before after."),
        Illustration(source="img/a.jpg", description="A tower", caption="At dusk"),
        Illustration(source="b.png"),
    ]


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("<my reef.jpg>", "my reef.jpg"),
        ("my%20reef.jpg", "my reef.jpg"),
        ("my reef.jpg", "my reef.jpg"),
        ('my old reef.JPG "By Ada"', "my old reef.JPG"),
        ("ünï/礁.png", "ünï/礁.png"),
        ("100%.png", "100%.png"),
        ("file:///home/me/reef.jpg", "/home/me/reef.jpg"),
        ("file:///C:/pics/reef.jpg", "C:/pics/reef.jpg"),
        ("https://a.example/my%20reef.jpg?x=%C3%BC", "https://a.example/my%20reef.jpg?x=%C3%BC"),
        ("http://a.example/%2e%2e/reef.jpg", "http://a.example/%2e%2e/reef.jpg"),
    ],
)
def test_file_names_of_pictures_are_unescaped(written: str, source: str) -> None:
    (picture,) = blocks(f"![A reef]({written})")

    assert isinstance(picture, Illustration)
    assert (picture.source, picture.description) == (source, "A reef")
    assert picture.caption == ("By Ada" if "Ada" in written else "")


@pytest.mark.parametrize("notes", ["![x](data:image/png;base64,{})", "![x][1]\n\n[1]: <data:image/png;base64,{}>"])
def test_a_data_url_of_a_picture_is_truncated_for_messages(notes: str) -> None:
    (picture,) = blocks(notes.format("A" * 3000))

    assert isinstance(picture, Illustration)
    assert picture.source == "data:image/png;base6…"


def test_an_overlong_url_is_left_out() -> None:
    assert blocks(f"![x](https://example.org/{'A' * 3000})") == []


@pytest.mark.parametrize(
    ("body", "spoken"),
    [
        ("> [!NOTE]\n> Mind the gap.", ["Mind the gap."]),
        ("> [!warning]- Mind the gap.", ["Mind the gap."]),
        ("::: tip\nMind the gap.\n:::", ["Mind the gap."]),
        ("[TOC]\n\nMind the gap.", ["Mind the gap."]),
        ("[[_TOC_]]\n\nMind the gap.", ["Mind the gap."]),
        ("[[toc]]\n\nMind the gap.", ["Mind the gap."]),
        ("Mind ==the gap==.", ["Mind the gap."]),
        ("Mind the [[places/gap|gap]] and [[train]].", ["Mind the gap and train."]),
        ("Mind the gap. ![[gap.png]]", ["Mind the gap."]),
        # Of an encyclopedia, and formulas.
        ("Bread[1] is old.[2][3] It is good [citation needed].", ["Bread is old. It is good."]),
        ("He wrote $E = mc^2$ and $$x_1$$.", ["He wrote E = mc² and x₁."]),
        ("It is $-1$ or $-i$, with $0! = 1$.", ["It is −1 or −i, with 0! = 1."]),
        ("It costs $5 or $10, US$ 5 = $7.", ["It costs $5 or $10, US$ 5 = $7."]),
        ("Write `a[1]` and `$x^2$`, see [1](https://example.org).", ["Write a[1] and $x^2$, see 1."]),
        # No marks of a dialect.
        ("It is a == b == c.", ["It is a == b == c."]),
        ("Write `[[x]]` and `==y==`.", ["Write [[x]] and ==y==."]),
        ("It is [1, 2], and [note] too.", ["It is [1, 2], and [note] too."]),
        ("Time ::: space.", ["Time ::: space."]),
    ],
)
def test_syntax_of_other_markdown_dialects_is_not_spoken(body: str, spoken: list[str]) -> None:
    assert spoken_texts(body) == spoken


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"$$x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$$", "x = (−b ± √(b² − 4ac))/(2a)"),
        (r"With $a \neq 0$, $\Delta < 0$ and $n$", "With a ≠ 0, Δ < 0 and n"),
        (r"\(x^2 - 5x = -6\)", "x² − 5x = −6"),
        (r"$\frac{1}{2} g t^2$ at $9.81\,\mathrm{m/s^2}$", "1/2 g t² at 9.81 m/s²"),
        (r"$x^2 + \frac{b}{a}x$, $\frac12\pi$", "x² + b/a x, 1/2 π"),
        (r"\[\sum_{i=1}^{n} i = \frac{n(n+1)}{2}\]", "∑ (i = 1–n) i = n(n + 1)/2"),
        (r"$e^{i\pi} + 1 = 0$, $90^\circ$, $a_i$, $\sin^2\theta$", "e^(iπ) + 1 = 0, 90°, aᵢ, sin²θ"),
        ("```math\n\\sqrt{2} \\in \\mathbb{R}\n```", "√2 ∈ ℝ"),
        ("$5 or $10, $AAPL$ and US$5", "$5 or $10, $AAPL$ and US$5"),
        ("Write `$x^2$`.", "Write $x^2$."),
        ("$" * 900, "$" * 900),
    ],
)
def test_a_tex_formula_becomes_plain_text(tex: str, line: str) -> None:
    assert spoken_texts(f"Here: {tex}") == [f"Here: {line}"] or spoken_texts(tex) == [line]


def test_bold_is_recognised_without_surrounding_spaces() -> None:
    (section,) = parse("平年を**2.36℃**上回り、**「最高」**の年だった。").sections

    assert section.blocks == (Paragraph(text="平年を2.36℃上回り、「最高」の年だった。", strong=("2.36℃", "「最高」")),)


def test_lines_with_bold_labels_form_a_list() -> None:
    (section,) = parse("**Present:** A. Okafor, *chair*\n**Room**: 2B  \n**Time:** 18:30").sections

    assert section.blocks == (
        BulletList(
            items=(
                Paragraph(text="Present: A. Okafor, chair", strong=("Present:",)),
                Paragraph(text="Room: 2B", strong=("Room",)),
                Paragraph(text="Time: 18:30", strong=("Time:",)),
            )
        ),
    )
    (plain,) = parse("**Bold** begins\n**and** goes on").sections
    assert isinstance(plain.blocks[0], Paragraph)


def test_checkboxes_of_some_items_are_not_spoken() -> None:
    assert spoken_texts("- Tag them\n- [ ] Print tags\n- [x] Ask") == ["Tag them", "Print tags", "Ask"]


def test_front_matter_in_toml_is_refused_and_not_spoken() -> None:
    with pytest.raises(InputError, match=r"a\.md:1: TOML front matter is not supported\. Write YAML between"):
        parse_brief('+++\ntitle = "T"\n+++\nText.', Path("a.md"))


def test_headings_keep_their_level() -> None:
    assert [section.level for section in parse("Text.\n\n# One\n\nA.\n\n### Two\n\nB.").sections] == [2, 1, 3]


@pytest.mark.parametrize("body", ["```\ncode\n```", "![a](a.jpg)"])
def test_notes_without_spoken_text_are_refused(body: str) -> None:
    with pytest.raises(InputError, match="no notes"):
        parse(body)


def test_a_checkpoint_keeps_every_kind_of_block(tmp_path: Path) -> None:
    text = Paragraph(text="Text.", strong=("Text",))
    every = (
        text,
        BulletList(items=(text,), is_numbered=True),
        CheckList(items=(text,), ticked=(1,)),
        Quotation(words=text, attribution="Ada"),
        Table(columns=("a", "b"), rows=(("c", "d"),), marked=(1,)),
        CodeBlock(code="x", language="py"),
        Illustration(source="a.jpg", description="A", caption="B", is_there=True),
    )
    brief = Brief(title="T", sections=(Section(heading="One", blocks=every, level=1),))
    job = Job(id="0" * 16, batch="b", folder="b/t", brief=brief)

    assert from_json(to_json(job, tmp_path).encode(), Job, tmp_path, where="job").brief == brief


STANZA = (
    "Tyger Tyger, burning bright,",
    "In the forests of the night;",
    "What immortal hand or eye,",
    "Could frame it?",
)


@pytest.mark.parametrize(
    ("written", "verses"),
    [
        ("\n".join(STANZA), STANZA),
        ("> " + "\n> ".join(STANZA) + "\n> — William Blake, poet", STANZA),
        ("که عشق آسان نمود اول  \nولی افتاد مشکل‌ها", ("که عشق آسان نمود اول", "ولی افتاد مشکل‌ها")),
        ("> one line\\\n> and another\n>\n> — Somebody", ("one line", "and another")),
        # Running text: wrapped by an editor, a line for each sentence, a line for each clause.
        ("It has three hearts and it\nSays so, as all of its kind do\nin the sea.", ()),
        (f"Berge, {'die sich erheben, ' * 3}\nWälder, {'die sich verneigen, ' * 3}\nSeen", ()),
        ("An octopus has three hearts.\nIts blood is blue.\nThat is one story.", ()),
        ("When an octopus swims,\nits main heart stops beating,\nand it would rather crawl.", ()),
        ("Two lines are\nNo stanza", ()),
    ],
)
def test_stanzas_keep_their_lines_and_running_text_does_not(written: str, verses: tuple[str, ...]) -> None:
    (block,) = blocks(written)

    (paragraph, *_) = block.said
    assert paragraph.verses == verses
    assert paragraph.text.split() == " ".join(verses).split() or not verses


def test_a_formula_in_a_title_becomes_plain_text() -> None:
    brief = parse_brief("---\ntitle: Why $a_1 < b^2$ for $5 and $10\n---\n\nIt is.", Path("a.md"))

    assert brief.title == "Why a₁ < b² for $5 and $10"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("- 12. Januar 1999: Start.\n- 3. März 2004: Landung.", ["12. Januar 1999: Start.", "3. März 2004: Landung."]),
        ("5. ledna 1969: start.", ["5. ledna 1969: start."]),
        ("1. Mehl sieben.\n2. Eier trennen.", ["Mehl sieben.", "Eier trennen."]),
        ("1. Mai: frei.", ["1. Mai: frei."]),
        ("24. Dezember. Der Schnee fällt.", ["24. Dezember. Der Schnee fällt."]),
        ("- 1. Sept. 1715: Tod.\n- 6. Okt. 1789: Marsch.", ["1. Sept. 1715: Tod.", "6. Okt. 1789: Marsch."]),
        ("- 29. 11. 1378: smrt.\n- 1379: nic.", ["29. 11. 1378: smrt.", "1379: nic."]),
        ("9. 7. 1357 v Praze.", ["9. 7. 1357 v Praze."]),
        ("- 1. Mehl sieben.\n- 2. Eier trennen.", ["Mehl sieben.", "Eier trennen."]),
        ("- 1. Mehl sieben.\n  2. Eier trennen.\n- Fertig.", ["Mehl sieben.", "Eier trennen.", "Fertig."]),
    ],
)
def test_the_day_of_a_date_is_no_number_of_a_list(written: str, spoken: list[str]) -> None:
    assert spoken_texts(written) == spoken
    assert all(not block.is_numbered for block in blocks(written) if "Mehl" not in written)
