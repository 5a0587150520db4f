"""The installed versions of FFmpeg and PyAV, and the encoders that films need."""

from __future__ import annotations

from pipeline.errors import MissingToolError

_ENCODERS = ("libx264", "aac")


def require_encoder(name: str) -> None:
    """Raise `MissingToolError` if FFmpeg was built without an encoder; `name` is FFmpeg's."""
    from av.codec import Codec  # noqa: PLC0415 - FFmpeg is large, and many commands do without
    from av.codec.codec import UnknownCodecError  # noqa: PLC0415

    try:
        Codec(name, "w")
    except UnknownCodecError as error:
        hint = "Install PyAV from its wheel, not from source"
        raise MissingToolError(f"FFmpeg has no encoder {name}", hint=hint) from error


def ffmpeg_versions() -> str:
    """A line with the versions of FFmpeg and PyAV. Raises `MissingToolError` if an encoder is missing."""
    import av  # noqa: PLC0415

    for name in _ENCODERS:
        require_encoder(name)
    return f"FFmpeg {av.ffmpeg_version_info}, through PyAV {av.__version__}, with {' and '.join(_ENCODERS)}"
