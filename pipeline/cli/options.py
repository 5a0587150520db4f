"""Flags that several commands share, and how they become settings."""

from __future__ import annotations

import re
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
    writer: str | None = None
    """Who writes the script, best first: groq, deepseek, … (models) or outline (your notes as they are)."""
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
            "script.writers": self.writer,
            "narration.narrator": self.narrator,
            "offline": self.offline or None,
        }
        return {key: value for key, value in flags.items() if value is not None}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Working:
    """How a batch is worked on. These go before nightreel.toml, for this command."""

    strategy: Literal["sequential", "fixed", "adaptive", "smart"] | None = None
    """How many films are under way at once: sequential, fixed, adaptive (default) or smart (short ones first)."""
    max_concurrent: int | None = None
    """Films under way at once, at most."""
    max_memory: str | None = None
    """Memory that all our processes may use, e.g. 4GB or 800MB."""
    on_error: Literal["continue", "stop"] | None = None
    """After a film has failed: continue with the others (default), or stop."""
    max_failures: int | None = None
    """Stop after so many failed films."""
    retries: int | None = None
    """How often a film is taken up again after a failure that may pass."""

    budget: float | None = None
    """US dollars that the batch may cost, over all its runs; what would cost more is parked."""

    def as_settings(self) -> dict[str, object]:
        """The flags that were given, by the key of the setting they override."""
        flags = {
            "work.strategy": self.strategy,
            "work.max_concurrent": self.max_concurrent,
            "work.max_memory_gb": None
            if self.max_memory is None
            else size_bytes("--max-memory", self.max_memory) / 1e9,
            "errors.on_error": self.on_error,
            "errors.max_failures": self.max_failures,
            "errors.retries": self.retries,
            "budget.usd_per_batch": self.budget,
        }
        return {key: value for key, value in flags.items() if value is not None}


_UNITS = {"": 1e9, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def size_bytes(flag: str, text: str) -> int:
    """800MB, 1.5 GB or 4 (gigabytes) in bytes. Raises `InputError` about the flag for anything else."""
    from pipeline.errors import InputError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip().upper())
    if not match:
        raise InputError(f"{text!r} is not a size", where=flag, hint="Write e.g. 4GB or 800MB")
    return int(float(match[1]) * _UNITS[match[2]])
