"""A bed + Narration -> the sound of a whole film.

library    the folder of beds, and which one a film gets
bed        a bed as a loop without a seam: `prepare_bed` (in a worker process)
ducking    how far the bed steps back, and when
mix        voice and bed as one track: `mix_film` (in a worker process)
"""

from pipeline.music.bed import check_bed, prepare_bed
from pipeline.music.library import ANY_BED, NO_BED, Bed, BedLibrary
from pipeline.music.mix import MixPlan, mix_film

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
