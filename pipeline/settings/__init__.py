"""Everything that can be set: flags over NIGHTREEL_* over nightreel.toml over defaults, one checked value at the end.

groups       every setting, its default and what it may be
campaign     how tables are read, and where they come from if that is no plain file
series       what the episodes of a series share
services     services with language models, what is known of the best known ones, and services with photos
money        what models cost, and what may be spent on them
languages    tables and lists by language, and words that voices say wrong
looks        captions and the colours of the user
presets      how films are encoded, by name
profiles     how strictly they are judged, by name
publishing   where they are published
night        how a batch is worked through
kinds        the kinds of values      (based: tables by name)
fields       the same by dotted name
loading      from the three sources to `Settings`, every problem told with its place
problems     what is wrong with them, in words
example      the commented nightreel.toml of `nightreel init`
"""

from pipeline.settings.example import example_toml
from pipeline.settings.fields import environment_name, is_secret, setting_fields
from pipeline.settings.groups import (
    Settings,
)
from pipeline.settings.loading import load_settings
from pipeline.settings.night import ErrorSettings, TimeLimitSettings
from pipeline.settings.presets import PresetSettings, presets_of
from pipeline.settings.profiles import DEFAULT_PROFILE, ProfileSettings, profiles_of
from pipeline.settings.publishing import DEFAULT_CHANNEL
from pipeline.settings.services import ModelSettings, ServiceSettings, StockSettings

__all__ = [
    "DEFAULT_CHANNEL",
    "DEFAULT_PROFILE",
    "ErrorSettings",
    "ModelSettings",
    "PresetSettings",
    "ProfileSettings",
    "ServiceSettings",
    "Settings",
    "StockSettings",
    "TimeLimitSettings",
    "environment_name",
    "example_toml",
    "is_secret",
    "load_settings",
    "presets_of",
    "profiles_of",
    "setting_fields",
]
