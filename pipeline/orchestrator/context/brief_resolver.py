"""Completes briefs: a flag overrides the brief, the brief overrides the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import InputError
from pipeline.language.detection import detect_language
from pipeline.language.tags import DEFAULT_LANGUAGE, canonical_case, entry_for
from pipeline.model import MOST_PICTURES, Brief, Shape, WantedPicture
from pipeline.music import ANY_BED, NO_BED, BedLibrary
from pipeline.orchestrator.context import provider_factory
from pipeline.orchestrator.context.paths import Paths
from pipeline.orchestrator.context.series import NO_SERIES, with_series
from pipeline.settings import Settings
from pipeline.template import Template


@dataclass(frozen=True, kw_only=True)
class BriefResolver:
    """Completes the briefs of one request."""

    settings: Settings
    # Flags, by dotted key of the setting.
    overrides: Mapping[str, object]
    paths: Paths
    beds: BedLibrary
    # The template of a brief that names one; raises `InputError`.
    template_of: Callable[[Brief], Template]

    def films_of(self, brief: Brief) -> tuple[Brief, ...]:
        """A completed brief per requested film: one, or one for each language and format.

        The script is written in the brief's language, else in the first requested one; the other films are translated.
        Briefs do not mention their siblings: adding a language or format only adds films.
        """
        brief = self._in_series(brief)
        return tuple(
            film for spoken in self._per_language(brief) for film in self._per_format(self.complete(spoken), brief)
        )

    def series_of(self, brief: Brief) -> str:
        """The name of the series that a brief belongs to; empty: none."""
        name = self._flag("episodes_of") or brief.series or self.settings.episodes_of or ""
        return "" if name == NO_SERIES else name

    def _in_series(self, brief: Brief) -> Brief:
        name = self.series_of(brief)
        return with_series(brief, name, self.settings) if name and brief.serial is None else brief

    def _per_format(self, film: Brief, brief: Brief) -> Iterable[Brief]:
        """A completed brief for each requested format; the audio is the same in all of them."""
        shapes = self._formats(brief)
        if not shapes:
            return (film,)
        return tuple(replace(film, format=shape, is_other_format=shape != shapes[0]) for shape in shapes)

    def _per_language(self, brief: Brief) -> Iterable[Brief]:
        languages = self._languages(brief)
        if not languages:
            return (brief,)
        written_in = canonical_case(brief.language or languages[0])
        native = replace(brief, language=written_in)
        # A voice without a language is meant for the original. Its pace determines the length of all scripts.
        own = (written_in, self._voice(native, written_in) or "")
        translated = replace(brief, translated_from=written_in, voice=None, voices=(own, *brief.voices))
        return tuple(native if each == written_in else replace(translated, language=each) for each in languages)

    def is_translated(self, brief: Brief) -> bool:
        """Whether the script of a film is translated: not if its template has one in that language. Reads files."""
        if not brief.translated_from:
            return False
        return brief.row is None or self.template_of(brief).script_template(brief.language) is None

    def original_of(self, brief: Brief) -> Brief:
        """The brief that the script is written for: a translated film's in the original language, else the brief."""
        if not self.is_translated(brief):
            return brief
        voice = dict(brief.voices).get(brief.translated_from)
        return replace(brief, language=brief.translated_from, translated_from="", voice=voice, voices=())

    def count_films(self, briefs: Collection[Brief]) -> int:
        """The number of films requested by these briefs."""
        return sum((len(self._languages(brief)) or 1) * (len(self._formats(brief)) or 1) for brief in briefs)

    def idle_voices(self, briefs: Iterable[Brief]) -> tuple[str, ...]:
        """A warning for each voice that a flag or a brief names for a language without a film. Blocks.

        The table [voices] of the settings may list any languages.
        """
        everywhere: set[str] = set()
        own: dict[tuple[str, str], str] = {}
        for brief in briefs:
            languages = self._languages(brief) or (self._language(brief),)
            if brief.language:
                # The voice of the original language counts: its pace determines the length of all scripts.
                languages = (canonical_case(brief.language), *languages)
            everywhere.update(languages)
            for each in (voice for voice, _ in brief.voices if not _speaks(voice, languages)):
                where = self.paths.origin(brief.origin)
                own[each, where] = where
        flags = [key.removeprefix("voices.") for key in self.overrides if key.startswith("voices.")]
        idle = {(each, "--voice"): "--voice" for each in flags if not _speaks(each, everywhere)}
        return tuple(
            f"{where}: a voice for {language}, and no film is made in it" for language, where in {**idle, **own}
        )

    def _languages(self, brief: Brief) -> tuple[str, ...]:
        if self._flag("language"):
            return ()
        if self.overrides.get("languages"):
            return self.settings.languages
        return brief.languages or self.settings.languages

    def _formats(self, brief: Brief) -> tuple[Shape, ...]:
        if self._flag("video.format"):
            return ()
        if self.overrides.get("formats"):
            return self.settings.formats
        return brief.formats or (() if brief.format else self.settings.formats)

    def complete(self, brief: Brief) -> Brief:
        """The brief of one film, with all defaults filled in from flags and settings.

        Reads files: not for the event loop.
        """
        brief = self._in_series(brief)
        choices = self._choices(brief, self._language(brief))
        return brief.evolve(
            **choices,
            music=self._music(brief.evolve(template=choices["template"])),
            pictures=self._pictures(brief) if brief.pictures else (),
            origin=self.paths.origin(brief.origin),
        )

    def _choices(self, brief: Brief, language: str) -> Mapping[str, Any]:
        """The values of a brief that do not depend on its text."""
        script = self.settings.script
        length_s = int(self._flag("script.length_s") or 0) or brief.length_s or script.length_s or None
        return {
            "language": language,
            "languages": (),
            "formats": (),
            "template": self._flag("template") or brief.template or self.settings.template,
            "theme": self._flag("theme") or brief.theme or self.settings.theme,
            "voice": self._voice(brief, language),
            "voices": tuple(own for own in brief.voices[:1] if length_s and own[1] and own[0] == brief.translated_from),
            "audience": self._flag("script.audience") or brief.audience or script.audience,
            "tone": self._flag("script.tone") or brief.tone or script.tone,
            "length_s": length_s,
            "facts": "notes" if "notes" in (self._flag("script.facts") or brief.facts or script.facts) else "open",
            # 0 is a variant as well: the film as it is without any.
            "variant": int(str(self.overrides.get("script.variant", brief.variant or script.variant))),
            "preset": self._flag("video.preset") or brief.preset or self.settings.video.preset,
            "format": self._flag("video.format") or brief.format or self.settings.video.format,
            "may_search": self._may_search,
        }

    def _pictures(self, brief: Brief) -> tuple[WantedPicture, ...]:
        """The pictures of the brief, with folders expanded to their pictures, each once."""
        origin = self.paths.origin(brief.origin)
        pictures: dict[str, WantedPicture] = {}
        for picture in brief.pictures:
            for source in self.paths.pictures_in(origin, picture.source):
                pictures.setdefault(source, replace(picture, source=source))
        return tuple(pictures.values())[:MOST_PICTURES]

    @property
    def _may_search(self) -> bool:
        """Whether the script writer is a model that may use stock photos."""
        is_model = provider_factory.is_service(provider_factory.writer_names(self.settings)[0])
        return is_model and not self.settings.offline and bool(provider_factory.stock_names(self.settings))

    def _music(self, brief: Brief) -> str:
        """The name of the background music. A template that asks for any music gets none if there is none."""
        name = self._flag("music.bed") or brief.music or self.settings.music.bed
        if name:
            return self.beds.choose(name, brief.title)
        try:
            default = self.template_of(brief).music or NO_BED
        except InputError:
            return NO_BED  # the film will fail with this very error
        chosen = self.beds.choose(default, brief.title)
        return NO_BED if chosen == ANY_BED else chosen

    def _language(self, brief: Brief) -> str:
        named = self._flag("language") or brief.language or self.settings.language
        # Cells of a table are parsed earlier, in one language for the whole table.
        detected = detect_language(f"{brief.title}. {brief.notes}") if not named and brief.row is None else ""
        return canonical_case(named or detected or DEFAULT_LANGUAGE)

    def _voice(self, brief: Brief, language: str) -> str | None:
        flags = {
            key.removeprefix("voices."): str(self.overrides[key]) for key in self.overrides if key.startswith("voices.")
        }
        plain_flag, plain = self._flag("narration.voice"), self.settings.narration.voice
        return (
            entry_for(flags, language)
            or (plain_flag if not brief.translated_from else None)
            or entry_for(dict(brief.voices), language)
            or brief.voice
            or entry_for(self.settings.voices, language)
            or (plain if not brief.translated_from else None)
        )

    def _flag(self, key: str) -> str:
        return str(self.overrides.get(key) or "")


def _speaks(language: str, made: Iterable[str]) -> bool:
    """Whether a voice for `language` is used for any of the languages `made`."""
    return any(entry_for({language: True}, each) for each in made)
