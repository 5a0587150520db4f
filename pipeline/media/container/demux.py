"""Packets out of an MP4, and out of any film."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import av
import av.subtitles.stream  # PyAV does so with the first file that is opened, in every worker anew
from av.container import InputContainer
from av.stream import Stream

from pipeline.errors import InputError
from pipeline.media.container.mux import Packet

# FFmpeg decodes the first picture of whatever it opens, to learn its pixel format: at 1080p that takes 26 ms, thirty
# times as long as everything else. For packets nobody needs it.
_PACKETS_ONLY = {"skip_frame": "all", "analyzeduration": "1", "fpsprobesize": "0"}

# Containers of films. Others, such as playlists, name files and addresses that FFmpeg would open.
FILMS_ONLY = {"format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg", "protocol_whitelist": "file"}


def open_film(path: Path) -> InputContainer:
    """A film by anybody; a context manager. Errors are `av.FFmpegError`s, which are `OSError`s or `ValueError`s.

    A `ValueError` of ours, in plain words, is for what has no decoder.
    """
    try:
        film = av.open(str(path.absolute()), options=FILMS_ONLY)
    except av.ArgumentError as error:
        # So FFmpeg says that a container is none of them.
        raise ValueError("is no film, or in a container that nothing here reads") from error
    if told := undecodable(film):
        film.close()
        raise ValueError(told)
    return film


def undecodable(source: InputContainer) -> str:
    """Why its pictures or its sound can't be decoded: in a codec that FFmpeg does not know; empty: they can be."""
    for kind, streams in (("pictures", source.streams.video), ("sound", source.streams.audio)):
        # PyAV's types say that there always is one.
        if any(getattr(stream, "codec_context", None) is None for stream in streams):
            verb = "are" if kind == "pictures" else "is"
            return f"its {kind} {verb} in a codec that nothing here decodes"
    return ""


def open_packets(path: Path) -> InputContainer:
    """An MP4 to read packets from; a context manager. No picture is decoded until somebody asks for one.

    Named as an MP4, so that FFmpeg does not take a hostile file for a playlist and open what that lists. Errors are
    `av.FFmpegError`s, which are `OSError`s or `ValueError`s.
    """
    return av.open(str(path), format="mp4", options=_PACKETS_ONLY)


class OpenFilm:
    """An MP4 that is open: its streams, and its packets in their order."""

    def __init__(self, path: Path, container: InputContainer, *, is_held: bool) -> None:
        self.path, self.streams = path, container.streams
        self._container = container
        self.is_held = is_held
        self._held = tuple(self._read()) if is_held else None

    def packets(self, stream: Stream | None = None) -> Iterator[Packet]:
        """The packets of one stream, or of all streams. Without `is_held` they can be asked for once."""
        if self._held is None:
            return self._read(*(() if stream is None else (stream,)))
        return (packet for packet in self._held if stream is None or packet.stream_index == stream.index)

    def _read(self, *streams: Stream) -> Iterator[Packet]:
        return filter(_is_whole, self._container.demux(*streams))


@contextmanager
def opened(film: Path | OpenFilm, *, is_held: bool = False) -> Iterator[OpenFilm]:
    """`open_packets`, unless it is open. Raises `InputError` for what is no film.

    With `is_held`, its packets are read once and stay in memory: for a film that is short, and looked at repeatedly.
    """
    if isinstance(film, OpenFilm):
        yield film
        return
    with ExitStack() as stack:
        try:
            container = stack.enter_context(open_packets(film))
            if told := undecodable(container):
                raise InputError(told, where=film.name)
            source = OpenFilm(film, container, is_held=is_held)
        except (OSError, ValueError) as error:
            # PyAV's errors are one or the other.
            raise InputError(f"can't be read as a film ({type(error).__name__})", where=film.name) from error
        yield source


def _is_whole(packet: Packet) -> bool:
    """Whether it is a packet: an empty one marks the end of a stream, a marked one the end of a file cut short."""
    return packet.pts is not None and not packet.is_corrupt
