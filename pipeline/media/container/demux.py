"""Demuxing: packets from our own MP4s, and from third-party films."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import av
import av.subtitles.stream  # PyAV imports it when the first file is opened, in every worker again
from av.container import InputContainer
from av.stream import Stream

from pipeline.errors import InputError
from pipeline.media.container.mux import Packet

# FFmpeg decodes the first picture of every file that it opens, to learn its pixel format: at 1080p that takes 26 ms,
# thirty times as long as all the rest. Reading packets does not need it.
_PACKETS_ONLY = {"skip_frame": "all", "analyzeduration": "1", "fpsprobesize": "0"}

# Film containers. Others, such as playlists, name files and URLs that FFmpeg would open.
FILMS_ONLY = {"format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg", "protocol_whitelist": "file"}


def open_film(path: Path) -> InputContainer:
    """Open a third-party film; a context manager. Errors are `av.FFmpegError`s (`OSError`s or `ValueError`s).

    Raises a plain `ValueError`, with a readable message, for an unknown container or codec.
    """
    try:
        film = av.open(str(path.absolute()), options=FILMS_ONLY)
    except av.ArgumentError as error:
        # FFmpeg's answer to a container outside of the whitelist.
        raise ValueError("is not a film, or is in an unsupported container") from error
    if reason := undecodable(film):
        film.close()
        raise ValueError(reason)
    return film


def undecodable(source: InputContainer) -> str:
    """Why pictures or sound can't be decoded: FFmpeg does not know the codec. Empty: they can be."""
    for kind, streams in (("pictures", source.streams.video), ("sound", source.streams.audio)):
        # None in spite of PyAV's type hints.
        if any(getattr(stream, "codec_context", None) is None for stream in streams):
            verb = "are" if kind == "pictures" else "is"
            return f"its {kind} {verb} in an unsupported codec"
    return ""


def open_packets(path: Path) -> InputContainer:
    """Open an MP4 to read its packets; a context manager. No picture is decoded.

    The format is given, so that FFmpeg does not take a hostile file for a playlist and open what that lists. Errors are
    `av.FFmpegError`s (`OSError`s or `ValueError`s).
    """
    return av.open(str(path), format="mp4", options=_PACKETS_ONLY)


class OpenFilm:
    """An open MP4: its streams, and its packets in order."""

    def __init__(self, path: Path, container: InputContainer, *, in_memory: bool) -> None:
        self.path, self.streams = path, container.streams
        self._container = container
        self.in_memory = in_memory
        self._packets = tuple(self._read()) if in_memory else None

    def packets(self, stream: Stream | None = None) -> Iterator[Packet]:
        """The packets of one stream, or of all streams. Without `in_memory` they can be read once."""
        if self._packets is None:
            return self._read(*(() if stream is None else (stream,)))
        return (packet for packet in self._packets if stream is None or packet.stream_index == stream.index)

    def _read(self, *streams: Stream) -> Iterator[Packet]:
        return filter(_is_whole, self._container.demux(*streams))


@contextmanager
def opened(film: Path | OpenFilm, *, in_memory: bool = False) -> Iterator[OpenFilm]:
    """Open an MP4 with `open_packets`; one that is open already is passed on. Raises `InputError` for any other file.

    With `in_memory`, all packets are read at once and kept: for a short film that is read repeatedly.
    """
    if isinstance(film, OpenFilm):
        yield film
        return
    with ExitStack() as stack:
        try:
            container = stack.enter_context(open_packets(film))
            if reason := undecodable(container):
                raise InputError(reason, where=film.name)
            source = OpenFilm(film, container, in_memory=in_memory)
        except (OSError, ValueError) as error:
            # PyAV's errors are subclasses of these.
            raise InputError(f"can't be read as a film ({type(error).__name__})", where=film.name) from error
        yield source


def _is_whole(packet: Packet) -> bool:
    """Whether it is a real packet: an empty one marks the end of a stream, a corrupt one the end of a cut file."""
    return packet.pts is not None and not packet.is_corrupt
