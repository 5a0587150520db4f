"""Video -> Verdict: a finished film is opened and measured before it counts.

expected     what the film must be
checks       measured against expected, one property each
cues         the subtitle files, read back
companions   the thumbnail and the metadata
inspect      `inspect_film` opens, measures and collects
"""

from pipeline.quality.expected import Expected
from pipeline.quality.inspect import inspect_film

__all__ = ["Expected", "inspect_film"]
