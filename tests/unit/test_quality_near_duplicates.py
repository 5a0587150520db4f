"""Duplicates under two names, found by words and pictures; template rows differ where intended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.media.pictures.perceptual_hash import MAX_DISTANCE_BITS, hamming_distance, perceptual_hash
from pipeline.model import STANDARD, Script, SpokenLine, StatementScene
from pipeline.quality import profile_checks
from pipeline.quality.expected import NearDuplicate
from pipeline.quality.near_duplicates import (
    Fingerprint,
    film_similarity,
    jaccard,
    minhash_bands,
    narration_text,
    shared_pictures,
    shingle_set,
)

RIVER = (
    "A river carries sand from the mountains to the sea. Where it slows down, the sand sinks and builds a delta. "
    "The Nile has one, and so has the Mekong. Both lose land, because dams hold back what would have become land. "
    "People who live there raise their houses, plant mangroves, and ask those upstream to let the mud pass."
)
TEA = (
    "Tea leaves wither after they are picked. Rolled, they break and meet the air, which turns them brown. Green tea "
    "is heated before that happens. Water of eighty degrees is enough for it; black tea wants it boiling."
)


def script(text=RIVER, *, title="Deltas", language="en"):
    lines = tuple(SpokenLine(text=f"{each.strip(' .')}.") for each in text.split(". "))
    return Script(title=title, language=language, scenes=(StatementScene(text=title, lines=lines),))


def sketch(of, *, kind="1920x1080 ", exact=False):
    return minhash_bands(of, kind=kind, exact=exact)


def alike(one, other):
    return jaccard(shingle_set(narration_text(one)), shingle_set(narration_text(other)))


def test_the_same_text_under_another_title_shares_a_minhash_band():
    twin = script(RIVER.replace("sand sinks", "mud sinks").upper(), title="How deltas grow")

    assert alike(script(), twin) > 0.9
    assert set(sketch(script())) & set(sketch(twin))


def test_films_about_different_things_share_nothing():
    assert alike(script(), script(TEA)) < 0.1
    assert not set(sketch(script())) & set(sketch(script(TEA)))


@pytest.mark.parametrize("seed", range(20))
def test_films_with_a_similarity_of_80_percent_share_a_minhash_band(seed):
    chance = np.random.default_rng(seed)
    words = [f"{'aeiou'[n % 5]}{n * 7919 % 9973}" for n in range(400)]
    changed = [f"other{n}" if chance.random() < 0.04 else word for n, word in enumerate(words)]
    one, other = script(" ".join(words)), script(" ".join(changed))

    assert alike(one, other) > 0.7
    assert set(sketch(one)) & set(sketch(other))


def test_scripts_without_spaces_are_compared_too():
    one = script(
        "川は山から海へ砂を運ぶ。流れが遅くなると砂は沈み、三角州ができる。ナイル川にもメコン川にもある。",
        language="ja",
    )
    other = script(
        "お茶の葉は摘まれるとしおれる。揉まれると空気に触れて茶色になる。緑茶はその前に蒸される。", language="ja"
    )

    assert alike(one, one) == 1
    assert alike(one, other) < 0.1


def test_films_of_another_size_or_language_share_no_minhash_band():
    assert not set(sketch(script())) & set(sketch(script(), kind="1080x1920 "))
    assert not set(sketch(script())) & set(sketch(script(language="de")))


def test_rows_are_duplicates_only_with_an_identical_script():
    anna, ben = (script(f"Hello {name}. {RIVER}", title="Your offer") for name in ("Anna", "Ben"))

    assert alike(anna, ben) > 0.9
    assert sketch(anna, exact=True) != sketch(ben, exact=True)
    assert sketch(anna, exact=True) == sketch(replace(anna, description="For Anna", writer="x"), exact=True)


def test_a_film_without_words_has_no_minhash_bands():
    silent = Script(title="Silence", language="en", scenes=(StatementScene(text="…", lines=(SpokenLine(text="…"),)),))

    assert sketch(silent) == ()


# Pictures --------------------------------------------------------------------------------------------------------


def slide(seed, size=(270, 480)):
    """A gradient with some blocks on it."""
    chance = np.random.default_rng(seed)
    picture = np.tile(np.linspace(30, 60, size[1]), (size[0], 1))
    for _ in range(8):
        top, left = chance.random(2) * 0.8
        height, width = 0.03 + chance.random(2) * (0.1, 0.3)
        picture[
            int(top * size[0]) : int((top + height) * size[0]), int(left * size[1]) : int((left + width) * size[1])
        ] = 220
    return picture.astype(np.uint8)


def test_the_hash_survives_scaling_brightness_and_noise():
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(0, 4, (135, 240))
        worse = np.clip(slide(seed)[::2, ::2] * 1.1 + 5 + noise, 0, 255).astype(np.uint8)

        assert hamming_distance(perceptual_hash(slide(seed)), perceptual_hash(worse)) <= MAX_DISTANCE_BITS


def test_hashes_of_different_pictures_are_far_apart():
    looks = [perceptual_hash(slide(seed)) for seed in range(20)]

    assert min(hamming_distance(a, b) for n, a in enumerate(looks) for b in looks[:n]) > MAX_DISTANCE_BITS


@pytest.mark.parametrize("picture", [np.zeros((90, 160), np.uint8), np.full((7, 3), 200, np.uint8)])
def test_a_picture_without_detail_has_the_hash_0(picture):
    assert perceptual_hash(picture) == 0


def test_shared_pictures_ignores_the_order_of_scenes():
    one, two, three = (perceptual_hash(slide(seed)) for seed in range(3))

    assert shared_pictures((one, two), (two, one)) == 1
    assert shared_pictures((one, two), (one, three)) == 0.5
    assert shared_pictures((one, two, three), (one,)) == pytest.approx(1 / 3)


# Third-party films -----------------------------------------------------------------------------------------------


def fingerprint(seed=0, *, voice=0, caption_text="", length_s=20.0, delay=0):
    hashes = tuple(perceptual_hash(slide(seed + (at + delay) // 5)) for at in range(20))
    levels = tuple(np.random.default_rng(voice).normal(-17, 4, 20))
    return Fingerprint(length_s=length_s, hashes=hashes, lufs_by_second=levels, caption_text=caption_text)


def test_similarity_survives_gain_and_a_small_delay():
    louder = replace(fingerprint(delay=1), lufs_by_second=tuple(level + 3 for level in fingerprint().lufs_by_second))

    assert film_similarity(fingerprint(), louder) >= 0.95


@pytest.mark.parametrize(
    "other",
    [fingerprint(seed=100), fingerprint(voice=1), fingerprint(length_s=21), replace(fingerprint(), lufs_by_second=())],
    ids=["other pictures", "another voice", "longer", "silent"],
)
def test_different_films_have_a_low_similarity(other):
    assert film_similarity(fingerprint(), other) < 0.8


def test_captions_take_precedence_over_loudness_curves():
    assert film_similarity(fingerprint(caption_text=RIVER), fingerprint(caption_text=RIVER, voice=1)) == 1
    assert film_similarity(fingerprint(caption_text=RIVER), fingerprint(caption_text=TEA)) < 0.1


# The verdict -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "verdict", "measured"),
    [
        (1.0, "fail", "100 % like job 1f2e (“Deltas”)"),
        (0.998, "fail", "99 % like job 1f2e (“Deltas”)"),
        (0.9, "fail", "90 % like job 1f2e (“Deltas”)"),
        (0.5, "pass", "50 % like job 1f2e (“Deltas”)"),
    ],
)
def test_the_check_names_the_other_film(share, verdict, measured):
    check = profile_checks.duplicate(NearDuplicate(name="job 1f2e", title="Deltas", share=share), STANDARD)

    assert (check.verdict, check.measured, check.limit) == (verdict, measured, "less than 90 % like another film")
    assert (check.value, check.unit) == (100 * share, "%")


def test_a_film_without_others_passes():
    assert profile_checks.duplicate(None, STANDARD).measured == "unlike the others"
