"""Narration + a music bed -> the soundtrack of a film.

library    the folder of beds, and which one a film gets
bed        a bed as a seamless loop: `prepare_bed` (in a worker process)
ducking    the gain of the bed over the film, lower under speech
plan       levels and fades
mix        voice and bed mixed to one track: `mix_film` (in a worker process)

PyAV and numpy are loaded by the first call, not by this import.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.model import Clip
from pipeline.music.library import ANY_BED, NO_BED, Bed, BedLibrary
from pipeline.music.plan import MixPlan

# Part of the cache keys of loops and mixes: raise them when the same bed and voice would give other bytes.
BED_VERSION = 1
MIX_VERSION = 1

__all__ = [
    "ANY_BED",
    "BED_VERSION",
    "MIX_VERSION",
    "NO_BED",
    "Bed",
    "BedLibrary",
    "MixPlan",
    "check_bed",
    "mix_film",
    "prepare_bed",
]


def check_bed(chosen: Bed) -> None:
    """Raise `InputError` if FFmpeg can't read even the first second of it. Blocks."""
    from pipeline.music import bed  # noqa: PLC0415

    bed.check_bed(chosen)


def prepare_bed(chosen: Bed, path: Path) -> None:
    """Write the loop of a bed to `path`. Blocks; for worker processes: see `bed.prepare_bed`."""
    from pipeline.music import bed  # noqa: PLC0415

    bed.prepare_bed(chosen, path)


def mix_film(clips: Sequence[Clip], loop: Path, *, plan: MixPlan, path: Path, bit_rate: int = 192_000) -> None:
    """Write the soundtrack of a film to `path`. Blocks; for worker processes: see `mix.mix_film`."""
    from pipeline.music import mix  # noqa: PLC0415

    mix.mix_film(clips, loop, plan=plan, path=path, bit_rate=bit_rate)
