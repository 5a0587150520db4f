"""Series: what all episodes share, by the name of the series."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from pipeline.language.tags import LANGUAGE_TAG
from pipeline.language.text import clean_text, has_words
from pipeline.model.episodes import MOST_EPISODES, checked_pattern
from pipeline.model.file_names import NAME_PATTERN
from pipeline.settings.languages import VoiceTable, keys_are_languages
from pipeline.settings.value_types import OptionalLanguage, OptionalShape, OptionalText, SettingsGroup

_MOST_TERMS = 200
_TERM_CHARS = 100
# Keys of a glossary entry other than languages.
_TERM_KEYS = frozenset({"means", "said"})

_ByLanguage = Annotated[
    dict[str, Annotated[str, AfterValidator(clean_text), Field(min_length=1, max_length=60)]],
    AfterValidator(keys_are_languages),
]


def _glossary(value: object) -> object:
    """A string in place of a table is the meaning of the term."""
    if not isinstance(value, dict):
        return value
    return {term: {"means": entry} if isinstance(entry, str) else entry for term, entry in value.items()}


def _known_terms(value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    if len(value) > _MOST_TERMS:
        raise ValueError(f"must have at most {_MOST_TERMS} terms")
    cleaned: dict[str, dict[str, str]] = {}
    for term, entry in value.items():
        if not has_words(term) or len(term) > _TERM_CHARS:
            raise ValueError(f"{term[:40]!r} must be a term of at most {_TERM_CHARS} letters")
        for key, text in entry.items():
            if key not in _TERM_KEYS and not LANGUAGE_TAG.fullmatch(key):
                raise ValueError(f"{term}: {key[:20]} must be means, said, or a language like de or pt-BR")
            if key != "means" and not has_words(text):
                raise ValueError(f"{term}: {key} must contain letters")
        cleaned[clean_text(term)] = {key: clean_text(text)[: 2 * _TERM_CHARS] for key, text in entry.items()}
    return cleaned


class SeriesSettings(SettingsGroup):
    """A series of films, under a name of yours: briefs refer to it (series: optics), or --series does."""

    title: str = Field("", max_length=60, description="Title in openings, film titles and links; empty: the name.")
    titles: _ByLanguage = Field({}, description='Title in other languages, e.g. {de = "Optik in Stunden"}.')
    label: str = Field(
        "",
        max_length=30,
        description="Label of an episode, e.g. Lesson, or Part {number} of 20; empty: the word for episode in the "
        "film's language.",
    )
    labels: _ByLanguage = Field({}, description='Label in other languages, e.g. {de = "Lektion"}.')
    title_pattern: Annotated[str, Field(max_length=60), AfterValidator(checked_pattern)] = Field(
        "{title} · {series}, {episode}",
        description="Title of the published films, from {title}, {series}, {episode} (Lesson 3) and {number} or "
        "{number:02d}; empty: without a number. A {title} that is too long is cut between words.",
    )
    badge: bool = Field(default=True, description="Show the number on thumbnails.")
    first: int = Field(1, ge=1, le=MOST_EPISODES, description="Number of the first episode.")
    template: OptionalText = Field(None, description="Template of episodes whose briefs name none.")
    theme: OptionalText = Field(None, description="Theme, likewise.")
    language: OptionalLanguage = Field(None, description="Language, likewise.")
    voice: OptionalText = Field(None, description="Voice, likewise.")
    voices: VoiceTable = Field({}, description='Voices by language, e.g. {de = "de-DE-ConradNeural"}.')
    music: OptionalText = Field(None, description="Music: a file in music/, auto or none.")
    preset: OptionalText = Field(None, description="Encoder preset.")
    format: OptionalShape = Field(None, description="Aspect ratio.")
    audience: str = Field("", max_length=200, description="Audience.")
    tone: str = Field("", max_length=200, description="Tone.")
    playlist: str = Field(
        "",
        max_length=150,
        description="Playlist of the episodes, in order; empty: one with the title of the series; none: no playlist.",
    )
    links: bool = Field(
        default=True,
        description="Link to the previous and the next episode in descriptions. The link to the next one is added once "
        "that is published: 51 quota units.",
    )
    order: Literal["strict", "loose"] = Field(
        "strict",
        description="strict: an episode is published after the previous one, or once that was given up; loose: as soon "
        "as it is ready.",
    )
    remember: int = Field(
        10,
        ge=0,
        le=50,
        description="Number of earlier episodes that a language model gets as context, so that it can refer to them "
        "without repeating them. If it is more than 0, the scripts of a batch are written sequentially.",
    )
    glossary: Annotated[
        dict[str, dict[str, Annotated[str, Field(max_length=200)]]],
        BeforeValidator(_glossary),
        AfterValidator(_known_terms),
    ] = Field(
        {},
        description='Glossary: {photon = "the smallest portion of light", API = {said = "A P I", de = '
        '"Schnittstelle"}}: meaning (for the script writer), pronunciation, and translations. In other languages, a '
        "term is not translated.",
    )

    @field_validator("label")
    @classmethod
    def _one_number(cls, value: str) -> str:
        if "{" in value.replace("{number}", "") or "}" in value.replace("{number}", ""):
            raise ValueError("may contain {number}, and no other braces")
        return clean_text(value)


def _named(tables: dict[str, SeriesSettings]) -> dict[str, SeriesSettings]:
    for name in tables:
        if not NAME_PATTERN.fullmatch(name) or name == "none":
            raise ValueError(f"{name[:40]!r} is not a valid name for a series: use lower-case letters, digits, - and _")
    return tables


SeriesTables = Annotated[dict[str, SeriesSettings], AfterValidator(_named)]
EXAMPLE = "optics"
EXAMPLE_SERIES = SeriesSettings(
    title="Optics", label="Lesson", glossary={"photon": {"means": "the smallest portion of light"}}
)
