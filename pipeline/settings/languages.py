"""Languages as settings name them: tags, lists of tags, and tables by tag."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.language.tags import LANGUAGE_TAG, MOST_LANGUAGES, usual_case
from pipeline.settings.kinds import split_names


def _language_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if len(tags) > MOST_LANGUAGES:
        raise ValueError(f"must be at most {MOST_LANGUAGES} languages")
    for tag in tags:
        if not LANGUAGE_TAG.fullmatch(tag):
            raise ValueError("must be language tags like en, de or pt-BR")
    return tuple(dict.fromkeys(map(usual_case, tags)))


def _keys_are_languages(table: dict[str, str]) -> dict[str, str]:
    _language_tags(tuple(table))
    return table


Languages = Annotated[tuple[str, ...], AfterValidator(_language_tags), BeforeValidator(split_names)]
VoiceTable = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=100)]], AfterValidator(_keys_are_languages)
]
