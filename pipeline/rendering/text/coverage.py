"""Font coverage: which scripts can be drawn on this machine, with which fonts, and what to install for the others."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import features

from pipeline.errors import MissingToolError
from pipeline.language.graphemes import drawn_characters, grapheme_clusters
from pipeline.language.writing_systems import has_right_to_left
from pipeline.model import CodeScene, Scene, Script, narration_of, texts_of
from pipeline.rendering.code_listing import clean
from pipeline.rendering.look import Look
from pipeline.rendering.text.fonts import Face, emoji_face, face_for, packaged_faces
from pipeline.rendering.text.line import drawable_text
from pipeline.rendering.text.uppercase import uppercase

# Sample letters that tell whether a font covers a script.
_SAMPLES: Final = {
    "Latin": "aéßłőñ",
    "Greek": "αβγΩ",
    "Cyrillic": "абвЖї",
    "Vietnamese": "ễượ",
    "Devanagari": "कखगि",
    "Bengali": "কখগ",
    "Tamil": "கஙச",
    "Arabic": "ابتى",
    "Hebrew": "אבג",
    "Thai": "กขค",
    "Chinese": "中文字",
    "Japanese": "日本ひカ",
    "Korean": "한국어",
}
# The languages of the ideographic samples, which decide the font.
_LANGUAGES: Final = {"Chinese": "zh", "Japanese": "ja", "Korean": "ko"}
# Debian packages and family names that don't follow the rule in `font_advice`.
_PACKAGES: Final = {
    **dict.fromkeys(("Chinese", "Japanese", "Korean"), "fonts-noto-cjk"),
    "Emoji": "fonts-noto-color-emoji",
}
_FAMILIES: Final = {
    "Chinese": "Noto Sans SC",
    "Japanese": "Noto Sans JP",
    "Korean": "Noto Sans KR",
    "Emoji": "Noto Color Emoji",
}
# Scripts by the first word of their letters' Unicode names, if different; ideographs depend on the language.
_SCRIPTS: Final = {"HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}
# What follows the script in the Unicode name of a letter.
_AFTER_SCRIPT: Final = frozenset({"CAPITAL", "SMALL", "LETTER", "SIGN", "SYLLABLE", "VOWEL", "DIGIT"})
_IDEOGRAPHS: Final = {"ja": "Japanese", "ko": "Korean"}
_SYMBOLS: Final = "Symbols"
# A regular and a bold weight: system fonts may have a file for each.
_WEIGHTS: Final = (400, 700)
# From this code point on, combining marks need real shaping, not just placing above a letter.
_SHAPED_FROM: Final = 0x0530
# What to install for shaping, as one sentence.
SHAPING_ADVICE: Final = "Install FriBidi: libfribidi0 (Debian, Ubuntu), fribidi (Fedora, Homebrew)"
# Maximum number of missing letters in an error.
_MAX_SHOWN: Final = 8


@dataclass(frozen=True, kw_only=True)
class ScriptCoverage:
    """A script and the font file that draws it here; an empty name if none does."""

    script: str
    font: str

    @property
    def covered(self) -> bool:
        """Whether every sample letter of the script has a glyph."""
        return bool(self.font)


def font_coverage() -> tuple[ScriptCoverage, ...]:
    """The coverage of every script on this machine. Reads the character maps of the fonts it finds."""
    found = []
    for script, sample in _SAMPLES.items():
        faces = [face_for(letter, weight=400, language=_LANGUAGES.get(script, "")) for letter in sample]
        font = Path(faces[0].path).name if faces[0] and all(faces) else ""
        found.append(ScriptCoverage(script=script, font=font))
    emoji = emoji_face()
    return (*found, ScriptCoverage(script="Emoji", font=Path(emoji.path).name if emoji else ""))


def font_advice(scripts: Collection[str]) -> str:
    """What to install to draw these scripts, as one sentence."""
    packages = dict.fromkeys(_PACKAGES.get(script, "fonts-noto-core") for script in scripts)
    families = [_FAMILIES.get(script, f"Noto Sans {script}") for script in scripts]
    return f"Install {_join_names(packages)} (Debian, Ubuntu), elsewhere {_join_names(families)} from fonts.google.com"


def can_shape() -> bool:
    """Whether complex scripts can be shaped: Pillow includes Raqm, which needs FriBidi on the machine."""
    return bool(features.check("raqm"))


def font_digest(script: Script, look: Look) -> str:
    """A digest of the fonts that draw the letters of a film. Raises `MissingToolError` if some can't be drawn here.

    It covers the content of the font files, so another version of a font changes it, as does the lack of shaping. Emoji
    without a font are no error: they are left out of the picture. Takes milliseconds if Inter and Noto Sans cover the
    text; otherwise the system's fonts are searched.
    """
    faces, missing = _faces_and_missing(script, look)
    if missing:
        raise MissingToolError(f"no font for {_describe(missing)}", hint=font_advice(missing))
    if can_shape():
        return _digest(faces)
    joined = ((letter, place) for letter, _, place in _letters_with_places(script, look) if _needs_shaping(letter))
    if unshaped := _by_script(joined, script):
        raise MissingToolError(f"text shaping is not available for {_describe(unshaped)}", hint=SHAPING_ADVICE)
    return f"{_digest(faces)}, unshaped"


def missing_glyphs(script: Script, look: Look) -> str:
    """The characters of a film that no font here has, except emoji, which are left out without a font."""
    return "".join(letters.all for letters in _faces_and_missing(script, look)[1].values())


@dataclass
class _Missing:
    """Letters of one script that no font has, and where the first of them is drawn."""

    all: str
    place: str

    def __str__(self) -> str:
        """Some of them, the first by code point, too: without a font, a terminal may show boxes."""
        few = self.all if len(self.all) <= _MAX_SHOWN else f"{self.all[:_MAX_SHOWN]}…"
        return f"{few}; U+{ord(self.all[0]):04X} in {self.place}"


def _faces_and_missing(script: Script, look: Look) -> tuple[set[Face], dict[str, _Missing]]:
    """The fonts that draw a film, and the letters that none of them has, by script."""
    # Built-in signs and numerals are always set in the first two.
    faces: set[Face] = set(packaged_faces()[:2])
    without: list[tuple[str, str]] = []
    for letter, of_code, place in _letters_with_places(script, look):
        found = _faces_for(letter, look, of_code=of_code)
        faces.update(face for face in found if face)
        if None in found and not letter.isspace():
            without.append((letter, place))
    return faces, _by_script(without, script)


def _by_script(letters: Iterable[tuple[str, str]], script: Script) -> dict[str, _Missing]:
    """Letters and where they are drawn, by script."""
    missing: dict[str, _Missing] = {}
    for letter, place in letters:
        missing.setdefault(_script_of(letter, script.language), _Missing("", place)).all += drawn_characters(letter)
    return missing


def _needs_shaping(letter: str) -> bool:
    """Whether a letter joins, runs right to left, or combines several characters (Devanagari, Thai)."""
    marks = any(unicodedata.category(character) in {"Mn", "Mc"} for character in drawn_characters(letter))
    return has_right_to_left(letter) or (marks and ord(letter[0]) >= _SHAPED_FROM)


def _letters_with_places(script: Script, look: Look) -> Iterator[tuple[str, bool, str]]:
    """Every letter of a film, whether it is code, and where it occurs first."""
    texts = [(place, text, False) for place, text in _drawn_texts(script, look)]
    for number, scene in enumerate(script.scenes, 1):
        if isinstance(scene, CodeScene):
            texts.append((f"scene {number}", scene.code, True))

    places: dict[tuple[str, bool], str] = {}
    for place, text, of_code in texts:
        for letter in _letters(text, of_code=of_code):
            places.setdefault((letter, of_code), place)
    yield from ((letter, of_code, place) for (letter, of_code), place in places.items())


@lru_cache(maxsize=1024)
def _letters(text: str, *, of_code: bool) -> tuple[str, ...]:
    """The distinct letters of a text. Cached: films of a campaign share most texts."""
    return tuple(dict.fromkeys(grapheme_clusters(clean(text) if of_code else drawable_text(text))))


def _faces_for(letter: str, look: Look, *, of_code: bool) -> set[Face | None]:
    """The fonts a letter may be set in, including None if one of its weights or typefaces lacks it."""
    typefaces = {look.fonts.heading, look.fonts.text}
    return {
        face_for(letter, weight=weight, language=look.language, monospaced=of_code, typeface=typeface)
        for weight in _WEIGHTS
        for typeface in typefaces
    }


def _drawn_texts(script: Script, look: Look) -> Iterator[tuple[str, str]]:
    """Every text drawn in a film except code, with its place."""
    yield from (("the title", look.title), ("the title", script.title), ("the thumbnail", script.thumbnail_text))
    yield from (("the credit of a picture", still.credit) for still in look.stills)
    for number, scene in enumerate(script.scenes, 1):
        yield from ((f"scene {number}", text) for text in _scene_texts(scene, script.language))
        if look.captions != "off":
            yield f"the captions of scene {number}", narration_of(scene)


def _scene_texts(scene: Scene, language: str) -> Iterator[str]:
    for shown in texts_of(scene):
        if isinstance(scene, CodeScene) and shown.name == "code":
            continue  # set in the code font
        yield shown.text
        if shown.rule.in_capitals:
            yield uppercase(shown.text, language)


def _script_of(cluster: str, language: str) -> str:
    """The common name of the script of a letter."""
    character = cluster[0]
    words = unicodedata.name(character, "").split()
    name = words[0].partition("-")[0] if words else ""
    if name in _SCRIPTS:
        return _SCRIPTS[name]
    if unicodedata.east_asian_width(character) in {"W", "F", "H"}:
        return _IDEOGRAPHS.get(language.partition("-")[0].lower(), "Chinese")
    if not character.isalnum() or not name:
        return _SYMBOLS
    # "OL CHIKI LETTER LA", but "CIRCLED LATIN SMALL LETTER A".
    end = next((number for number, word in enumerate(words) if word in _AFTER_SCRIPT), 1)
    return name.capitalize() if "LATIN" in words else " ".join(words[:end]).title() or name.capitalize()


def _digest(faces: Iterable[Face]) -> str:
    files = []
    for face in faces:
        try:
            stat = Path(face.path).stat()
            files.append(f"{_file_digest(face.path, stat.st_mtime_ns, stat.st_size)}:{face.index}")
        except OSError as error:
            raise MissingToolError(f"the font {face.path} can't be read", hint=error.strerror or "") from error
    return hashlib.blake2b(" ".join(sorted(files)).encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=64)
def _file_digest(path: str, _changed_ns: int, _size: int) -> str:
    """A digest of a file's content, cached until its timestamp or size changes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _describe(missing: dict[str, _Missing]) -> str:
    return _join_names(f"{name} ({letters})" for name, letters in missing.items())


def _join_names(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
