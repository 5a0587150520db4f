"""One function per check of what was ordered: measured against expected. Nothing here opens a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from statistics import fmean

from pipeline.media.container.probe import MediaInfo, PictureTrack, SoundTrack
from pipeline.media.pictures.decode import DecodedVideo
from pipeline.media.pictures.tile_colours import TileColours, difference
from pipeline.media.sound.loudness import Loudness
from pipeline.media.span import Span
from pipeline.model import SAMPLE_RATE_HZ, Check, Codec, VideoFormat
from pipeline.quality.findings import Brightness, PartFindings

DURATION_TOLERANCE_S = 0.1
# A frame and a half: a larger difference between the ends of picture and sound is a bug in the making of the film.
SYNC_TOLERANCE_S = 0.05
# Clips are made with peaks below -2 dBTP: this limit needs no margin.
TRUE_PEAK_DBTP = -1.0
# Sound may lead or lag the picture by this much unnoticed (EBU R 37: 40 ms and 60 ms).
OFFSET_S = 0.04
# The default of FFmpeg's `freezedetect`.
STUCK_S = 2.0
# The standard deviation of luma (16 is black, 235 white): a line of text on a plain background has more than 10, the
# plainest gradient 2. A mean below 20 with no deviation is black.
BLACK_LUMA = 20.0
FLAT_LUMA = 1.0
_BLACK, _WHITE = 16.0, 235.0
BLACK_SPREAD_LUMA = 4.0
# Codec, profile and pixel format by `probe`.
_STREAMS: Mapping[Codec, str] = {
    "h264": "h264 High yuv420p",
    "h265": "hevc Main yuv420p",
    "av1": "av1 Main yuv420p10le",
}
# AAC may change the loudness of a clip by this much.
CLIP_TOLERANCE_LU = 0.5
# AAC leaves 30 dB and more of a voice; another clip, or the same one a thousandth faster, less than 1 dB.
CLIP_DB = 10.0
# Above what the coarsest quantisers do (`tile_colours`); swapped chroma planes and another range of levels change some
# tile by 14 and more.
DRAWN_LEVELS = 12.0


def streams(info: MediaInfo) -> Check:
    """Exactly one video and one audio stream, and nothing else."""
    measured = f"{len(info.pictures)} video, {len(info.sounds)} audio, {info.other_streams} other"
    limit = "1 video, 1 audio, 0 other"
    return Check.of("streams", passed=measured == limit, measured=measured, limit=limit)


def picture_codec(track: PictureTrack, pixel_format: str, codec: Codec) -> Check:
    """The ordered codec, 4:2:0, 8 bits (AV1: 10). Every player and host takes H.264 High."""
    measured, limit = f"{track.codec} {track.profile} {pixel_format}", _STREAMS[codec]
    return Check.of("picture_codec", passed=measured == limit, measured=measured, limit=limit)


def size(track: PictureTrack, video_format: VideoFormat) -> Check:
    """The ordered size, in square pixels."""
    measured, limit = f"{track.width_px}x{track.height_px}", f"{video_format.width_px}x{video_format.height_px}"
    measured += "" if track.pixel_aspect == 1 else f", pixels of {float(track.pixel_aspect):.3f}:1"
    return Check.of("size", passed=measured == limit, measured=measured, limit=limit)


def frame_rate(track: PictureTrack, video_format: VideoFormat, *, may_vary: bool = False) -> Check:
    """A constant frame rate from 0 on, without gaps, unless a variable one was ordered."""
    passed = may_vary or track.constant_rate == video_format.frame_rate
    measured = "variable" if track.constant_rate is None else f"{float(track.constant_rate):g} a second"
    limit = "any" if may_vary else f"{video_format.frame_rate} a second, constant"
    return Check.of("frame_rate", passed=passed, measured=measured, limit=limit)


def colours(track: PictureTrack) -> Check:
    """The colour space is tagged, so that players need not guess it."""
    measured = "BT.709" if track.is_bt709 else "not tagged as BT.709"
    return Check.of("colours", passed=track.is_bt709, measured=measured, limit="BT.709")


def sound_codec(track: SoundTrack) -> Check:
    """AAC-LC, 48 kHz, stereo."""
    measured = f"{track.codec} {track.profile}, {track.sample_rate_hz} Hz, {track.channels} channels"
    limit = f"aac LC, {SAMPLE_RATE_HZ} Hz, 2 channels"
    return Check.of("sound_codec", passed=measured == limit, measured=measured, limit=limit)


def duration(track: PictureTrack, narration_s: float) -> Check:
    """The film is as long as its narration."""
    passed = abs(track.duration_s - narration_s) <= DURATION_TOLERANCE_S
    limit = f"{narration_s:.2f} s ± {DURATION_TOLERANCE_S} s"
    return Check.of("duration", passed=passed, measured=f"{track.duration_s:.2f} s", limit=limit)


def sync(picture: PictureTrack, sound: SoundTrack) -> Check:
    """Picture and sound end together."""
    apart_s = abs(picture.duration_s - sound.duration_s)
    measured, limit = f"{apart_s:.3f} s between the ends of picture and sound", f"at most {SYNC_TOLERANCE_S} s"
    return Check.of("sync", passed=apart_s <= SYNC_TOLERANCE_S, measured=measured, limit=limit)


def offset(sound: SoundTrack) -> Check:
    """The sound begins at 0, like the picture, and has no gaps, which would move it against the picture."""
    apart_s = abs(sound.start_s) + sound.gaps_s
    measured = f"sound {sound.start_s:.3f} s late, with {sound.gaps_s:.3f} s of gaps"
    return _at_most("offset", apart_s, OFFSET_S, "s", measured)


def moves(video: DecodedVideo, frame_rate: int) -> Check:
    """The picture changes where the scene was drawn with changes."""
    stuck_s = video.stuck_frames / frame_rate
    return _at_most("frozen", stuck_s, STUCK_S, "s", f"{stuck_s:.2f} s without the changes that were drawn")


def frozen(spans: Sequence[Span], starts_s: Sequence[float]) -> Check:
    """The picture changes where a scene begins."""
    stuck = [
        str(number)
        for number, start_s in enumerate(starts_s, start=1)
        if any(span.start_s + STUCK_S / 2 < start_s < span.end_s - STUCK_S / 2 for span in spans)
    ]
    measured = f"nothing changes where scene {', '.join(stuck)} begins" if stuck else "every scene begins anew"
    limit = "another picture where another scene begins"
    return Check.of("frozen", passed=not stuck, measured=measured, limit=limit)


def glyphs(undrawable: str) -> Check:
    """There is a font for every character."""
    measured, limit = f"no font for {undrawable}" if undrawable else "drawn", "a glyph for every character"
    return Check.of("glyphs", passed=not undrawable, measured=measured, limit=limit, value=len(undrawable))


def index(info: MediaInfo) -> Check:
    """`moov` comes before `mdat`, and there are no edit lists."""
    faults = [] if info.index_first else ["behind the media"]
    faults += ["with edit lists"] if info.has_edit_list else []
    limit = "first, without edit lists"
    return Check.of("index", passed=not faults, measured=" and ".join(faults) or limit, limit=limit)


def true_peak(measured: Loudness, most_dbtp: float = TRUE_PEAK_DBTP) -> Check:
    """No clipping in players, also between samples."""
    peak = measured.true_peak_dbtp
    return _at_most("true_peak", peak, most_dbtp, "dBTP", f"{peak:.2f} dBTP")


def clip(measured: Loudness, clip_lufs: float | None) -> Check:
    """The sound of a scene is as loud as its clip; a silent clip gives a silent scene."""
    lufs = measured.integrated_lufs
    passed = lufs is clip_lufs is None or (
        lufs is not None and clip_lufs is not None and abs(lufs - clip_lufs) <= CLIP_TOLERANCE_LU
    )
    tolerance = "" if clip_lufs is None else f" ± {CLIP_TOLERANCE_LU:g} LU"
    return Check.of("sound", passed=passed, measured=format_lufs(lufs), limit=format_lufs(clip_lufs) + tolerance)


def likeness(signal_to_noise_db: float) -> Check:
    """The sound of a scene is that of its clip, as fast, on the same channels, at the same time."""
    measured, limit = f"{signal_to_noise_db:.1f} dB above the difference from its clip", f"at least {CLIP_DB:g} dB"
    return Check.of("clip", passed=signal_to_noise_db >= CLIP_DB, measured=measured, limit=limit)


def drawn(picture: TileColours, wanted: TileColours) -> Check:
    """The picture is the drawn one, in its colours."""
    levels = difference(picture, wanted)
    return _at_most("drawn", levels, DRAWN_LEVELS, "levels", f"{levels:.1f} levels unlike the drawn picture")


def decoded(track: PictureTrack, pictures: int) -> Check:
    """Every video packet gave a picture."""
    limit = f"{track.frames} pictures, one for each packet"
    return Check.of("decoded", passed=pictures == track.frames, measured=f"{pictures} pictures", limit=limit)


def rest(video: DecodedVideo, min_db: float) -> Check:
    """A held picture stays the same, up to the quantiser's error where it is coded again."""
    measured, limit = f"{video.held_db:.1f} dB like the picture before", f"at least {min_db:.1f} dB"
    return Check.of("rest", passed=video.held_db >= min_db, measured=measured, limit=limit)


def parts(picture: PictureTrack, sound: SoundTrack, found: PartFindings) -> Check:
    """The film consists of the packets that were decoded when its parts were made, with the same extradata."""
    faults = []
    for name, kind, track, made in (
        ("picture", "video", picture, found.pictures),
        ("sound", "audio", sound, found.sounds),
    ):
        if any(part.configuration != track.configuration for part in made):
            faults.append(f"another encoding of the {name}")
        pairs = zip_longest(track.packets, found.packets[kind])
        faults += [
            f"another {name} in part {piece[0] if piece else len(made) + 1}"
            for there, piece in pairs
            if piece is None or there != piece[1]
        ][:1]
    count = len(found.pictures)
    measured = " and ".join(faults) or f"{count} scenes as they were inspected"
    return Check.of("parts", passed=not faults, measured=measured, limit=f"the {count} scenes that were inspected")


def pictures(scenes: Sequence[Brightness]) -> Check:
    """Every scene shows something. `scenes` has one picture of each, taken while it is at rest.

    The value is their mean luma, from 0 (black) to 100 % (white).
    """
    seen = [_shows_something(scene) for scene in scenes]
    empty = [str(number) for number, something in enumerate(seen, start=1) if not something]
    mean = fmean(scene.mean for scene in scenes) if scenes else _BLACK
    return Check.of(
        "pictures",
        passed=bool(seen) and not empty,
        measured=f"black or empty in scene {', '.join(empty)} of {len(seen)}" if empty else f"{len(seen)} scenes seen",
        limit="something to see in every scene",
        value=round(100 * (mean - _BLACK) / (_WHITE - _BLACK), 2),
        unit="%",
    )


def _shows_something(picture: Brightness) -> bool:
    is_black = picture.mean < BLACK_LUMA and picture.spread < BLACK_SPREAD_LUMA
    return not is_black and picture.spread >= FLAT_LUMA


def _at_most(name: str, value: float, most: float, unit: str, measured: str) -> Check:
    limit = f"at most {most:g} {unit}"
    return Check.of(name, passed=value <= most, measured=measured, limit=limit, value=value, unit=unit)


def format_lufs(lufs: float | None) -> str:
    """Format a loudness; None is silence."""
    return "silence" if lufs is None else f"{lufs:.2f} LUFS"
