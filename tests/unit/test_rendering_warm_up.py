"""What is warmed up before a worker's first scene."""

from __future__ import annotations

from pipeline import rendering
from pipeline.errors import MissingToolError
from pipeline.model import BulletsScene, ClosingScene, StatementScene, TitleScene
from pipeline.rendering import Look, layouts
from pipeline.rendering.surface import background
from pipeline.rendering.text import rasterising

SCENES = (
    TitleScene(lines=(), heading="Why the sky is blue", kicker="Light", subtitle="And red in the evening"),
    BulletsScene(lines=(), heading="Three kinds of light", items=("Red goes straight on", "Blue is scattered")),
    StatementScene(lines=(), text="Most of what we see has met a molecule", emphasis="met a molecule"),
    ClosingScene(lines=(), text="Look up this evening", subtitle="Why the sky is blue"),
)


def test_warming_up_caches_backgrounds_and_most_glyphs():
    lit, drawn = background._drawn, rasterising._letters
    for cached in (lit, drawn):
        cached.cache_clear()
    rendering.preload()
    known, letters = lit.cache_info(), drawn.cache_info()

    for scene in SCENES:
        layouts.lay_out(scene, (), Look(title="Why the sky is blue")).ground()

    assert lit.cache_info().misses == known.misses == len(SCENES)
    after = drawn.cache_info()
    asked, missed = after.hits + after.misses - letters.hits - letters.misses, after.misses - letters.misses
    assert asked > 100
    assert missed < asked / 4


def test_checking_whether_texts_fit_draws_no_background():
    background._drawn.cache_clear()
    look = Look(title="Why the sky is blue")

    assert [rendering.find_overflowing_texts(scene, look) for scene in SCENES] == [()] * len(SCENES)

    assert background._drawn.cache_info().misses == 0
    next(rendering.draw_scene(SCENES[0], words=(), cues=(), frames=30, look=look))
    assert background._drawn.cache_info().misses == 1


def test_a_missing_font_is_reported_by_drawing_and_not_by_preloading(monkeypatch):
    asked = []

    def gone():
        asked.append(True)
        raise MissingToolError("the font Inter is not installed", hint="Install nightreel again")

    monkeypatch.setattr("pipeline.rendering.warm_up.fill_caches", gone)

    rendering.preload()

    assert asked
