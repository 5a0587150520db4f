"""Settings by their dotted names, derived from the model classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TypeGuard, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.settings.groups import Settings
from pipeline.settings.services import ServiceSettings

PREFIX = "NIGHTREEL_"
# services.NAME.KEY, where NAME is user-defined.
_SERVICE = re.compile(r"services\.(\w+)\.(\w+)", re.ASCII)


@cache
def setting_fields() -> dict[str, FieldInfo]:
    """Fields by dotted name ("video.quality") in declaration order; those without a group come first.

    The tables [services.NAME] are not included: their names are user-defined.
    """
    return dict(_fields_of(Settings, ""))


def setting_field(name: str) -> FieldInfo | None:
    """The field of that name, including those of services ("services.deepseek.models"); None: unknown."""
    if service := _SERVICE.fullmatch(name):
        return ServiceSettings.model_fields.get(service[2])
    return setting_fields().get(name)


@cache
def setting_groups() -> dict[str, type[BaseModel]]:
    """The model classes by group name ("video")."""
    return {name: field.annotation for name, field in Settings.model_fields.items() if _is_group(field.annotation)}


@cache
def setting_tables() -> frozenset[str]:
    """The settings that are tables with user-defined keys: "voices" (with keys like "voices.de")."""
    return frozenset(name for name, field in setting_fields().items() if get_origin(field.annotation) is dict)


@cache
def file_only_tables() -> frozenset[str]:
    """Tables that can only be set in the file: their keys ("openai/gpt-oss-120b") are no valid variable names."""
    return frozenset(name for name in setting_tables() if _is_group(get_args(setting_fields()[name].annotation)[1]))


def environment_name(name: str) -> str:
    """The environment variable of a setting: "NIGHTREEL_VIDEO__QUALITY" for "video.quality"."""
    return PREFIX + name.replace(".", "__").upper()


def is_secret(name: str) -> bool:
    """Whether a value must not be displayed: a secret, or a group that contains one."""
    if (field := setting_field(name)) is not None:
        return "SecretStr" in str(field.annotation)
    return name.startswith("services") or any(
        "SecretStr" in str(field.annotation)
        for known, field in setting_fields().items()
        if known.startswith(f"{name}.")
    )


def _fields_of(model: type[BaseModel], above: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if name == "services":
            continue
        if _is_group(field.annotation):
            yield from _fields_of(field.annotation, f"{name}.")
        else:
            yield f"{above}{name}", field


def _is_group(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
