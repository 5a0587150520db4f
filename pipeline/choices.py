"""Enumerated values shared by flags, settings, briefs and rooms. Imports nothing heavy: `--help` loads it."""

from __future__ import annotations

from typing import Literal

# The TTS engine; auto: edge, or espeak when edge is unreachable.
NarratorName = Literal["auto", "edge", "espeak", "piper", "silence"]
# Aspect ratio, width to height.
Shape = Literal["16:9", "9:16", "1:1", "4:5"]
# Whether an LLM may add facts that are not in the notes.
Facts = Literal["open", "notes"]
# How repeated frames are encoded. splice: skip slices are written without the encoder (`assembly/holds.py`). encode:
# every frame goes through the encoder. variable: one frame with a longer duration (variable frame rate).
Holds = Literal["splice", "encode", "variable"]
# What is decoded for the quality check: each scene once, when it is made, or the finished film as well.
Depth = Literal["parts", "full"]
# Which films are held for human review.
Reviewed = Literal["never", "warnings", "all"]
# Visibility and licence at a video host, in YouTube's terms.
Privacy = Literal["private", "unlisted", "public"]
License = Literal["youtube", "creativeCommon"]
# The values of `model.Priority`.
PriorityName = Literal["urgent", "high", "normal", "low"]
# How many films are made concurrently; whether a batch continues after a failed film.
Strategy = Literal["sequential", "fixed", "adaptive", "smart"]
OnError = Literal["continue", "stop"]
