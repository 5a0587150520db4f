"""The outline writer on Markdown beyond paragraphs and plain lists: the right layout for each block."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.model import (
    Bar,
    BarsScene,
    Block,
    Brief,
    BulletList,
    BulletsScene,
    CheckList,
    CodeBlock,
    CodeScene,
    ComparisonScene,
    Illustration,
    LinesScene,
    Moment,
    NumberScene,
    Paragraph,
    PictureScene,
    QuizScene,
    Quotation,
    QuoteScene,
    Scene,
    Script,
    Section,
    SectionScene,
    Series,
    SharesScene,
    SplitScene,
    StatementScene,
    Step,
    StepsScene,
    Table,
    TableScene,
    TimelineScene,
    WantedPicture,
    narration_of,
    texts_of,
)
from pipeline.script.checks import find_problems
from pipeline.script.outline import outline
from pipeline.sources.markdown import parse_brief
from pipeline.template import load_template

TEMPLATE = load_template("explainer", search=[])
BARE = replace(
    TEMPLATE, layouts=tuple(each for each in TEMPLATE.layouts if each.name in {"title", "bullets", "statement"})
)
REPOSITORY = Path(__file__).parents[2]
INTRO = Section(heading="", blocks=(Paragraph(text="Look up."),))


def script_of(markdown: str, *, language: str = "en", bare: bool = False) -> Script:
    """The scenes of a Markdown body, after an opening paragraph."""
    text = f"---\ntitle: The film\nlanguage: {language}\n---\nLook up.\n\n## Heading\n\n{markdown}"
    template = BARE if bare else TEMPLATE
    script = outline(parse_brief(text, Path("a.md")), template)
    assert find_problems(script, template) == ()
    return script


def scenes(markdown: str, *, language: str = "en", bare: bool = False) -> tuple[Scene, ...]:
    """The scenes without the title."""
    return script_of(markdown, language=language, bare=bare).scenes[1:]


def layouts(markdown: str, *, language: str = "en", bare: bool = False) -> list[str]:
    return [scene.layout for scene in scenes(markdown, language=language, bare=bare)]


def said(scene: Scene) -> list[tuple[str, int | None]]:
    return [(line.text, line.reveals) for line in scene.lines]


# --- lists ----------------------------------------------------------------------------------------------------------


def test_only_the_last_sentence_of_a_long_paragraph_introduces_a_list() -> None:
    told = "Rain dissolves rock, very slowly. Rivers carry **what is dissolved** to the sea, year after year."
    first, second = scenes(f"{told} Salt has three sources:\n\n- Rocks\n- Volcanoes\n- Hot springs")

    assert isinstance(first, StatementScene)
    assert (first.text, first.emphasis) == (
        "Rivers carry what is dissolved to the sea, year after year.",
        "what is dissolved",
    )
    assert [line for line, _ in said(second)][:2] == ["Salt has three sources:", "Rocks."]


@pytest.mark.parametrize(
    "lead",
    [
        "Rain falls. Salt has three sources:",
        "Salt comes to the sea from rocks, from volcanoes and from hot springs below:",
    ],
)
def test_a_short_paragraph_or_a_single_sentence_introduces_a_list_as_a_whole(lead: str) -> None:
    assert layouts(f"{lead}\n\n- Rocks\n- Volcanoes") == ["bullets"]


def test_a_paragraph_that_does_not_introduce_a_list_is_a_statement_before_it() -> None:
    about = "Cover the dough and put it into the fridge overnight, twelve hours at least. Bakers call it retarding."
    wide = "Tip the dough in, and let it come to room temperature for some hours until it wobbles like jelly, or more."

    for text in (about, wide):
        first, second = scenes(f"{text}\n\n- Rocks\n- Volcanoes")
        assert first.layout == "statement"
        assert said(second)[0] == ("Rocks.", 0)
    _, asked = scenes(f"{about} How long?\n\n- A day\n- Two")
    assert said(asked)[0] == ("How long?", None)


def test_a_short_introduction_is_the_heading_of_a_list_without_one() -> None:
    text = "# How to do it\n\nAnybody can do this at home.\n\nYou need:\n\n- a key\n- a cup"
    (scene,) = outline(parse_brief(text, Path("a.md")), TEMPLATE).scenes[1:]

    assert scene.heading == "You need"
    assert said(scene)[0] == ("You need:", None)


def test_a_long_comparison_is_split_if_a_table_would_cut_its_cells() -> None:
    rows = "| | Bus | Bicycle |\n|---|---|---|\n| Time | Long | Short |\n| Rain | Dry | Wet |\n| Cost | High | Low |\n"

    found = scenes(f"{rows}| Sport in a working week | Hardly any, year after year | At least forty minutes a day |")
    assert [len(scene.items) for scene in found if isinstance(scene, ComparisonScene)] == [2, 2]
    assert [line for scene in found for line, _ in said(scene)][-1].endswith("At least forty minutes a day.")
    assert layouts(f"{rows}| Sport | Little | Much |") == ["table"]


def test_a_numbered_list_with_labels_becomes_steps() -> None:
    (scene,) = scenes("It is easy:\n\n1. **Knead.** Ten minutes are enough.\n2. **Wait**: a night, at least")

    assert isinstance(scene, StepsScene)
    assert scene.items == (
        Step(title="Knead", text="Ten minutes are enough"),
        Step(title="Wait", text="A night, at least"),
    )
    assert said(scene) == [
        ("It is easy:", None),
        ("Knead. Ten minutes are enough.", 0),
        ("Wait: a night, at least.", 1),
    ]


def test_steps_are_split_into_scenes_with_continuous_numbering() -> None:
    found = scenes("\n".join(f"{n}. Step {n}: do it" for n in range(1, 7)))

    assert [(scene.first, len(scene.items), scene.kicker) for scene in found if isinstance(scene, StepsScene)] == [
        (1, 3, "1/2"),
        (4, 3, "2/2"),
    ]


@pytest.mark.parametrize("markdown", ["1. Knead it.\n2. Wait.", "- **Knead**: it\n- **Wait**: a bit", "1. A: b\n2. C"])
def test_a_list_without_numbers_or_labels_stays_a_list(markdown: str) -> None:
    assert layouts(markdown) == ["bullets"]


def test_fewer_steps_and_moments_have_longer_limits() -> None:
    long = "Heat it with the stone inside for a whole hour, because the crust needs more heat than air can give"
    (steps,) = scenes(f"1. **Wait**: {long}\n2. **Go**: {long}")
    (line,) = scenes(f"- 1938: {long}\n- 1939: {long}")

    assert isinstance(steps, StepsScene)
    assert isinstance(line, TimelineScene)
    assert {each.text for each in (*steps.items, *line.items)} == {long}


def test_a_list_that_begins_with_dates_becomes_a_timeline() -> None:
    (scene,) = scenes("- 1914 – 1918: the war\n- **July 1969** – Men walk.\n- **1989** The wall falls.")

    assert isinstance(scene, TimelineScene)
    assert scene.items == (
        Moment(when="1914 – 1918", text="The war"),
        Moment(when="July 1969", text="Men walk"),
        Moment(when="1989", text="The wall falls"),
    )
    assert [line for line, _ in said(scene)] == [
        "1914 – 1918: the war.",
        "July 1969 – Men walk.",
        "1989 The wall falls.",
    ]


@pytest.mark.parametrize(
    "markdown",
    [
        "- 1989: last\n- 1969: first",
        "- 1969: one\n- later: two",
        "- Windows 2000: old\n- Windows 2003: newer",
        "- 500 g: flour\n- 300 g: water",
    ],
)
def test_dates_out_of_order_do_not_make_a_timeline(markdown: str) -> None:
    assert layouts(markdown) == ["bullets"]


QUIZ = "Look at them. Which is the largest?\n\n- [ ] Mars\n- [x] Jupiter\n- [ ] Venus"


def test_a_question_with_a_ticked_list_becomes_a_quiz() -> None:
    scene, last = scenes(f"{QUIZ}\n\nJupiter is. It has a storm.\n\nEnd.")

    assert isinstance(scene, QuizScene)
    assert (scene.text, scene.items, scene.answer) == ("Which is the largest?", ("Mars", "Jupiter", "Venus"), 2)
    assert said(scene) == [
        ("Look at them.", None),
        ("Which is the largest?", None),
        ("Mars.", 0),
        ("Jupiter.", 1),
        ("Venus.", 2),
        ("Jupiter is.", 3),
        ("It has a storm.", None),
    ]
    assert narration_of(last) == "End."


def test_a_question_without_a_quiz_layout_is_the_heading_of_its_options() -> None:
    (scene, *_) = scenes(QUIZ, bare=True)

    assert (scene.heading, scene.items) == ("Which is the largest?", ("Mars", "Jupiter", "Venus"))


@pytest.mark.parametrize("heading", ["A question\n\nWhich planet is the largest?", "Which planet is the largest?"])
def test_without_a_quiz_layout_the_right_option_follows_the_list(heading: str) -> None:
    options = f"# Planets\n\nPlanets go round.\n\n## {heading}\n\n- [ ] Mars\n- [x] Jupiter\n- [ ] Venus\n"
    news = load_template("news", search=[])

    alone = outline(parse_brief(options, Path("planets.md")), news).scenes[1:]
    told = outline(parse_brief(f"{options}\nIt is Jupiter.\n", Path("planets.md")), news).scenes[1:]

    assert [scene.layout for scene in alone] == [scene.layout for scene in told] == ["bullets", "statement"]
    assert [line.text for line in alone[0].lines] == ["Which planet is the largest?", "Mars.", "Jupiter.", "Venus."]
    assert [line.text for line in alone[1].lines] == ["Jupiter."]
    assert [line.text for line in told[1].lines] == ["It is Jupiter."]


def test_without_a_paragraph_below_it_a_quiz_repeats_the_right_option() -> None:
    (scene,) = scenes(QUIZ)

    assert said(scene)[-1] == ("Jupiter.", 3)


def test_a_heading_may_be_the_question() -> None:
    script = outline(parse_brief("# T\n\nA.\n\n## Which?\n\n- [ ] a\n- [x] b", Path("a.md")), TEMPLATE)

    (scene,) = script.scenes[1:]
    assert isinstance(scene, QuizScene)
    assert (said(scene)[0], scene.text, scene.kicker) == (("Which?", None), "Which?", "")


@pytest.mark.parametrize(
    "markdown",
    [
        QUIZ.replace("?", "."),
        QUIZ.replace("[ ] Mars", "[x] Mars"),
        QUIZ.replace("[x]", "[ ]"),
    ],
)
def test_a_ticked_list_without_a_question_is_a_list(markdown: str) -> None:
    assert layouts(markdown) == ["bullets"]


@pytest.mark.parametrize("markdown", [QUIZ.replace("Mars", "M" * 41), QUIZ + "\n- [ ] Earth\n- [ ] Saturn"])
def test_a_quiz_that_does_not_fit_becomes_a_list_and_the_right_option(markdown: str) -> None:
    assert layouts(markdown) == ["bullets", "statement"]


# --- prose -------------------------------------------------------------------------------------------------------


def test_a_quotation_shows_the_words_and_their_author() -> None:
    before, scene = scenes("She wrote.\n\n> It is so. I know.\n> — Ada Lovelace, poet")

    assert isinstance(scene, QuoteScene)
    assert (scene.text, scene.name, scene.role) == ("It is so. I know.", "Ada Lovelace", "poet")
    assert said(scene) == [("It is so.", 0), ("I know.", None), ("Ada Lovelace, poet.", None)]
    assert before.layout == "statement"


def test_a_paragraph_with_a_colon_introduces_a_quotation() -> None:
    (scene,) = scenes("She wrote:\n\n> It is so.\n> — Ada")

    assert said(scene) == [("She wrote:", None), ("It is so.", 0), ("Ada.", None)]


def test_a_long_quotation_is_split_and_names_its_author_once() -> None:
    words = " ".join(f"This is sentence number {n} of a very long speech by her." for n in range(9))

    found = scenes(f"> {words}\n> — Ada")

    assert [scene.layout for scene in found] == ["quote"] * 3
    assert [narration_of(scene).endswith("Ada.") for scene in found] == [False, False, True]


def test_a_quotation_too_long_for_one_scene_is_shown_in_full_in_two() -> None:
    sentences = [
        f"Unquestionably extraordinary circumstances notwithstanding {word}."
        for word in ("one", "two", "three", "four")
    ]

    found = scenes(f"> {' '.join(sentences)}\n> — Ada")

    assert [scene.text for scene in found] == [" ".join(sentences[:2]), " ".join(sentences[2:])]


@pytest.mark.parametrize(
    ("markdown", "value", "unit", "text"),
    [
        ("It is so. **43 %** of all birds migrate.", 43, "%", "of all birds migrate"),
        ("It takes **1,200 km**.", 1200, "km", "It takes 1,200 km"),
        ("About **3 million** do it.", 3, "million", "About 3 million do it"),
        ("**$12.50**", 12.5, "$", "$12.50"),
    ],
)
def test_an_amount_in_bold_becomes_a_number_and_the_rest_its_meaning(
    markdown: str, value: float, unit: str, text: str
) -> None:
    (scene,) = scenes(markdown)

    assert isinstance(scene, NumberScene)
    assert (scene.value, scene.unit, scene.text, scene.kicker) == (value, unit, text, "Heading")
    assert [line for line, reveals in said(scene) if reveals == 0] == [markdown.replace("**", "").split("so. ")[-1]]


@pytest.mark.parametrize(
    ("block", "layout"),
    [
        ("| Gas | Share |\n|---|---|\n| Nitrogen | 78 km |\n| Oxygen | 21 km |", "bars"),
        ("- a few\n- of many", "bullets"),
    ],
)
def test_an_amount_in_bold_counts_up_before_a_table_or_a_list_too(block: str, layout: str) -> None:
    number, after = scenes(f"**43 %** of all birds migrate.\n\n{block}")

    assert isinstance(number, NumberScene)
    assert number.lines[0].text == "43 % of all birds migrate."
    assert after.layout == layout
    assert after.lines[0].reveals == 0


def test_a_long_text_before_a_number_is_a_statement_of_its_own() -> None:
    before = "A heat pump costs between 27,000 and 40,000 euros with all that belongs to it."
    first, second = scenes(f"{before} The state pays **70 %** of it. Really.")

    assert (first.layout, said(first)) == ("statement", [(before, 0)])
    assert (second.layout, said(second)) == ("number", [("The state pays 70 % of it.", 0), ("Really.", None)])


def test_a_paragraph_with_an_amount_introduces_what_follows_its_colon_or_needs_it() -> None:
    announced, quiz = "**43 %** of all birds migrate, among them:\n\n- storks\n- cranes", "- [x] Storks\n- [ ] Tits"

    assert layouts(announced) == ["bullets"]
    assert layouts(f"**43 %** of all birds migrate. Which ones?\n\n{quiz}") == ["quiz"]


@pytest.mark.parametrize("phrase", ["43", "1969", "May 3", "38 millionths of a second", "sixteen times", "3rd"])
def test_a_bold_phrase_that_is_not_an_amount_with_a_unit_stays_a_statement(phrase: str) -> None:
    assert layouts(f"It was **{phrase}** of them.") == ["statement"]


def test_code_that_does_not_fit_is_reported_in_the_films_record() -> None:
    long = "\n".join(f"x{n} = {n}" for n in range(500))

    (told,) = script_of(f"Run this:\n\n```\n{long}\n```").incidents

    assert told.startswith("code of 500 lines (“x0 = 0”) is not shown: a scene can show 14 lines of 80 characters")
    assert script_of("Run this:\n\n```\nmake\n```").incidents == ()


def test_code_is_shown_while_the_paragraph_before_it_is_spoken() -> None:
    (scene,) = scenes("Run this:\n\n```sh\nmake\n```")

    assert isinstance(scene, CodeScene)
    assert (scene.heading, scene.language, scene.code) == ("Heading", "sh", "make")
    assert said(scene) == [("Run this:", None)]


def test_code_without_a_paragraph_is_shown_with_its_heading_once() -> None:
    found = scenes("```\na\n```\n\n```\nb\n```\n\nEnd.")

    assert [(scene.layout, narration_of(scene)) for scene in found] == [("code", "Heading"), ("statement", "End.")]


def test_code_that_would_have_to_be_cut_is_left_out() -> None:
    assert layouts("Run:\n\n```\n" + "make\n" * 15 + "```") == ["statement"]
    assert layouts("Run:\n\n```\n" + "x" * 81 + "\n```") == ["statement"]


def test_the_opening_paragraph_introduces_the_code_below_it() -> None:
    first, scene = outline(parse_brief("# T\n\nRun:\n\n```\nmake\n```", Path("a.md")), TEMPLATE).scenes

    assert (narration_of(first), narration_of(scene), scene.layout) == ("T", "Run:", "code")


def with_picture(*blocks: Block) -> tuple[Scene, ...]:
    brief = Brief(title="T", sections=(INTRO, Section(heading="Heading", blocks=blocks)))
    script = outline(brief, TEMPLATE)
    assert find_problems(script, TEMPLATE) == ()
    return script.scenes[1:]


def test_a_picture_is_shown_next_to_the_text_about_it() -> None:
    there = Illustration(source="a.jpg", description="A tower", is_there=True)
    text = Paragraph(text="It stands.")

    for blocks in ((text, there), (there, text)):
        (scene,) = with_picture(*blocks)
        assert isinstance(scene, SplitScene)
        assert (scene.picture, scene.heading, scene.text, narration_of(scene)) == (
            "a.jpg", "Heading", "It stands.", "It stands."
        )  # fmt: skip


def test_a_picture_with_a_caption_fills_the_scene() -> None:
    there = Illustration(source="a.jpg", description="A tower", caption="At dusk", is_there=True)

    (scene,) = with_picture(Paragraph(text="It stands."), there)

    assert isinstance(scene, PictureScene)
    assert (scene.picture, scene.text, narration_of(scene)) == ("a.jpg", "At dusk", "It stands.")


def test_a_picture_keeps_its_text_if_no_layout_shows_it_alone() -> None:
    template = replace(TEMPLATE, layouts=tuple(each for each in TEMPLATE.layouts if each.name != "picture"))
    below = Illustration(source="b.jpg", description="A lamp", is_there=True)
    alone = Illustration(source="a.jpg", caption="At dusk", is_there=True)
    sections = (
        INTRO,
        Section(heading="Towers", blocks=(alone, BulletList(items=(Paragraph(text="One."), Paragraph(text="Two."))))),
        Section(heading="Lamps", blocks=(Paragraph(text="It shines."), below)),
    )

    _, first, _, last = outline(Brief(title="T", sections=sections), template).scenes

    assert isinstance(first, SplitScene)
    assert (first.picture, first.heading, first.text, narration_of(first)) == ("a.jpg", "Towers", "At dusk", "Towers")
    assert isinstance(last, SplitScene)
    assert (last.picture, last.heading, last.text) == ("b.jpg", "Lamps", "It shines.")


@pytest.mark.parametrize(
    ("name", "count", "told"),
    [
        ("news", 5, "5 pictures are not shown (0.jpg, 1.jpg, 2.jpg…): the template news has no layout for them"),
        (
            "explainer",
            5,
            "4 pictures are not shown (1.jpg, 2.jpg, 3.jpg…): no scene has text that they could be shown with",
        ),
        ("explainer", 2, "1 picture is not shown (1.jpg): no scene has text that it could be shown with"),
    ],
)
def test_pictures_that_are_not_shown_are_reported_in_the_films_record(name: str, count: int, told: str) -> None:
    pictures = tuple(WantedPicture(source=f"{number}.jpg") for number in range(count))
    brief = Brief(
        title="T",
        pictures=pictures,
        sections=(INTRO, Section(heading="Towers", blocks=(Paragraph(text="It stands."),))),
    )

    assert outline(brief, load_template(name, search=[])).incidents == (told,)


def test_a_missing_picture_changes_nothing() -> None:
    missing = Illustration(source="a.jpg", description="A tower", is_there=False)
    text = Paragraph(text="It stands.")

    assert with_picture(text, missing) == with_picture(text)


# --- poems ----------------------------------------------------------------------------------------------------------


def test_a_stanza_is_shown_by_verses_and_spoken_by_sentences() -> None:
    stanza = "Above all summits\nIt is calm.\nIn all the tree-tops\nYou feel\nScarcely a breath."
    (shown,) = scenes(stanza)
    (quoted,) = scenes("> " + stanza.replace("\n", "\n> ") + "\n> — Goethe, poet")

    assert isinstance(shown, StatementScene)
    assert isinstance(quoted, QuoteScene)
    assert shown.text == quoted.text == stanza
    assert said(shown) == [
        ("Above all summits It is calm.", 0),
        ("In all the tree-tops You feel Scarcely a breath.", None),
    ]


def test_a_long_poem_is_split_between_verses() -> None:
    verses = ("This is a line of verse without an end,", "And that is one that ends the thought of it.")

    found = [scene for scene in scenes("\n".join(verses * 4)) if isinstance(scene, StatementScene)]

    assert len(found) > 1
    assert "\n".join(scene.text for scene in found) == "\n".join(verses * 4)


def test_a_long_sentence_of_a_poem_is_split_between_verses() -> None:
    verses = (
        "The last of the ferries came slowly across from the island of the herons,",
        "With its one yellow lantern, its ropes, and its smell of diesel and rain;",
        "And those who were waiting stood up from their suitcases, bundles and children",
        "As if they had heard their own names being called by a far-away train.",
    )

    found = [scene for scene in scenes("  \n".join(verses)) if isinstance(scene, StatementScene)]

    assert tuple(text for scene in found for text, _shown in said(scene)) == verses


def test_an_opening_poem_is_shown_and_keeps_its_verses() -> None:
    verses = "I wandered lonely as a cloud\nThat floats on high o’er vales and hills,"
    poem = verses.replace("\n", "  \n")
    text = f"---\ntitle: Alone\npictures: [a.jpg]\n---\n{poem}\n\n## More\n\n{poem}\n\n## End\n\nThat is all."
    script = outline(parse_brief(text, Path("a.md")), TEMPLATE)

    assert narration_of(script.scenes[0]) == "Alone"
    assert [scene.text for scene in script.scenes if isinstance(scene, StatementScene)][:2] == [verses, verses]


def test_the_first_letter_of_a_formula_is_not_capitalised() -> None:
    (shown,) = scenes("1. **Divide**: x² + b/a x = 0\n2. **Take the root**: then x + 1 = 0")

    assert isinstance(shown, StepsScene)
    assert [step.text for step in shown.items] == ["x² + b/a x = 0", "Then x + 1 = 0"]


# --- tables ---------------------------------------------------------------------------------------------------------


def table(*rows: str) -> str:
    head, *body = rows
    columns = head.count("|") + 1
    return "\n".join(f"| {row} |" for row in (head, " | ".join(["---"] * columns), *body))


def test_labels_and_numbers_become_bars() -> None:
    (scene,) = scenes("Each is tall.\n\n" + table("Tower | Height (m)", "Winstanley | 35", "**Smeaton** | 22"))

    assert isinstance(scene, BarsScene)
    assert (scene.unit, scene.point) == ("m", 2)
    assert scene.items == (Bar(label="Winstanley", value=35), Bar(label="Smeaton", value=22))
    assert said(scene) == [("Each is tall.", None), ("Winstanley: 35 m.", 0), ("Smeaton: 22 m.", 1)]


@pytest.mark.parametrize("name", ["explainer", "listicle", "news"])
def test_labels_of_several_words_become_bars_too(name: str) -> None:
    label = "Cars, mixed with everything else"
    text = "# Lanes\n\nLook.\n\n## In an hour\n\n" + table("What | People", f"{label} | 1600", "Buses | 8000")

    scene = outline(parse_brief(text, Path("a.md")), load_template(name, search=[])).scenes[-1]

    assert isinstance(scene, BarsScene)
    assert scene.items[0].label == label


def test_a_header_without_a_known_unit_is_still_shown() -> None:
    (unknown,) = scenes(table("Planet | Mass (Earths)", "Jupiter | 318", "Saturn | 95"))
    (line,) = scenes(table("Year | Visitors of all museums (per room)", "1990 | 1", "2000 | 2", "2010 | 3"))
    (scaled,) = scenes(table("Year | Visitors of all museums (thousands)", "1990 | 1", "2000 | 2", "2010 | 3"))

    assert isinstance(unknown, BarsScene)
    assert isinstance(line, LinesScene)
    assert (unknown.subtitle, unknown.unit) == ("Mass (Earths)", "")
    assert line.subtitle == "Visitors of all museums (per room)"
    assert isinstance(scaled, LinesScene)
    assert (scaled.subtitle, scaled.unit) == ("Visitors of all museums", "thousand")


def test_a_header_says_what_is_measured_unless_the_heading_does() -> None:
    rows = table("Tower | Height in m", "Winstanley | 35", "Smeaton | 22")
    (plain,) = scenes(rows)
    text = f"# Towers\n\nLook up.\n\n## The height of towers\n\n{rows}\n"
    (told,) = outline(parse_brief(text, Path("a.md")), TEMPLATE).scenes[1:]

    assert isinstance(plain, BarsScene)
    assert isinstance(told, BarsScene)
    assert (plain.subtitle, plain.unit) == ("Height", "m")
    assert (told.subtitle, told.unit) == ("", "m")


def test_a_header_with_another_unit_than_its_cells_is_shown_in_full() -> None:
    (scene,) = scenes(table("City | Rent in €/month", "Rome | 900 €", "Oslo | 1200 €"))

    assert isinstance(scene, BarsScene)
    assert (scene.subtitle, scene.unit) == ("Rent in €/month", "€")


def test_a_single_line_has_its_label_as_the_subtitle() -> None:
    (one,) = scenes(table("Year | Rain (mm)", "1990 | 5", "2000 | 4", "2010 | 3"))
    (two,) = scenes(table("Year | Rain | Sun", "1990 | 5 | 3", "2000 | 4 | 4", "2010 | 3 | 6"))

    assert isinstance(one, LinesScene)
    assert isinstance(two, LinesScene)
    assert (one.subtitle, two.subtitle) == ("Rain", "")


def test_dates_and_columns_of_numbers_become_lines() -> None:
    (one,) = scenes(table("Jahr | Anteil", "1990 | 3,5 %", "2000 | 6,5 %", "2010 | 17 %"), language="de")
    (two,) = scenes(table("Month | Rain | Sun", "Jan | 5 | 3", "Feb | 4 | 4", "Mar | 3 | 6"))

    assert isinstance(one, LinesScene)
    assert isinstance(two, LinesScene)
    assert (one.marks, one.unit, one.items) == (
        ("1990", "2000", "2010"), "%", (Series(label="Anteil", values=(3.5, 6.5, 17)),)
    )  # fmt: skip
    assert said(one) == [("1990: 3,5 %.", 0), ("2000: 6,5 %.", None), ("2010: 17 %.", None)]
    assert [(line.label, line.values) for line in two.items] == [("Rain", (5, 4, 3)), ("Sun", (3, 4, 6))]


def test_percentages_of_a_whole_become_shares() -> None:
    (scene,) = scenes(table("Gas | Share", "Nitrogen | 78 %", "Oxygen | 21 %", "Others | 1 %"))

    assert isinstance(scene, SharesScene)
    assert [(share.label, share.value) for share in scene.items] == [("Nitrogen", 78), ("Oxygen", 21), ("Others", 1)]
    assert layouts(table("Gas | Share", "Nitrogen | 78 %", "Oxygen | 40 %")) == ["bars"]


@pytest.mark.parametrize(
    "head", ["| | Cat | Dog |", "| Trait | Cat | Dog |\n", "| Trait | Left | Right |"], ids=["empty", "named", "kinds"]
)
def test_two_things_side_by_side_become_a_comparison(head: str) -> None:
    lead = "A cat or a dog?\n\n" if head.endswith("\n") else ""
    rows = "|---|---|---|\n| Weight | 4 kg | 20 kg |\n| Sleep | all day | at night |"

    (scene,) = scenes(f"{lead}{head.strip()}\n{rows}")

    assert isinstance(scene, ComparisonScene)
    assert [(each.aspect, each.left, each.right) for each in scene.items] == [
        ("Weight", "4 kg", "20 kg"),
        ("Sleep", "all day", "at night"),
    ]
    assert said(scene)[-1] == ("Sleep: all day, at night.", 1)


def test_other_tables_stay_tables_split_as_needed() -> None:
    rows = [f"Planet {n} | {n} km | red" for n in range(8)]

    found = scenes(table("Name | Size | Colour", *rows))

    assert [len(scene.items) for scene in found if isinstance(scene, TableScene)] == [4, 4]
    assert [line for scene in found for line, _ in said(scene)][:1] == ["Planet 0: 0 km, red."]


def test_cells_may_be_longer_next_to_few_or_narrow_columns() -> None:
    meaning, head = "The world of experience, seen by innocence", "What the tyger stands for"

    (wide,) = scenes(
        table(f"Critic | {head} | Year", f"Northrop Frye | {meaning} | 1947", "Kathleen Raine | Fire | 1954")
    )
    (two,) = scenes(table("Device of a household | Share", "Television and computer | a third", "Oven | a quarter"))

    assert isinstance(wide, TableScene)
    assert (wide.columns[1], wide.items[0].cells[1]) == (head, meaning)
    assert isinstance(two, TableScene)
    assert two.items[0].cells[0] == "Television and computer"
    assert layouts(table("a | b | c", *[f"{meaning} | {meaning} | {n}" for n in range(3)])) == ["bullets"]


@pytest.mark.parametrize(
    "markdown",
    [
        table("a | b", f"x | {'long ' * 9}", f"y | {'long ' * 9}"),
        table("a | b | c | d | e | f", "1 | 2 | 3 | 4 | 5 | 6", "1 | 2 | 3 | 4 | 5 | 6"),
        table("a", "x", "y"),
    ],
)
def test_a_table_that_does_not_fit_becomes_a_list(markdown: str) -> None:
    assert layouts(markdown) == ["bullets"]


def test_bullets_made_of_a_table_include_its_headers() -> None:
    (wide,) = scenes(
        table(
            "Planet | Size (km) | Moons | Colour | Found by | Kind",
            "Venus | 12,104 | 0 | white | | rock",
            "Mars | 6,779 | 2 | red | Galileo | rock",
        )
    )
    (words,) = scenes(table("Term | Meaning", f"x | {'long ' * 9}", f"y | {'long ' * 9}"))
    (numbers,) = scenes(table(f"Peak | Height {'long ' * 9}in m", "Everest | 8,849", "K2 | 8,611"), bare=True)

    assert [line for line, _ in said(wide)] == [
        "Venus: Size: 12,104 km; Moons: 0; Colour: white; Kind: rock.",
        "Mars: Size: 6,779 km; Moons: 2; Colour: red; Found by: Galileo; Kind: rock.",
    ]
    assert said(words)[0][0].startswith("x: long long")
    assert said(numbers)[0][0] == f"Everest: Height {'long ' * 9}".strip() + ": 8,849 m."


@pytest.mark.parametrize(
    ("language", "header", "cells", "heard"),
    [
        ("en", "Size (million km)", ("228", "108"), ("A: 228 million km.", "B: 108 million km.")),
        ("en", "Price ($)", ("3.50", "-2"), ("A: $3.50.", "B: -$2.")),
        ("en", "Revenue ($bn)", ("3.5", "12"), ("A: $3.5 bn.", "B: $12 bn.")),
        ("en", "Revenue (€m)", ("3.5", "12"), ("A: €3.5m.", "B: €12m.")),
        ("en", "Hours", ("1", "12"), ("A: 1 hour.", "B: 12 hours.")),
        ("es", "Hectáreas", ("1", "12"), ("A: 1 hectárea.", "B: 12 hectáreas.")),
        ("en", "Years", ("1914", "1939"), ("A: 1914.", "B: 1939.")),
        ("en", "Time in days", ("1", "12"), ("A: 1 day.", "B: 12 days.")),
        ("en", "Share (%)", ("43", "20"), ("A: 43%.", "B: 20%.")),
        ("de", "Anteil (%)", ("43", "20"), ("A: 43 %.", "B: 20 %.")),
        ("de", "Preis in €", ("3,50", "1,20"), ("A: 3,50 €.", "B: 1,20 €.")),
        ("tr", "Oran (%)", ("43", "20"), ("A: %43.", "B: %20.")),
        ("zh", "高度（米）", ("8849", "3193"), ("A: 8849米。", "B: 3193米。")),
    ],
)
def test_the_unit_of_a_header_is_spoken_with_each_number(language, header, cells, heard) -> None:
    (chart,) = scenes(table(f"x | {header}", f"A | {cells[0]}", f"B | {cells[1]}"), language=language)

    assert tuple(line for line, _ in said(chart)) == heard


def test_units_are_spoken_only_with_numbers() -> None:
    (shown,) = scenes(
        table("Animal | Speed (km/h) | Sex (m) | Age, years", "Hare | 70 | yes | 5–7", "Snail | – | no | 1")
    )

    assert [line for line, _ in said(shown)] == ["Hare: 70 km/h, yes, 5–7 years.", "Snail: no, 1 year."]


@pytest.mark.parametrize("head", ["x | Men (m) | Women (w)", "x | Group (A) | Group (B)", "x | Group (A) | y"])
def test_letters_that_distinguish_columns_are_not_units(head: str) -> None:
    found = scenes(table(head, "1st | 40 | 50", "2nd | 60 | 70"))

    assert [line for scene in found for line, _ in said(scene)] == ["1st: 40, 50.", "2nd: 60, 70."]


def test_a_table_too_wide_for_a_list_shows_all_values_row_by_row() -> None:
    rows = [
        "Everest | Nepal and China, on the border between the two | 8849 | Edmund Hillary and Tenzing Norgay in 1953",
        "K2 | Pakistan and China, in the Karakoram | 8611 | Achille Compagnoni and Lino Lacedelli in 1954",
    ]
    first, second = scenes(table("Peak | Country | Height (m) | First climbed by", *rows))

    assert isinstance(first, BulletsScene)
    assert isinstance(second, BulletsScene)
    assert (first.kicker, first.heading, second.heading) == ("Heading", "Everest", "K2")
    assert first.items == (
        "Country: Nepal and China, on the border between the two",
        "Height: 8849 m",
        "First climbed by: Edmund Hillary and Tenzing Norgay in 1953",
    )
    assert said(second)[:2] == [("K2.", None), ("Country: Pakistan and China, in the Karakoram.", 0)]


def test_a_price_per_unit_in_a_header_is_spoken_after_each_number() -> None:
    (scene,) = scenes(table("Produit | Prix (€/kg)", "Pommes | 2,80", "Beurre | 9,50", "Sucre | 1,40"), language="fr")

    assert [text for text, _ in said(scene)] == ["Pommes: 2,80 €/kg.", "Beurre: 9,50 €/kg.", "Sucre: 1,40 €/kg."]


def test_a_long_label_in_a_table_of_short_values_is_shortened_instead_of_hiding_them() -> None:
    long = "After baking, when the crust has fully set and the loaf has cooled for most of a long afternoon or night"
    (scene,) = scenes(table("Loaf | Weight", "Dough | 2 lb 3 oz", f"{long} or so | 1 lb 15 oz", "Later | 1 lb 14 oz"))

    assert isinstance(scene, BulletsScene)
    assert scene.items == (
        "Dough: 2 lb 3 oz",
        "After baking, when the crust has fully set and the loaf has cooled…: 1 lb 15 oz",
        "Later: 1 lb 14 oz",
    )


def test_a_table_of_one_row_becomes_running_text() -> None:
    (scene,) = scenes(table("a | b", "Mars | red"))

    assert (scene.layout, narration_of(scene)) == ("statement", "Mars: red")


def test_numbers_of_several_kinds_do_not_become_a_chart() -> None:
    assert layouts(table("a | b", "x | 5 km", "y | 5 kg")) == ["table"]
    assert layouts(table("a | b", "x | 5", "y | –")) == ["table"]


# --- chapters -------------------------------------------------------------------------------------------------------

LONG = "Hello.\n\n" + "".join(
    f"# Part {n}\n\nPart {n} begins.\n\n## More\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\n" for n in "AB"
)


def test_long_notes_get_a_scene_for_each_chapter() -> None:
    found = outline(parse_brief(f"---\ntitle: T\n---\n{LONG}", Path("a.md")), TEMPLATE).scenes

    assert [scene.layout for scene in found] == ["title", *["section", *["statement"] * 4] * 2]
    assert [
        (scene.heading, scene.number, narration_of(scene)) for scene in found if isinstance(scene, SectionScene)
    ] == [
        ("Part A", 1, "Part A begins."),
        ("Part B", 2, "Part B begins."),
    ]


def test_a_chapter_without_a_paragraph_speaks_its_heading() -> None:
    text = LONG.replace("Part A begins.\n\n", "").replace("Four.", "Four.\n\nFive.")

    found = outline(parse_brief(f"---\ntitle: T\n---\n{text}", Path("a.md")), TEMPLATE).scenes

    assert [narration_of(scene) for scene in found if isinstance(scene, SectionScene)] == ["Part A", "Part B begins."]


def test_short_notes_and_those_of_one_level_have_no_chapters() -> None:
    flat = "Hello.\n\n" + "".join(f"# Part {n}\n\nOne.\n\n" for n in range(12))
    for text in (LONG.replace("Two.\n\nThree.\n\n", ""), flat, LONG.replace("# Part", "## Part")):
        found = outline(parse_brief(f"---\ntitle: T\n---\n{text}", Path("a.md")), TEMPLATE).scenes
        assert "section" not in {scene.layout for scene in found}


# --- every brief ----------------------------------------------------------------------------------------------------

EVERYTHING = "\n\n".join(
    [
        *("1. A: b\n2. C: d", "- 1969: a\n- 1989: b", QUIZ + "\n\nJupiter.", "> It is.\n> — Ada"),
        *("**43 %** of birds migrate.", table("a | b", "x | 1", "y | 2"), table("a | b", "x | 40 %", "y | 60 %")),
        *(table("a | b", "1990 | 1", "1991 | 2", "1992 | 3"), table(" | b | c", "x | 1 | 2", "y | 3 | 4")),
        "Run:\n\n```\nmake\n```",
    ]
)


def test_a_minimal_template_gets_bullets_and_statements_with_the_same_words() -> None:
    def words(script: Script) -> list[str]:
        said = [word for scene in script.scenes for word in split_words(narration_of(scene))]
        # The headers of tables, which no bullets show.
        return [word.rstrip(".,;:") for word in said if word not in {"b:", "c:"}]

    rich, plain = script_of(EVERYTHING), script_of(EVERYTHING, bare=True)

    assert {scene.layout for scene in plain.scenes} == {"title", "bullets", "statement"}
    assert len({scene.layout for scene in rich.scenes}) > 9
    assert words(rich) == words(plain)
    assert "x: b: 1; c: 2." in [line.text for scene in plain.scenes for line in scene.lines]


# Recorded when notes had only paragraphs and lists, and updated since for shorter parts of long paragraphs, full
# titles on thumbnails, and spoken questions.
OLD_SCRIPTS = {
    "blue-sky": "78097c24f77b",
    "carrington-event": "1c8b6b95feaa",
    "gps-relativity": "d69c1f43fe54",
    "herbstlaub": "c0be889bf958",
    "noise-cancelling": "e49f537b7c8c",
    "octopus-hearts": "5af34f8bc5b1",
    "red-blood-cell": "25272eb84c97",
}
WORLD_SCRIPTS = "d29746e19620"


def digest(path: Path) -> str:
    script = outline(parse_brief(path.read_text(encoding="utf-8"), path), TEMPLATE)
    plain = [script.title, script.description, script.thumbnail_text, *script.tags]
    shown = [
        [
            scene.layout,
            [[line.text, line.reveals] for line in scene.lines],
            [[each.name, each.text] for each in texts_of(scene)],
        ]
        for scene in script.scenes
    ]
    return hashlib.sha256(json.dumps([*plain, *shown], ensure_ascii=False).encode()).hexdigest()[:12]


@pytest.mark.parametrize("name", OLD_SCRIPTS)
def test_the_outline_of_a_simple_brief_is_unchanged(name: str) -> None:
    assert digest(REPOSITORY / "topics" / f"{name}.md") == OLD_SCRIPTS[name]


def test_the_outlines_of_briefs_in_many_languages_are_unchanged() -> None:
    world = sorted((REPOSITORY / "tests" / "acceptance" / "world").glob("*.md"))

    assert hashlib.sha256("".join(map(digest, world)).encode()).hexdigest()[:12] == WORLD_SCRIPTS


_words = st.text(alphabet="abcXYé天3", min_size=1, max_size=9)
_texts = st.lists(
    _words | st.sampled_from(["Dr.", "43 %", "1969:", "–", "first:", "why?"]), min_size=1, max_size=30
).map(" ".join)
_said = _texts.filter(lambda text: any(map(str.isalnum, text)))
_paragraphs = st.builds(
    lambda text, bold: Paragraph(text=text, strong=(text.split()[0],) if bold else ()), _said, st.booleans()
)
_cells = st.sampled_from(["", "x", "43 %", "57 %", "1969", "1989", "5 km", "$3", "Mars is red and cold all the year"])
_items = st.lists(_paragraphs, min_size=1, max_size=6).map(tuple)
_blocks: st.SearchStrategy[Block] = st.one_of(
    _paragraphs,
    st.builds(lambda items, numbered: BulletList(items=items, is_numbered=numbered), _items, st.booleans()),
    st.builds(lambda items, ticked: CheckList(items=items, ticked=tuple(sorted(ticked))), _items, st.sets(st.just(1))),
    st.builds(lambda words, who: Quotation(words=words, attribution=who), _paragraphs, _said),
    st.integers(1, 4).flatmap(
        lambda columns: st.builds(
            lambda head, rows: Table(columns=tuple(head), rows=tuple(map(tuple, rows))),
            st.lists(_cells, min_size=columns, max_size=columns),
            st.lists(st.lists(_cells, min_size=columns, max_size=columns).filter(any), min_size=1, max_size=8),
        )
    ),
    st.just(CodeBlock(code="make")),
    st.builds(lambda there: Illustration(source="a.jpg", description="x", is_there=there), st.booleans()),
)
_sections = st.builds(
    lambda heading, blocks, level: Section(heading=heading, blocks=tuple(blocks), level=level),
    st.just("") | _said,
    st.lists(_blocks, max_size=4),
    st.integers(1, 3),
)
_briefs = st.lists(_sections, min_size=1, max_size=4).map(lambda found: Brief(title="Film", sections=tuple(found)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=20)
@given(_briefs.filter(lambda brief: brief.has_notes))
def test_all_notes_are_spoken_once_in_order_and_give_a_valid_script(brief: Brief) -> None:
    blocks = [block for section in brief.sections for block in section.blocks]
    written = [word for block in blocks for each in block.said for word in split_words(each.text)]
    # What is said beside the notes: the title, headings (of code, and asked by a quiz), the right option of a quiz.
    headings = [section.heading for section in brief.sections] * 2
    beside = [word for text in ("Film", *headings) for word in split_words(text)]
    beside += [
        word
        for block in blocks
        if isinstance(block, CheckList)
        for number in block.ticked
        for word in split_words(block.items[number - 1].text)
    ]

    script = outline(brief, TEMPLATE)

    beside += [
        word
        for block in blocks
        if isinstance(block, Table)
        for column in block.columns
        for word in split_words(column) * len(block.rows)
    ]

    assert find_problems(script, TEMPLATE) == ()
    left = [_bare(word) for word in written]
    extra = []
    for word in (_bare(word) for scene in script.scenes for word in split_words(narration_of(scene))):
        if left and left[0] == word:
            left.pop(0)
        else:
            extra.append(word)
    assert left == []
    assert all(extra.count(word) <= len([each for each in beside if _bare(each) == word]) for word in set(extra))


def _bare(word: str) -> str:
    """The text without its final punctuation: list items get a full stop if they have none, and rows a colon."""
    return word.strip().rstrip(".:;,。")


@pytest.mark.parametrize("name", ["explainer", "listicle", "news", "product", "offer", "lesson"])
def test_no_template_cuts_the_texts_of_the_example_briefs(name: str) -> None:
    template = load_template(name, search=[])

    for path in sorted((REPOSITORY / "topics").glob("*.md")):
        script = outline(parse_brief(path.read_text(encoding="utf-8"), path), template)
        cut = [text.text for scene in script.scenes for text in texts_of(scene) if text.text.endswith("…")]
        assert cut == [], path.name
