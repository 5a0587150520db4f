"""Films that belong together: what all episodes of a series share, by the name of the series."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from pipeline.language.tags import LANGUAGE_TAG
from pipeline.language.text import clean_text, has_words
from pipeline.model.episodes import MOST_EPISODES, checked_pattern
from pipeline.model.file_names import NAME_PATTERN
from pipeline.settings.languages import VoiceTable
from pipeline.settings.value_types import OptionalLanguage, OptionalShape, OptionalText, SettingsGroup

_MOST_TERMS = 200
_TERM_CHARS = 100
# What can be said of a term besides what it is in other languages.
_OF_TERMS = frozenset({"means", "said"})

_ByLanguage = dict[str, Annotated[str, AfterValidator(clean_text), Field(min_length=1, max_length=60)]]


def _glossary(value: object) -> object:
    """A term with a text only is one with a meaning only."""
    if not isinstance(value, dict):
        return value
    return {term: {"means": told} if isinstance(told, str) else told for term, told in value.items()}


def _known_terms(value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    if len(value) > _MOST_TERMS:
        raise ValueError(f"must have at most {_MOST_TERMS} terms")
    cleaned: dict[str, dict[str, str]] = {}
    for term, told in value.items():
        if not has_words(term) or len(term) > _TERM_CHARS:
            raise ValueError(f"{term[:40]!r} must be a term of at most {_TERM_CHARS} letters")
        for key, text in told.items():
            if key not in _OF_TERMS and not LANGUAGE_TAG.fullmatch(key):
                raise ValueError(f"{term}: {key[:20]} must be means, said, or a language like de or pt-BR")
            if key != "means" and not has_words(text):
                raise ValueError(f"{term}: {key} must be written with letters")
        cleaned[clean_text(term)] = {key: clean_text(text)[: 2 * _TERM_CHARS] for key, text in told.items()}
    return cleaned


def _language_keys(value: dict[str, str]) -> dict[str, str]:
    if wrong := next((tag for tag in value if not LANGUAGE_TAG.fullmatch(tag)), None):
        raise ValueError(f"{wrong[:20]} must be a language like de or pt-BR")
    return value


class SeriesSettings(SettingsGroup):
    """Films that belong together, under a name of yours: briefs name it (series: optics), or --series does."""

    title: str = Field(
        "", max_length=60, description="What it is called, in openings, titles and links; empty: its name."
    )
    titles: Annotated[_ByLanguage, AfterValidator(_language_keys)] = Field(
        {}, description='The same in other languages, e.g. {de = "Optik in Stunden"}.'
    )
    label: str = Field(
        "",
        max_length=30,
        description="What an episode is called, e.g. Lesson, or Part {number} of 20; empty: the language's word.",
    )
    labels: Annotated[_ByLanguage, AfterValidator(_language_keys)] = Field(
        {}, description='The same in other languages, e.g. {de = "Lektion"}.'
    )
    title_pattern: Annotated[str, Field(max_length=60), AfterValidator(checked_pattern)] = Field(
        "{title} · {series}, {episode}",
        description="Titles of the published films, of {title}, {series}, {episode} (Lesson 3) and {number} or "
        "{number:02d}; empty: without a number. What is too long of {title} is cut, at the end of a word.",
    )
    badge: bool = Field(default=True, description="Whether thumbnails show the number.")
    first: int = Field(1, ge=1, le=MOST_EPISODES, description="The number of the first episode.")
    template: OptionalText = Field(None, description="Template of episodes whose briefs name none.")
    theme: OptionalText = Field(None, description="Their colours.")
    language: OptionalLanguage = Field(None, description="Their language.")
    voice: OptionalText = Field(None, description="Their voice.")
    voices: VoiceTable = Field({}, description='Their voices by language, e.g. {de = "de-DE-ConradNeural"}.')
    music: OptionalText = Field(None, description="Their music: a file in music/, auto or none.")
    preset: OptionalText = Field(None, description="How they are encoded.")
    format: OptionalShape = Field(None, description="The shape of their picture.")
    audience: str = Field("", max_length=200, description="Who watches them.")
    tone: str = Field("", max_length=200, description="How they sound.")
    playlist: str = Field(
        "",
        max_length=150,
        description="The playlist that they go into, in order; empty: one that is called as the series is; none: none.",
    )
    links: bool = Field(
        default=True,
        description="Whether their descriptions link to the episode before and the one after. The link to the next one "
        "is added when that is out: 51 units of quota.",
    )
    order: Literal["strict", "loose"] = Field(
        "strict",
        description="strict: an episode is published when the one before is out, or given up; loose: when it is ready.",
    )
    remember: int = Field(
        10,
        ge=0,
        le=50,
        description="Of how many earlier episodes a model that writes is told, so that it neither repeats them nor "
        "leaves them unmentioned. More than 0: scripts of a batch are written one after the other.",
    )
    glossary: Annotated[
        dict[str, dict[str, Annotated[str, Field(max_length=200)]]],
        BeforeValidator(_glossary),
        AfterValidator(_known_terms),
    ] = Field(
        {},
        description='Terms that stay the same: {photon = "the smallest portion of light", API = {said = "A P I", '
        'de = "Schnittstelle"}}: what it means (for who writes), how it is said, what it is in other languages; '
        "in a language that is not named it stays as it is.",
    )

    @field_validator("label")
    @classmethod
    def _one_number(cls, value: str) -> str:
        if "{" in value.replace("{number}", "") or "}" in value.replace("{number}", ""):
            raise ValueError("can have {number} in it, and no other brackets")
        return clean_text(value)


def _named(tables: dict[str, SeriesSettings]) -> dict[str, SeriesSettings]:
    for name in tables:
        if not NAME_PATTERN.fullmatch(name) or name == "none":
            raise ValueError(f"{name[:40]!r} can't be the name of a series: take small letters, digits, - and _")
    return tables


SeriesTables = Annotated[dict[str, SeriesSettings], AfterValidator(_named)]
EXAMPLE = "optics"
EXAMPLE_SERIES = SeriesSettings(
    title="Optics", label="Lesson", glossary={"photon": {"means": "the smallest portion of light"}}
)
