"""Timed words become cues, and cues become SRT and VTT."""

from pipeline.subtitles.cues import make_subtitles
from pipeline.subtitles.export import to_srt, to_vtt
from pipeline.subtitles.limits import CueLimits

__all__ = ["CueLimits", "make_subtitles", "to_srt", "to_vtt"]
