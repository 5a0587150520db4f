"""Flags that several commands share, and how they become settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to work, and how to talk."""

    workspace: Path | None = None
    """The workspace: a folder with nightreel.toml. Default: the nearest one upwards, else the current folder."""
    json: Annotated[bool, Parameter(negative="")] = False
    """Print JSON for machines on stdout, and nothing else there."""
    debug: Annotated[bool, Parameter(negative="")] = False
    """Show tracebacks."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Making:
    """What shapes a film. A flag goes before the brief, the brief before nightreel.toml."""

    template: str | None = None
    """Template, e.g. explainer."""
    language: str | None = None
    """Language of the film, e.g. en, de, pt-BR."""
    voice: str | None = None
    """Voice, e.g. en-US-AvaNeural."""
    writer: Literal["auto", "groq", "outline"] | None = None
    """Who writes the script: groq (a model) or outline (your notes as they are)."""
    narrator: Literal["auto", "edge", "espeak", "silence"] | None = None
    """Who speaks: edge (online), espeak (offline) or silence."""
    offline: Annotated[bool, Parameter(negative="")] = False
    """Use nothing outside this machine: outline writes, espeak speaks."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override."""
        flags = {
            "template": self.template,
            "language": self.language,
            "narration.voice": self.voice,
            "script.writer": self.writer,
            "narration.narrator": self.narrator,
            "offline": self.offline or None,
        }
        return {key: value for key, value in flags.items() if value is not None}
