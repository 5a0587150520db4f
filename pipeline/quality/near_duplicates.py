"""Whether two films are the same film under two names: by what they say, and by what they show.

What a film says is cut into shingles, eight letters that follow each other, so that it works in scripts without spaces
too; how alike two films are is how many of their shingles they share (Jaccard). To find the films that are worth
comparing among very many, each has a sketch: keys, of which two films that are alike share at least one (MinHash with
banding; A. Broder, "On the resemblance and containment of documents", 1997; J. Leskovec et al., "Mining of Massive
Datasets", chapter 3).
"""

from __future__ import annotations

import hashlib
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.keys import content_key
from pipeline.media.pictures.perceptual_hash import MAX_DISTANCE_BITS, hamming_distance
from pipeline.model import Script, narration_of

_SHINGLE = 8
# Of films that are 80 % alike, 9,998 of 10,000 share a key: 1 - (1 - 0.8 ** 4) ** 16.
_BANDS, _ROWS = 16, 4
# Multiplications of odd numbers, and what is added: as good as any.
_CHANCE = np.random.Generator(np.random.PCG64(20_261_126))
_FACTORS = _CHANCE.integers(0, 2**63, (_BANDS * _ROWS, 1), np.uint64) * np.uint64(2) + np.uint64(1)
_TERMS = _CHANCE.integers(0, 2**63, (_BANDS * _ROWS, 1), np.uint64)
_KEY_CHARS = 16
# A film that differs so much in its length is another one.
LENGTH = 0.02
_FAR_LU = 10.0


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What is kept of a film by anybody, so that the same film is known again."""

    length_s: float
    # Second by second: `media.looks.perceptual_hash`, and how loud it is. Empty: it has no pictures, or no sound.
    looks: tuple[int, ...]
    levels_lufs: tuple[float, ...]
    # What its captions say; empty: it has none.
    said: str = ""


def minhash_bands(script: Script, *, kind: str, exact: bool) -> tuple[str, ...]:
    """The keys of a film; it is worth comparing with films that have one of them.

    `kind` is what tells apart films that are meant to say the same: their shape, for one. `exact`: only the very same
    script is the same film, as where a template says what differs from row to row.
    """
    if exact:
        return (content_key(kind, script.language, script.title, script.scenes)[:_KEY_CHARS],)
    salt = f"{kind} {script.language}"
    found = shingle_set(narration_text(script))
    if not found:
        return ()
    numbers = np.fromiter((zlib.crc32(each.encode()) for each in sorted(found)), np.uint64, len(found))
    # The upper half of a product is well mixed.
    least = ((_FACTORS * numbers + _TERMS) >> np.uint64(32)).min(axis=1).reshape(_BANDS, _ROWS)
    return tuple(
        hashlib.sha256(f"{salt} {number} {band.tolist()}".encode()).hexdigest()[:_KEY_CHARS]
        for number, band in enumerate(least)
    )


def narration_text(script: Script) -> str:
    """All that a film says."""
    return " ".join(map(narration_of, script.scenes))


def shingle_set(text: str) -> frozenset[str]:
    """Its runs of eight letters, whatever the case and the punctuation; of a shorter text, itself; none of no text."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(char if char.isalnum() or unicodedata.category(char).startswith("M") else " " for char in plain)
    plain = " ".join(words.split())
    starts = range(max(1, len(plain) - _SHINGLE + 1)) if plain else ()
    return frozenset(plain[at : at + _SHINGLE] for at in starts)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of what either says both say, 0 to 1."""
    return len(one & other) / len(one | other)


def shared_pictures(one: Sequence[int], other: Sequence[int]) -> float:
    """Share of pictures that have a match in the other film, 0 to 1, the lesser of both; by `perceptual_hash`."""

    def known(those: Sequence[int], these: Sequence[int]) -> float:
        seen = set(these)
        alike = (
            look in seen or any(hamming_distance(look, each) <= MAX_DISTANCE_BITS for each in seen) for look in those
        )
        return sum(alike) / len(those)

    return min(known(one, other), known(other, one))


def share_of(one: Fingerprint, other: Fingerprint) -> float:
    """How much two films by anybody are alike, 0 to 1: in what they show and in what they say, the lesser of both.

    What they say is told by their captions; without, by how loud they are from second to second. A film that is longer
    by a fiftieth is another one.
    """
    if abs(one.length_s - other.length_s) > max(one.length_s, other.length_s) * LENGTH:
        return 0.0
    if bool(one.looks) != bool(other.looks) or bool(one.levels_lufs) != bool(other.levels_lufs):
        return 0.0
    shares = [1.0]
    if one.looks:
        shares.append(min(_in_step(one.looks, other.looks), _in_step(other.looks, one.looks)))
    if one.said and other.said:
        shares.append(jaccard(shingle_set(one.said), shingle_set(other.said)))
    elif one.levels_lufs:
        shares.append(_share_heard(one.levels_lufs, other.levels_lufs))
    return min(shares)


def _in_step(one: Sequence[int], other: Sequence[int]) -> float:
    """How many seconds of one look like the same second of the other, or its neighbours: one may begin later."""
    alike = (
        any(hamming_distance(look, each) <= MAX_DISTANCE_BITS for each in other[max(0, at - 1) : at + 2])
        for at, look in enumerate(one)
    )
    return sum(alike) / len(one)


def _share_heard(one: Sequence[float], other: Sequence[float]) -> float:
    """How alike they rise and fall, whatever the volume: a mean difference of ten decibels is nothing in common."""
    count = min(len(one), len(other))
    waves = np.array([one[:count], other[:count]])
    waves -= waves.mean(axis=1, keepdims=True)
    return max(0.0, 1 - float(np.abs(waves[0] - waves[1]).mean()) / _FAR_LU)
