"""Who may see a film, and from when: a flag goes before the brief, the brief before the settings.

Whoever names a privacy gets that at once; a time makes a film public then, so it is private until its time.
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
    """How one film is shown. It becomes public at `publish_at`, or at one of `slots`, if one of the two is there."""

    privacy: Privacy
    publish_at: datetime | None = None
    slots: Slots | None = None
    # Who asked for it, as messages call it.
    where: str = ""
    # Whether a flag or the brief says so: then a film that is out is changed, if that is asked for.
    is_asked: bool = False


def release_of(brief: Brief, settings: YouTubeSettings, *, channel: str, flag: str = "") -> Release:
    """What holds for a film on its way to a channel. `flag` is a privacy, too.

    Raises `InputError` for a time that is none in its zone.
    """
    where = brief.origin or brief.title
    try:
        zone = Zone(brief.time_zone or settings.time_zone_of(channel))
    except ValueError as error:
        raise InputError(f"time_zone: {error}", where=where) from error
    if flag:
        return Release(privacy=cast("Privacy", flag), where=where, is_asked=True)
    if brief.publish_at:
        if brief.privacy == "unlisted":
            hint = "Remove one of the two: at its time a film becomes public"
            raise InputError("can't be unlisted and have a publish_at", where=where, hint=hint)
        try:
            at = parse_moment(brief.publish_at, zone)
        except ValueError as error:
            raise InputError(f"publish_at: {error}", where=where) from error
        return Release(privacy="private", publish_at=at, where=where, is_asked=True)
    if brief.privacy:
        return Release(privacy=brief.privacy, where=where, is_asked=True)
    if settings.slots:
        return Release(privacy="private", slots=Slots.parse(settings.slots, zone), where=where)
    return Release(privacy=settings.privacy, where=where)
