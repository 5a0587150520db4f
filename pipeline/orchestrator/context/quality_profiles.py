"""The quality profile of a film: from the settings, else its template, else the default."""

from __future__ import annotations

from pipeline.errors import InputError, did_you_mean
from pipeline.model import QualityProfile
from pipeline.settings import DEFAULT_PROFILE, Settings, resolve_profiles
from pipeline.template import Template


def profile_for(settings: Settings, template: Template | None = None) -> QualityProfile:
    """The profile for films of a template, or for third-party films.

    Raises `InputError` for a template that names an unknown profile.
    """
    profiles = resolve_profiles(settings.profiles)
    name = settings.quality.profile or (template.profile if template else "") or DEFAULT_PROFILE
    if name not in profiles:
        where = template.folder if template else ""
        raise InputError(f"there is no profile {name!r}", where=where, hint=did_you_mean(name, profiles))
    return profiles[name]
