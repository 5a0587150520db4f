"""Cues as files: SRT and WebVTT, in the time of the film."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import pysubs2

from pipeline.model import SAMPLE_RATE_HZ, Cue, Subtitles

# Stands for a backslash on the way through pysubs2, which takes "\N" for a line break and "{\i1}" for a style.
_BACKSLASH = "\ue000"


def to_srt(subtitles: Subtitles, lengths_samples: Sequence[int]) -> str:
    """SubRip: numbered from 1, in order, no two at a time. `lengths_samples` are the lengths of the scenes."""
    # SRT has no way to quote its arrow.
    return _write(subtitles, lengths_samples, "srt", lambda text: text.replace("-->", "→"))


def to_vtt(subtitles: Subtitles, lengths_samples: Sequence[int]) -> str:
    """WebVTT: the same cues; `&`, `<` and `>` are written as entities, because cue text is mark-up."""
    return _write(subtitles, lengths_samples, "vtt", lambda text: html.escape(text, quote=False))


def _write(subtitles: Subtitles, lengths_samples: Sequence[int], form: str, escape: Callable[[str], str]) -> str:
    file = pysubs2.SSAFile()
    for cue, start_ms, end_ms in _timed(subtitles, lengths_samples):
        text = "\\N".join(escape(line).replace("\\", _BACKSLASH) for line in cue.texts)
        file.append(pysubs2.SSAEvent(start=start_ms, end=end_ms, text=text))
    return file.to_string(form, keep_ssa_tags=True).replace(_BACKSLASH, "\\")


def _timed(subtitles: Subtitles, lengths_samples: Sequence[int]) -> Iterator[tuple[Cue, int, int]]:
    """Every cue with its start and end in whole milliseconds of the film: start < end <= the next start."""
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
