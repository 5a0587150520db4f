"""Scenes as streams: holds are bit-identical; memory doesn't grow with length."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from pipeline.assembly import EncoderPlan, join_segments
from pipeline.model import BulletsScene, SpokenLine, StatementScene, VideoFormat
from pipeline.rendering import Look, draw_scene
from pipeline.rendering.surface.background import background
from pipeline.theme.loading import known_themes, load_theme
from tests.standins import openh264
from tests.standins.films import card, make_segment, voice
from tests.standins.timelines import decoded_by_ffmpeg, pictures_by_ffmpeg, psnr_db, read_stream, same

LOOK = Look(title="Why octopuses have three hearts", format=VideoFormat(width_px=1280, height_px=720))
SCENES = (
    StatementScene(
        lines=(SpokenLine(text="When it swims, its heart stops."),),
        text="When it swims, its heart stops.",
        emphasis="its heart stops",
    ),
    BulletsScene(
        lines=(SpokenLine(text="Gills first.", reveals=0), SpokenLine(text="Then all the rest.", reveals=1)),
        heading="Three hearts share the work",
        items=("Two small hearts push blood through the gills", "One large heart sends it on to the body"),
    ),
)
# 6.4 s: at least one keyframe, due after 5 s, comes while the picture rests.
QUANTA, FRAMES = 12, 192


@pytest.mark.parametrize("plan", [EncoderPlan(), EncoderPlan(bframes=2, references=3, preset="veryfast")])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.layout)
def test_no_pulse_is_seen_where_a_picture_that_rests_meets_the_next_keyframe(tmp_path, scene, plan):
    frames = draw_scene(scene, words=(), cues=(), frames=FRAMES, look=LOOK)
    changes = set()

    def noted():
        at = 0
        for frame in frames:
            changes.add(at)
            at += frame[1]
            yield frame

    segment = make_segment(
        tmp_path, "scene", sound=voice(QUANTA), frames=noted(), video_format=LOOK.format, encoder=plan
    )
    stream = read_stream(segment.path)
    pictures = decoded_by_ffmpeg(stream.units)

    resting = [packet.pts for packet in stream.packets if packet.is_key and packet.pts not in changes]
    assert resting, "a keyframe must come while the picture rests"
    for at in resting:
        assert psnr_db(pictures[at - 1], pictures[at]) >= 45
        # Nowhere, either: no block of 16 pixels is brighter or darker by a level and a half.
        luma = np.abs(pictures[at - 1][0].astype(int) - pictures[at][0])
        blocks = luma[: 45 * 16, : 80 * 16].reshape(45, 16, 80, 16).mean((1, 3))
        assert blocks.max() < 1.5


# A minute: 1,800 frame times are no whole number of scene quanta.
MINUTE_QUANTA, MINUTE_FRAMES = 113, 1_808
TINY = VideoFormat(width_px=160, height_px=90)


def between_levels(luma):
    """How far the brightness of places is from whole levels: 0.25 where a gradient is smooth, next to 0 in bands."""
    places = luma[:720, :1280].reshape(45, 16, 80, 16).mean((1, 3))
    return np.abs(places - places.round()).mean()


@pytest.mark.parametrize("theme", [f"{name}-{mode}" for name in sorted(known_themes(())) for mode in ("dark", "light")])
def test_gradients_are_seen_without_bands_from_the_first_picture_to_the_last(tmp_path, theme):
    ground = background(LOOK.format, load_theme(theme), ())()
    whole = (0, 0, *ground.size)
    segment = make_segment(tmp_path, "scene", sound=voice(2), frames=[(ground, 32, (whole,))], video_format=LOOK.format)
    pictures = decoded_by_ffmpeg(read_stream(segment.path).units)

    assert between_levels(np.asarray(ground.y)) >= 0.24
    for picture in (pictures[0], pictures[-1]):
        # Without noise it is 0.07.
        assert between_levels(picture[0]) >= 0.2


def minute(number):
    """A scene of a minute whose picture changes now and then, by little."""
    dice = random.Random(number)
    holds = [1] * 20 + [dice.randint(1, 150) for _ in range(40)]
    at = 0
    for hold in holds:
        picture = Image.linear_gradient("L").resize((160, 90)).convert("RGB")
        picture.paste((dice.randrange(256), number * 10, 90), (at % 140, 20, at % 140 + 15, 60))
        shown = min(hold, MINUTE_FRAMES - at)
        if shown > 0:
            yield card(picture, shown)
        at += shown
    if at < MINUTE_FRAMES:
        yield card(Image.new("RGB", (160, 90), (0, 0, number)), MINUTE_FRAMES - at)


@pytest.mark.soak
@pytest.mark.parametrize("plan", [EncoderPlan(), EncoderPlan(bframes=2, references=2, preset="superfast")])
def test_twenty_minutes_are_whole_in_both_decoders_and_take_no_more_memory_than_two(tmp_path, plan):
    openh264.require_decoder()
    resource = pytest.importorskip("resource")
    sound = voice(MINUTE_QUANTA)

    def film(minutes):
        segments = [
            make_segment(tmp_path, f"{number}", sound=sound, frames=minute(number), video_format=TINY, encoder=plan)
            for number in range(minutes)
        ]
        join_segments(segments, path=tmp_path / "film.mp4")
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    short_kb, long_kb = film(2), film(20)

    assert long_kb - short_kb < 20_000
    stream = read_stream(tmp_path / "film.mp4")
    assert sorted(packet.pts for packet in stream.packets) == list(range(20 * MINUTE_FRAMES))
    opinion, waiting = openh264.pictures(stream.units, [packet.pts for packet in stream.packets]), {}
    for at, picture in enumerate(pictures_by_ffmpeg(stream.units)):
        while at not in waiting:
            waiting.update([next(opinion)])
        assert same(picture, waiting.pop(at)), at
    assert at + 1 == 20 * MINUTE_FRAMES
    assert not waiting
    assert next(opinion, None) is None
