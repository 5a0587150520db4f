"""Release options of `nightreel publish`: they override those of the brief."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.errors import InputError
from pipeline.model import Brief
from pipeline.model.schedule import Zone
from pipeline.orchestrator.context import RunContext

# The flag that errors name.
_WHERE = "--publish-at"
PRIVACY = "youtube.privacy"


@dataclass(frozen=True, kw_only=True)
class ReleaseOptions:
    """Publish time and playlist of films; empty: as in the brief, else the settings."""

    # "2027-01-26 18:00", in `time_zone` (IANA) or with an offset.
    publish_at: str = ""
    time_zone: str = ""
    playlist: str = ""

    def apply(self, brief: Brief) -> Brief:
        """The brief with these options."""
        return replace(
            brief,
            publish_at=self.publish_at or brief.publish_at,
            time_zone=self.time_zone or brief.time_zone,
            playlist=self.playlist or brief.playlist,
            # A film with a publish time is private until then, and public from then on.
            privacy="" if self.publish_at else brief.privacy,
        )

    def check(self, context: RunContext) -> None:
        """Raise `InputError` for options that exclude each other, or that no host supports."""
        if self.publish_at and PRIVACY in context.hosts.overrides:
            hint = "Leave one of them out: a film with a publish time is private until then, and public from then on"
            raise InputError("can't be combined with --privacy", where=_WHERE, hint=hint)
        try:
            Zone(self.time_zone)
        except ValueError as error:
            raise InputError(str(error), where="--time-zone") from error
        try:
            context.hosts.check(self.apply(Brief(title=_WHERE)))
        except InputError as error:
            # The flag is named: the key of briefs is not repeated.
            what = error.message.removeprefix("publish_at").lstrip(": ")
            raise InputError(what, where=error.where, hint=error.hint) from error


NO_RELEASE_OPTIONS = ReleaseOptions()
