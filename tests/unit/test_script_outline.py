"""The outline writer: everything in the notes once, in order, and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.language.text import is_question
from pipeline.language.words import split_words
from pipeline.model import (
    Brief,
    BulletList,
    BulletsScene,
    Paragraph,
    Quotation,
    QuoteScene,
    Scene,
    Section,
    StatementScene,
    TitleScene,
    narration_of,
)
from pipeline.script.checks import find_problems
from pipeline.script.outline import outline
from pipeline.template import load_template

TEMPLATE = load_template("explainer", search=[])
INTRO = Section(heading="", blocks=(Paragraph(text="Look up."),))


def paragraph(text: str, *strong: str) -> Paragraph:
    return Paragraph(text=text, strong=strong)


def bullets(*items: str) -> BulletList:
    return BulletList(items=tuple(Paragraph(text=item) for item in items))


def scenes(*sections: Section, **fields: str) -> tuple[Scene, ...]:
    return outline(Brief(title="The sky", sections=sections, **fields), TEMPLATE).scenes  # type: ignore[arg-type]


def layouts(*sections: Section, **fields: str) -> list[str]:
    return [scene.layout for scene in scenes(*sections, **fields)]


def test_the_text_before_the_first_heading_opens_the_film() -> None:
    first, *_ = scenes(INTRO, Section(heading="One", blocks=(paragraph("Text."),)), kicker="Light", subtitle="And red")

    assert first == replace(first, heading="The sky", kicker="Light", subtitle="And red")
    assert narration_of(first) == "Look up."


def test_a_long_heading_is_shown_whole_above_a_statement() -> None:
    section = Section(heading="Messages that were sent without any battery", blocks=(paragraph("It was the storm."),))
    script = outline(Brief(title="The sky", sections=(INTRO, section)), TEMPLATE)

    shown = next(scene for scene in script.scenes if isinstance(scene, StatementScene))
    assert shown.kicker == section.heading
    assert find_problems(script, TEMPLATE) == ()


def test_a_long_heading_is_shown_whole_above_a_list() -> None:
    heading = "What every new owner of a sourdough starter should know about it"
    section = Section(heading=heading, blocks=(bullets("Feed it.", "Keep it warm."),))
    script = outline(Brief(title="The sky", sections=(INTRO, section)), TEMPLATE)

    assert [scene.heading for scene in script.scenes if isinstance(scene, BulletsScene)] == [heading]
    assert find_problems(script, TEMPLATE) == ()


def test_long_kickers_and_names_of_quoted_people_are_shown_whole() -> None:
    kicker, name = "History of transport and timekeeping", "An inspector of the Great Western Railway"
    quotation = Quotation(words=paragraph("Time is a line."), attribution=f"{name}, 1852")
    section = Section(heading="Noon", blocks=(quotation,))
    script = outline(Brief(title="The sky", kicker=kicker, sections=(INTRO, section)), TEMPLATE)

    assert script.scenes[0] == replace(script.scenes[0], kicker=kicker)
    assert [scene.name for scene in script.scenes if isinstance(scene, QuoteScene)] == [name]
    assert find_problems(script, TEMPLATE) == ()


def test_a_long_title_is_shown_whole_and_its_rest_as_the_subtitle_at_the_latest() -> None:
    long = "Why the sky is blue at noon and red in the evening, and what the dust in it does"
    longer = f"{long} on most days, but not after a volcano"
    shown = [
        (scene.heading, scene.subtitle)
        for title in (long, longer)
        for scene in outline(Brief(title=title, sections=(INTRO,)), TEMPLATE).scenes[:1]
        if isinstance(scene, TitleScene)
    ]

    assert shown == [(long, ""), (f"{long} on most days", "But not after a volcano")]


def test_a_film_whose_notes_begin_with_a_heading_opens_by_saying_its_title() -> None:
    first, *_ = scenes(Section(heading="One", blocks=(paragraph("Text."),)))

    assert narration_of(first) == "The sky"


def test_a_single_paragraph_is_still_a_film() -> None:
    assert layouts(INTRO) == ["title", "statement"]
    assert layouts(INTRO, closing="Look up.") == ["title", "closing"]


def test_the_paragraph_before_a_list_introduces_it() -> None:
    _, scene, _ = scenes(
        INTRO,
        Section(heading="Steps", blocks=(paragraph("Two things happen:"), bullets("One.", "Two."), paragraph("End."))),
    )

    assert isinstance(scene, BulletsScene)
    assert (scene.heading, scene.items, scene.kicker) == ("Steps", ("One", "Two"), "")
    assert [(line.text, line.reveals) for line in scene.lines] == [
        ("Two things happen:", None),
        ("One.", 0),
        ("Two.", 1),
    ]


def test_a_paragraph_of_another_section_does_not_introduce_a_list() -> None:
    assert layouts(
        INTRO,
        Section(heading="A", blocks=(paragraph("Text."),)),
        Section(heading="B", blocks=(bullets("One.", "Two."),)),
    ) == ["title", "statement", "bullets"]


def test_more_items_than_fit_are_split_evenly() -> None:
    _, *found = scenes(INTRO, Section(heading="Steps", blocks=(bullets(*"abcdefg"),)))

    assert [(scene.items, scene.kicker) for scene in found if isinstance(scene, BulletsScene)] == [
        (("a", "b", "c", "d"), "1/2"),
        (("e", "f", "g"), "2/2"),
    ]


def test_a_list_of_one_item_becomes_running_text() -> None:
    assert layouts(INTRO, Section(heading="A", blocks=(bullets("One."), paragraph("End.")))) == [
        "title",
        "statement",
        "statement",
    ]


def test_a_long_paragraph_becomes_several_statements_of_about_equal_length() -> None:
    sentences = [f"Sentence number {n} has exactly eight words here." for n in range(9)]

    _, *found, last = scenes(INTRO, Section(heading="A", blocks=(paragraph(" ".join(sentences)), paragraph("End."))))

    assert [scene.layout for scene in found] == ["statement", "statement", "statement"]
    assert [len(scene.lines) for scene in found] == [3, 3, 3]
    assert narration_of(last) == "End."


def test_a_very_long_sentence_becomes_several_statements() -> None:
    text = ", ".join(f"and number {n} is about as long as the others were" for n in range(8))
    brief = Brief(title="T", sections=(INTRO, Section(heading="A", blocks=(paragraph(f"So it goes {text}."),))))

    _, *statements = outline(brief, TEMPLATE).scenes

    assert len(statements) == 4
    assert max(len(split_words(narration_of(scene))) for scene in statements) <= 30
    assert all(isinstance(scene, StatementScene) and not scene.text.endswith(",") for scene in statements)


def test_a_statement_shows_the_sentence_with_the_bold_phrase() -> None:
    _, scene, _ = scenes(
        INTRO,
        Section(
            heading="Rayleigh",
            blocks=(paragraph("It is short. Blue is scattered most of all.", "scattered most"), paragraph("End.")),
        ),
    )

    assert isinstance(scene, StatementScene)
    assert (scene.text, scene.emphasis, scene.kicker) == (
        "Blue is scattered most of all.",
        "scattered most",
        "Rayleigh",
    )
    assert narration_of(scene) == "It is short. Blue is scattered most of all."


def test_without_closing_words_the_last_section_keeps_its_heading_and_emphasis() -> None:
    last_words = paragraph("One thing stays. Look up, and ask why.", "ask why")

    *_, last = scenes(INTRO, Section(heading="A", blocks=(last_words,)))

    assert isinstance(last, StatementScene)
    assert (last.kicker, last.emphasis) == ("A", "ask why")


def test_items_without_a_full_stop_are_spoken_as_separate_sentences() -> None:
    *_, scene = scenes(INTRO, Section(heading="A", blocks=(bullets("Flour", "Water!", "今日", "(salt)"),)))

    assert [line.text for line in scene.lines] == ["Flour.", "Water!", "今日。", "(salt)."]
    assert isinstance(scene, BulletsScene)
    assert scene.items == ("Flour", "Water!", "今日", "(salt)")


def listed(*items: str) -> tuple[BulletsScene, ...]:
    block = BulletList(items=tuple(map(paragraph, items)))
    found = outline(Brief(title="T", sections=(INTRO, Section(heading="A", blocks=(block,)))), TEMPLATE).scenes[1:]
    assert all(isinstance(scene, BulletsScene) for scene in found)
    return found  # type: ignore[return-value]


def test_fewer_items_per_scene_may_be_longer_and_are_not_cut() -> None:
    long = "Hold the cup under the valve, put the key on it and turn it a quarter turn anticlockwise, not more"

    three, five = listed(*[long] * 3), listed(*[f"{long} {n}" for n in range(5)])

    assert [scene.items for scene in three] == [(long,) * 3]
    assert [len(scene.items) for scene in five] == [3, 2]
    assert five[1].items == (f"{long} 3", f"{long} 4")


def test_long_items_with_labels_stay_together_and_show_their_labels() -> None:
    (scene,) = listed(*[f"Planet {n}: {'a description that goes on ' * 4}" for n in range(5)])

    assert scene.items == tuple(f"Planet {n}" for n in range(5))


def test_numbering_continues_when_a_list_is_split() -> None:
    found = scenes(INTRO, Section(heading="A", blocks=(bullets("a", "b", "c", "d", "e", "f", "g"),)))

    assert [scene.first for scene in found if isinstance(scene, BulletsScene)] == [1, 5]


def test_a_film_may_end_with_a_list() -> None:
    assert layouts(INTRO, Section(heading="A", blocks=(paragraph("Text."), bullets("One.", "Two.")))) == [
        "title",
        "bullets",
    ]


def test_the_authors_closing_words_end_the_film() -> None:
    *_, before, last = scenes(INTRO, Section(heading="A", blocks=(paragraph("Text."),)), closing="Go and look up.")

    assert before.layout == "statement"
    assert (last.layout, narration_of(last)) == ("closing", "Go and look up.")


def test_a_heading_with_nothing_below_it_is_left_out() -> None:
    empty = Section(heading="Empty", blocks=())

    assert "Empty" not in repr(scenes(INTRO, empty, Section(heading="A", blocks=(paragraph("Text."),)), empty))


def test_description_and_tags_come_from_the_brief_or_its_first_paragraph() -> None:
    brief = Brief(title="The sky", tags=("light",), sections=(INTRO,))

    assert outline(brief, TEMPLATE).description == "Look up."
    assert outline(replace(brief, description="About."), TEMPLATE).description == "About."
    assert outline(brief, TEMPLATE).tags == ("light",)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (Section(heading="", blocks=(Paragraph(text="a " * 6001),)), r"the notes have 6,001 words"),
        (Section(heading="", blocks=(Paragraph(text="9" * 5000),)), r"a word of 5,000 characters, at most 200"),
        (Section(heading="", blocks=(Paragraph(text="Tea."),) * 1000), r"the notes make 1,\d+ scenes, at most 300"),
    ],
    ids=["words", "one word", "scenes"],
)
def test_notes_that_are_too_long_for_a_film_are_refused(section: Section, told: str) -> None:
    brief = Brief(title="Much", origin="a.md", sections=(section,))

    with pytest.raises(InputError, match=rf"a\.md: .*{told}.*\. Shorten them"):
        outline(brief, TEMPLATE)


def test_a_template_without_a_required_layout_is_refused() -> None:
    bare = replace(TEMPLATE, layouts=tuple(layout for layout in TEMPLATE.layouts if layout.name != "bullets"))

    with pytest.raises(InputError, match="no bullets layout"):
        outline(Brief(title="T", sections=(INTRO,)), bare)


def test_without_a_closing_layout_the_film_ends_with_a_statement() -> None:
    bare = replace(TEMPLATE, layouts=tuple(layout for layout in TEMPLATE.layouts if layout.name != "closing"))
    brief = Brief(title="T", closing="Bye.", sections=(INTRO, Section(heading="A", blocks=(paragraph("Text."),))))

    assert [scene.layout for scene in outline(brief, bare).scenes] == ["title", "statement"]


_LETTERS = "abcdefXYZé天空3"
_ODD = ("Dr.", "e.g.", "3.5", "U.S.", "—", "first:", "(so)")
_ENDS = (".", "!", "?", "…", "。", "", ":", "!?", ".”")


def _sentence(seed: int) -> str:
    """A pseudo-random word by its number: drawing each letter with Hypothesis would take most of the time."""
    chance = random.Random(seed)

    def length() -> int:
        return chance.randint(1, chance.choice((1, 3, 12)))

    def word() -> str:
        return chance.choice(_ODD) if chance.random() < 0.5 else "".join(chance.choices(_LETTERS, k=length()))

    return " ".join(word() for _ in range(length())) + chance.choice(_ENDS)


_sentences = st.integers(0, 2**32 - 1).map(_sentence)
_text = st.lists(_sentences, min_size=1, max_size=5).map(" ".join).filter(lambda text: any(map(str.isalnum, text)))


@st.composite
def _paragraphs(draw: st.DrawFn) -> Paragraph:
    text = draw(_text)
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    phrase = text[start:end].strip()
    return Paragraph(text=text, strong=(phrase,) if phrase and draw(st.booleans()) else ())


_lists = st.lists(_paragraphs(), min_size=1, max_size=7).map(lambda items: BulletList(items=tuple(items)))
_sections = st.builds(
    lambda heading, blocks: Section(heading=heading, blocks=tuple(blocks)),
    st.just("") | _text,
    st.lists(_paragraphs() | _lists, max_size=3),
)
_briefs = st.builds(
    lambda title, sections, closing: Brief(title=title, sections=tuple(sections), closing=closing),
    _text,
    st.lists(_sections, min_size=1, max_size=3),
    st.just("") | _text,
).filter(lambda brief: brief.has_notes)


def bare(words: list[str]) -> list[str]:
    """The words without a final full stop, which list items get if they have none, and with a space after them."""
    return [word.rstrip(" ").removesuffix(".").removesuffix("。") for word in words]


def asked(section: Section) -> list[str]:
    """The heading of a section if it is a question that the text below does not repeat."""
    first = next((item.text for block in section.blocks for item in block.said), "")
    is_said = first and is_question(section.heading) and not first.casefold().startswith(section.heading.casefold())
    return [section.heading] if is_said else []


def test_a_very_long_sentence_is_not_split_between_a_dash_and_its_closing_marks() -> None:
    text = f"He said “{'and on ' * 12}—.” {'and so on, ' * 14}until it ended."
    said = [
        word
        for scene in scenes(INTRO, Section(heading="", blocks=(paragraph(text),)))
        for word in split_words(narration_of(scene))
    ]
    assert said[2:] == text.split()


def test_only_headings_that_are_questions_are_spoken() -> None:
    answers = (paragraph("No. It is red."), bullets("Iron", "Dust"))
    _, *found = scenes(INTRO, Section(heading="Is Mars blue?", blocks=answers), Section(heading="Rust", blocks=answers))

    heard = [narration_of(scene) for scene in found]
    assert heard == ["Is Mars blue? No. It is red. Iron. Dust.", "No. It is red. Iron. Dust."]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws briefs slowly
@given(_briefs)
def test_everything_in_the_notes_is_spoken_once_in_order_and_nothing_else(brief: Brief) -> None:
    written = [
        word
        for section in brief.sections
        for text in (*asked(section), *(item.text for block in section.blocks for item in block.said))
        for word in split_words(text)
    ]
    closing = list(split_words(brief.closing))

    said = [
        word for scene in outline(brief, TEMPLATE).scenes for line in scene.lines for word in split_words(line.text)
    ]

    title = list(split_words(brief.title))
    assert bare(said) in (bare(written + closing), bare(title + written + closing))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws briefs slowly
@given(_briefs)
@example(Brief(title="T", sections=(Section(heading="", blocks=(paragraph("é! b —!? —", "! b —!? —"),)),)))
def test_every_outline_is_a_valid_script(brief: Brief) -> None:
    script = outline(brief, TEMPLATE)

    assert find_problems(script, TEMPLATE) == ()
    assert isinstance(script.scenes[0], TitleScene)
    for scene in script.scenes:
        assert all(any(map(str.isalnum, line.text)) for line in scene.lines)
        if isinstance(scene, StatementScene):
            assert scene.emphasis in scene.text


def test_a_number_ends_a_sentence_in_languages_without_written_ordinals() -> None:
    notes = Section(heading="Goals", blocks=(paragraph("He scored 12. Messi had 7. The record is 91."),))
    *_, scene = scenes(INTRO, notes, language="en")
    assert [line.text for line in scene.lines] == ["He scored 12.", "Messi had 7.", "The record is 91."]
