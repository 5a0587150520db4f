"""Timed words become cues, and cues become SRT and VTT."""

from pipeline.subtitles.cues import CueLimits, make_subtitles
from pipeline.subtitles.export import to_srt, to_vtt

__all__ = ["CueLimits", "make_subtitles", "to_srt", "to_vtt"]
