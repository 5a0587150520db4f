"""Timed words -> cues -> SRT and WebVTT.

limits       line length, reading speed and duration of a cue
cues         `make_subtitles`: the cheapest segmentation into cues
             (wrapping: words that stay together or don't fit a line; line_breaks: the cost of each break)
export       SRT and WebVTT
"""

from pipeline.subtitles.cues import make_subtitles
from pipeline.subtitles.export import to_srt, to_vtt
from pipeline.subtitles.limits import CueLimits

__all__ = ["CueLimits", "make_subtitles", "to_srt", "to_vtt"]
