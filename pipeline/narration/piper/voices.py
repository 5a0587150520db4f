"""The Piper voices of a workspace: a model (NAME.onnx) with its configuration (NAME.onnx.json) beside it.

Voice files come from users, so the configuration is validated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from pipeline.errors import InputError, did_you_mean

_MODEL, _CONFIG = ".onnx", ".onnx.json"
# Phoneme types that need nothing but Piper itself; others download dictionaries.
_PHONEME_TYPES = frozenset({"espeak", "text"})
_MAX_CONFIG_BYTES = 1_000_000

# Printed on a terminal.
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class _Language(BaseModel):
    code: _Code


class _Espeak(BaseModel):
    voice: _Code


class _Audio(BaseModel):
    # At 1 Hz, the samples of one second would last six hours: gigabytes after resampling.
    sample_rate: int = Field(ge=4_000, le=192_000)


class _Config(BaseModel):
    """The fields of NAME.onnx.json that are used here, or that Piper uses unchecked."""

    audio: _Audio
    espeak: _Espeak
    language: _Language | None = None
    phoneme_type: str = "espeak"
    # Samples per unit of a phoneme's length.
    hop_length: int = Field(256, ge=1, le=65_536)


@dataclass(frozen=True, kw_only=True)
class PiperVoice:
    """A voice on disk."""

    name: str
    model: Path
    # BCP-47: "en-US".
    language: str
    # Sizes and modification times of its files: another file of the same name is another voice.
    stamp: str


def find_voices(folder: Path) -> tuple[PiperVoice, ...]:
    """The usable voices in `folder`, by name. Blocks. Raises `InputError` if there are none."""
    found = [voice for path in sorted(folder.glob(f"*{_MODEL}")) if (voice := _read(path))]
    if not found:
        raise InputError(
            "piper has no voices here", where=str(folder), hint="Put NAME.onnx and NAME.onnx.json of a voice there"
        )
    return tuple(found)


def choose(voices: Sequence[PiperVoice], language: str, wanted: str | None) -> PiperVoice:
    """The voice called `wanted`, or the first one for `language`, else for the language without the region.

    Raises `InputError` with similar names as a hint.
    """
    if wanted is not None:
        for voice in voices:
            if voice.name == wanted:
                return voice
        hint = did_you_mean(wanted, [voice.name for voice in voices])
        raise InputError(f"piper has no voice called {wanted!r}", hint=hint)
    tag = language.replace("_", "-").lower()
    speaking = [voice for voice in voices if voice.language.lower().partition("-")[0] == tag.partition("-")[0]]
    if speaking:
        return next((voice for voice in speaking if voice.language.lower() == tag), speaking[0])
    known = ", ".join(sorted({voice.language for voice in voices}))
    raise InputError(f"piper has no voice for the language {language!r}", hint=f"There are voices for {known}")


def _read(model: Path) -> PiperVoice | None:
    """The voice of a model; None if its configuration is missing, invalid or unsupported."""
    path = model.with_name(model.name.removesuffix(_MODEL) + _CONFIG)
    try:
        # Unprintable names could carry terminal escapes; reading a named pipe would block.
        if not (model.name.isprintable() and model.is_file() and path.is_file()):
            return None
        sizes = [(file.stat().st_size, file.stat().st_mtime_ns) for file in (model, path)]
        if sizes[1][0] > _MAX_CONFIG_BYTES:
            return None
        config = _Config.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    if config.phoneme_type not in _PHONEME_TYPES:
        return None
    code = config.language.code if config.language else config.espeak.voice
    return PiperVoice(
        name=model.name.removesuffix(_MODEL),
        model=model,
        language=code.replace("_", "-"),
        stamp=":".join(str(number) for size in sizes for number in size),
    )
