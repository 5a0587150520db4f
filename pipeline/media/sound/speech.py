"""Where something sounds as if somebody spoke: it rises and falls with words and pauses, as music does not.

Over 400 ms, in five seconds, loudness varies by 3 dB and more where somebody speaks, with music below it, too; of music
alone by 1 to 2. Steps and blows may do the same: whether it is speech, only people know.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.media.span import Span

_WINDOW_S = 5.0
_VARIES_DB = 3.0
# Quieter than this is a pause, however quiet; and in speech something is louder than that.
_PAUSE_LUFS, _AUDIBLE_LUFS = -45.0, -35.0


def spoken_spans(levels_lufs: Sequence[float], *, per_s: int) -> tuple[Span, ...]:
    """Spans of five seconds and more that sound like speech; `levels_lufs` are told so many times a second."""
    levels, window = np.maximum(np.array(levels_lufs), _PAUSE_LUFS), round(_WINDOW_S * per_s)
    if len(levels) < window:
        return ()
    found: list[Span] = []
    for last in range(window, len(levels) + 1, per_s):
        heard = levels[last - window : last]
        if heard.std() < _VARIES_DB or heard.max() < _AUDIBLE_LUFS:
            continue
        start_s, end_s = (last - window) / per_s, last / per_s
        if found and start_s <= found[-1].end_s:
            found[-1] = Span(start_s=found[-1].start_s, end_s=end_s)
        else:
            found.append(Span(start_s=start_s, end_s=end_s))
    return tuple(found)
