"""Campaigns (a film per table row), and data sources other than plain files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.settings.value_types import DAY_S, MAX_GB, ApiKey, Names, Pairs, Password, SettingsGroup, split_names


class TemplateRule(SettingsGroup):
    """The rows that get a template: those for which `when` is true; without `when`, a share of the others by weight."""

    template: str = Field(min_length=1, max_length=60)
    # Jinja2 condition over the columns, in lower case: "segment == 'vip'".
    when: str = Field("", max_length=500)
    weight: float = Field(1, gt=0, le=1e6)


def _weights(value: object) -> object:
    """Weights as a flag gives them: "offer-a=2, offer-b=1"; the default weight is 1."""
    parts = split_names(value)
    if not isinstance(value, str) or not isinstance(parts, list):
        return value
    pairs = ((name.strip(), weight.strip()) for name, _, weight in (part.partition("=") for part in parts))
    return [{"template": name, "weight": weight or 1} for name, weight in pairs]


def _known_locale(locale: str) -> str:
    """A locale that Babel has data for: with another one, dates and numbers would be read as American."""
    if locale:
        from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only tables need it

        try:
            Locale.parse(locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError("must be a known locale, e.g. de or en-GB") from error
    return locale


class CampaignSettings(SettingsGroup):
    """How a table (CSV, JSON Lines, …) is parsed, whose rows become films. See docs/campaigns.md."""

    key: str = Field(
        "",
        max_length=200,
        description="The key column, which identifies a row when its other cells change; empty: the template's key "
        "field, else all cells together.",
    )
    map: Pairs = Field((), description='Mapping of columns to template fields, e.g. ["Vorname=name", "Preis=price"].')
    columns: Pairs = Field(
        (),
        description='Columns that set an option of the film, e.g. ["Rang=priority", "Sprachen=languages"]. Options: '
        "template, languages, formats, voice, theme, music, preset, priority, playlist, privacy, publish_at, "
        "time_zone, series, episode.",
    )
    templates: Annotated[tuple[TemplateRule, ...], BeforeValidator(_weights)] = Field(
        (),
        max_length=100,
        description='Template by row, e.g. [{template = "vip", when = "segment == \'vip\'"}, '
        '{template = "a", weight = 1}, {template = "b", weight = 1}]: the first rule whose condition is true; rows '
        "that match no condition are split by weight, the same row always the same way. Empty: one template for all.",
    )
    strict: bool = Field(default=False, description="Make no films at all if any row is invalid.")
    locale: Annotated[str, AfterValidator(_known_locale)] = Field(
        "",
        pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]+)*)?$",
        description="Locale of numbers and dates in the cells, e.g. de or en-GB; empty: ambiguous ones are rejected.",
    )
    delimiter: Literal["", ",", ";", "|", "tab"] = Field("", description="Delimiter between cells; empty: detected.")
    encoding: str = Field(
        "", max_length=40, description="Character encoding of the file, e.g. windows-1252; empty: detected."
    )
    header: Literal["auto", "yes", "no"] = Field(
        "auto", description="Whether the first line is a header; without one, the columns are called 1, 2, 3."
    )


class SourceSettings(SettingsGroup):
    """Workbooks, databases and HTTP APIs as data sources, and a fallback. See docs/campaigns.md."""

    fallback: str = Field("", max_length=1000, description="Source to read when the primary one can't be read.")
    sheet: str = Field("", max_length=200, description="Sheet of a workbook; empty: the first visible one.")
    query: str = Field("", max_length=20_000, description="SQL query for a database: SELECT name FROM people.")
    password: Password = Field(
        None, description="Password of the database. Better set outside this file, in the environment."
    )
    api_key: ApiKey = Field(None, description="API key. Better set outside this file, in the environment.")
    api_key_header: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]{0,100}$",
        description="HTTP header for the API key, e.g. X-Api-Key; empty: Authorization, as a bearer token.",
    )
    allow: Names = Field((), description='Private hosts that may be contacted, e.g. ["crm.local", "10.0.0.7:8080"].')
    rows_at: str = Field(
        "", max_length=200, description="Path to the rows in a response, e.g. data.items; empty: detected."
    )
    next_at: str = Field(
        "",
        max_length=200,
        description="Path to the URL or cursor of the next page in a response, e.g. meta.cursor; empty: detected.",
    )
    next_param: str = Field("cursor", max_length=100, description="Query parameter for the cursor of next_at.")
    page_param: str = Field(
        "", max_length=100, description="Query parameter for the page number, e.g. page; empty: pages are not numbered."
    )
    timeout_s: float = Field(
        60, gt=0, le=DAY_S, description="Timeout of a request, and of each wait for a database, in seconds."
    )
    most_mb: float = Field(
        2000,
        gt=0,
        le=MAX_GB * 1000,
        description="Size limit of all responses together, and of the result of a query, in megabytes.",
    )
