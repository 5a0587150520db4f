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


@contextmanager
def opened(film: Path) -> Iterator[InputContainer]:
    """Open an MP4 with `open_packets`. Raises `InputError` for any other file."""
    with ExitStack() as stack:
        try:
            container = stack.enter_context(open_packets(film))
        except (OSError, ValueError) as error:
            # PyAV's errors are subclasses of these.
            raise InputError(f"can't be read as a film ({type(error).__name__})", where=film.name) from error
        if reason := undecodable(container):
            raise InputError(reason, where=film.name)
        yield container


def packets_of(source: InputContainer, *streams: Stream) -> Iterator[Packet]:
    """The packets of these streams, or of all, in decoding order."""
    # An empty packet marks the end of a stream, a corrupt one the end of a cut file.
    return (packet for packet in source.demux(*streams) if packet.pts is not None and not packet.is_corrupt)
