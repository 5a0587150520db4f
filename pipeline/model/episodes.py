"""A film that is one of a series: its number, what the series says of itself, and the words for it by language."""

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
# What a pattern of titles can name; {number} also with a width, {number:02d}.
PATTERN_FIELDS = ("title", "series", "episode", "number")
_WIDTHS = frozenset({"", "d", "02d", "03d", "04d"})
# A title with less room than this says nothing any more.
_FEWEST_CHARS = 20

# What an episode is called, and what stands before a link to the one before it and to the one after it.
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
# In languages that we have no words for.
_SIGNS = ("{number}", "←", "→")


@dataclass(frozen=True, kw_only=True)
class Term:
    """A word that is the same in all films of a series."""

    written: str
    # For who writes: what it stands for. For a voice: how it is said. Empty: nothing is told.
    means: str = ""
    said: str = ""
    # In other languages (BCP-47); in those that are not here, it stays as it is written.
    translations: tuple[tuple[str, str], ...] = ()

    def in_language(self, language: str) -> str:
        """How a film in another language writes it."""
        return entry_for(dict(self.translations), language) or self.written


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An episode that came before: what it is called, and in a line, what it was about."""

    number: int
    title: str
    covered: str = ""


@dataclass(frozen=True, kw_only=True)
class Serial:
    """What all films of a series have in common beyond their looks. The same for a film in every language."""

    # By language (BCP-47); those for the languages that are not named have an empty one.
    titles: tuple[tuple[str, str], ...]
    # "Lesson", "Lesson {number}", "第{number}課": what an episode is called; empty: the language's word.
    labels: tuple[tuple[str, str], ...] = ()
    # Of titles, e.g. "{title} · {series}, {episode}"; empty: they have no number.
    pattern: str = ""
    glossary: tuple[Term, ...] = ()
    # How many episodes a model that writes is told of at most; and those, known when it writes.
    remember: int = 0
    earlier: tuple[Earlier, ...] = ()

    def title(self, language: str) -> str:
        """What the series is called."""
        return entry_for(dict(self.titles), language) or dict(self.titles).get("", "")

    def episode(self, number: int, language: str) -> str:
        """What an episode is called: "Episode 3", "Lesson 3", "第3話"."""
        label = entry_for(dict(self.labels), language) or dict(self.labels).get("", "")
        pattern = label if "{number}" in label else f"{label} {{number}}" if label else _words(language)[0]
        return pattern.replace("{number}", str(number))

    def numbered(self, title: str, number: int, language: str) -> str:
        """A film's title with its number, at most 100 characters: what is too long of the film's own is cut."""
        if not (number and self.pattern):
            return title
        names = {"series": self.title(language), "episode": self.episode(number, language), "number": number}
        room = TITLE_MAX_CHARS - utf16_units(self.pattern.format(title="", **names))
        if room < _FEWEST_CHARS:
            return f"{fit_title(title, max_chars=TITLE_MAX_CHARS - 7)} · {number}"
        return fit_title(clean_text(self.pattern.format(title=fit_title(title, max_chars=room), **names)))

    def kicker(self, number: int, language: str, most_chars: int) -> str:
        """What stands above the title of an opening, as much of it as has room; empty: no number, or no room."""
        if not number:
            return ""
        episode = self.episode(number, language)
        whole = f"{self.title(language)} · {episode}"
        return next((text for text in (whole, episode, str(number)) if display_width(text) <= most_chars), "")


def checked_pattern(pattern: str) -> str:
    """A pattern of titles. Raises `ValueError` for one that names anything else than `PATTERN_FIELDS`."""
    try:
        parsed = list(Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"can't be read: {error}") from error
    names = [name for _, name, _, _ in parsed if name is not None]
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if name not in PATTERN_FIELDS:
            raise ValueError(
                f"knows no {{{name[:30]}}}; there is {', '.join(f'{{{each}}}' for each in PATTERN_FIELDS)}"
            )
        if conversion or (spec and (name != "number" or spec not in _WIDTHS)):
            raise ValueError(f"can't format {{{name}}} so; only {{number}} takes a width: {{number:02d}}")
    if pattern and ("title" not in names or not {"number", "episode"} & set(names)):
        raise ValueError("must have {title} in it, and {number} or {episode}")
    return pattern


def link_words(language: str) -> tuple[str, str]:
    """What stands before the link to the episode before, and to the one after."""
    _, before, after = _words(language)
    return before, after


def _words(language: str) -> tuple[str, str, str]:
    return entry_for(_WORDS, language) or _SIGNS
