"""Export of cues as SubRip (SRT) and WebVTT, with timestamps of the whole film."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from pipeline.language.text import as_subrip
from pipeline.language.writing_systems import (
    LEFT_TO_RIGHT_MARK,
    RIGHT_TO_LEFT_MARK,
    first_strong_direction,
    is_right_to_left,
    writing_of,
)
from pipeline.model import SAMPLE_RATE_HZ, Cue, Subtitles

# Replaces backslashes while text passes through pysubs2, which takes "\N" for a line break and "{\i1}" for a style.
_BACKSLASH = "\ue000"


def to_srt(subtitles: Subtitles, lengths_samples: Sequence[int], *, language: str = "") -> str:
    """SubRip: numbered from 1, in order, without overlaps. `lengths_samples` are the lengths of the scenes.

    `language` is a tag; lines whose direction players would get wrong begin with a directional mark.
    """
    return _write(subtitles, lengths_samples, "srt", language, as_subrip)


def to_vtt(subtitles: Subtitles, lengths_samples: Sequence[int], *, language: str = "") -> str:
    """WebVTT: the same cues; `&`, `<` and `>` are escaped as entities, because cue text is mark-up."""
    return _write(subtitles, lengths_samples, "vtt", language, lambda text: html.escape(text, quote=False))


def _write(
    subtitles: Subtitles, lengths_samples: Sequence[int], form: str, language: str, escape: Callable[[str], str]
) -> str:
    import pysubs2  # noqa: PLC0415 - loaded on first use

    file = pysubs2.SSAFile()
    for cue, start_ms, end_ms in _timed(subtitles, lengths_samples):
        is_ltr = bool(language) and not is_right_to_left(" ".join(cue.texts), language)
        lines = (_with_direction_mark(escape(line), language, is_ltr=is_ltr) for line in cue.texts)
        text = "\\N".join(line.replace("\\", _BACKSLASH) for line in lines)
        file.append(pysubs2.SSAEvent(start=start_ms, end=end_ms, text=text))
    return file.to_string(form, keep_ssa_tags=True).replace(_BACKSLASH, "\\")


def _with_direction_mark(line: str, language: str, *, is_ltr: bool) -> str:
    """The line, in logical order, with a leading LRM or RLM if players would lay it out in the wrong direction.

    Players go by the first strong character of a line (UAX #9, rule P2; WebVTT requires it): an Arabic line that begins
    with "NASA" would be laid out left to right, its full stop at the wrong end, and an English one (`is_ltr`: its cue
    runs left to right) that begins with an Arabic name right to left. All other lines they get right.
    """
    direction = first_strong_direction(line)
    if writing_of(language).right_to_left:
        return f"{RIGHT_TO_LEFT_MARK}{line}" if direction == "L" else line
    return f"{LEFT_TO_RIGHT_MARK}{line}" if is_ltr and direction == "R" else line


def _timed(subtitles: Subtitles, lengths_samples: Sequence[int]) -> Iterator[tuple[Cue, int, int]]:
    """All cues with start and end in whole milliseconds of the film: start < end <= the next start."""
    offsets = accumulate(lengths_samples, initial=0)
    cues = [
        (cue, _ms(offset / SAMPLE_RATE_HZ + cue.start_s), _ms(offset / SAMPLE_RATE_HZ + cue.end_s))
        for cues, offset in zip(subtitles.scenes, offsets, strict=False)
        for cue in cues
    ]
    earliest = 0
    for position, (cue, start_ms, end_ms) in enumerate(cues):
        begin = max(start_ms, earliest)
        following = cues[position + 1][1] if position + 1 < len(cues) else end_ms
        earliest = max(min(end_ms, following), begin + 1)
        yield cue, begin, earliest


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
