"""Near-duplicate detection: whether two films are the same film, by what they say and what they show.

Text is split into shingles, runs of eight letters, so that it works in scripts without spaces too; the similarity of
two texts is the Jaccard index of their shingles. Candidates among very many films are found by MinHash with banding:
each film has a few keys, and near-duplicates share at least one (A. Broder, "On the resemblance and containment of
documents", 1997; J. Leskovec et al., "Mining of Massive Datasets", chapter 3).
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
# Of 10,000 pairs with a similarity of 80 %, 9,998 share a key: 1 - (1 - 0.8 ** 4) ** 16.
_BANDS, _ROWS = 16, 4
# The hash family: odd factors, and terms.
_RANDOM = np.random.Generator(np.random.PCG64(20_261_126))
_FACTORS = _RANDOM.integers(0, 2**63, (_BANDS * _ROWS, 1), np.uint64) * np.uint64(2) + np.uint64(1)
_TERMS = _RANDOM.integers(0, 2**63, (_BANDS * _ROWS, 1), np.uint64)
_KEY_CHARS = 16
# Films whose durations differ by more than this share are different films.
LENGTH_TOLERANCE = 0.02
# Mean difference of two loudness curves that have nothing in common.
_UNRELATED_LU = 10.0


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What identifies a third-party film."""

    length_s: float
    # Per second: a perceptual hash, and momentary loudness. Empty: no pictures, or no sound.
    hashes: tuple[int, ...]
    lufs_by_second: tuple[float, ...]
    # The text of its captions; empty: it has none.
    caption_text: str = ""


def minhash_bands(script: Script, *, kind: str, exact: bool) -> tuple[str, ...]:
    """The keys of a film; it needs comparing only with films that share one. Empty if it says nothing.

    `kind` separates films that may say the same on purpose, e.g. by their aspect ratio. With `exact`, only an identical
    script is the same film, as where rows of a table fill a template.
    """
    if exact:
        return (content_key(kind, script.language, script.title, script.scenes)[:_KEY_CHARS],)
    salt = f"{kind} {script.language}"
    found = shingle_set(narration_text(script))
    if not found:
        return ()
    numbers = np.fromiter((zlib.crc32(each.encode()) for each in sorted(found)), np.uint64, len(found))
    # The upper half of a product is well mixed.
    minima = ((_FACTORS * numbers + _TERMS) >> np.uint64(32)).min(axis=1).reshape(_BANDS, _ROWS)
    return tuple(
        hashlib.sha256(f"{salt} {number} {band.tolist()}".encode()).hexdigest()[:_KEY_CHARS]
        for number, band in enumerate(minima)
    )


def narration_text(script: Script) -> str:
    """The narration of all scenes."""
    return " ".join(map(narration_of, script.scenes))


def shingle_set(text: str) -> frozenset[str]:
    """The runs of eight letters of a text, without case and punctuation; a shorter text is one shingle."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(char if char.isalnum() or unicodedata.category(char).startswith("M") else " " for char in plain)
    plain = " ".join(words.split())
    starts = range(max(1, len(plain) - _SHINGLE + 1)) if plain else ()
    return frozenset(plain[at : at + _SHINGLE] for at in starts)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The Jaccard index of two sets of shingles that are not both empty, 0 to 1."""
    return len(one & other) / len(one | other)


def shared_pictures(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of pictures that have a match in the other film, 0 to 1, the lesser of both; by perceptual hash."""

    def matched(hashes: Sequence[int], others: Sequence[int]) -> float:
        known = set(others)
        matches = (
            each in known or any(hamming_distance(each, other) <= MAX_DISTANCE_BITS for other in known)
            for each in hashes
        )
        return sum(matches) / len(hashes)

    return min(matched(one, other), matched(other, one))


def film_similarity(one: Fingerprint, other: Fingerprint) -> float:
    """The similarity of two third-party films, 0 to 1: of their pictures and of their texts, the lesser of both.

    Texts are compared by captions; without captions, by the loudness curves. Films of different duration are different.
    """
    if abs(one.length_s - other.length_s) > max(one.length_s, other.length_s) * LENGTH_TOLERANCE:
        return 0.0
    if bool(one.hashes) != bool(other.hashes) or bool(one.lufs_by_second) != bool(other.lufs_by_second):
        return 0.0
    shares = [1.0]
    if one.hashes:
        shares.append(min(_matching_seconds(one.hashes, other.hashes), _matching_seconds(other.hashes, one.hashes)))
    if one.caption_text and other.caption_text:
        shares.append(jaccard(shingle_set(one.caption_text), shingle_set(other.caption_text)))
    elif one.lufs_by_second:
        shares.append(_curve_similarity(one.lufs_by_second, other.lufs_by_second))
    return min(shares)


def _matching_seconds(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of seconds whose picture matches the same second of the other film, or a neighbour of it."""
    matches = (
        any(hamming_distance(each, near) <= MAX_DISTANCE_BITS for near in other[max(0, at - 1) : at + 2])
        for at, each in enumerate(one)
    )
    return sum(matches) / len(one)


def _curve_similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """The similarity of two loudness curves, whatever their level: 1 minus the mean difference over ten LU."""
    count = min(len(one), len(other))
    curves = np.array([one[:count], other[:count]])
    curves -= curves.mean(axis=1, keepdims=True)
    return max(0.0, 1 - float(np.abs(curves[0] - curves[1]).mean()) / _UNRELATED_LU)
