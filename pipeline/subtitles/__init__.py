"""Timed words become cues, and cues become SRT and VTT.

limits    what a viewer can read
cues      `make_subtitles`: the best way through the words   (pieces: what stays together, phrases: where to break)
export    SRT and WebVTT
"""

from pipeline.subtitles.cues import make_subtitles
from pipeline.subtitles.export import to_srt, to_vtt
from pipeline.subtitles.limits import CueLimits

__all__ = ["CueLimits", "make_subtitles", "to_srt", "to_vtt"]
