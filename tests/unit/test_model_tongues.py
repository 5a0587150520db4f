"""Detecting that a text is in another language, by its words and characters."""

from __future__ import annotations

import pytest

from pipeline.language.detection import detect_language, language_mismatch
from tests.acceptance.command import REPOSITORY

WORLD = sorted((REPOSITORY / "tests" / "acceptance" / "world").glob("*.md"))


def body(path):
    front, _, text = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    (tag,) = [line.split(":")[1].strip() for line in front.splitlines() if line.startswith("language:")]
    return tag, text


@pytest.mark.parametrize("path", WORLD, ids=lambda path: path.stem)
def test_topics_of_the_world_are_in_their_language(path):
    tag, text = body(path)

    assert language_mismatch(text, tag) == ""


@pytest.mark.parametrize("path", WORLD, ids=lambda path: path.stem)
def test_topics_of_the_world_are_not_in_english(path):
    _, text = body(path)

    # A short one says too little.
    assert language_mismatch(text, "en") or sum(map(str.isalpha, text)) < 60


@pytest.mark.parametrize("path", WORLD, ids=lambda path: path.stem)
def test_topics_of_the_world_tell_their_language(path):
    tag, text = body(path)
    # Devanagari is mostly Hindi's; and thirty words of Arabic or Russian are too few.
    told = {"mr": "hi"}.get(tag, tag.partition("-")[0])

    assert detect_language(text) == told or (
        path.stem in {"ar-jamal", "ar-qahwa", "ru-baykal"} and not detect_language(text)
    )


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("왜 하늘은 파란가요", "ko"),
        ("למה השמיים כחולים", "he"),
        ("Γιατί ο ουρανός είναι μπλε", "el"),
        ("春天的花为什么开得这么早", "zh"),
        ("Почему небо голубое", "ru"),
        ("Чому небо блакитне і що це", "uk"),
        ("چرا آسمان آبی است، پدر", "fa"),
        ("لماذا السماء زرقاء", "ar"),
        # Kazakh: we have no words of it.
        ("Аспан неге көк түсті болады", ""),
        ("黑洞", ""),
        ("1835 – 6.04 – 19", ""),
        ("", ""),
        # Names only.
        ("Apple, Google, Microsoft, IBM. " * 12, ""),
    ],
)
def test_few_words_tell_their_language_by_letters_that_nobody_else_has(said, tag):
    assert detect_language(said) == tag


ENGLISH = (
    "Tea cools because it gives its heat away. The air above the cup is colder than the tea, and so is the table that "
    "it stands on. What is fast in the water leaves it first, and what stays is slower than it was before."
)


@pytest.mark.parametrize("tag", ["de", "fr-CA", "es", "pt-BR", "it", "nl", "sv", "pl", "tr", "ru", "ja", "zh", "ar"])
def test_an_english_text_is_in_no_other_language(tag):
    assert language_mismatch(ENGLISH, tag)


@pytest.mark.parametrize("tag", ["en", "en-GB", "sw", "xx"])
def test_an_english_text_may_be_in_these(tag):
    """Of Swahili we have no words, and say nothing."""
    assert language_mismatch(ENGLISH, tag) == ""


def test_names_and_short_texts_say_nothing():
    assert language_mismatch("Apple, Google, Microsoft, IBM.", "de") == ""


@pytest.mark.parametrize(
    ("title", "tag"),
    [
        ("Warum der Himmel blau ist", "de"),
        ("Wie funktioniert ein Kühlschrank?", "de"),
        ("Pourquoi le ciel est-il bleu ?", "fr"),
        ("¿Por qué el cielo es azul?", "es"),
        ("Por que o céu é azul?", "pt"),
        ("Perché il cielo è blu?", "it"),
        ("Waarom is de lucht blauw?", "nl"),
        ("Varför är himlen blå?", "sv"),
        ("Dlaczego niebo jest niebieskie?", "pl"),
        ("Miksi taivas on sininen?", "fi"),
        ("Why is the sky blue?", "en"),
    ],
)
def test_a_title_tells_its_language_by_the_small_words_in_it(title, tag):
    assert detect_language(title) == tag


@pytest.mark.parametrize(
    "title",
    [
        *("La Nina and El Nino", "Rio de la Plata", "Die Hard", "La La Land", "La vie en rose", "Das Boot", "Octopus"),
        *("Der Untergang: the making of", "Como: a lake in Italy", "Que Sera, Sera", "Vincent van Gogh", "Et tu?"),
        *("Hvorfor er himmelen blå", "Das", "Die, die, die"),
    ],
)
def test_names_and_titles_of_others_do_not_make_a_title_foreign(title):
    assert detect_language(title) in {"", "en"}
