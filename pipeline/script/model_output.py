"""Texts in the JSON of a model, without what does not belong there; and what is wrong with the JSON, as it is told."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationError

from pipeline.language.text import clean_code, clean_text

# Marks without their other half must not cost a search to the end of the text, each.
_LONGEST = 200
_LONGEST_PROBLEM = 300
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_LINK = re.compile(rf"!?\[([^\]]{{0,{_LONGEST}}})\]\([^)]{{0,{_LONGEST}}}\)")
_MARKS = re.compile(r"\*\*|__|~~|`+|^\s*(?:#{1,6}|[-*•])\s+|[<>]")
_EMPHASIS = re.compile(rf"(?<!\w)([*_])(?=\S)(.{{1,{_LONGEST}}}?)(?<=\S)\1(?!\w)")


def plain_text(text: str) -> str:
    """`text` on one line without Markdown, SSML or HTML that a model may have left in it."""
    text = _LINK.sub(r"\1", _TAG.sub(" ", clean_text(text)))
    return clean_text(re.sub(" {2,}", " ", _EMPHASIS.sub(r"\2", _MARKS.sub("", text))))


Text = Annotated[str, AfterValidator(plain_text)]
# What keeps its lines and marks.
Code = Annotated[str, AfterValidator(clean_code)]


def validation_problems(error: ValidationError) -> tuple[str, ...]:
    """What is wrong with a model's JSON, a line each, as it is told to the model; names in it are anything."""
    lines = (f"{'.'.join(map(str, each['loc'])) or 'the answer'}: {each['msg']}" for each in error.errors()[:8])
    return tuple(clean_text(line[:_LONGEST_PROBLEM]) for line in lines)
