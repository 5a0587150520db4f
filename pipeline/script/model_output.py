"""Types for texts in a model's JSON that remove markup, and validation errors phrased as feedback for the model."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationError

from pipeline.language.text import clean_code, clean_text

# Bounds each match, so that unpaired marks do not make matching quadratic in the length of the text.
_MATCH_MAX_CHARS = 200
_PROBLEM_MAX_CHARS = 300
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_LINK = re.compile(rf"!?\[([^\]]{{0,{_MATCH_MAX_CHARS}}})\]\([^)]{{0,{_MATCH_MAX_CHARS}}}\)")
_MARKS = re.compile(r"\*\*|__|~~|`+|^\s*(?:#{1,6}|[-*•])\s+|[<>]")
_EMPHASIS = re.compile(rf"(?<!\w)([*_])(?=\S)(.{{1,{_MATCH_MAX_CHARS}}}?)(?<=\S)\1(?!\w)")


def plain_text(text: str) -> str:
    """`text` on one line, without the Markdown, SSML and HTML that models may leave in it."""
    text = _LINK.sub(r"\1", _TAG.sub(" ", clean_text(text)))
    return clean_text(re.sub(" {2,}", " ", _EMPHASIS.sub(r"\2", _MARKS.sub("", text))))


Text = Annotated[str, AfterValidator(plain_text)]
# Keeps its line breaks and punctuation.
Code = Annotated[str, AfterValidator(clean_code)]


def validation_problems(error: ValidationError) -> tuple[str, ...]:
    """The first validation errors, a line each, as feedback for the model; keys in them are the model's own text."""
    lines = (f"{'.'.join(map(str, each['loc'])) or 'the answer'}: {each['msg']}" for each in error.errors()[:8])
    return tuple(clean_text(line[:_PROBLEM_MAX_CHARS]) for line in lines)
