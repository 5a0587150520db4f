"""Base class of the settings groups, and annotated types that several groups share."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from pipeline.language.tags import LANGUAGE_TAG
from pipeline.model import CaptionStyle, MotionAmount, Shape, Transition


def _empty_is_none(value: object) -> object:
    """TOML has no null: an empty string means "not set"."""
    return None if isinstance(value, str) and not value.strip() else value


def _url(*schemes: str) -> AfterValidator:
    def check(value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            good = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if not good or any(char.isspace() or not char.isprintable() for char in value):
            raise ValueError(f"must be an address like {schemes[0]}://host or {schemes[-1]}://host:port/path")
        return value.rstrip("/")

    return AfterValidator(check)


def split_names(value: object) -> object:
    """Flags and environment variables give lists as comma-separated names; TOML syntax with brackets works as well."""
    if not isinstance(value, str):
        return value
    listed = value.strip()
    if listed.startswith("[") and listed.endswith("]"):
        listed = listed[1:-1].replace('"', "").replace("'", "")
    return [part.strip() for part in listed.split(",") if part.strip()]


def split_pairs(value: object) -> object:
    """The same for pairs "Column=value". A part without = belongs to the next one: a column name with a comma."""
    parts = split_names(value)
    if not isinstance(value, str) or not isinstance(parts, list):
        return value
    pairs, partial = [], ""
    for part in parts:
        partial = f"{partial}, {part}" if partial else part
        if "=" in part:
            pairs.append(partial)
            partial = ""
    return [*pairs, partial] if partial else pairs


def _key(value: object) -> object:
    """Strip an API key, which is often pasted with a line break, and check that it fits an HTTP header."""
    if not isinstance(value, str):
        return value
    if not (value.strip().isascii() and value.strip().isprintable()):
        raise ValueError("must be a key: printable ASCII characters")
    return value.strip() or None


def _percent(value: object) -> object:
    """Accept 5 and "5%"."""
    return value.strip().removesuffix("%").strip() if isinstance(value, str) else value


Percent = Annotated[float, BeforeValidator(_percent)]
OptionalNumber = Annotated[int | None, BeforeValidator(_empty_is_none)]
OptionalCaptionStyle = Annotated[CaptionStyle | None, BeforeValidator(_empty_is_none)]
OptionalColour = Annotated[Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None, BeforeValidator(_empty_is_none)]
OptionalShape = Annotated[Shape | None, BeforeValidator(_empty_is_none)]
OptionalMotion = Annotated[MotionAmount | None, BeforeValidator(_empty_is_none)]
OptionalTransition = Annotated[Transition | None, BeforeValidator(_empty_is_none)]
OptionalText = Annotated[str | None, BeforeValidator(_empty_is_none)]
ApiKey = Annotated[SecretStr | None, BeforeValidator(_key)]
Password = Annotated[SecretStr | None, BeforeValidator(_empty_is_none)]
Names = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], BeforeValidator(split_names)]
Pairs = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], BeforeValidator(split_pairs)]
Formats = Annotated[
    tuple[Shape, ...], AfterValidator(lambda shapes: tuple(dict.fromkeys(shapes))), BeforeValidator(split_names)
]
HttpUrl = Annotated[str, _url("https", "http")]
OptionalWebSocketUrl = Annotated[str | None, _url("wss", "ws"), BeforeValidator(_empty_is_none)]
# Upper limits: larger values are typing errors, and would overflow in sums and dates.
DAY_S = 86_400
WEEK_S = 7 * DAY_S
MAX_GB = 1e6
MAX_INT = 10**12
OptionalLanguage = Annotated[
    Annotated[str, Field(pattern=f"^{LANGUAGE_TAG.pattern}$")] | None, BeforeValidator(_empty_is_none)
]


class SettingsGroup(BaseModel):
    """A table of nightreel.toml."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        # Defaults are converted like set values: 60 seconds are always 60.0.
        validate_default=True,
    )
