"""The gate: good films pass, and each broken one fails for its own reason only."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.assembly import EncoderPlan, join_segments
from pipeline.media.sound.loudness import normalise_loudness
from pipeline.model import SCENE_QUANTUM_SAMPLES, STANDARD, ClosingScene, Script, SpokenLine, Subtitles, VideoFormat
from pipeline.quality import Expected, inspect_film
from pipeline.quality.expected import NearDuplicate
from pipeline.settings import Settings, resolve_profiles
from tests.standins.films import SMALL, card, cards, make_film, make_package, make_segment, spoken_cue, voice

LENGTHS = (4, 4)


EXPECTED = Expected(
    video_format=SMALL,
    lengths=tuple(quanta * SCENE_QUANTUM_SAMPLES for quanta in LENGTHS),
    subtitles=Subtitles(
        scenes=((spoken_cue("One.", 0.1, 1.0), spoken_cue("Two,\nthree.", 1.1, 2.1)), (spoken_cue("Four.", 0.1, 1.8),))
    ),
)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return make_film(tmp_path_factory.mktemp("good"), lengths=LENGTHS)


@pytest.fixture
def copy(good, tmp_path):
    return shutil.copyfile(good, tmp_path / "film.mp4")


def inspected(path, expected=EXPECTED):
    """The verdict on the film at `path`, with correct companion files."""
    return inspect_film(make_package(path.parent, path, expected.subtitles, expected.lengths), expected)


def failures(path, expected=EXPECTED):
    return [check.name for check in inspected(path, expected).checks if not check.passed]


def film_of(folder, *, frames=None, sound=None):
    """A film of one scene of 8 quanta, as long as the good one."""
    sound = voice(8) if sound is None else sound
    segment = make_segment(folder, "scene", sound=sound, frames=frames)
    join_segments([segment], path=folder / "film.mp4")
    return folder / "film.mp4"


OURS = {"movflags": "+faststart", "use_editlist": "0"}


def remuxed(source, folder, *, options=OURS, keep=lambda packet: True, kinds=("video", "audio"), delay=0):
    """Remux `source`; `delay` shifts the video, in its time base."""
    target = folder / "film.mp4"
    with av.open(str(source)) as film, av.open(str(target), "w", format="mp4", container_options=options) as copy:
        outputs = {
            stream.type: copy.add_stream_from_template(stream) for stream in film.streams if stream.type in kinds
        }
        for packet in film.demux():
            kind = packet.stream.type
            if packet.dts is not None and kind in outputs and keep(packet):
                packet.pts = packet.dts = packet.pts + (delay if kind == "video" else 0)
                packet.stream = outputs[kind]
                copy.mux(packet)
    return target


def reencoded(folder, *, frame_rate=30, codec="libx264", tagged=True, sound_rate=48_000, skip=(), pixel_aspect=1):
    """A film as long as the good one, with other encoder or muxer settings than ours."""
    target = folder / "film.mp4"
    with av.open(str(target), "w", format="mp4", container_options=OURS) as film:
        pictures = film.add_stream(codec, rate=frame_rate, width=320, height=180, time_base=Fraction(1, frame_rate))
        pictures.pix_fmt = "yuv420p"
        pictures.codec_context.sample_aspect_ratio = pixel_aspect
        if codec == "libx264":
            pictures.options = {"preset": "ultrafast", "profile": "high", "x264-params": "cabac=1:8x8dct=1:bframes=0"}
        if tagged:
            context = pictures.codec_context
            context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
        sound = film.add_stream("aac", rate=sound_rate)
        sound.layout = "stereo"
        packets = []
        total = 8 * 16 * frame_rate // 30
        for at, (image, _, _) in enumerate(cards(total, hold=1)):
            if at not in skip:
                frame = av.VideoFrame.from_image(image.to_rgb())
                frame.pts, frame.time_base = at, Fraction(1, frame_rate)
                packets += pictures.encode(frame)
        packets += pictures.encode(None)
        samples = voice(8)[:: 48_000 // sound_rate]
        packed = np.ascontiguousarray(samples[: len(samples) // 1024 * 1024].T)
        for start in range(0, packed.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(packed[:, start : start + 1024].copy(), format="fltp", layout="stereo")
            block.sample_rate, block.pts, block.time_base = sound_rate, start, Fraction(1, sound_rate)
            packets += [packet for packet in sound.encode(block) if packet.pts >= 0]
        packets += sound.encode(None)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            film.mux(packet)
    return target


def test_a_good_film_passes_every_check(good):
    verdict = inspected(good)

    assert verdict.passed, verdict.reasons
    assert [check.name for check in verdict.checks] == [
        "streams", "picture_codec", "size", "frame_rate", "colours", "sound_codec", "duration", "sync", "offset",
        "index", "decoded", "frozen", "pictures", "srt", "vtt", "thumbnail", "metadata",
        "black", "keyframes", "loudness", "loudness_range", "silence", "dropouts", "clicks", "balance", "phase",
        "true_peak",
        "caption_speed", "caption_lines",
    ]  # fmt: skip


def test_a_variable_frame_rate_passes_only_if_ordered(tmp_path):
    segment = make_segment(tmp_path, "scene", sound=voice(8), encoder=EncoderPlan(holds="variable"))
    join_segments([segment], path=tmp_path / "film.mp4")

    assert failures(tmp_path / "film.mp4") == ["frame_rate"]
    assert failures(tmp_path / "film.mp4", replace(EXPECTED, variable_rate=True)) == []


def test_a_film_with_b_frames_passes_every_check(tmp_path):
    segments = [
        make_segment(tmp_path, f"scene-{number}", sound=voice(4, seed=number), encoder=EncoderPlan(bframes=3))
        for number in range(2)
    ]
    join_segments(segments, path=tmp_path / "film.mp4")

    assert failures(tmp_path / "film.mp4") == []


def test_a_film_that_was_cut_short_fails_as_a_file(copy):
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size * 3 // 4])

    verdict = inspected(copy)

    assert verdict.reasons == ("file is broken: it ends before its index says, must be a whole film",)


@pytest.mark.parametrize("data", [b"", b"\0" * 1_024, b"A film about the sky. " * 50], ids=["empty", "1 KB", "text"])
def test_a_file_that_is_no_film_fails(copy, data):
    copy.write_bytes(data)

    assert failures(copy) == ["file"]


def test_the_first_kilobyte_of_a_film_fails_as_a_file(copy):
    copy.write_bytes(copy.read_bytes()[:1_024])

    assert failures(copy) == ["file"]


def test_a_missing_film_fails_as_a_file(tmp_path):
    assert failures(tmp_path / "film.mp4") == ["file"]


def test_a_film_with_pictures_that_cannot_be_decoded_fails_as_a_file(copy):
    data = bytearray(copy.read_bytes())
    start = data.index(b"mdat") + 4
    # The first coded picture, after its length field of four bytes.
    data[start + 4 : start + 400] = b"\xff" * 396
    copy.write_bytes(data)

    assert "file" in failures(copy)


def test_a_black_film_fails(tmp_path):
    black = [card(Image.new("RGB", (320, 180)), 128)]

    # The picture does not change where the second scene should begin, either.
    assert failures(film_of(tmp_path, frames=black)) == ["frozen", "pictures", "black"]


def test_a_film_of_six_scenes_two_of_which_are_black_fails_and_names_them(tmp_path):
    black = [card(Image.new("RGB", (320, 180)), 32)]
    segments = [
        make_segment(tmp_path, f"scene-{n}", sound=voice(2, seed=n), frames=black if n in (2, 5) else None)
        for n in range(1, 7)
    ]
    join_segments(segments, path=tmp_path / "film.mp4")
    expected = replace(EXPECTED, lengths=(2 * SCENE_QUANTUM_SAMPLES,) * 6, subtitles=Subtitles(scenes=((),) * 6))

    assert inspected(tmp_path / "film.mp4", expected).reasons == (
        "pictures is black or empty in scene 2, 5 of 6, must be something to see in every scene",
    )


def test_a_scene_may_fade_in_from_black_and_out(tmp_path):
    black = card(Image.new("RGB", (320, 180)), 20)

    film = film_of(tmp_path, frames=[black, *cards(88), black])

    one_scene = replace(EXPECTED, lengths=(8 * SCENE_QUANTUM_SAMPLES,), subtitles=Subtitles(scenes=((),)))
    assert failures(film, one_scene) == []


@pytest.mark.parametrize("missing", ["srt", "vtt", "thumbnail", "metadata"])
def test_a_film_without_one_of_its_files_fails_for_it(good, missing):
    package = make_package(good.parent, good, EXPECTED.subtitles, EXPECTED.lengths)
    getattr(package, missing).unlink()

    (failed,) = [check for check in inspect_film(package, EXPECTED).checks if not check.passed]

    assert (failed.name, failed.measured) == (missing, "not there")


def test_a_silent_film_fails_if_a_voice_was_ordered(tmp_path):
    film = film_of(tmp_path, sound=np.zeros((8 * SCENE_QUANTUM_SAMPLES, 2), np.float32))

    assert failures(film) == ["loudness"]
    assert inspected(film, replace(EXPECTED, silent=True)).passed


@pytest.mark.parametrize(("left", "right", "name"), [(1, 0, "balance"), (0.2, 1, "balance"), (-1, 1, "phase")])
def test_one_sided_and_out_of_phase_sound_fails(tmp_path, left, right, name):
    sound = normalise_loudness(voice(8) * np.float32([left, right]))[0]

    film = film_of(tmp_path, sound=sound)

    assert failures(film) == [name]
    assert f"{name} is 4.27 s at 0.00 s, all that is heard" in inspected(film).reasons[0]


def test_dropouts_are_a_warning_and_fail_a_strict_profile(tmp_path):
    sound = voice(8)
    for at in range(20_000, 200_000, 50_000):
        sound[at : at + 4_800] = 0

    film = film_of(tmp_path, sound=normalise_loudness(sound)[0])

    dropouts, clicks = inspected(film).warnings
    assert dropouts.startswith("dropouts is 4 places, first at 0.4")
    assert clicks.startswith("clicks is ")
    package = make_package(tmp_path, film, EXPECTED.subtitles, EXPECTED.lengths)
    strict = inspect_film(package, EXPECTED, profile=resolve_profiles(Settings().profiles)["strict"])
    assert any(reason.startswith("dropouts is 4 places") for reason in strict.reasons)


@pytest.mark.parametrize("gain_db", [-1.2, 1.2])
def test_a_film_that_is_too_quiet_or_too_loud_fails(tmp_path, gain_db):
    assert failures(film_of(tmp_path, sound=voice(8) * np.float32(10 ** (gain_db / 20)))) == ["loudness"]


def test_a_film_with_a_peak_that_clips_fails(tmp_path):
    sound = voice(8)
    sound[100_000:100_100] = np.sin(np.arange(100) * 2 * np.pi / 50)[:, None]

    assert failures(film_of(tmp_path, sound=sound)) == ["true_peak"]


def test_a_film_of_the_wrong_size_fails(good):
    assert failures(good, replace(EXPECTED, video_format=VideoFormat(width_px=340, height_px=180))) == ["size"]


def test_the_script_and_other_films_of_the_batch_are_checked_if_they_are_known(good):
    lines = tuple(SpokenLine(text=text) for text in ("One.", "Two, three.", "Four."))
    script = Script(title="Numbers", language="en", scenes=(ClosingScene(lines=lines, text="Four."),))
    known = replace(EXPECTED, script=script, compared=True)
    wrong = replace(
        known,
        script=replace(script, scenes=(ClosingScene(lines=(*lines, SpokenLine(text="{{ name }}")), text="Four."),)),
        undrawable="☃",
        near_duplicate=NearDuplicate(name="job 7", title="Digits", share=0.999),
    )

    def found(expected):
        names = ("words", "glyphs", "text", "language", "duplicate")
        return [(check.name, check.measured) for check in inspected(good, expected).checks if check.name in names]

    assert found(known) == [
        ("words", "19 letters"),
        ("glyphs", "drawn"),
        ("text", "for viewers"),
        ("language", "as en is written"),
        ("duplicate", "unlike the others"),
    ]
    assert found(wrong) == [
        ("words", "another text from “{{name}}” on"),
        ("glyphs", "no font for ☃"),
        ("text", "an unfilled placeholder (“{{ name }}”) in scene 1, spoken"),
        ("language", "as en is written"),
        ("duplicate", "99 % like job 7 (“Digits”)"),
    ]


def test_a_film_that_players_stretch_fails(tmp_path):
    stretched = inspected(reencoded(tmp_path, pixel_aspect=Fraction(4, 3)))

    assert stretched.reasons == ("size is 320x180, pixels of 1.333:1, must be 320x180",)


@pytest.mark.parametrize("quanta", [3, 5])
def test_a_film_longer_or_shorter_than_its_narration_fails(good, quanta):
    lengths = (4 * SCENE_QUANTUM_SAMPLES, quanta * SCENE_QUANTUM_SAMPLES)
    without_cues = replace(EXPECTED, lengths=lengths, subtitles=Subtitles(scenes=((), ())))

    assert failures(good, without_cues) == ["duration"]


def test_cues_are_compared_with_the_actual_sound(good, tmp_path):
    cut = remuxed(good, tmp_path, keep=lambda packet: packet.pts * packet.time_base < 3.5)

    # The last cue ends at 3.9 s, as in the expected film.
    assert failures(cut) == ["duration", "srt", "vtt"]


def test_a_film_with_its_index_at_the_end_fails(good, tmp_path):
    assert failures(remuxed(good, tmp_path, options={"use_editlist": "0"})) == ["index"]


def test_a_film_with_edit_lists_fails(good, tmp_path):
    delayed = remuxed(good, tmp_path, options={"movflags": "+faststart", "use_editlist": "1"}, delay=512)

    verdict = inspected(delayed)

    assert "index is with edit lists, must be first, without edit lists" in verdict.reasons


def test_a_film_without_sound_fails(good, tmp_path):
    assert failures(remuxed(good, tmp_path, kinds=("video",))) == ["streams"]


def test_a_film_in_another_codec_fails(tmp_path):
    assert failures(reencoded(tmp_path, codec="mpeg4")) == ["picture_codec"]


def test_a_film_at_25_frames_a_second_fails(tmp_path):
    assert failures(reencoded(tmp_path, frame_rate=25)) == ["frame_rate"]


def test_a_film_with_left_out_pictures_fails(tmp_path):
    assert failures(reencoded(tmp_path, skip=(40, 41))) == ["frame_rate"]


def test_a_film_without_colour_tags_fails(tmp_path):
    assert failures(reencoded(tmp_path, tagged=False)) == ["colours"]


def test_a_film_with_sound_at_another_rate_fails(tmp_path):
    assert failures(reencoded(tmp_path, sound_rate=24_000)) == ["sound_codec"]


def test_sound_that_ends_before_the_picture_fails(good, tmp_path):
    short = remuxed(good, tmp_path, keep=lambda packet: packet.stream.type == "video" or packet.pts < 195_000)

    assert failures(short) == ["sync"]


def test_sound_that_is_late_or_has_a_gap_fails_though_it_ends_with_the_picture(good, tmp_path):
    """A tenth of a second is missing: at the start, then in the middle."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, left_out in ((first, range(1, 6)), (second, range(90, 95))):
        folder.mkdir()
        sounds = iter(range(1_000))
        gap = remuxed(good, folder, keep=lambda packet: packet.stream.type == "video" or next(sounds) not in left_out)  # noqa: B023
        assert failures(gap) == ["offset"]


def test_a_film_that_does_not_change_where_a_scene_begins_fails(tmp_path):
    still = [card(cards(8)[1][0].to_rgb(), 128)]

    assert failures(film_of(tmp_path, frames=still)) == ["frozen"]


def test_the_profile_sets_which_checks_only_warn(good):
    package = make_package(good.parent, good, EXPECTED.subtitles, EXPECTED.lengths)
    louder = replace(STANDARD, name="mine", lufs_min=-10, lufs_max=-9)

    verdict = inspect_film(package, EXPECTED, profile=louder)
    lenient = inspect_film(package, EXPECTED, profile=replace(louder, warns=("loudness", "size")))
    off = inspect_film(package, EXPECTED, profile=replace(louder, off=("loudness",)))

    assert (verdict.grade, verdict.score, verdict.profile) == ("fail", 0.5, "mine")
    assert (lenient.grade, lenient.score, lenient.passed) == ("warn", 0.9, True)
    assert lenient.warnings[0].startswith("loudness is -15.")
    assert (off.grade, off.score) == ("pass", 1.0)
    # What was ordered does not depend on the profile.
    wrong = replace(EXPECTED, video_format=VideoFormat(width_px=340, height_px=180))
    assert inspect_film(package, wrong, profile=replace(STANDARD, warns=("size",), off=("size",))).grade == "fail"


def test_reasons_are_readable(good):
    longer = replace(EXPECTED, lengths=(4 * SCENE_QUANTUM_SAMPLES, 6 * SCENE_QUANTUM_SAMPLES))

    assert inspected(good, longer).reasons == ("duration is 4.27 s, must be 5.33 s ± 0.1 s",)
