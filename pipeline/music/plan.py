"""What is decided about the mix."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MixPlan:
    """How loud the bed is, and how it comes and goes. Part of the key of a cached mix."""

    # Loudness units (dB) below the voice while nobody speaks, and how much further down while somebody does.
    below_speech_lu: float = 12.0
    duck_lu: float = 8.0
    # At the start of the film and before its end.
    fade_in_s: float = 1.5
    fade_out_s: float = 2.0
