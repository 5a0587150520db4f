"""Video -> Verdict: a finished film is opened and measured before it counts, its parts when they are made.

expected     what the film must be
checks       measured against expected, one property each, and judged, against a profile
findings     what was found in a part, kept in it
cues         the subtitle files, read back
companions   the thumbnail and the metadata
texts        what was never meant for viewers, and languages, whether it is the right one
inspect      `inspect_segment`, `inspect_sound` and `inspect_film` open, measure and collect

limits       what a profile asks, in words
anyones      a film by anybody, and sidecars, the captions beside it
judge        `judge_file` decodes, measures and collects
"""

from pipeline.quality.expected import Expected
from pipeline.quality.findings import INSPECTION_VERSION, Parts
from pipeline.quality.inspect import inspect_film, inspect_segment, inspect_sound
from pipeline.quality.judge import judge_file

__all__ = ["INSPECTION_VERSION", "Expected", "Parts", "inspect_film", "inspect_segment", "inspect_sound", "judge_file"]
