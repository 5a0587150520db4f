"""Markdown briefs: front matter, body, and one clear line per error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.model import Brief, BulletList, Paragraph, Priority, Section
from pipeline.sources.length import parse_length_s
from pipeline.sources.markdown import parse_brief

PATH = Path("topics/blue-sky.md")
NOTES = "\nSome notes.\n"


def parse(text: str) -> Brief:
    return parse_brief(text, PATH)


def blocks(body: str) -> list[Paragraph | BulletList]:
    return [block for section in parse(body).sections for block in section.blocks]


def texts(body: str) -> list[str]:
    return [block.text for block in blocks(body) if isinstance(block, Paragraph)]


def items(body: str) -> list[str]:
    (found,) = [block for block in blocks(body) if isinstance(block, BulletList)]
    return [item.text for item in found.items]


def test_front_matter_becomes_the_fields_of_the_brief() -> None:
    brief = parse(
        "---\ntitle: Why the sky is blue\nlanguage: pt-br\ntemplate: explainer\nvoice: en-US-AvaNeural\n"
        "tags: [light, physics, light]\nsubtitle: And red\nkicker: Light\nclosing: Look up\n"
        "description: >\n  Two\n  lines\n---\nNotes.\n"
    )

    assert brief == Brief(
        title="Why the sky is blue",
        language="pt-BR",
        template="explainer",
        voice="en-US-AvaNeural",
        tags=("light", "physics"),
        subtitle="And red",
        kicker="Light",
        closing="Look up",
        description="Two lines",
        sections=(Section(heading="", blocks=(Paragraph(text="Notes."),)),),
        origin=str(PATH),
    )


def test_a_brief_may_name_several_languages_with_a_voice_each() -> None:
    brief = parse(
        "---\ntitle: Tea\nlanguages: [en, pt-br, no, en]\nvoice:\n  en: en-GB-SoniaNeural\n  pt-br: x\n---\nNotes.\n"
    )

    assert brief.languages == ("en", "pt-BR", "no")
    assert brief.voices == (("en", "en-GB-SoniaNeural"), ("pt-BR", "x"))
    assert brief.voice is None


SIXTY = [f"a{second}{third}" for second in "abcdefghij" for third in "abcdef"]


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("languages: en", "topics/blue-sky.md:3: languages must be a list of language codes"),
        ("languages: [en, english]", "topics/blue-sky.md:3: 'english' is not a language code"),
        (f"languages: [{', '.join(SIXTY)}]", "topics/blue-sky.md:3: 60 languages are listed, at most 50"),
        ("voice:\n  english: x", "topics/blue-sky.md:4: 'english' is not a language code"),
        ("voice:\n  de: [x]", "topics/blue-sky.md:4: voice must be a text, not a list"),
    ],
)
def test_invalid_languages_are_reported_with_their_line(front: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"---\ntitle: Tea\n{front}\n---\nNotes.\n")

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("written", "read"), [("1984", "1984"), ("no", "no"), ("2026-01-01", "2026-01-01"), ("4.20", "4.20")]
)
def test_a_title_that_yaml_would_convert_stays_as_written(written: str, read: str) -> None:
    assert parse(f"---\ntitle: {written} x\n---{NOTES}").title == f"{read} x"
    assert parse(f"---\nkicker: {written}\n---{NOTES}").kicker == read


@pytest.mark.parametrize(("written", "read"), [("urgent", Priority.URGENT), ("High", Priority.HIGH), ("''", None)])
def test_a_brief_may_have_a_priority(written: str, read: Priority | None) -> None:
    assert parse(f"---\npriority: {written}\n---{NOTES}").priority is read


def test_a_brief_may_set_privacy_and_publication_time() -> None:
    brief = parse(f"---\nprivacy: Public\npublish_at: 2027-01-26 18:00\ntime_zone: Asia/Kolkata\ntitle: T\n---{NOTES}")

    assert (brief.privacy, brief.publish_at, brief.time_zone) == ("public", "2027-01-26 18:00", "Asia/Kolkata")


def test_a_brief_may_set_audience_length_facts_and_variant() -> None:
    brief = parse(
        f"---\naudience: children of ten\ntone: calm\nlength: 1m30s\nfacts: Notes\nvariant: 2\ntitle: T\n---{NOTES}"
    )

    assert (brief.audience, brief.tone, brief.length_s, brief.facts, brief.variant) == (
        "children of ten",
        "calm",
        90,
        "notes",
        2,
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("60", 60), ("90s", 90), ("1m30s", 90), ("1m 30s", 90), ("1:30", 90), ("2m", 120), ("2 min", 120), ("30m", 1800)],
)
def test_lengths_are_parsed_in_usual_notations(written: str, read: int) -> None:
    assert parse_length_s(written, where="--length") == read


@pytest.mark.parametrize("written", ["", "long", "1.5m", "-60", "s", "1h", "٦٠", "60 70", "m30"])
def test_an_invalid_length_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(InputError, match=r"--length: .* is not a length. Write e\.g\. 60"):
        parse_length_s(written, where="--length")


@pytest.mark.parametrize("written", ["9", "31m", "0", "999m"])
def test_a_length_out_of_range_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="is not between 10 seconds and 30 minutes"):
        parse_length_s(written, where="--length")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("length: forever", "is not a length"),
        ("facts: some", "facts must be open or notes, not 'some'"),
        ("variant: two", "'two' is not a valid variant"),
        ("privacy: secret", "privacy must be private, unlisted or public, not 'secret'"),
        ("publish_at: tomorrow", "publish_at: 'tomorrow' is not a date with a time; write e.g. 2027-01-26 18:00"),
        ("publish_at: 2027-01-26", "is not a date with a time"),
        ("time_zone: Berlin", "time_zone unknown time zone 'Berlin'"),
        ("variant: -1", "'-1' is not a valid variant"),
        ("variant: 1001", "is not a valid variant"),
        ("audience: " + "a" * 201, "audience has 201 characters; at most 200 are allowed"),
    ],
)
def test_invalid_instructions_for_the_model_are_reported_with_their_line(line: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"---\ntitle: T\n{line}\n---{NOTES}")

    assert caught.value.where == f"{PATH}:3"
    assert says in str(caught.value)


def test_the_language_code_no_is_not_a_boolean() -> None:
    assert parse(f"---\nlanguage: no\n---{NOTES}").language == "no"


def test_empty_values_count_as_missing() -> None:
    assert parse(f"---\ntitle: T\nclosing:\ntags:\nvoice: ''\n---{NOTES}") == parse(f"---\ntitle: T\n---{NOTES}")


def test_front_matter_may_have_windows_line_endings_and_end_with_dots() -> None:
    assert parse("---\ntitle: T\n...\nNotes.").title == "T"


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("title: T\ntitel: U", "topics/blue-sky.md:3: unknown key 'titel' in the front matter. Did you mean title?"),
        ("title: T\ntitle: U", "topics/blue-sky.md:3: duplicate key title. Keep one of them"),
        ("title: [a, b]", "topics/blue-sky.md:2: title must be a text, not a list. Write title: some text"),
        (
            "kicker:\n  a: b",
            "topics/blue-sky.md:2: kicker must be a text, not a mapping. Write kicker: some text",
        ),
        ("tags: space", "topics/blue-sky.md:2: tags must be a list of texts. Write tags: [space, science]"),
        ("tags: [[a]]", "topics/blue-sky.md:2: tags must be a list of texts. Write tags: [space, science]"),
        ("\nlanguage: english", "topics/blue-sky.md:3: 'english' is not a language code. Write e.g. en, de or pt-BR"),
        ("priority: urgnt", "topics/blue-sky.md:2: 'urgnt' is not a valid priority. Did you mean urgent?"),
        ("- a\n- b", "topics/blue-sky.md:2: the front matter must consist of `key: value` lines"),
        ("voice: !!python/object:os.system x", "topics/blue-sky.md:2: voice must be a text"),
        ("title: '...'", "topics/blue-sky.md:2: the title has no letters"),
        (f"title: {'a' * 201}", "topics/blue-sky.md:2: the title has 201 characters; at most 200 are allowed"),
        (f"closing: {'a' * 401}", "topics/blue-sky.md:2: closing has 401 characters; at most 400 are allowed"),
        (f"tags: [{'a' * 61}]", "topics/blue-sky.md:2: the tag 'aaaaaaaaaaaaaaaaaaaa'… has more than 60 characters"),
    ],
)
def test_invalid_front_matter_values_are_reported_with_their_line(front: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"---\n{front}\n---{NOTES}")

    assert str(caught.value).startswith(message.replace("topics/blue-sky.md", str(PATH)))


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("title: T\nkicker: Light: explained", 3),
        ('title: "T', 2),
        ("title: [a", 2),
        ("tags: [" * 3000, 1),
        ("a: *b", 2),
    ],
)
def test_unparsable_front_matter_is_reported_with_its_line(front: str, line: int) -> None:
    with pytest.raises(InputError, match="invalid front matter") as caught:
        parse(f"---\n{front}\n---{NOTES}")

    assert caught.value.where == f"{PATH}:{line}"


def test_unclosed_front_matter_is_refused() -> None:
    with pytest.raises(InputError, match="not closed"):
        parse("---\ntitle: T\n\nNotes.")


@pytest.mark.parametrize(
    "body", ["", "\n\n", "# A heading\n\n## Another", "```\ncode\n```", "![picture](a.png)", "…", "<!-- x -->"]
)
def test_a_brief_without_notes_is_refused(body: str) -> None:
    with pytest.raises(InputError, match="has a title but no notes"):
        parse(f"---\ntitle: T\n---\n{body}")


def test_the_first_heading_is_the_title_if_there_is_no_other() -> None:
    brief = parse("# Why **honey** lasts\n\nNotes.")

    assert brief.title == "Why honey lasts"
    assert [section.heading for section in brief.sections] == [""]


def test_a_first_heading_beside_a_title_is_a_heading_unless_it_repeats_it() -> None:
    other = parse("---\ntitle: T\n---\n# First\n\nNotes.")
    same = parse("---\ntitle: First\n---\n# first\n\nNotes.")

    assert [section.heading for section in other.sections] == ["First"]
    assert [section.heading for section in same.sections] == [""]


def test_without_a_title_it_is_derived_from_the_file_name() -> None:
    assert parse_brief("Notes.", Path("a/why_honey-lasts.md")).title == "Why honey lasts"


def test_a_heading_too_long_for_a_title_is_reported_with_its_line() -> None:
    with pytest.raises(InputError, match="at most 200") as caught:
        parse(f"---\nkicker: K\n---\n\n# {'a' * 201}\n\nNotes.")

    assert caught.value.where == f"{PATH}:5"


def test_markup_is_removed_and_bold_phrases_are_recorded() -> None:
    (paragraph,) = blocks("Blue is **scattered most**, *far* `more` than [red](http://x.y) &amp; ~~green~~ violet[^1].")

    assert paragraph == Paragraph(
        text="Blue is scattered most, far more than red & violet.", strong=("scattered most",)
    )


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "vbscript:x", "file:///C:/notes.pdf", "data:text/html,x", "https://x.y/a_(b)"]
)
def test_a_link_is_reduced_to_its_text(address: str) -> None:
    assert texts(f"Read [the notes]({address}) first.") == ["Read the notes first."]


def test_elements_that_can_not_be_spoken_are_left_out() -> None:
    assert texts(
        "One ![img](a.png)two.\n\n```py\ncode\n```\n\n<div>html</div>\n\n---\n\n🎉\n\nThree<br>four <b>five</b>."
    ) == [
        "One two.",
        "Three four five.",
    ]


def test_lines_of_a_paragraph_are_joined_by_the_rules_of_the_script() -> None:
    assert texts("one\ntwo\n\n天空\n是蓝色的") == ["one two", "天空是蓝色的"]


def test_lists_are_flattened_in_order() -> None:
    assert items("1. one\n   - two\n\n     and a half\n     1. three\n2. four") == [
        "one",
        "two and a half",
        "three",
        "four",
    ]


def test_bold_in_an_item_is_kept() -> None:
    (bullets,) = blocks("- **Mercury**: small\n- Venus")

    assert bullets == BulletList(items=(Paragraph(text="Mercury: small", strong=("Mercury",)), Paragraph(text="Venus")))


def test_sections_follow_the_headings() -> None:
    brief = parse("Before.\n\n## One\n\nText.\n\n## Empty\n\n### Two\n\n- a\n- b")

    assert [(section.heading, len(section.blocks)) for section in brief.sections] == [
        ("", 1),
        ("One", 1),
        ("Empty", 0),
        ("Two", 1),
    ]


def test_direction_overrides_are_removed() -> None:
    brief = parse('---\ntitle: "a\\u202Eb\\a"\n---\nText &#x202E;here.')

    assert brief.title == "ab"
    assert brief.sections[0].blocks == (Paragraph(text="Text here."),)


def outcome(text: str) -> Brief | InputError:
    try:
        return parse(text)
    except InputError as error:
        return error


@given(st.text())
def test_any_text_is_a_brief_or_an_error(text: str) -> None:
    result = outcome(text)

    assert result.has_notes if isinstance(result, Brief) else "\n" not in str(result)


@given(st.text(alphabet="-#*_>`[]()!|~:&<>123\n \tab.", max_size=200))
def test_any_markdown_is_a_brief_or_an_error(text: str) -> None:
    result = outcome(f"---\ntitle: T\n---\n{text}")

    assert result.has_notes if isinstance(result, Brief) else "no notes" in str(result)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("? [a]\n: b", "topics/blue-sky.md:2: a key in the front matter must be a word"),
        ("voice: {en: a, EN: b}", "topics/blue-sky.md:2: duplicate voice for en"),
    ],
)
def test_unknown_and_duplicate_keys_are_reported(line: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        parse(f"---\n{line}\n---\n{NOTES}")

    assert str(error.value).startswith(says)


def test_an_empty_voice_counts_as_missing() -> None:
    brief = parse(f"---\nvoice: {{en: , de: Katja}}\n---\n{NOTES}")

    assert brief.voices == (("de", "Katja"),)
