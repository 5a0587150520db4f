"""Configuration: flags over NIGHTREEL_* variables over nightreel.toml over defaults, validated by pydantic.

groups        the root model `Settings`: every setting with its type, default and description
campaign      how tables are parsed; data sources other than plain files
series        what the episodes of a series share
services      LLM and stock photo providers, with presets for the well-known ones
pricing       prices of models, budgets
languages     lists and tables keyed by language tag, pronunciation dictionary
appearance    caption style and branding
presets       named encoder presets
profiles      named quality profiles
publishing    destinations, YouTube
execution     retries, circuit breaker, concurrency, error policy, time limits
value_types   annotated types that several groups share
inheritance   named tables that are based on one another (presets, profiles)
fields        settings by dotted name
loading       merges the sources into `Settings`
diagnostics   messages for invalid settings
example       the commented nightreel.toml of `nightreel init`
"""

from pipeline.settings.example import example_toml
from pipeline.settings.execution import ErrorSettings, TimeLimitSettings
from pipeline.settings.fields import environment_name, is_secret, setting_fields
from pipeline.settings.groups import Settings
from pipeline.settings.loading import load_settings
from pipeline.settings.presets import PresetSettings, resolve_presets
from pipeline.settings.profiles import DEFAULT_PROFILE, ProfileSettings, resolve_profiles
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
    "resolve_presets",
    "resolve_profiles",
    "setting_fields",
]
