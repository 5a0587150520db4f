"""Speech detection by loudness: speech rises and falls with words and pauses, as music does not.

Over five seconds, the momentary loudness (400 ms) of speech, also over music, has a standard deviation of 3 dB or more;
music alone has 1 to 2. Footsteps and blows may vary as much: only a listener knows whether it is speech.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.media.span import Span, append_merged

_WINDOW_S = 5.0
_MIN_DEVIATION_DB = 3.0
# Everything below this is a pause; and in speech something is louder than that.
_PAUSE_LUFS, _AUDIBLE_LUFS = -45.0, -35.0


def spoken_spans(momentary_lufs: Sequence[float], *, per_s: int) -> tuple[Span, ...]:
    """Spans of five seconds and more that sound like speech. `momentary_lufs` has `per_s` values a second."""
    levels, window = np.maximum(np.array(momentary_lufs), _PAUSE_LUFS), round(_WINDOW_S * per_s)
    if len(levels) < window:
        return ()
    spans: list[Span] = []
    for end in range(window, len(levels) + 1, per_s):
        part = levels[end - window : end]
        if part.std() < _MIN_DEVIATION_DB or part.max() < _AUDIBLE_LUFS:
            continue
        append_merged(spans, Span(start_s=(end - window) / per_s, end_s=end / per_s), 1 / per_s)
    return tuple(spans)
