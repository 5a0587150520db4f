"""Loading themes by name from `themes/NAME.toml` in the workspace or built in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from pipeline.errors import InputError, did_you_mean
from pipeline.model import MotionAmount
from pipeline.model.file_names import NAME_PATTERN
from pipeline.theme.colours import Lch, is_hex, to_hex
from pipeline.theme.theme import ROLES, Ease, Manner, Theme, find_low_contrasts
from pipeline.toml import describe_invalid_value, line_of, parse_toml, read_text_file
from pipeline.workspace import builtin_root, is_builtin

Mode = Literal["dark", "light"]
_MODES: tuple[Mode, ...] = ("dark", "light")
_MAX_BYTES = 64 * 1024
_LCH = re.compile(r"\s*(\d*\.?\d+)\s+(\d*\.?\d+)\s+(\d*\.?\d+)\s*")


def _hex_of(value: object) -> str:
    """#RRGGBB of a colour in a theme file. Raises `ValueError`."""
    text = value if isinstance(value, str) else ""
    if is_hex(text):
        return text.upper()
    if found := _LCH.fullmatch(text):
        lightness, chroma, hue = map(float, found.groups())
        if lightness <= 1 and chroma <= 0.5 and hue <= 360:
            return to_hex(Lch(lightness, chroma, hue))
    raise ValueError(f"{value!r} is not a colour: write #RRGGBB, or lightness (0-1), chroma (0-0.4) and hue (0-360)")


_Colour = Annotated[str, BeforeValidator(_hex_of)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _SizeTable(_Table):
    type: Annotated[float, Field(ge=0.8, le=1.25, strict=True)] = 1.0
    margins: Annotated[float, Field(ge=1.0, le=1.5, strict=True)] = 1.0
    radius_px: Annotated[int, Field(ge=0, le=64, strict=True)] = 28


class _MotionTable(_Table):
    # Shorter entrances are not noticed, longer ones feel slow; long rises distract from the words.
    amount: MotionAmount = "full"
    enter_s: Annotated[float, Field(ge=0.4, le=0.6, strict=True)] = 0.5
    rise: Annotated[float, Field(ge=0.0, le=1.2, strict=True)] = 1.0
    ease: Ease = "cubic"


# The two palettes: every role, each a colour.
_PaletteTable = create_model("_PaletteTable", __base__=_Table, **dict.fromkeys(ROLES, (_Colour, ...)))  # type: ignore[call-overload]


class _ThemeFile(_Table):
    title: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(max_length=300)] = ""
    mode: Mode = "dark"
    size: _SizeTable = _SizeTable()
    motion: _MotionTable = _MotionTable()
    dark: _PaletteTable | None = None
    light: _PaletteTable | None = None


_KEYS: dict[str, Sequence[str]] = {
    **dict.fromkeys(_MODES, ROLES),
    "size": list(_SizeTable.model_fields),
    "motion": list(_MotionTable.model_fields),
}


def known_themes(search: Sequence[Path]) -> dict[str, Path]:
    """The files of all themes by name: those in the folders of `search` in order, then the built-in ones."""
    found: dict[str, Path] = {}
    for root in (*search, builtin_root() / "themes"):
        for file in sorted(root.glob("*.toml")) if root.is_dir() else ():
            if NAME_PATTERN.fullmatch(file.stem):
                found.setdefault(file.stem, file)
    return found


def is_builtin_theme(name: str, *, search: Sequence[Path] = ()) -> bool:
    """Whether the theme of that name is built in, not a file in a folder of `search`."""
    known = known_themes(search)
    path = known.get(name) or known.get(name.removesuffix("-dark").removesuffix("-light"))
    return path is not None and is_builtin(path, search)


def load_theme(name: str, *, search: Sequence[Path] = ()) -> Theme:
    """The theme `name`: "plum" (its preferred mode), "plum-dark", "plum-light". Reads files; not for the event loop.

    Raises `InputError` if there is no such theme, with the closest name, or if its file is invalid: a bad colour, a
    missing role, or text without enough contrast, with file and line.
    """
    known = known_themes(search)
    plain, mode = name, None
    for each in _MODES:
        if name not in known and name.endswith(f"-{each}"):
            plain, mode = name.removesuffix(f"-{each}"), each
    if plain not in known:
        raise InputError(
            f"unknown theme {name!r}", hint=did_you_mean(name, known, otherwise=f"Known: {', '.join(known)}")
        )
    path = known[plain]
    return _theme(plain, path, read_text_file(path, most_bytes=_MAX_BYTES), mode)


def _theme(name: str, path: Path, text: str, mode: Mode | None) -> Theme:
    parsed = _parse(text, path)
    wanted = mode or parsed.mode
    palette = getattr(parsed, wanted)
    if palette is None:
        raise InputError(f"the theme has no [{wanted}]", where=str(path), hint="Add it, or use the other mode")
    theme = Theme(
        name=name if wanted == parsed.mode else f"{name}-{wanted}",
        mode=wanted,
        type_scale=parsed.size.type,
        margins=parsed.size.margins,
        radius_px=parsed.size.radius_px,
        manner=Manner(**dict(parsed.motion)),
        **dict(palette),
    )
    for role, ground, found, least in find_low_contrasts(theme):
        line = line_of(text, [wanted, role])
        raise InputError(
            f"{role} can't be read on {ground}: contrast {found:.1f} to 1, at least {least:g} is required",
            where=f"{path}:{line}",
            hint="Make it lighter" if wanted == "dark" else "Make it darker",
        )
    return theme


def _parse(text: str, path: Path) -> _ThemeFile:
    try:
        return _ThemeFile.model_validate(parse_toml(text, path))
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        table, key = [*map(str, first["loc"]), ""][:2]
        where = f"{path}:{line_of(text, [table, key])}"
        named = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            names = _KEYS.get(table if key else "", list(_ThemeFile.model_fields))
            raise InputError(f"unknown key {named}", where=where, hint=did_you_mean(key or table, names)) from error
        raise InputError(f"{named}: {describe_invalid_value(first)}", where=where) from error
