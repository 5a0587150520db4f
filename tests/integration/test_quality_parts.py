"""Scenes are decoded when they are made; films are checked by their packets, without decoding."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from itertools import accumulate

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.assembly import EncoderPlan, encode_segment, join_segments
from pipeline.errors import InputError, QualityError
from pipeline.media.container.boxes import append_extra, read_boxes, read_extra
from pipeline.media.container.demux import open_packets
from pipeline.media.container.probe import probe
from pipeline.media.sound.audio import read_audio, write_wav
from pipeline.media.sound.loudness import combine_loudness, measure_film_loudness, normalise_loudness
from pipeline.model import SCENE_QUANTUM_SAMPLES, Subtitles
from pipeline.quality import Expected, Parts, SegmentSource, inspect, inspect_film, inspect_segment, inspect_sound
from pipeline.quality.findings import append_findings, read_findings, read_part_findings
from tests.standins.ebur128 import measure_loudness
from tests.standins.films import SMALL, card, cards, make_package, make_segment, spoken_cue, voice

QUANTA = 4
PLAN = EncoderPlan()
SAMPLES = QUANTA * SCENE_QUANTUM_SAMPLES
SCENE = Expected(video_format=SMALL, lengths=(SAMPLES,), subtitles=Subtitles(scenes=((),)))
OURS = {"movflags": "+faststart", "use_editlist": "0"}
# Its header is written before there are any packets.
FRAGMENTED = {"movflags": "frag_keyframe+empty_moov"}


def changes_of(frames):
    return {sum(hold for _, hold, _ in frames[:number]) for number in range(len(frames))}


def scene(folder, name="scene", *, sound=None, frames=None, clip_lufs=-15.0, changes=None):
    """A segment that passes."""
    sound = voice(QUANTA) if sound is None else sound
    frames = cards(16 * QUANTA) if frames is None else frames
    segment = make_segment(folder, name, sound=sound, frames=frames)
    look_at(
        segment.path, changes=changes_of(frames) if changes is None else changes, clip_lufs=clip_lufs, frames=frames
    )
    return segment


def look_at(path, *, frames, expected=SCENE, changes=range(1_000), clip_lufs=-15.0, plan=PLAN):
    source = SegmentSource(
        changes=changes,
        rest_db=plan.min_hold_psnr_db,
        at_rest=picture_at(frames, expected.resting_s[0] * expected.frame_rate),
        clip=path.with_suffix(".wav"),
        clip_lufs=clip_lufs,
    )
    inspect_segment(path, expected, source)


def picture_at(frames, at):
    """The picture that is shown at a time, in frames; after the end, the last one."""
    ends = accumulate(hold for _, hold, _ in frames)
    return next((picture for (picture, _, _), end in zip(frames, ends, strict=True) if at < end), frames[-1][0])


def refused(folder, **scene_):
    with pytest.raises(QualityError) as caught:
        scene(folder, **scene_)
    assert read_extra(folder / "scene.mp4") == b"", "what does not pass is not vouched for"
    return caught.value.message


# Scenes -------------------------------------------------------------------------------------------------------------


def test_findings_are_stored_in_the_segment_and_do_not_disturb_players(tmp_path):
    segment = scene(tmp_path)

    found = read_findings(segment.path)

    info = probe(segment.path)
    assert found.picture.packets == probe(segment.path, {"video": (-1,)}).pictures[0].packets
    assert found.sound.packets == info.sounds[0].packets[0]
    assert [packets.count for packets in found.picture.packets] == [16 * QUANTA - 1, 1]
    assert (found.picture.frames, found.picture.last_frames) == (16 * QUANTA, 1)
    assert found.sound.packets.count == 25 * QUANTA
    assert found.sound.loudness == measure_film_loudness(segment.path)
    assert info.is_complete


def test_the_same_scene_inspected_twice_gives_the_same_bytes(tmp_path):
    once, again = scene(tmp_path, "once"), scene(tmp_path, "again")

    assert once.path.read_bytes() == again.path.read_bytes()


def test_a_black_scene_does_not_pass(tmp_path):
    black = [card(Image.new("RGB", (320, 180)), 16 * QUANTA)]

    assert "pictures is black or empty in scene 1" in refused(tmp_path, frames=black)


def test_a_scene_may_begin_and_end_black(tmp_path):
    black = card(Image.new("RGB", (320, 180)), 4)

    segment = scene(tmp_path, frames=[black, *cards(16 * QUANTA - 8), black])

    assert read_findings(segment.path).picture.frames == 16 * QUANTA


def test_a_scene_with_a_lost_voice_does_not_pass(tmp_path):
    silence = np.zeros((SAMPLES, 2), np.float32)

    assert "sound is silence, must be -15.00 LUFS ± 0.5 LU" in refused(tmp_path, sound=silence)


def test_a_scene_whose_sound_has_no_packets_does_not_pass(tmp_path):
    segment = make_segment(tmp_path, "made", sound=voice(QUANTA))
    with av.open(str(segment.path)) as film, av.open(str(tmp_path / "scene.mp4"), "w", options=FRAGMENTED) as copy:
        outputs = {stream.index: copy.add_stream_from_template(stream) for stream in film.streams}
        for packet in film.demux(video=0):
            if packet.dts is not None:
                packet.stream = outputs[packet.stream_index]
                copy.mux(packet)
    (tmp_path / "made.wav").rename(tmp_path / "scene.wav")

    with pytest.raises(QualityError, match="the scene does not pass: it has no sound"):
        look_at(tmp_path / "scene.mp4", frames=cards(16 * QUANTA))


def test_a_scene_with_a_silent_clip_may_be_silent(tmp_path):
    segment = scene(tmp_path, sound=np.zeros((SAMPLES, 2), np.float32), clip_lufs=None)

    assert read_findings(segment.path).sound.loudness.integrated_lufs is None


def test_a_scene_with_sound_for_a_silent_clip_does_not_pass(tmp_path):
    assert "must be silence" in refused(tmp_path, clip_lufs=None)


def test_a_scene_with_a_peak_that_clips_does_not_pass(tmp_path):
    sound = voice(QUANTA)
    sound[50_000:50_100] = np.sin(np.arange(100) * 2 * np.pi / 50)[:, None]

    assert "true_peak" in refused(tmp_path, sound=sound)


def test_a_held_picture_that_drifts_does_not_pass(tmp_path):
    """At frame 40, without a drawn change, a word moves two pixels to the right."""
    still, drifted = (Image.new("RGB", (320, 180), (12, 16, 40)) for _ in range(2))
    ImageDraw.Draw(still).text((100, 90), "A word", fill=(240, 240, 250))
    ImageDraw.Draw(drifted).text((102, 90), "A word", fill=(240, 240, 250))
    frames = [card(still, 40), card(drifted, 16 * QUANTA - 40)]

    assert "rest is" in refused(tmp_path, frames=frames, changes={0})


def test_a_frozen_scene_does_not_pass_if_changes_were_drawn(tmp_path):
    """As if the encoder had got the same picture every time."""
    quanta = 5
    moving = cards(16 * quanta, hold=1)
    stuck = moving[:4] + [card(moving[3][0].to_rgb(), 1)] * (16 * quanta - 4)
    expected = replace(SCENE, lengths=(quanta * SCENE_QUANTUM_SAMPLES,))
    paths = [
        make_segment(tmp_path, name, sound=voice(quanta), frames=frames).path
        for name, frames in (("moving", moving), ("stuck", stuck))
    ]

    look_at(paths[0], frames=moving, expected=expected, changes=range(16 * quanta))
    with pytest.raises(QualityError, match=r"frozen is 2\.50 s without the changes that were drawn"):
        look_at(paths[1], frames=stuck, expected=expected, changes=range(16 * quanta))


@pytest.mark.parametrize("quality", [1, 16, 28, 51])
def test_a_held_picture_may_be_coded_again_at_any_quality(tmp_path, quality):
    segment = make_segment(tmp_path, "scene", sound=voice(6))
    picture = cards(2, hold=1)[1][0].to_rgb()
    ImageDraw.Draw(picture).text((100, 120), "A caption in small letters", fill=(240, 240, 250))
    frames = [cards(2, hold=1)[0], card(picture, 95)]
    plan = EncoderPlan(quality=quality, keyframe_s=1)
    encode_segment(
        frames,
        clip=tmp_path / "scene.wav",
        samples=6 * SCENE_QUANTUM_SAMPLES,
        path=segment.path,
        video_format=SMALL,
        encoder=plan,
    )

    longer = replace(SCENE, lengths=(6 * SCENE_QUANTUM_SAMPLES,))
    look_at(segment.path, frames=frames, expected=longer, changes={0, 1}, plan=plan)

    assert read_findings(segment.path).picture.frames == 96


def swapped(picture):
    """With its chroma planes in the wrong order."""
    return picture._replace(cb=picture.cr, cr=picture.cb)


def full_range(picture):
    """With levels from 0 to 255."""
    return picture._replace(y=picture.y.point(lambda level: (level - 16) * 255 / 219))


@pytest.mark.parametrize("fault", [swapped, full_range], ids=["swapped chroma planes", "full range"])
def test_a_scene_in_other_colours_than_drawn_does_not_pass(tmp_path, fault):
    frames = cards(16 * QUANTA)
    encoded = [(fault(picture), hold, changed) for picture, hold, changed in frames]
    segment = make_segment(tmp_path, "scene", sound=voice(QUANTA), frames=encoded)

    with pytest.raises(QualityError, match=r"does not pass: drawn is \d+\.\d levels unlike the drawn picture"):
        look_at(segment.path, frames=frames)


def test_a_scene_in_which_a_change_was_left_out_does_not_pass(tmp_path):
    first, *_ = cards(16 * QUANTA, hold=16)
    picture = first[0].copy()
    picture.y.paste(200, (180, 100, 220, 130))
    frames = [first, (picture, 16 * QUANTA - 16, ((0, 0, 160, 180),))]
    segment = make_segment(tmp_path, "scene", sound=voice(QUANTA), frames=frames)

    with pytest.raises(QualityError, match="drawn is"):
        look_at(segment.path, frames=frames, changes={0})


def faster(sound):
    """Three thousandths faster, and silent at the end."""
    at = np.minimum(np.arange(len(sound)) * 1.003, len(sound) - 1)
    return np.stack([np.interp(at, np.arange(len(sound)), channel) for channel in sound.T], axis=1, dtype=np.float32)


@pytest.mark.parametrize(
    "fault",
    [faster, lambda sound: np.roll(sound, 96, axis=0), lambda _: voice(QUANTA, seed=1), lambda sound: sound[:, ::-1]],
    ids=["faster", "2 ms late", "another clip", "swapped channels"],
)
def test_a_scene_with_other_sound_than_its_clip_does_not_pass(tmp_path, fault):
    sound = voice(QUANTA) * np.float32([1, 0.6])
    segment = make_segment(tmp_path, "scene", sound=fault(sound))
    write_wav(tmp_path / "scene.wav", sound)
    lufs = measure_film_loudness(segment.path).integrated_lufs

    with pytest.raises(QualityError, match=r"does not pass: clip is -?\d\.\d dB above the difference from its clip"):
        look_at(segment.path, frames=cards(16 * QUANTA), clip_lufs=lufs)


def test_a_scene_of_another_length_or_size_does_not_pass(tmp_path):
    segment = make_segment(tmp_path, "scene", sound=voice(QUANTA + 1))

    with pytest.raises(QualityError, match=r"duration is 2\.67 s"):
        look_at(segment.path, frames=cards(16 * QUANTA))


def damaged(path, kind, number, change):
    """Apply `change` to the bytes of a packet, in place."""
    with open_packets(path) as film:
        packet = [packet for packet in film.demux(**{kind: 0}) if packet.dts is not None][number]
        at, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    data[at : at + size] = change(data[at : at + size])
    path.write_bytes(data)


def flipped(packet):
    packet[len(packet) // 2] ^= 0x10
    return packet


@pytest.mark.parametrize("number", [0, 4, 20, 41], ids=["keyframe", "coded", "coded", "held"])
def test_a_scene_with_a_damaged_picture_does_not_pass(tmp_path, number):
    segment = make_segment(tmp_path, "scene", sound=voice(QUANTA))
    damaged(segment.path, "video", number, flipped)

    with pytest.raises(QualityError, match="pictures can't be decoded"):
        look_at(segment.path, frames=cards(16 * QUANTA))


def test_a_scene_that_was_cut_short_does_not_pass(tmp_path):
    segment = make_segment(tmp_path, "scene", sound=voice(QUANTA))
    segment.path.write_bytes(segment.path.read_bytes()[:-2_000])

    with pytest.raises(QualityError, match="the scene does not pass"):
        look_at(segment.path, frames=cards(16 * QUANTA))


def test_faults_of_a_scene_come_back_from_its_process(tmp_path):
    with pytest.raises(QualityError) as caught:
        scene(tmp_path, clip_lufs=-40.0)

    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[]", b'{"picture": null}', b"[" * 5_000])
def test_unreadable_findings_are_an_input_error(tmp_path, content):
    segment = make_segment(tmp_path, "scene", sound=voice(1))
    append_extra(segment.path, content)

    with pytest.raises(InputError, match="has no findings"):
        read_findings(segment.path)


# Films --------------------------------------------------------------------------------------------------------------

FILM = Expected(
    video_format=SMALL,
    lengths=(SAMPLES,) * 3,
    subtitles=Subtitles(scenes=((spoken_cue("One.", 0.1, 1.0),), (), (spoken_cue("Three.", 0.2, 1.5),))),
)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    return [
        scene(folder, f"scene-{n}", sound=voice(QUANTA, seed=n), frames=cards(16 * QUANTA, hue=40 * n + 20))
        for n in range(4)
    ]


def parts_of(scenes):
    return Parts(segments=tuple(segment.path for segment in scenes))


def inspected(folder, scenes, parts, *, depth="parts", sound=None, change=None):
    """The verdict on a film joined from `scenes`, inspected as one made of `parts`."""
    video = folder / "film.mp4"
    join_segments(scenes, path=video, sound=sound)
    if change:
        change(video)
    return inspect_film(make_package(folder, video, FILM.subtitles, FILM.lengths), FILM, parts, depth)


@pytest.fixture
def no_decoder(monkeypatch):
    """Make every attempt to decode fail."""

    def forbid():
        monkeypatch.setattr(inspect, "decode_video", decoded)
        monkeypatch.setattr(inspect, "measure_film_loudness", decoded)

    def decoded(*_args, **_options):
        raise AssertionError("something was decoded")

    return forbid


def without_picture(film, target):
    """The sound of a film, as an MP4."""
    with av.open(str(film)) as source, av.open(str(target), "w", format="mp4", options=OURS) as copy:
        output = copy.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = output
                copy.mux(packet)
    return target


def test_a_long_black_span_is_found_from_findings(tmp_path, scenes, no_decoder):
    black = Image.new("RGB", (320, 180))
    ends, begins = [*cards(49), card(black, 15)], [card(black, 47), *cards(17, hue=200)]
    halves = [scene(tmp_path, name, frames=frames) for name, frames in (("ends", ends), ("begins", begins))]
    decoded = inspected(tmp_path, [scenes[0], *halves], parts_of([scenes[0], *halves]), depth="full")
    no_decoder()

    one = inspected(tmp_path, [*scenes[:2], halves[0]], parts_of([*scenes[:2], halves[0]]))
    both = inspected(tmp_path, [scenes[0], *halves], parts_of([scenes[0], *halves]))

    assert one.passed, one.reasons
    assert both.reasons == decoded.reasons == ("black is 2.07 s at 3.77 s, must be at most 2 s",)


def test_a_film_of_inspected_scenes_passes_and_nothing_is_decoded(tmp_path, scenes, no_decoder):
    no_decoder()

    verdict = inspected(tmp_path, scenes[:3], parts_of(scenes[:3]))

    assert verdict.passed, verdict.reasons
    assert [check.name for check in verdict.checks] == [
        "streams", "picture_codec", "size", "frame_rate", "colours", "sound_codec", "duration", "sync", "offset",
        "index", "parts", "pictures", "srt", "vtt", "thumbnail", "metadata",
        "black", "keyframes", "loudness", "loudness_range", "silence", "dropouts", "clicks", "balance", "phase",
        "true_peak", "caption_speed", "caption_lines",
    ]  # fmt: skip


def test_one_sided_sound_is_added_up_over_scenes(tmp_path):
    """No scene alone has a long enough span."""
    sounds = [
        normalise_loudness(voice(QUANTA, seed=seed) * np.float32([1, right]))[0]
        for seed, right in enumerate((1, 0, 0, 0))
    ]
    scenes = [
        scene(tmp_path, f"scene-{number}", sound=sound, frames=cards(16 * QUANTA, hue=40 * number + 20))
        for number, sound in enumerate(sounds)
    ]

    by_parts = inspected(tmp_path, scenes, parts_of(scenes))
    decoded = inspected(tmp_path, scenes, None)

    length_s, start_s = 3 * SAMPLES / 48_000, SAMPLES / 48_000
    for verdict in (by_parts, decoded):
        assert verdict.value_of("balance") == pytest.approx(length_s, abs=1.0)
        (check,) = [check for check in verdict.checks if check.name == "balance"]
        assert float(check.measured.split()[3]) == pytest.approx(start_s, abs=1.0)


def test_the_film_does_not_contain_the_findings(tmp_path, scenes):
    inspected(tmp_path, scenes[:3], parts_of(scenes[:3]))

    assert [box.path for box in read_boxes(tmp_path / "film.mp4") if "/" not in box.path] == [
        "ftyp", "moov", "free", "mdat",
    ]  # fmt: skip


def test_full_depth_decodes_the_whole_film(tmp_path, scenes):
    by_parts = inspected(tmp_path, scenes[:3], parts_of(scenes[:3]))
    full = inspected(tmp_path, scenes[:3], parts_of(scenes[:3]), depth="full")

    assert full.passed, full.reasons
    assert {check.name for check in full.checks} == {check.name for check in by_parts.checks} | {
        "decoded",
        "black",
        "frozen",
    }
    (decoded,) = [check for check in full.checks if check.name == "decoded"]
    assert decoded.measured == f"{3 * 16 * QUANTA} pictures"


@pytest.mark.parametrize("order", [(0, 2, 1), (0, 3, 2), (0, 0, 2)], ids=["exchanged", "another", "twice"])
def test_a_film_with_a_wrong_scene_fails(tmp_path, scenes, no_decoder, order):
    no_decoder()

    verdict = inspected(tmp_path, [scenes[number] for number in order], parts_of(scenes[:3]))

    assert verdict.reasons == (
        "parts is another picture in part 2 and another sound in part 2, must be the 3 scenes that were inspected",
    )


@pytest.mark.parametrize(
    ("kind", "told"), [("video", "another picture in part 3"), ("audio", "another sound in part 2")]
)
def test_a_film_with_one_flipped_bit_fails(tmp_path, scenes, no_decoder, kind, told):
    no_decoder()
    number = {"video": 2 * 16 * QUANTA + 40, "audio": 25 * QUANTA + 5}[kind]

    verdict = inspected(
        tmp_path, scenes[:3], parts_of(scenes[:3]), change=lambda film: damaged(film, kind, number, flipped)
    )

    assert verdict.reasons == (f"parts is {told}, must be the 3 scenes that were inspected",)


def test_a_film_that_is_a_scene_short_fails(tmp_path, scenes):
    verdict = inspected(tmp_path, scenes[:2], parts_of(scenes[:3]))

    assert "parts is another picture in part 3 and another sound in part 3, must be" in "; ".join(verdict.reasons)


def test_a_film_that_is_a_scene_too_long_fails(tmp_path, scenes):
    verdict = inspected(tmp_path, scenes, parts_of(scenes[:3]))

    assert "parts is another picture in part 4 and another sound in part 4, must be" in "; ".join(verdict.reasons)


def test_only_full_depth_finds_damage_older_than_the_inspection(tmp_path, scenes):
    """As if the scene had been damaged before its inspection."""
    bad = make_segment(tmp_path, "bad", sound=voice(QUANTA, seed=1), frames=cards(16 * QUANTA, hue=60))
    damaged(bad.path, "video", 20, flipped)
    found, info = read_findings(scenes[1].path), probe(bad.path, {"video": (-1,)})
    append_findings(
        bad.path,
        replace(
            found,
            picture=replace(found.picture, packets=info.pictures[0].packets),
            sound=replace(found.sound, packets=info.sounds[0].packets[0]),
        ),
    )
    three = [scenes[0], bad, scenes[2]]

    assert inspected(tmp_path, three, parts_of(three)).passed
    full = inspected(tmp_path, three, parts_of(three), depth="full")
    assert [check.name for check in full.checks if not check.passed] == ["file"]


def test_joining_may_drop_the_last_picture_of_a_scene(tmp_path, scenes):
    """As at 24 frames a second: the film shows one picture less of its second scene than the scene has."""
    found = read_part_findings(parts_of(scenes[:3]), (16 * QUANTA, 16 * QUANTA - 1, 16 * QUANTA))

    assert [(number, packets.count) for number, packets in found.packets["video"]] == [
        (1, 16 * QUANTA - 1), (1, 1), (2, 16 * QUANTA - 1), (3, 16 * QUANTA - 1), (3, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("lost", ["gone", "not inspected"])
def test_a_film_without_findings_is_decoded(tmp_path, scenes, lost):
    other = make_segment(tmp_path, "other", sound=voice(QUANTA, seed=1))
    three = [scenes[0], other, scenes[2]]
    if lost == "gone":
        three = scenes[:3]
        parts = Parts(segments=(scenes[0].path, tmp_path / "gone.mp4", scenes[2].path))
    else:
        parts = parts_of(three)

    verdict = inspected(tmp_path, three, parts)

    assert verdict.passed, verdict.reasons
    assert "decoded" in [check.name for check in verdict.checks]


def test_a_quiet_film_is_found_from_findings(tmp_path, no_decoder):
    quiet = voice(QUANTA) * np.float32(10 ** (-1.5 / 20))
    three = [scene(tmp_path, f"quiet-{n}", sound=quiet, clip_lufs=-16.5) for n in range(3)]

    no_decoder()

    verdict = inspected(tmp_path, three, parts_of(three))

    (failed,) = [check for check in verdict.checks if not check.passed]
    assert (failed.name, failed.measured[:4]) == ("loudness", "-16.")


# Loudness -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_combined_loudness_is_that_of_the_film(tmp_path, seed):
    """Scenes of half a second to six, with different gains: within 0.02 LU, and with the same peak."""
    random = np.random.default_rng(seed)
    scenes = [
        make_segment(
            tmp_path,
            f"{n}",
            sound=voice(int(random.integers(1, 12)), seed=10 * seed + n) * np.float32(random.choice([1, 1, 0.5])),
        )
        for n in range(6)
    ]
    join_segments(scenes, path=tmp_path / "film.mp4")
    whole = measure_loudness(read_audio(tmp_path / "film.mp4"))

    parts = combine_loudness(measure_film_loudness(segment.path) for segment in scenes)

    assert parts.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=0.02)
    assert parts.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=0.01)


def test_combining_silent_parts_is_silence(tmp_path):
    quiet = np.zeros((SAMPLES, 2), np.float32)
    silent = measure_film_loudness(make_segment(tmp_path, "silent", sound=quiet).path)

    assert combine_loudness([silent, silent]).integrated_lufs is None
    assert combine_loudness([]).integrated_lufs is None


def test_a_separate_audio_file_is_measured_once(tmp_path, scenes, no_decoder):
    """An audio track of its own, as for music: here, that of another film of the same length."""
    join_segments([scenes[3], *scenes[:2]], path=tmp_path / "other.mp4")
    sound = without_picture(tmp_path / "other.mp4", tmp_path / "mix.mp4")
    inspect_sound(sound)

    no_decoder()

    parts = replace(parts_of(scenes[:3]), sound=sound)
    verdict = inspected(tmp_path, scenes[:3], parts, sound=sound)
    without = inspected(tmp_path, scenes[:3], parts)

    assert verdict.passed, verdict.reasons
    assert json.loads(read_extra(sound))["picture"] is None
    assert [check.name for check in without.checks if not check.passed] == ["parts"]
