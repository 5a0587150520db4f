"""How tables are read: campaigns, a film for each row. And where they come from, if that is no plain file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipeline.settings.value_types import DAY_S, MAX_GB, ApiKey, Names, Pairs, Password, SettingsGroup, split_names


class TemplateRule(SettingsGroup):
    """Which rows get a template: those for which `when` is true, else its share of those that no rule is for."""

    template: str = Field(min_length=1, max_length=60)
    # Jinja2 over the columns, in small letters: "segment == 'vip'".
    when: str = Field("", max_length=500)
    weight: float = Field(1, gt=0, le=1e6)


def _shares(value: object) -> object:
    """Shares as a flag gives them: "offer-a=2, offer-b=1"; one without a number is 1."""
    parts = split_names(value)
    if not isinstance(value, str) or not isinstance(parts, list):
        return value
    pairs = ((name.strip(), weight.strip()) for name, _, weight in (part.partition("=") for part in parts))
    return [{"template": name, "weight": weight or 1} for name, weight in pairs]


def _is_known(locale: str) -> str:
    """A locale that Babel has data for: of another one, days and numbers would be read as American ones."""
    if locale:
        from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - tables alone have a locale

        try:
            Locale.parse(locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError) as error:
            raise ValueError("must be a locale that is known, e.g. de or en-GB") from error
    return locale


class CampaignSettings(SettingsGroup):
    """How a table (CSV, JSON Lines, …) is read, of which each row becomes a film. See docs/campaigns.md."""

    key: str = Field(
        "",
        max_length=200,
        description="The column that names a row, whatever else changes in it; empty: what the template says, else all "
        "that the row says.",
    )
    map: Pairs = Field(
        (), description='Columns and the fields of the template that they are, e.g. ["Vorname=name", "Preis=price"].'
    )
    columns: Pairs = Field(
        (),
        description='Columns that decide, and what, e.g. ["Rang=priority", "Sprachen=languages"]: '
        "template, languages, formats, voice, theme, music, preset, priority, playlist, privacy, publish_at, series, "
        "episode.",
    )
    templates: Annotated[tuple[TemplateRule, ...], BeforeValidator(_shares)] = Field(
        (),
        max_length=100,
        description='Which rows get which template, e.g. [{template = "vip", when = "segment == \'vip\'"}, '
        '{template = "a", weight = 1}, {template = "b", weight = 1}]: the first rule that holds; rows for which none '
        "does are shared out by weight, a row always alike. Empty: all get the one template.",
    )
    strict: bool = Field(default=False, description="Whether nothing is made while a row has a problem.")
    locale: Annotated[str, AfterValidator(_is_known)] = Field(
        "",
        pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]+)*)?$",
        description="Whose numbers and dates stand in the cells, e.g. de or en-GB; empty: they have to be clear.",
    )
    delimiter: Literal["", ",", ";", "|", "tab"] = Field(
        "", description="What stands between two cells; empty: it is found out."
    )
    encoding: str = Field(
        "", max_length=40, description="How the file is written, e.g. windows-1252; empty: found out."
    )
    header: Literal["auto", "yes", "no"] = Field(
        "auto", description="Whether the first line names the columns; without names they are called 1, 2, 3."
    )


class SourceSettings(SettingsGroup):
    """How a source is read that is no plain file, and what takes its place. See docs/campaigns.md."""

    fallback: str = Field("", max_length=1000, description="The source that is read where the first can't be.")
    sheet: str = Field("", max_length=200, description="The sheet of a workbook; empty: the first one that is shown.")
    query: str = Field("", max_length=20_000, description="What a database is asked, in SQL: SELECT name FROM people.")
    password: Password = Field(
        None, description="Password of the database. Better set outside this file, in the environment."
    )
    api_key: ApiKey = Field(None, description="Key of the service. Better set outside this file, in the environment.")
    api_key_header: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]{0,100}$",
        description="The header that the key goes into, e.g. X-Api-Key; empty: Authorization, as a bearer token.",
    )
    allow: Names = Field(
        (), description='Hosts that may be asked although they are not public, e.g. ["crm.local", "10.0.0.7:8080"].'
    )
    rows_at: str = Field(
        "", max_length=200, description="Where an answer has its rows, e.g. data.items; empty: found out."
    )
    next_at: str = Field(
        "", max_length=200, description="Where an answer names the next page, e.g. meta.cursor; empty: found out."
    )
    next_param: str = Field("cursor", max_length=100, description="The parameter that the mark of next_at goes into.")
    page_param: str = Field("", max_length=100, description="The parameter that counts pages, e.g. page; empty: none.")
    timeout_s: float = Field(60, gt=0, le=DAY_S, description="Seconds to wait for an answer.")
    most_mb: float = Field(2000, gt=0, le=MAX_GB * 1000, description="Megabytes that all answers may have together.")
