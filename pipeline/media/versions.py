"""Which FFmpeg this machine has, and whether it can do what films need."""

from __future__ import annotations

from pipeline.errors import MissingToolError

_ENCODERS = ("libx264", "aac")


def require_encoder(name: str) -> None:
    """Raises `MissingToolError` for an encoder, as FFmpeg names it, that this FFmpeg was built without."""
    from av.codec import Codec  # noqa: PLC0415 - FFmpeg is large: whoever only asks for films does without
    from av.codec.codec import UnknownCodecError  # noqa: PLC0415

    try:
        Codec(name, "w")
    except UnknownCodecError as error:
        hint = "Install PyAV from its wheel, not from source"
        raise MissingToolError(f"FFmpeg has no encoder {name}", hint=hint) from error


def ffmpeg_versions() -> str:
    """The versions of PyAV and FFmpeg. Raises `MissingToolError` when an encoder is missing."""
    import av  # noqa: PLC0415

    for name in _ENCODERS:
        require_encoder(name)
    return f"FFmpeg {av.ffmpeg_version_info}, through PyAV {av.__version__}, with {' and '.join(_ENCODERS)}"
