"""Settings by language: tags, lists of tags, tables by tag, the pronunciation dictionary."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from pipeline.language.tags import LANGUAGE_TAG, MAX_LANGUAGES, canonical_case
from pipeline.language.text import clean_text, has_words
from pipeline.settings.value_types import split_names

_MAX_CHARS = 200
# Tags of the union; in angle brackets, so that they can't be confused with keys.
_TEXT, _TABLE = "<text>", "<table>"


def _language_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if len(tags) > MAX_LANGUAGES:
        raise ValueError(f"must be at most {MAX_LANGUAGES} languages")
    for tag in tags:
        if not LANGUAGE_TAG.fullmatch(tag):
            raise ValueError(f"must be language tags like en, de or pt-BR, not {tag[:20]!r}")
    return tuple(dict.fromkeys(map(canonical_case, tags)))


def keys_are_languages(table: dict[str, str]) -> dict[str, str]:
    """Return the table. Raises `ValueError` if a key is not a language tag, or there are too many."""
    _language_tags(tuple(table))
    return table


Languages = Annotated[tuple[str, ...], AfterValidator(_language_tags), BeforeValidator(split_names)]
VoiceTable = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=100)]], AfterValidator(keys_are_languages)
]


def _sayable(table: dict[str, str | dict[str, str]]) -> dict[str, str | dict[str, str]]:
    """Clean and validate the dictionary: words and their pronunciation, and tables of these below a language tag."""
    cleaned: dict[str, str | dict[str, str]] = {}
    for key, value in table.items():
        if isinstance(value, str):
            cleaned[clean_text(key)] = clean_text(value)
        elif not LANGUAGE_TAG.fullmatch(key):
            raise ValueError(f"{key} must be a language tag like en, de or pt-BR, or have a string as its value")
        else:
            cleaned[key] = {clean_text(word): clean_text(said) for word, said in value.items()}
    tables = [value for value in cleaned.values() if isinstance(value, dict)]
    for words in ({k: v for k, v in cleaned.items() if isinstance(v, str)}, *tables):
        for word, said in words.items():
            if not word or not has_words(said) or max(len(word), len(said)) > _MAX_CHARS:
                raise ValueError(f"the pronunciation of {word} must be letters, at most {_MAX_CHARS} of them")
    return cleaned


def _kind(value: object) -> str:
    """The union branch of a value, so that an invalid one is reported once, not per branch."""
    return _TABLE if isinstance(value, dict) else _TEXT


_Entry = Annotated[
    Annotated[str, Tag(_TEXT)] | Annotated[dict[str, str], Tag(_TABLE)],
    Discriminator(_kind),
]
PronounceTable = Annotated[dict[str, _Entry], AfterValidator(_sayable)]
