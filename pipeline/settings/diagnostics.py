"""Messages for invalid settings: where, what, and which values are valid. API keys are redacted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from pipeline.errors import did_you_mean
from pipeline.language.text import quoted
from pipeline.settings.fields import (
    PREFIX,
    environment_name,
    is_secret,
    setting_fields,
    setting_groups,
    setting_tables,
)
from pipeline.settings.groups import Settings
from pipeline.toml import plain_wording

# An invalid service name.
_INVALID_SERVICE = re.compile(r'services\.("[^"]*"|[^."]*-[^."]*)(?:\.|$)')
# Parts of a pydantic error location that are no setting names: dictionary keys, union branches.
_BRANCH = re.compile(r"\[key\]$|constrained-str$|dict\[|<\w+>$")
# Descriptions of patterns other than language tags.
_PATTERNS = {
    r"^#[0-9A-Fa-f]{6}$": "must be a colour like #E4572E",
    r"^\d{1,3}$": "must be a number of up to three digits, like 27",
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$": "must be letters, digits, - and _",
    r"^[A-Za-z0-9-]{0,100}$": "must be the name of a header: letters, digits and -",
}
# The hint for an unknown name without a similar one.
_ALL = "nightreel init writes a file with all settings"
_NO_SETTING = "is not a setting"
# Known key prefixes, long runs of mixed letters and digits, and UUIDs.
_KEY = re.compile(
    r"[\w-]*?(?:(?:gsk_|hf_|xai-|ghp_|AIza)[\w-]{8,}"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{16,}"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})[\w-]*",
    re.ASCII,
)
_SHOWN_CHARS = 4
# A name or a value that was pasted into the wrong place.
_LONG = re.compile(r"(\S{80})\S{80,}")


@dataclass(frozen=True, kw_only=True)
class SettingValue:
    """A value and its source for messages: "nightreel.toml:3: video.quality", "NIGHTREEL_OFFLINE"."""

    value: object
    subject: str


def unknown_references(settings: Settings, found: Mapping[str, SettingValue]) -> Iterator[str]:
    """Messages for references to undefined writers, presets, profiles and series."""
    yield from _unknown_writers(settings, found)
    references: tuple[tuple[str, str | None, str, Mapping[str, object]], ...] = (
        ("video.preset", settings.video.preset, "preset", settings.presets),
        ("quality.profile", settings.quality.profile, "profile", settings.profiles),
        ("episodes_of", settings.episodes_of, "series", settings.series),
    )
    for setting, name, noun, known in references:
        if name and name not in known:
            otherwise = None if known else f"Add a table [{noun}.{name}] to nightreel.toml"
            hint = did_you_mean(name, known, otherwise=otherwise)
            yield f"{found[setting].subject}: there is no {noun} {name!r}. {hint}"


def describe_unknown(name: str, entry: SettingValue) -> str:
    """The message for an unknown setting, with the closest known one, spelt as a variable or as in the file."""
    if invalid := _INVALID_SERVICE.match(name):
        return f"{entry.subject}: {invalid[1]} is not a valid service name: use letters, digits and _"
    spelled = environment_name if entry.subject.upper().startswith(PREFIX) else str
    if name in setting_groups():
        example = next(key for key in setting_fields() if key.startswith(f"{name}."))
        return f"{entry.subject} is a group of settings: set {spelled(example)}, for example"
    # On the plain names: with their common prefix, all variables look similar.
    nearest = get_close_matches(name, setting_fields(), n=1)
    return f"{entry.subject} {_NO_SETTING}" + (f": did you mean {spelled(nearest[0])}?" if nearest else "")


def hint_for(problems: Iterable[str]) -> str:
    """The hint for all problems together; empty: the messages say enough."""
    return _ALL if any(problem.endswith(_NO_SETTING) for problem in problems) else ""


def describe_invalid(details: ErrorDetails, found: Mapping[str, SettingValue]) -> str:
    """The message for a pydantic error: source, value, valid values."""
    name = _name_at(details["loc"])
    rule = plain_wording(details["msg"].removeprefix("Value error, ")).replace(
        "be a table", "be a table in nightreel.toml"
    )
    rule = _NO_SETTING if details["type"] == "extra_forbidden" else rule
    table, *path = (str(part) for part in details["loc"] if not _BRANCH.match(str(part)))
    if table in setting_tables() and (path or details["type"] == "value_error"):
        rule = "must be set" if details["type"] == "missing" else rule
        return f"{'.'.join([found[table].subject, *path])}{'' if path else ':'} {rule}"
    if details["type"] == "missing":
        rule = f"{'.'.join(str(part) for part in details['loc'] if isinstance(part, str))} is required"
        name = name if name in found else name.rpartition(".")[0]
    if name not in found:  # a rule across the settings of a group, or a missing setting
        source = next(entry.subject for key, entry in found.items() if key.startswith(f"{name}."))
        return f"{source}: {rule}"
    if details["type"] == "string_pattern_mismatch":
        pattern = str(details.get("ctx", {}).get("pattern", ""))
        rule = _PATTERNS.get(pattern, "must be a language tag like en, de or pt-BR")
    shown = "" if is_secret(name) else f" is {_shown(found[name].value)},"
    return f"{found[name].subject}{shown} {rule}"


def _name_at(place: tuple[int | str, ...]) -> str:
    """The setting at a pydantic error location, without union branches, list indices and keys of lists of tables."""
    group, *path = map(str, place)
    depth = 2 if group == "services" else 1 if group in setting_groups() else 0
    return ".".join([group, *path[:depth]])


def _shown(value: object) -> str:
    """The value as the user wrote it, truncated, without credentials in URLs."""
    text = quoted(value) if isinstance(value, str) else str(value).lower()
    text = redact_keys(re.sub(r"//[^/@\s]*@", "//…@", text))
    return text if len(text) <= 60 else f"{text[:59]}…"


def _unknown_writers(settings: Settings, found: Mapping[str, SettingValue]) -> Iterator[str]:
    known = ("auto", "groq", "outline", *settings.services)
    for name in settings.script.writers:
        if name not in known:
            hint = did_you_mean(
                name, known, otherwise=f"Add a table [services.{name}], or use one of {', '.join(known)}"
            )
            yield f"{found['script.writers'].subject}: there is no writer {name!r}. {hint}"


def redact_keys(text: str) -> str:
    """`text` with everything that looks like an API key, or is too long for a message, cut to its first characters."""
    return _KEY.sub(lambda found: f"{found[0][:_SHOWN_CHARS]}…", _LONG.sub(r"\1…", text))
