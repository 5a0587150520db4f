"""Scenes with numbers: a single number, a comparison, a table, charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.model.scenes.spoken import SpokenScene
from pipeline.model.text_fields import TextRule, kicker_field, list_field, text_field


@dataclass(frozen=True, kw_only=True)
class NumberScene(SpokenScene):
    """One number, which counts up to `value` until it is spoken, and its meaning."""

    use: ClassVar[str] = "one number that surprises"
    kicker: str = kicker_field()
    value: float
    # After the number, or before it where the language requires: "%", "km", "$".
    unit: str = text_field(12)
    text: str = text_field(90, needed=True, is_sentence=True)
    source: str = text_field(60)
    layout: Literal["number"] = "number"


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One aspect of a comparison, for both sides."""

    aspect: str = text_field(28)
    left: str = text_field(40, needed=True)
    right: str = text_field(40, needed=True)


@dataclass(frozen=True, kw_only=True)
class ComparisonScene(SpokenScene):
    """Two columns with a hairline between them; the better one, if any, has the accent colour."""

    use: ClassVar[str] = "two things side by side, aspect by aspect"
    heading: str = text_field(50, needed=True)
    left: str = text_field(24, needed=True)
    right: str = text_field(24, needed=True)
    better: Literal["left", "right", "neither"] = "neither"
    items: tuple[Contrast, ...] = list_field("item", 1, 4)
    layout: Literal["comparison"] = "comparison"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table, with a cell per column."""

    cells: tuple[str, ...] = list_field("cell", 2, 5, TextRule(max_chars=28))


@dataclass(frozen=True, kw_only=True)
class TableScene(SpokenScene):
    """A small table; columns of numbers are right-aligned."""

    use: ClassVar[str] = "a few things with several facts each"
    heading: str = text_field(50, needed=True)
    columns: tuple[str, ...] = list_field("column", 2, 5, TextRule(max_chars=22))
    items: tuple[Row, ...] = list_field("item", 1, 6)
    source: str = text_field(60)
    layout: Literal["table"] = "table"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of a chart."""

    label: str = text_field(24, needed=True)
    value: float


@dataclass(frozen=True, kw_only=True)
class BarsScene(SpokenScene):
    """A bar chart: the message as title, labels and numbers at the bars; grey bars, and one in the accent colour."""

    use: ClassVar[str] = "how much of each: amounts of the same kind compared"
    heading: str = text_field(60, needed=True)
    # The measured quantity: "Scattered light, relative to red".
    subtitle: str = text_field(60)
    unit: str = text_field(16)
    # Number of the bar in the accent colour, from 1; 0: none.
    point: int = 0
    items: tuple[Bar, ...] = list_field("item", 2, 8)
    source: str = text_field(60)
    layout: Literal["bars"] = "bars"


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart, with a value per axis mark."""

    label: str = text_field(24, needed=True)
    values: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LinesScene(SpokenScene):
    """A line chart with labels at the ends of the lines; `marks` are the labels of the horizontal axis."""

    use: ClassVar[str] = "how something changed with time"
    heading: str = text_field(60, needed=True)
    # The measured quantity: "Scattered light, relative to red".
    subtitle: str = text_field(60)
    unit: str = text_field(16)
    marks: tuple[str, ...] = list_field("mark", 2, 24, TextRule(max_chars=12))
    # Number of the line in the accent colour, from 1; 0: none.
    point: int = 1
    items: tuple[Series, ...] = list_field("item", 1, 5)
    source: str = text_field(60)
    layout: Literal["lines"] = "lines"


@dataclass(frozen=True, kw_only=True)
class Share:
    """One part of a whole."""

    label: str = text_field(24, needed=True)
    value: float


@dataclass(frozen=True, kw_only=True)
class SharesScene(SpokenScene):
    """A ring chart: shares of a whole."""

    use: ClassVar[str] = "parts of a whole"
    heading: str = text_field(60, needed=True)
    # The measured quantity: "Scattered light, relative to red".
    subtitle: str = text_field(60)
    unit: str = text_field(16)
    # Number of the share in the accent colour, from 1; 0: none.
    point: int = 0
    items: tuple[Share, ...] = list_field("item", 2, 5)
    source: str = text_field(60)
    layout: Literal["shares"] = "shares"
