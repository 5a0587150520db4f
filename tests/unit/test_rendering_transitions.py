"""Transitions between scenes, and reduced motion."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pipeline.model import Brief, BulletsScene, CodeScene, SceneryScene, SpokenLine, StatementScene, VideoFormat
from pipeline.orchestrator.context import open_context
from pipeline.rendering import Look, draw_scene, read_logo
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.look import Frame
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.motion.timeline import last_picture
from pipeline.rendering.motion.transitions import transition_in
from pipeline.rendering.motion.ycbcr import Picture
from tests.standins.brands import logo
from tests.standins.photos import photo_of_tests

SIZE = VideoFormat(width_px=480, height_px=270)
FIRST = StatementScene(lines=(SpokenLine(text="It rests."),), text="An octopus rests.")
SECOND = BulletsScene(lines=(SpokenLine(text="Two."),), heading="Two things", items=("One", "Two"))
FRAMES = 64


def look(**changes):
    return Look(title="Octopuses", format=SIZE, language=changes.pop("language", "en"), **changes)


def bright(picture):
    return np.asarray(picture.y, np.float32)


def frames_of(transition, look, after=FIRST):
    frames = draw_scene(SECOND, words=(), cues=(), frames=FRAMES, look=look, after=after, transition=transition)
    return [(bright(frame.picture), frame.hold) for frame in frames]


@pytest.mark.parametrize("transition", ["fade", "wipe"])
def test_a_transition_starts_near_the_previous_scene_and_ends_in_the_new_one(transition):
    moved, plain = frames_of(transition, look()), frames_of("cut", look())
    before = bright(last_picture(lay_out(FIRST, (), look())))

    assert sum(hold for _, hold in moved) == sum(hold for _, hold in plain) == FRAMES
    away = [float(np.abs(picture - before).mean()) for picture, _ in moved[:10]]
    assert away[0] < 0.5 * away[-1]
    assert away == sorted(away)
    assert np.array_equal(moved[-1][0], plain[-1][0])
    # 300 to 400 ms at 30 pictures a second.
    differing = sum(hold == 1 for _, hold in moved) - sum(hold == 1 for _, hold in plain)
    assert differing <= 12


@pytest.mark.parametrize(("transition", "costs"), [("cut", 0), ("fade", 10), ("slide", 10), ("wipe", 10)])
def test_a_transition_adds_frames_for_a_third_of_a_second_and_a_cut_none(transition, costs):
    before, now = (last_picture(lay_out(scene, (), look())) for scene in (FIRST, SECOND))
    resting = [Frame(now, FRAMES, ())]

    made = [frame.hold for frame in transition_in(resting, before, transition, frame_rate=30, right_to_left=False)]
    assert made == [1] * costs + [FRAMES - costs]


def test_halfway_through_a_fade_the_previous_text_has_nearly_gone():
    white, black = (Picture.of(Image.new("RGB", (64, 36), shade)) for shade in ("white", "black"))

    made = transition_in([Frame(black, FRAMES, ())], white, "fade", frame_rate=30, right_to_left=False)
    left = [float(bright(frame.picture).mean() - 16) / 219 for frame in made]

    assert left[0] > 0.5
    assert left[5] < 0.15


def test_in_a_fade_the_previous_text_is_gone_before_new_text_appears():
    first, second = (lay_out(scene, (), look()) for scene in (FIRST, SECOND))
    stage = bright(last_picture(second.stage()))
    is_old = np.abs(bright(last_picture(first)) - bright(last_picture(first.stage()))) > 60
    is_new = np.any([np.abs(picture - stage) > 3 for picture, _ in frames_of("cut", look())], axis=0)
    seen = [np.abs(picture - stage) for picture, _ in frames_of("fade", look())[:10]]

    old, new = ([float(each[where].mean()) > 2 for each in seen] for where in (is_old & ~is_new, is_new & ~is_old))
    assert old[0]
    assert not any(old[5:])
    assert new[-1]
    # Only the background is on its way.
    assert np.array_equal(seen[4], np.zeros_like(stage))


def test_a_logo_in_both_scenes_stays_through_a_fade(tmp_path):
    now = look(logo=read_logo(str(logo(tmp_path / "logo.png", "#E04020")), tmp_path))
    resting, bare = bright(last_picture(lay_out(SECOND, (), now))), bright(last_picture(lay_out(SECOND, (), look())))
    shown = np.abs(resting - bare) > 30
    assert shown.any()

    for picture, _ in frames_of("fade", now, after=replace(SECOND, heading="Three others"))[:10]:
        assert np.abs(picture - resting)[shown].mean() < 12


def test_a_card_does_not_cover_text_that_fades_out():
    scene = CodeScene(lines=SECOND.lines, heading="", language="python", code="print(1)\nprint(2)", items=())
    composition = lay_out(scene, (), look())

    assert not composition.stage().elements


def test_a_full_frame_picture_appears_before_its_text():
    scene = SceneryScene(lines=(), picture=photo_of_tests().name, heading="Where the land ends")
    now = look(stills=(photo_of_tests(),))
    stage = lay_out(scene, (), now).stage()

    made = draw_scene(scene, words=(), cues=(), frames=FRAMES, look=now, after=FIRST, transition="fade")
    fifth = [bright(frame.picture).copy() for frame in made][4]

    canvas = Canvas(stage.ground(), stage.elements)
    canvas.apply(canvas.advance(4))
    assert np.array_equal(fifth, bright(canvas.picture))


@pytest.mark.parametrize("transition", ["fade", "slide", "wipe"])
def test_applying_only_the_changes_leaves_nothing_of_the_previous_scene(transition):
    # While things enter, every picture differs, and only in a part of it: so do those after the transition.
    shown = None
    for frame in draw_scene(SECOND, words=(), cues=(), frames=FRAMES, look=look(), after=FIRST, transition=transition):
        now = bright(frame.picture)
        shown = now.copy() if shown is None else shown
        for box in frame.changed:
            shown[box.top : box.bottom, box.left : box.right] = now[box.top : box.bottom, box.left : box.right]
        assert np.array_equal(shown, now)


def test_a_slide_pushes_the_previous_scene_out():
    before = bright(last_picture(lay_out(FIRST, (), look())))
    width = before.shape[1]

    def shift(picture):
        return next(by for by in range(width + 1) if np.array_equal(picture[:, : width - by], before[:, by:]))

    moved = frames_of("slide", look())
    shifts = [shift(picture) for picture, _ in moved[:10]]
    assert 0 < shifts[0] < width / 2 < shifts[-1]
    assert shifts == sorted(shifts)
    assert sum(hold for _, hold in moved) == FRAMES


def test_a_cut_and_a_first_scene_are_drawn_as_they_are():
    plain = frames_of("cut", look())

    assert all(
        np.array_equal(a, b) for (a, _), (b, _) in zip(plain, frames_of("fade", look(), after=None), strict=True)
    )


def test_a_wipe_runs_in_the_direction_of_reading():
    before = bright(last_picture(lay_out(FIRST, (), look())))
    first, _ = frames_of("wipe", look())[2]
    first_arabic, _ = frames_of("wipe", look(language="ar"))[2]
    before_arabic = bright(last_picture(lay_out(FIRST, (), look(language="ar"))))

    assert np.array_equal(first[:, -100:], before[:, -100:])
    assert np.array_equal(first_arabic[:, :100], before_arabic[:, :100])


def test_with_reduced_motion_nothing_rises_and_nothing_is_drawn_on():
    for scene in (FIRST, SECOND):
        poses = [
            pose
            for element in lay_out(scene, (), look(motion="reduced")).elements
            for frame in range(120)
            if (pose := element.pose(frame))
        ]
        assert poses
        assert {(pose.drop_px, pose.drawn) for pose in poses} == {(0, 255)}


@pytest.mark.parametrize(("motion", "shown"), [("full", "slide"), ("reduced", "fade"), ("none", "cut")])
def test_with_less_motion_slides_become_fades_or_cuts(tmp_path, motion, shown):
    (tmp_path / "nightreel.toml").write_text(f'[video]\ntransition = "slide"\nmotion = "{motion}"\n', encoding="utf-8")
    context = open_context(workspace=tmp_path)

    assert context.appearance.transition(Brief(title="Tea")) == shown


def test_the_settings_go_before_the_template(tmp_path):
    assert open_context(workspace=tmp_path).appearance.transition(Brief(title="Tea")) == "cut"

    (tmp_path / "nightreel.toml").write_text('[video]\ntransition = "wipe"\n', encoding="utf-8")
    assert open_context(workspace=tmp_path).appearance.transition(Brief(title="Tea")) == "wipe"
