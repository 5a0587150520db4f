"""Encoding presets."""

from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError
from pipeline.model import Brief
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.encoding import encoding_of
from pipeline.settings import Settings, load_settings, resolve_presets


@pytest.fixture
def workspace(tmp_path) -> Path:
    return tmp_path


def write(workspace, text):
    (workspace / "nightreel.toml").write_text(text, encoding="utf-8")


def preset(workspace, text, name="mine"):
    write(workspace, text)
    return resolve_presets(load_settings(workspace, {}, {}).presets)[name]


def problem(workspace, text):
    write(workspace, text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(workspace, {}, {})
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_built_in_presets_have_their_documented_sizes_and_rates():
    known = resolve_presets(Settings().presets)

    assert {name: (each.width_px, each.height_px, each.frame_rate, each.codec) for name, each in known.items()} == {
        "youtube": (1920, 1080, 30, "h264"),
        "high_quality": (1920, 1080, 30, "h264"),
        "web_optimized": (1920, 1080, 30, "h264"),
        "social_media": (1080, 1920, 30, "h264"),
        "mobile_optimized": (1280, 720, 30, "h264"),
        "fast_draft": (1280, 720, 24, "h264"),
    }
    assert Settings().video.preset == "youtube"


def test_a_custom_preset_inherits_from_its_base(workspace):
    mine = preset(workspace, '[presets.mine]\nbased_on = "fast_draft"\nqp = 30\n')

    assert (mine.width_px, mine.frame_rate, mine.qp, mine.encoder_preset) == (1280, 24, 30, "ultrafast")


def test_a_preset_without_a_base_is_based_on_youtube(workspace):
    assert preset(workspace, "[presets.mine]\nframe_rate = 60\n").width_px == 1920


def test_presets_inherit_over_several_levels(workspace):
    text = '[presets.mine]\nbased_on = "ours"\nqp = 3\n[presets.ours]\nbased_on = "social_media"\nframe_rate = 25\n'

    mine = preset(workspace, text)

    assert (mine.height_px, mine.frame_rate, mine.qp) == (1920, 25, 3)


def test_a_table_with_the_name_of_a_built_in_preset_changes_only_that_one(workspace):
    text = "[presets.youtube]\nqp = 20\n"

    assert (preset(workspace, text, "youtube").qp, preset(workspace, text, "youtube").frame_rate) == (20, 30)
    assert preset(workspace, text, "social_media").qp == 16


def test_a_built_in_preset_can_get_another_base(workspace):
    youtube = preset(workspace, '[presets.youtube]\nbased_on = "fast_draft"\n', "youtube")

    assert (youtube.frame_rate, youtube.width_px) == (24, 1280)


def test_a_constant_rate_factor_replaces_the_quantiser(workspace):
    mine = preset(workspace, "[presets.mine]\ncrf = 21\n")

    assert (mine.qp, mine.crf, mine.quality) == (None, 21, 21)


@pytest.mark.parametrize(("codec", "encoder", "quality"), [("h265", "superfast", 20), ("av1", "8", 28)])
def test_each_codec_has_its_own_encoder_preset_and_quality(workspace, codec, encoder, quality):
    mine = preset(workspace, f'[presets.mine]\ncodec = "{codec}"\n')

    assert (mine.encoder_preset, mine.quality) == (encoder, quality)


def test_a_number_is_an_encoder_preset_of_av1(workspace):
    assert preset(workspace, '[presets.mine]\ncodec = "av1"\nencoder_preset = 10\n').encoder_preset == "10"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("colour = 3", "nightreel.toml:1: presets.mine.colour is not a setting"),
        ("width_px = 1081", "nightreel.toml:1: presets.mine.width_px must be a multiple of 2"),
        ("width_px = 100", "nightreel.toml:1: presets.mine.width_px must be at least 240"),
        ("height_px = 9000", "nightreel.toml:1: presets.mine.height_px must be at most 4096"),
        ("frame_rate = 29", "nightreel.toml:1: presets.mine.frame_rate must be 24, 25, 30, 50 or 60"),
        ("qp = 52", "nightreel.toml:1: presets.mine.qp must be at most 51"),
        ("audio_kbps = 9", "nightreel.toml:1: presets.mine.audio_kbps must be at least 64"),
        ('codec = "vp9"', "nightreel.toml:1: presets.mine.codec must be 'h264', 'h265' or 'av1'"),
        (
            "height_px = 720\nwidth_px = 1920",
            "'mine': 1920 by 720 is too elongated: the sides may differ",
        ),
        ("height_px = 4096\nwidth_px = 4096", "'mine': 4096 by 4096 is too large: at most 4096 by 2304 pixels"),
        ("qp = 20\ncrf = 20", "'mine': qp and crf exclude each other: set only one"),
        ("crf = 60", "'mine': crf of h264 must be at most 51"),
        ('codec = "av1"\nqp = 20', "'mine': av1 has no qp: set crf"),
        ('encoder_preset = "turbo"', "'mine': h264 has no encoder_preset 'turbo': use one of ultrafast, superfast"),
        ('codec = "av1"\nencoder_preset = "slow"', "'mine': av1 has no encoder_preset 'slow': use one of 0, 1, 2"),
        (
            'based_on = "web_optimised"',
            "'mine' is based on 'web_optimised', which does not exist. Did you mean web",
        ),
        ('based_on = "mine"', "a preset can't be based on itself: 'mine' based on 'mine'"),
    ],
)
def test_an_invalid_preset_is_reported_in_one_line(workspace, table, expected):
    assert expected in problem(workspace, f"[presets.mine]\n{table}\n")


def test_a_cycle_of_presets_is_reported_as_a_whole(workspace):
    text = '[presets.a]\nbased_on = "b"\n[presets.b]\nbased_on = "c"\n[presets.c]\nbased_on = "a"\n'

    assert "'a' based on 'b' based on 'c' based on 'a'" in problem(workspace, text)


def test_preset_names_that_no_flag_could_name_are_refused(workspace):
    assert "'Mein Film' is not a valid name for a preset" in problem(workspace, '[presets."Mein Film"]\nqp = 3\n')


def test_an_unknown_preset_is_reported_with_the_nearest_name(workspace):
    reported = problem(workspace, '[video]\npreset = "you_tube"\n')

    assert reported == "nightreel.toml:2: video.preset: there is no preset 'you_tube'. Did you mean youtube?"


@pytest.mark.parametrize(
    ("shape", "preset", "size"),
    [
        ("16:9", "youtube", (1920, 1080)),
        ("9:16", "youtube", (1080, 1920)),
        ("1:1", "youtube", (1080, 1080)),
        ("4:5", "youtube", (1080, 1350)),
        ("16:9", "social_media", (1920, 1080)),
        ("4:5", "fast_draft", (720, 900)),
        (None, "social_media", (1080, 1920)),
    ],
)
def test_a_format_keeps_the_shorter_side_of_the_preset(shape, preset, size):
    encoding = encoding_of(Settings(), Brief(title="Tea", preset=preset, format=shape))

    assert (encoding.video_format.width_px, encoding.video_format.height_px) == size


def test_the_format_of_the_settings_applies_to_briefs_without_one(workspace):
    write(workspace, '[video]\nformat = "9:16"\n')
    context = open_context(workspace=workspace)

    assert context.briefs.complete(Brief(title="Tea")).format == "9:16"
    assert context.briefs.complete(Brief(title="Tea", format="1:1")).format == "1:1"


def test_an_unknown_format_is_refused(workspace):
    assert "4:3" in problem(workspace, '[video]\nformat = "4:3"\n')


# Effects of presets ------------------------------------------------------------------------------------------------


def brief(**more):
    return Brief(title="Why tea cools", origin="tea.md:1", **more)


def context_in(workspace, overrides=None):
    return open_context(workspace=workspace, overrides={"offline": True, **(overrides or {})})


def test_flags_override_briefs_and_briefs_override_settings(workspace):
    write(workspace, 'video.preset = "web_optimized"\n')
    plain, flagged = context_in(workspace), context_in(workspace, {"video.preset": "high_quality"})

    assert plain.briefs.complete(brief()).preset == "web_optimized"
    assert plain.briefs.complete(brief(preset="fast_draft")).preset == "fast_draft"
    assert flagged.briefs.complete(brief(preset="fast_draft")).preset == "high_quality"


def test_the_preset_determines_encoding_and_layout(workspace):
    encoding = context_in(workspace).encoding(brief(preset="fast_draft"))

    assert (encoding.video_format.width_px, encoding.video_format.frame_rate) == (1280, 24)
    assert (encoding.encoder.quality, encoding.encoder.audio_kbps) == (26, 96)


def test_the_quality_setting_overrides_the_preset(workspace):
    assert context_in(workspace, {"video.quality": 40}).encoding(brief(preset="fast_draft")).encoder.quality == 40


def test_lines_of_captions_are_shorter_on_an_upright_picture(workspace):
    context = context_in(workspace)
    upright, wide = (context.encoding(brief(preset=name)).video_format for name in ("social_media", "youtube"))

    assert context.cue_limits(upright).max_chars_per_line == 25
    assert context.cue_limits(wide).max_chars_per_line == 42


def test_a_brief_with_an_unknown_preset_is_reported_with_its_location(workspace):
    with pytest.raises(InputError, match=r"^tea\.md:1: there is no preset 'fast_draught'\. Did you mean fast_draft\?"):
        context_in(workspace).encoding(brief(preset="fast_draught"))


async def ids(workspace, briefs):
    context = await to_thread.run_sync(context_in, workspace)
    return tuple((await plan_batch(briefs, context, batch="kitchen", source="kitchen")).ids)


async def test_presets_with_different_values_give_different_jobs_and_names_do_not_count(workspace):
    write(workspace, '[presets.mine]\nbased_on = "fast_draft"\n')
    made = {name: await ids(workspace, [brief(preset=name)]) for name in ("mine", *resolve_presets(Settings().presets))}

    assert made["mine"] == made["fast_draft"]
    assert len(set(made.values())) == len(made) - 1


async def test_a_changed_preset_gives_a_new_job(workspace):
    before = await ids(workspace, [brief()])
    write(workspace, "[presets.youtube]\nkeyframe_s = 2\n")

    assert await ids(workspace, [brief()]) != before
