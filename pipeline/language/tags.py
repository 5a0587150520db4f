"""Language tags (BCP-47): syntax, case, and table lookup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")

# Language, script, region and variants; whether a voice speaks it is checked elsewhere.
LANGUAGE_TAG = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)

# For films whose language is neither given nor detected.
DEFAULT_LANGUAGE = "en"

# For one brief: more is a mistake, and each one costs money.
MAX_LANGUAGES = 50


def canonical_case(tag: str) -> str:
    """The tag in the case that RFC 5646 recommends (section 2.1.1): "zh-hant-tw" -> "zh-Hant-TW"."""
    head, *rest = tag.split("-")
    cased = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join([head.lower(), *cased])


def same_language(tag: str, other: str) -> bool:
    """Whether two tags have the same language, regardless of the region: "pt-BR" and "pt-PT"."""
    return tag.partition("-")[0].lower() == other.partition("-")[0].lower()


def truncations(tag: str) -> Iterator[str]:
    """The tag and its truncations, longest first: "zh-Hant-TW", "zh-Hant", "zh" (RFC 4647, "Lookup")."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]


def entry_for(table: Mapping[str, T], tag: str) -> T | None:
    """The entry for a tag or its longest truncation in the table, in any case; None: there is none."""
    by_tag = {key.lower(): value for key, value in table.items()}
    return next((by_tag[known] for known in truncations(tag.lower()) if known in by_tag), None)
