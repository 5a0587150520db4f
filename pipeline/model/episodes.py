"""Episodes of a series: numbering, titles, and the words for "episode", "previous" and "next" by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType

from pipeline.language.display_width import display_width
from pipeline.language.tags import entry_for
from pipeline.language.text import clean_text
from pipeline.model.metadata import TITLE_MAX_CHARS, fit_title, utf16_units

MOST_EPISODES = 9999
# Placeholders of title patterns; {number} may have a width, {number:02d}.
PATTERN_FIELDS = ("title", "series", "episode", "number")
_WIDTHS = frozenset({"", "d", "02d", "03d", "04d"})
# A title that is cut to less than this is useless.
_MIN_TITLE_CHARS = 20

# "Episode", and the labels of links to the previous and the next one.
_WORDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "ar": ("الحلقة {number}", "السابق", "التالي"),
        "cs": ("{number}. díl", "Předchozí", "Další"),
        "da": ("Afsnit {number}", "Forrige", "Næste"),
        "de": ("Folge {number}", "Vorherige Folge", "Nächste Folge"),
        "el": ("Επεισόδιο {number}", "Προηγούμενο", "Επόμενο"),
        "en": ("Episode {number}", "Previous", "Next"),
        "es": ("Episodio {number}", "Anterior", "Siguiente"),
        "fi": ("Jakso {number}", "Edellinen", "Seuraava"),
        "fr": ("Épisode {number}", "Précédent", "Suivant"),
        "he": ("פרק {number}", "הקודם", "הבא"),
        "hi": ("एपिसोड {number}", "पिछला", "अगला"),
        "hu": ("{number}. rész", "Előző", "Következő"),
        "id": ("Episode {number}", "Sebelumnya", "Berikutnya"),
        "it": ("Episodio {number}", "Precedente", "Successivo"),
        "ja": ("第{number}話", "前回", "次回"),
        "ko": ("{number}화", "이전", "다음"),
        "nb": ("Episode {number}", "Forrige", "Neste"),
        "nl": ("Aflevering {number}", "Vorige", "Volgende"),
        "no": ("Episode {number}", "Forrige", "Neste"),
        "pl": ("Odcinek {number}", "Poprzedni", "Następny"),
        "pt": ("Episódio {number}", "Anterior", "Seguinte"),
        "ro": ("Episodul {number}", "Anterior", "Următor"),
        "ru": ("Выпуск {number}", "Предыдущий", "Следующий"),
        "sv": ("Avsnitt {number}", "Föregående", "Nästa"),
        "tr": ("{number}. bölüm", "Önceki", "Sonraki"),
        "uk": ("Випуск {number}", "Попередній", "Наступний"),
        "vi": ("Tập {number}", "Trước", "Tiếp theo"),
        "zh": ("第{number}集", "上一集", "下一集"),
    }
)
# Fallback for other languages.
_SIGNS = ("{number}", "←", "→")


@dataclass(frozen=True, kw_only=True)
class Term:
    """A glossary entry of a series."""

    written: str
    # Meaning, for the script writer, and pronunciation, for the voice; may be empty.
    means: str = ""
    said: str = ""
    # Translations by language (BCP-47); in other languages, the term is not translated.
    translations: tuple[tuple[str, str], ...] = ()

    def in_language(self, language: str) -> str:
        """The term in another language."""
        return entry_for(dict(self.translations), language) or self.written


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier episode: its title and a one-line summary."""

    number: int
    title: str
    covered: str = ""


@dataclass(frozen=True, kw_only=True)
class Serial:
    """The properties of a series other than its look; the same for all languages."""

    # By language (BCP-47); an empty tag is the default.
    titles: tuple[tuple[str, str], ...]
    # Episode labels by language: "Lesson", "Lesson {number}", "第{number}課"; empty: the language's word.
    labels: tuple[tuple[str, str], ...] = ()
    # Title pattern, e.g. "{title} · {series}, {episode}"; empty: titles are not numbered.
    pattern: str = ""
    glossary: tuple[Term, ...] = ()
    # Maximum number of earlier episodes for a language model's context, and these episodes.
    remember: int = 0
    earlier: tuple[Earlier, ...] = ()

    def title(self, language: str) -> str:
        """The title of the series."""
        return entry_for(dict(self.titles), language) or dict(self.titles).get("", "")

    def episode(self, number: int, language: str) -> str:
        """The label of an episode: "Episode 3", "Lesson 3", "第3話"."""
        label = entry_for(dict(self.labels), language) or dict(self.labels).get("", "")
        pattern = label if "{number}" in label else f"{label} {{number}}" if label else _words(language)[0]
        return pattern.replace("{number}", str(number))

    def numbered(self, title: str, number: int, language: str) -> str:
        """A film's title with its episode number, at most 100 characters; the film's own title is cut to fit."""
        if not (number and self.pattern):
            return title
        names = {"series": self.title(language), "episode": self.episode(number, language), "number": number}
        room = TITLE_MAX_CHARS - utf16_units(self.pattern.format(title="", **names))
        if room < _MIN_TITLE_CHARS:
            return f"{fit_title(title, max_chars=TITLE_MAX_CHARS - 7)} · {number}"
        return fit_title(clean_text(self.pattern.format(title=fit_title(title, max_chars=room), **names)))

    def kicker(self, number: int, language: str, most_chars: int) -> str:
        """The kicker of the opening: the longest variant that fits; empty: no number, or no room."""
        if not number:
            return ""
        episode = self.episode(number, language)
        whole = f"{self.title(language)} · {episode}"
        return next((text for text in (whole, episode, str(number)) if display_width(text) <= most_chars), "")


def checked_pattern(pattern: str) -> str:
    """Validate a title pattern. Raises `ValueError` if it has placeholders other than `PATTERN_FIELDS`."""
    try:
        parsed = list(Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"is invalid: {error}") from error
    names = [name for _, name, _, _ in parsed if name is not None]
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if name not in PATTERN_FIELDS:
            raise ValueError(f"has no {{{name[:30]}}}; use {', '.join(f'{{{each}}}' for each in PATTERN_FIELDS)}")
        if conversion or (spec and (name != "number" or spec not in _WIDTHS)):
            raise ValueError(f"has an invalid format of {{{name}}}; only {{number}} takes a width: {{number:02d}}")
    if pattern and ("title" not in names or not {"number", "episode"} & set(names)):
        raise ValueError("must contain {title}, and {number} or {episode}")
    return pattern


def link_words(language: str) -> tuple[str, str]:
    """The labels of the links to the previous and the next episode."""
    _, before, after = _words(language)
    return before, after


def _words(language: str) -> tuple[str, str, str]:
    return entry_for(_WORDS, language) or _SIGNS
