"""A bed + Narration -> the sound of a whole film.

library    the folder of beds, and which one a film gets
bed        a bed as a loop without a seam: `prepare_bed` (in a worker process)
ducking    how far the bed steps back, and when
plan       how loud it is
mix        voice and bed as one track: `mix_film` (in a worker process)

PyAV and numpy are loaded by the first call, not by whoever chooses a bed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.model import Clip
from pipeline.music.library import ANY_BED, NO_BED, Bed, BedLibrary
from pipeline.music.plan import MixPlan

# Parts of the keys of cached loops and mixes: they count up when the same bed and voice would give other bytes.
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
    """Write the loop of a bed to `path`. A worker's job: see `bed.prepare_bed`."""
    from pipeline.music import bed  # noqa: PLC0415

    bed.prepare_bed(chosen, path)


def mix_film(clips: Sequence[Clip], loop: Path, *, plan: MixPlan, path: Path, bit_rate: int = 192_000) -> None:
    """Write the sound of a film to `path`. A worker's job: see `mix.mix_film`."""
    from pipeline.music import mix  # noqa: PLC0415

    mix.mix_film(clips, loop, plan=plan, path=path, bit_rate=bit_rate)
