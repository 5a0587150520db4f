"""Settings of the mix."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MixPlan:
    """Levels and fades of the bed. Part of the cache key of a mix."""

    # The bed's level below the voice in loudness units (LU), and how much further down it is ducked under speech.
    below_speech_lu: float = 12.0
    duck_lu: float = 8.0
    # Fades at the start of the film and before its end.
    fade_in_s: float = 1.5
    fade_out_s: float = 2.0
