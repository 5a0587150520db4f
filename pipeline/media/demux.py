"""Packets out of an MP4, and out of any film."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

# FFmpeg decodes the first picture of whatever it opens, to learn its pixel format: at 1080p that takes 26 ms, thirty
# times as long as everything else. For packets nobody needs it.
_PACKETS_ONLY = {"skip_frame": "all", "analyzeduration": "1", "fpsprobesize": "0"}

# Containers of films. Others, such as playlists, name files and addresses that FFmpeg would open.
FILMS_ONLY = {"format_whitelist": "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg", "protocol_whitelist": "file"}


def open_film(path: Path) -> InputContainer:
    """A film by anybody; a context manager. Errors are `av.FFmpegError`s, which are `OSError`s or `ValueError`s."""
    return av.open(str(path.absolute()), options=FILMS_ONLY)


def open_packets(path: Path) -> InputContainer:
    """An MP4 to read packets from; a context manager. No picture is decoded until somebody asks for one.

    Named as an MP4, so that FFmpeg does not take a hostile file for a playlist and open what that lists. Errors are
    `av.FFmpegError`s, which are `OSError`s or `ValueError`s.
    """
    return av.open(str(path), format="mp4", options=_PACKETS_ONLY)


def is_whole(packet: av.Packet[Any]) -> bool:
    """Whether it is a packet: an empty one marks the end of a stream, a marked one the end of a file cut short."""
    return packet.pts is not None and not packet.is_corrupt
