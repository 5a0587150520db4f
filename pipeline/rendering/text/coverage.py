"""Which scripts can be drawn on this machine, with which fonts, and what to install for the others."""

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
from pipeline.rendering.text.capitals import capitals
from pipeline.rendering.text.fonts import Face, emoji_face, face_for, packaged_faces
from pipeline.rendering.text.line import presentable

# A few letters that tell whether a font knows a script.
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
# Whose ideographs the samples of a script are: the font that films in that language get.
_LANGUAGES: Final = {"Chinese": "zh", "Japanese": "ja", "Korean": "ko"}
# Debian's package and the family's name where they don't follow the rule (see `font_advice`).
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
# Scripts by the first word of their letters' Unicode names, where the two differ; ideographs depend on the language.
_SCRIPTS: Final = {"HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}
# With what follows the name of a script in that of a letter.
_KINDS: Final = frozenset({"CAPITAL", "SMALL", "LETTER", "SIGN", "SYLLABLE", "VOWEL", "DIGIT"})
_IDEOGRAPHS: Final = {"ja": "Japanese", "ko": "Korean"}
_SYMBOLS: Final = "Symbols"
# System fonts may have another file for bold letters: one weight for each.
_WEIGHTS: Final = (400, 700)
# From here on, letters with marks are not merely letters with something above them.
_STACKED_FROM: Final = 0x0530
_SHAPER: Final = "Install FriBidi: libfribidi0 (Debian, Ubuntu), fribidi (Fedora, Homebrew)"
# How many of the missing letters an error shows.
_SHOWN: Final = 8


@dataclass(frozen=True, kw_only=True)
class ScriptCoverage:
    """Whether a script can be drawn here, and with which font file; an empty name: it can't."""

    script: str
    font: str

    @property
    def covered(self) -> bool:
        """Whether every sample letter of the script has a glyph."""
        return bool(self.font)


def font_coverage() -> tuple[ScriptCoverage, ...]:
    """What this machine can draw, script by script. Reads the character tables of the fonts it finds."""
    found = []
    for script, sample in _SAMPLES.items():
        faces = [face_for(letter, weight=400, language=_LANGUAGES.get(script, "")) for letter in sample]
        font = Path(faces[0].path).name if faces[0] and all(faces) else ""
        found.append(ScriptCoverage(script=script, font=font))
    emoji = emoji_face()
    return (*found, ScriptCoverage(script="Emoji", font=Path(emoji.path).name if emoji else ""))


def font_advice(scripts: Collection[str]) -> str:
    """What to install so that these scripts can be drawn, as one sentence."""
    packages = dict.fromkeys(_PACKAGES.get(script, "fonts-noto-core") for script in scripts)
    families = [_FAMILIES.get(script, f"Noto Sans {script}") for script in scripts]
    return f"Install {_listed(packages)} (Debian, Ubuntu), elsewhere {_listed(families)} from fonts.google.com"


def can_shape() -> bool:
    """Whether letters are joined and stacked: by Raqm, which Pillow has, if the machine has FriBidi."""
    return bool(features.check("raqm"))


def shaping_advice() -> str:
    """What to install so that letters are shaped, as one sentence."""
    return _SHAPER


def font_digest(script: Script, look: Look) -> str:
    """A digest of what draws the letters of a film. Raises `MissingToolError` for those that can't be drawn here.

    The digest follows the content of the font files: another font, or a newer version of one, is another digest; so are
    letters that nobody shapes. Emoji without a font are no error: they are left out of the picture.
    """
    faces, missing = _found(script, look)
    if missing:
        raise MissingToolError(f"no font for {_named(missing)}", hint=font_advice(missing))
    if can_shape():
        return _digest(faces)
    joined = ((letter, place) for letter, _, place in _places(script, look) if _is_shaped(letter))
    if unshaped := _by_script(joined, script):
        raise MissingToolError(f"nothing here puts letters together for {_named(unshaped)}", hint=_SHAPER)
    return f"{_digest(faces)}, unshaped"


def missing_glyphs(script: Script, look: Look) -> str:
    """All letters of a film that no font here has; emoji are none, and are left out where there is no font for them."""
    return "".join(letters.all for letters in _found(script, look)[1].values())


@dataclass
class _Missing:
    """Letters of one script that no font has, and where the first of them is drawn."""

    all: str
    place: str

    def __str__(self) -> str:
        """A few of them, and the first by its number: what has no font here may be a box in a terminal, too."""
        few = self.all if len(self.all) <= _SHOWN else f"{self.all[:_SHOWN]}…"
        return f"{few}; U+{ord(self.all[0]):04X} in {self.place}"


def _found(script: Script, look: Look) -> tuple[set[Face], dict[str, _Missing]]:
    """The fonts that draw a film, and the letters that none has, by the name of their script."""
    # Figures and signs of ours are always set in the first two.
    faces: set[Face] = set(packaged_faces()[:2])
    without: list[tuple[str, str]] = []
    for letter, of_code, place in _places(script, look):
        found = _faces_for(letter, look, of_code=of_code)
        faces.update(face for face in found if face)
        if None in found and not letter.isspace():
            without.append((letter, place))
    return faces, _by_script(without, script)


def _by_script(letters: Iterable[tuple[str, str]], script: Script) -> dict[str, _Missing]:
    """Letters and where they are met, by the name of their script."""
    missing: dict[str, _Missing] = {}
    for letter, place in letters:
        missing.setdefault(_script_of(letter, script.language), _Missing("", place)).all += drawn_characters(letter)
    return missing


def _is_shaped(letter: str) -> bool:
    """Whether it joins its neighbours, runs from right to left, or is put together of several (Devanagari, Thai)."""
    marks = any(unicodedata.category(character) in {"Mn", "Mc"} for character in drawn_characters(letter))
    return has_right_to_left(letter) or (marks and ord(letter[0]) >= _STACKED_FROM)


def _places(script: Script, look: Look) -> Iterator[tuple[str, bool, str]]:
    """Every letter of a film, whether it is one of a program, and where it is met first."""
    texts = [(place, text, False) for place, text in _drawn(script, look)]
    for number, scene in enumerate(script.scenes, 1):
        if isinstance(scene, CodeScene):
            texts.append((f"scene {number}", scene.code, True))
    # Each where it is met first.
    places: dict[tuple[str, bool], str] = {}
    for place, text, of_code in texts:
        for letter in _letters(text, of_code=of_code):
            places.setdefault((letter, of_code), place)
    yield from ((letter, of_code, place) for (letter, of_code), place in places.items())


@lru_cache(maxsize=1024)
def _letters(text: str, *, of_code: bool) -> tuple[str, ...]:
    """The letters of a text, each once. The films of a campaign have most of their texts in common."""
    return tuple(dict.fromkeys(grapheme_clusters(clean(text) if of_code else presentable(text))))


def _faces_for(letter: str, look: Look, *, of_code: bool) -> set[Face | None]:
    """The fonts that a letter may be set in; None is among them if in one of its places it has none."""
    typefaces = {look.fonts.heading, look.fonts.text}
    return {
        face_for(letter, weight=weight, language=look.language, monospaced=of_code, typeface=typeface)
        for weight in _WEIGHTS
        for typeface in typefaces
    }


def _drawn(script: Script, look: Look) -> Iterator[tuple[str, str]]:
    """Every text that is drawn somewhere in a film, but programs, and where."""
    yield from (("the title", look.title), ("the title", script.title), ("the thumbnail", script.thumbnail_text))
    yield from (("the credit of a picture", still.credit) for still in look.stills)
    for number, scene in enumerate(script.scenes, 1):
        yield from ((f"scene {number}", text) for text in _shown(scene, script.language))
        if look.captions != "off":
            yield f"the captions of scene {number}", narration_of(scene)


def _shown(scene: Scene, language: str) -> Iterator[str]:
    for shown in texts_of(scene):
        if isinstance(scene, CodeScene) and shown.name == "code":
            continue  # set in a font of its own
        yield shown.text
        if shown.rule.in_capitals:
            yield capitals(shown.text, language)


def _script_of(cluster: str, language: str) -> str:
    """The name of the script that a letter belongs to, as a user knows it."""
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
    end = next((number for number, word in enumerate(words) if word in _KINDS), 1)
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
    """The content of a file, read once as long as it does not change."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _named(missing: dict[str, _Missing]) -> str:
    return _listed(f"{name} ({letters})" for name, letters in missing.items())


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
