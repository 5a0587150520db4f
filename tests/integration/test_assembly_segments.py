"""Segments and films as files: exact timing, reproducible bytes, atomic writes."""

from __future__ import annotations

import errno
import hashlib
import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.assembly import EncoderPlan, encode_segment, encoder_options, join_segments
from pipeline.errors import CheckpointError, InputError, StorageError
from pipeline.media.container.boxes import has_edit_list, index_is_first, read_boxes
from pipeline.media.container.mux import open_mp4
from pipeline.media.container.probe import probe
from pipeline.media.sound.aac import SoundEncoder
from pipeline.media.sound.audio import read_audio, write_wav
from pipeline.model import SCENE_QUANTUM_SAMPLES, Segment, VideoFormat
from tests.standins.films import SMALL, card, cards, make_film, make_segment, voice


def packets_of(path):
    with av.open(str(path)) as source:
        return [
            (packet.stream.type, packet.pts, packet.dts, packet.duration, packet.is_keyframe, packet.time_base)
            for packet in source.demux()
            if packet.dts is not None
        ]


def pictures_of(path):
    with av.open(str(path)) as source:
        return [picture.to_ndarray() for picture in source.decode(video=0)]


def error_of(path, source):
    decoded = read_audio(path)
    assert decoded.shape == source.shape
    return float(np.sqrt(np.mean((decoded - source) ** 2)))


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".wav")


@pytest.mark.parametrize("quanta", [1, 2, 5])
def test_a_segment_is_playable_and_has_25_audio_packets_per_16_frames(tmp_path, quanta):
    segment = make_segment(tmp_path, "scene", sound=voice(quanta))

    packets = packets_of(segment.path)

    pictures = [packet for packet in packets if packet[0] == "video"]
    sounds = [packet for packet in packets if packet[0] == "audio"]
    assert (len(pictures), len(sounds)) == (16 * quanta, 25 * quanta)
    assert segment.frames == 16 * quanta
    for track in (pictures, sounds):
        starts = [pts for _, pts, *_ in track]
        assert starts == [n * track[0][3] for n in range(len(track))]
        assert all(pts == dts for _, pts, dts, *_ in track)
    ends = {(track[-1][1] + track[-1][3]) * track[-1][5] for track in (pictures, sounds)}
    assert ends == {Fraction(16 * quanta, 30)}


def test_the_same_scene_encoded_twice_gives_the_same_bytes(tmp_path):
    for name in ("once", "again"):
        make_segment(tmp_path, name, sound=voice(3))

    assert (tmp_path / "once.mp4").read_bytes() == (tmp_path / "again.mp4").read_bytes()


def test_the_same_film_joined_twice_gives_the_same_bytes_and_their_hash(tmp_path):
    once, again = tmp_path / "once", tmp_path / "again"
    once.mkdir()
    again.mkdir()

    segments = [make_segment(tmp_path, f"scene-{quanta}", sound=voice(quanta)) for quanta in (3, 4)]

    films = [join_segments(segments, path=folder / "film.mp4", title="Twice") for folder in (once, again)]

    data = (once / "film.mp4").read_bytes()
    assert data == (again / "film.mp4").read_bytes()
    assert films[0] == films[1]
    assert films[0].sha256 == hashlib.sha256(data).hexdigest()
    assert (films[0].bytes, films[0].frames) == (len(data), 112)


def test_a_film_has_no_creation_time_or_encoder_name(tmp_path):
    data = make_film(tmp_path).read_bytes()

    assert [word for word in (b"x264", b"Lavf", b"Lavc", b"libav") if word in data] == []
    header = data.index(b"mvhd") + 4
    created, modified = data[header + 4 : header + 8], data[header + 8 : header + 12]
    assert (created, modified) == (b"\0\0\0\0", b"\0\0\0\0")


def test_a_film_has_its_title_and_index_first_and_no_edit_lists(tmp_path):
    film = make_film(tmp_path)

    boxes = read_boxes(film)

    assert index_is_first(boxes)
    assert not has_edit_list(boxes)
    with av.open(str(film)) as source:
        assert source.metadata["title"] == "A small film"


def test_a_film_is_high_profile_with_constant_frame_rate_and_bt709(tmp_path):
    track = probe(make_film(tmp_path)).pictures[0]

    assert (track.codec, track.profile) == ("h264", "High")
    assert (track.constant_rate, track.is_bt709, track.frames) == (30, True, 7 * 16)


def test_there_is_a_keyframe_at_least_every_five_seconds(tmp_path):
    segment = make_segment(tmp_path, "long", sound=voice(20))

    keyframes = [n for n, packet in enumerate(p for p in packets_of(segment.path) if p[0] == "video") if packet[4]]

    gaps = [after - before for before, after in itertools.pairwise([*keyframes, segment.frames])]
    assert keyframes[0] == 0
    assert max(gaps) <= 150


@pytest.mark.parametrize(
    ("name", "rgb", "yuv"),
    [
        # Computed from the standard: Y = 16 + 219 (0.2126 R + 0.7152 G + 0.0722 B), C = 128 + 224 (B - Y) / 1.8556 …
        ("red", (255, 0, 0), (63, 102, 240)),
        ("green", (0, 255, 0), (173, 42, 26)),
        ("blue", (0, 0, 255), (32, 240, 118)),
        ("white", (255, 255, 255), (235, 128, 128)),
        ("night", (11, 15, 25), (29, 133, 126)),
    ],
)
def test_colours_are_converted_with_the_matrix_that_the_film_names(tmp_path, name, rgb, yuv):
    plain = [card(Image.new("RGB", (320, 180), rgb), 16)]

    segment = make_segment(tmp_path, name, sound=voice(1), frames=plain)

    planes = pictures_of(segment.path)[8]
    luma, blue, red = planes[:180], planes[180:225], planes[225:]
    assert np.abs(np.array([luma.mean(), blue.mean(), red.mean()]) - yuv).max() <= 1


def test_a_held_picture_is_shown_for_exactly_its_time(tmp_path):
    levels = {0: 5, 60: 1, 120: 7, 180: 2, 240: 1}
    frames = [card(Image.new("RGB", (320, 180), (level,) * 3), hold) for level, hold in levels.items()]

    segment = make_segment(tmp_path, "held", sound=voice(1), frames=frames)

    shown = [round((picture[:180].mean() - 16) * 255 / 219 / 60) * 60 for picture in pictures_of(segment.path)]
    assert shown == [level for level, hold in levels.items() for _ in range(hold)]


def test_audio_is_sample_accurate(tmp_path):
    sound = voice(3)
    segment = make_segment(tmp_path, "scene", sound=sound)

    decoded = read_audio(segment.path)

    correlation = {lag: float(np.sum(np.roll(decoded, -lag, axis=0) * sound)) for lag in range(-1100, 1101)}
    assert max(correlation, key=correlation.__getitem__) == 0
    assert correlation[0] > 0.99 * float(np.sum(sound**2))


def test_joined_audio_is_as_close_to_the_source_as_a_single_encode(tmp_path):
    parts = [voice(quanta, seed=quanta) for quanta in (2, 3, 1)]
    whole = np.concatenate(parts)
    segments = [make_segment(tmp_path, f"part-{n}", sound=part) for n, part in enumerate(parts)]

    joined = tmp_path / "joined.mp4"
    join_segments(segments, path=joined)
    single = make_segment(tmp_path, "single", sound=whole)

    assert error_of(joined, whole) == pytest.approx(error_of(single.path, whole), rel=0.02)
    seams = [len(parts[0]), len(parts[0]) + len(parts[1])]
    decoded = read_audio(joined)
    assert max(np.abs(decoded[seam - 1024 : seam + 1024]).max() for seam in seams) < 0.003


def test_joined_pictures_are_those_of_the_segments(tmp_path):
    segments = [
        make_segment(tmp_path, f"{hue}", sound=voice(2, seed=hue), frames=cards(32, hue=hue)) for hue in (20, 200, 90)
    ]

    film = join_segments(segments, path=tmp_path / "film.mp4")

    apart = [picture for segment in segments for picture in pictures_of(segment.path)]
    together = pictures_of(tmp_path / "film.mp4")
    assert film.frames == len(together) == len(apart)
    assert all(np.array_equal(one, other) for one, other in zip(together, apart, strict=True))


def test_audio_and_video_are_interleaved_in_the_file(tmp_path):
    times = [float(pts * base) for _, pts, _, _, _, base in packets_of(make_film(tmp_path, lengths=(6, 6)))]

    assert max(abs(after - before) for before, after in itertools.pairwise(times)) < 0.2


@pytest.mark.parametrize("frames", [cards(31), cards(33), []], ids=["short", "long", "none"])
def test_frames_shorter_or_longer_than_the_audio_leave_no_file(tmp_path, frames):
    with pytest.raises(ValueError, match="frame times"):
        make_segment(tmp_path, "scene", sound=voice(2), frames=frames)

    assert leftovers(tmp_path) == []


def test_a_picture_of_another_size_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be planes"):
        make_segment(tmp_path, "scene", sound=voice(1), frames=[card(Image.new("RGB", (640, 360)), 16)])


def test_a_scene_that_is_not_a_whole_number_of_quanta_is_refused(tmp_path):
    with pytest.raises(ValueError, match="whole number"):
        make_segment(tmp_path, "scene", sound=voice(1)[:-1])


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    write_wav(path, voice(2))
    return path


def encode(clip, path, *, quanta):
    samples = quanta * SCENE_QUANTUM_SAMPLES
    return encode_segment(
        cards(VideoFormat().frames_of(samples)),
        clip=clip,
        samples=samples,
        path=path,
        video_format=SMALL,
        encoder=EncoderPlan(),
    )


def test_a_clip_of_unexpected_length_is_refused(tmp_path, clip):
    with pytest.raises(CheckpointError, match=r"clip\.wav.*must have 76800"):
        encode(clip, tmp_path / "scene.mp4", quanta=3)


def test_a_clip_that_is_not_a_wav_is_refused(tmp_path, clip):
    clip.write_bytes(b"no wave")

    with pytest.raises(InputError, match="not a WAV"):
        encode(clip, tmp_path / "scene.mp4", quanta=2)


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path, clip):
    with pytest.raises(StorageError, match=r"nowhere.*can't be written: no such file"):
        encode(clip, tmp_path / "nowhere" / "scene.mp4", quanta=2)


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path):
    segment = make_segment(tmp_path, "scene", sound=voice(1))

    with pytest.raises(StorageError, match=r"can't be written.*choose another folder"):
        join_segments([segment], path=segment.path / "film.mp4")


def test_a_disk_that_fills_up_while_encoding_leaves_nothing_behind(tmp_path, clip, small_disk):
    with small_disk(4_000), pytest.raises(StorageError, match=r"scene\.mp4.*Free some space"):
        encode(clip, tmp_path / "scene.mp4", quanta=2)

    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("max_bytes", [100, 4_000, 40_000])
def test_a_disk_that_fills_up_while_joining_leaves_the_old_film_as_it_was(tmp_path, small_disk, max_bytes):
    segment = make_segment(tmp_path, "scene", sound=voice(4))
    film = tmp_path / "film.mp4"
    film.write_bytes(b"the film of yesterday")

    with small_disk(max_bytes), pytest.raises(StorageError, match="Free some space"):
        join_segments([segment] * 4, path=film)

    assert film.read_bytes() == b"the film of yesterday"
    assert leftovers(tmp_path) == ["film.mp4", "scene.mp4"]


@pytest.fixture
def small_disk():
    """A context with a limit on file sizes, to simulate a full disk."""
    resource = pytest.importorskip("resource")

    class SmallDisk:
        def __init__(self, max_bytes):
            self._max_bytes = max_bytes
            self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

        def __enter__(self):
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._max_bytes, self._before[1]))

        def __exit__(self, *_):
            resource.setrlimit(resource.RLIMIT_FSIZE, self._before)

    return SmallDisk


def test_segments_of_different_sizes_are_not_joined(tmp_path):
    wide = VideoFormat(width_px=640, height_px=360)
    segments = [
        make_segment(tmp_path, "small", sound=voice(1)),
        make_segment(tmp_path, "wide", sound=voice(1), video_format=wide),
    ]

    with pytest.raises(CheckpointError, match=r"wide\.mp4.*encoding differs"):
        join_segments(segments, path=tmp_path / "film.mp4")

    assert leftovers(tmp_path) == ["small.mp4", "wide.mp4"]


def test_a_segment_encoded_by_another_plan_is_not_joined(tmp_path, clip):
    first = make_segment(tmp_path, "first", sound=voice(2))
    other = Segment(path=tmp_path / "other.mp4", frames=32)
    encode_segment(
        cards(32),
        clip=clip,
        samples=2 * SCENE_QUANTUM_SAMPLES,
        path=other.path,
        video_format=SMALL,
        encoder=EncoderPlan(preset="medium"),
    )

    with pytest.raises(CheckpointError, match=r"other\.mp4.*encoding differs"):
        join_segments([first, other], path=tmp_path / "film.mp4")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "noise"])
def test_a_damaged_segment_is_named_and_no_film_is_made(tmp_path, damage):
    good, bad = (make_segment(tmp_path, name, sound=voice(2)) for name in ("good", "bad"))
    data = bad.path.read_bytes()
    if damage == "missing":
        bad.path.unlink()
    else:
        bad.path.write_bytes({"empty": b"", "cut": data[: len(data) * 2 // 3], "noise": b"noise" * 300}[damage])

    with pytest.raises(CheckpointError) as caught:
        join_segments([good, bad], path=tmp_path / "film.mp4")
    assert caught.value.where == str(bad.path), "its name is a hash: only the whole path helps to find it"

    assert not (tmp_path / "film.mp4").exists()


def remuxed(path, source, *kinds):
    """A copy of a film with one track of each of these types."""
    with av.open(str(source)) as film, av.open(str(path), "w") as copy:
        tracks = [next(stream for stream in film.streams if stream.type == kind) for kind in kinds]
        made = [copy.add_stream_from_template(track, opaque=True) for track in tracks]
        for number, track in enumerate(tracks):
            film.seek(0)
            for packet in film.demux(track):
                if packet.dts is not None:
                    packet.stream = made[number]
                    copy.mux(packet)
    return path


@pytest.mark.parametrize("kinds", ["video", "audio", "video video", "audio audio", "video audio audio"])
def test_a_segment_without_exactly_one_video_and_one_audio_track_is_refused(tmp_path, kinds):
    good = make_segment(tmp_path, "good", sound=voice(1))
    bad = replace(good, path=remuxed(tmp_path / "bad.mp4", good.path, *kinds.split()))

    for segments in ([bad, good], [good, bad]):
        with pytest.raises(CheckpointError, match=r"bad\.mp4: the segment has not exactly one video and"):
            join_segments(segments, path=tmp_path / "film.mp4")


def test_a_soundtrack_with_other_encoder_settings_is_refused(tmp_path):
    scene = make_segment(tmp_path, "scene", sound=voice(1))
    sound = tmp_path / "mono.mp4"
    with av.open(str(sound), "w") as file:
        track = file.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        file.mux([*track.encode(frame), *track.encode(None)])

    with pytest.raises(CheckpointError, match=r"mono\.mp4: the sound's encoding differs from the film's"):
        join_segments([scene], path=tmp_path / "film.mp4", sound=sound)


def test_a_segment_with_an_unexpected_number_of_frames_is_refused(tmp_path):
    segment = make_segment(tmp_path, "scene", sound=voice(1))

    with pytest.raises(CheckpointError, match=r"scene\.mp4"):
        join_segments([Segment(path=segment.path, frames=32)], path=tmp_path / "film.mp4")


def test_the_plan_becomes_options_of_x264():
    options = encoder_options(EncoderPlan(quality=20, preset="superfast", keyframe_s=2), frame_rate=30)

    assert (options["preset"], options["profile"]) == ("superfast", "high")
    assert {"qp=20", "keyint=infinite", "threads=1"} <= set(options["x264-params"].split(":"))


def test_the_muxer_reports_a_full_disk_like_python():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("only Linux has a disk that is always full")

    def write_film():
        with open_mp4(full) as film:
            for packet in SoundEncoder(film).encode(voice(4)):
                film.mux(packet)

    with pytest.raises(OSError, match="No space left") as caught:
        write_film()

    assert caught.value.errno == errno.ENOSPC
