"""What is chosen by name, in the same words by flags, settings, briefs and rooms. Light: `--help` loads it."""

from __future__ import annotations

from typing import Literal

# Who speaks; auto: edge, and espeak where it can't be reached.
NarratorName = Literal["auto", "edge", "espeak", "piper", "silence"]
# Width to height of the picture.
Shape = Literal["16:9", "9:16", "1:1", "4:5"]
# May a model add what the notes do not say?
Facts = Literal["open", "notes"]
# How a picture that rests is written. splice: by us (`assembly/holds.py`). encode: each frame goes through the encoder.
# variable: a picture simply lasts longer.
Holds = Literal["splice", "encode", "variable"]
# What is decoded to check a film: each scene once, when it is made, or the film as well.
Depth = Literal["parts", "full"]
# Which films wait for a person.
Reviewed = Literal["never", "warnings", "all"]
# Who may see a film at a video host, and what others may do with it, in YouTube's words.
Privacy = Literal["private", "unlisted", "public"]
License = Literal["youtube", "creativeCommon"]
# How soon a film is wanted: the values of `model.Priority`.
PriorityName = Literal["urgent", "high", "normal", "low"]
# How many films are under way at once, and what a failure does to the others.
Strategy = Literal["sequential", "fixed", "adaptive", "smart"]
OnError = Literal["continue", "stop"]
