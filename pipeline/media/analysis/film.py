"""A third-party film: open it, decode all of it, collect the findings.

Nothing is known of the film beforehand. For our own films, of which much is known, see `container.probe` and
`pictures.decode`.
"""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition

from pipeline.errors import InputError
from pipeline.media.analysis.audio_track import AudioTrack
from pipeline.media.analysis.results import FilmAnalysis
from pipeline.media.analysis.timestamps import presentation_time
from pipeline.media.analysis.video_track import VideoTrack
from pipeline.media.container.boxes import Box, index_is_first, read_boxes
from pipeline.media.container.demux import open_film

_HEAD_BYTES = 64
# Boxes of common encryption (ISO/IEC 23001-7).
_ENCRYPTION = ("/pssh", "/senc")
# A film may end a little before the duration in its header: the last packet is rounded.
_CUT_S = 0.5


def analyse_film(path: Path) -> FilmAnalysis:
    """Decode a film from the first packet to the last. Memory does not grow with its length.

    Raises `InputError`, which says where, for a file that is no film, is cut short, or can't be decoded to its end.
    """
    try:
        boxes = read_boxes(path)
        if not path.stat().st_size:
            raise ValueError("is empty")
        if boxes and boxes[0].path == "ftyp" and all(box.path != "moov" for box in boxes):
            raise ValueError("has no index: it is cut short, was never finished, or is not a film")
        if sum(box.path == "moov" for box in boxes) > 1:
            raise ValueError("is two films in one file, of which players show the first")
        if any(box.path.endswith(_ENCRYPTION) for box in boxes):
            raise ValueError("is encrypted")
        with open_film(path) as source:
            return _analyse(path, source, boxes)
    except (OSError, ValueError, av.FFmpegError) as error:
        # Our own errors are in plain words; of FFmpeg's, the class says more than the message.
        reason = str(error) if type(error) is ValueError else f"can't be read as a film ({type(error).__name__})"
        raise InputError(reason, where=path.name) from error


def _analyse(path: Path, source: InputContainer, boxes: tuple[Box, ...]) -> FilmAnalysis:
    container = _container(path, source)
    has_boxes = container in {"mp4", "mov"}
    if has_boxes and _end_of(boxes) < path.stat().st_size:
        raise ValueError("is cut short or damaged")
    covers = [stream for stream in source.streams.video if stream.disposition & Disposition.attached_pic]
    videos = [stream for stream in source.streams.video if stream not in covers]
    audios = list(source.streams.audio)
    video = VideoTrack(videos[0], begins_at_zero=has_boxes) if videos else None
    audio = AudioTrack(audios[0]) if audios else None
    tracks = [track for track in (video, audio) if track]
    others_end_s = _decode_all(source, tracks)
    header_s = (source.duration or 0) / av.time_base
    # Matroska stores when a film ends, other containers how long it lasts: their timestamps may begin anywhere.
    start_s = 0.0 if container in {"webm", "matroska"} else min((track.start_s for track in tracks), default=0.0)
    end_s = max((track.end_s for track in tracks), default=0.0)
    if tracks and max(end_s, others_end_s) - start_s < header_s - _CUT_S and not has_boxes:
        raise ValueError("is cut short: it ends before its header says")
    return FilmAnalysis(
        container=container,
        counts=(len(videos), len(audios), len(source.streams) - len(videos) - len(audios)),
        picture=video.result if video else None,
        sound=audio.result if audio else None,
        index_first=not has_boxes or index_is_first(boxes),
    )


def _decode_all(source: InputContainer, tracks: list[VideoTrack | AudioTrack]) -> float:
    """Decode these tracks; returns when the last of the other streams (more audio, subtitles) ends."""
    by_stream = {track.stream.index: track for track in tracks}
    at_s = others_end_s = 0.0
    try:
        for packet in source.demux():
            if source.format.name == "avi":
                # AVI stores no pts, and those that FFmpeg makes up are in the wrong order.
                packet.pts = None
            track = by_stream.get(packet.stream_index)
            if packet.is_corrupt and track:
                raise ValueError(f"is cut short at {at_s:.2f} s")
            if not packet.size:  # the end of a stream
                continue
            if track:
                at_s = float(presentation_time(packet) * packet.time_base)
                track.push(packet)
            else:
                end = presentation_time(packet) + (packet.duration or 0)
                others_end_s = max(others_end_s, float(end * packet.time_base))
        for track in tracks:
            track.push(None)
    except av.FFmpegError as error:
        raise ValueError(f"can't be decoded at {at_s:.2f} s ({type(error).__name__})") from error
    return others_end_s


def _container(path: Path, source: InputContainer) -> str:
    """The container's name, by content, whatever the file's suffix."""
    names = source.format.name.split(",")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if "mp4" in names:
        return "mov" if source.metadata.get("major_brand", "qt").startswith("qt") else "mp4"
    if "matroska" in names:
        return "webm" if b"webm" in head else "matroska"
    return names[0]


def _end_of(boxes: tuple[Box, ...]) -> int:
    return max((box.start + box.length for box in boxes if "/" not in box.path), default=0)
