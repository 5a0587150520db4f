"""Everything that can be set: flags over NIGHTREEL_* over nightreel.toml over defaults, one checked value at the end.

groups.py      every setting, its default and what it may be
source.py      where tables come from that are no plain files
campaign.py    how tables are read
series.py      what the episodes of a series share
services.py    services with language models, and what is known of the best known ones
money.py       what models cost, and what may be spent on them
stock.py       services with photos
pronounce.py   words that voices say wrong
looks.py       captions and the colours of the user
presets.py     how films are encoded, by name
profiles.py    how strictly they are judged, by name
publishing.py  where they are published
night.py       how a batch is worked through
kinds.py       the kinds of values      (languages.py, secrets.py: some of their own; based.py: tables by name)
fields.py      the same by dotted name
loading.py     from the three sources to `Settings`, every problem told with its place
problems.py    what is wrong with them, in words
example.py     the commented nightreel.toml of `nightreel init`
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
from pipeline.settings.services import ModelSettings, ServiceSettings
from pipeline.settings.stock import StockSettings

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
