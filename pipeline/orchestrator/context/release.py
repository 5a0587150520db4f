"""Privacy and publication time of a film: a flag overrides the brief, the brief overrides the settings.

An explicit privacy applies at once. A film with a publication time is private until then, and public from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pipeline.choices import Privacy
from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.model.schedule import Slots, Zone, parse_moment
from pipeline.settings.publishing import YouTubeSettings


@dataclass(frozen=True, kw_only=True)
class Release:
    """Privacy of a film; with `publish_at` or `slots`, it becomes public at that time or at one of these times."""

    privacy: Privacy
    publish_at: datetime | None = None
    slots: Slots | None = None
    # The brief, as messages name it.
    where: str = ""
    # Whether it comes from a flag or the brief: then `publish --update` also applies it to published films.
    is_explicit: bool = False


def release_of(brief: Brief, settings: YouTubeSettings, *, channel: str, flag: str = "") -> Release:
    """The release of a film on a channel. `flag` is a privacy.

    Raises `InputError` for an unknown time zone, and for a time that is invalid in it.
    """
    where = brief.origin or brief.title
    try:
        zone = Zone(brief.time_zone or settings.time_zone_of(channel))
    except ValueError as error:
        raise InputError(f"time_zone: {error}", where=where) from error
    if flag:
        return Release(privacy=cast("Privacy", flag), where=where, is_explicit=True)
    if brief.publish_at:
        if brief.privacy == "unlisted":
            hint = "Remove one of the two: at its time a film becomes public"
            raise InputError("can't be unlisted and have a publish_at", where=where, hint=hint)
        try:
            at = parse_moment(brief.publish_at, zone)
        except ValueError as error:
            raise InputError(f"publish_at: {error}", where=where) from error
        return Release(privacy="private", publish_at=at, where=where, is_explicit=True)
    if brief.privacy:
        return Release(privacy=brief.privacy, where=where, is_explicit=True)
    if settings.slots:
        return Release(privacy="private", slots=Slots.parse(settings.slots, zone), where=where)
    return Release(privacy=settings.privacy, where=where)
