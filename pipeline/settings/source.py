"""Where what is asked for comes from, if that is no plain file: workbooks, databases, services."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.kinds import DAY_S, MOST_GB, Group, Key, Names, Password


class SourceSettings(Group):
    """How a source is read that is no plain file, and what takes its place. See docs/campaigns.md."""

    fallback: str = Field("", max_length=1000, description="The source that is read where the first can't be.")
    sheet: str = Field("", max_length=200, description="The sheet of a workbook; empty: the first one that is shown.")
    query: str = Field("", max_length=20_000, description="What a database is asked, in SQL: SELECT name FROM people.")
    password: Password = Field(
        None, description="Password of the database. Better set outside this file, in the environment."
    )
    api_key: Key = Field(None, description="Key of the service. Better set outside this file, in the environment.")
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
    most_mb: float = Field(2000, gt=0, le=MOST_GB * 1000, description="Megabytes that all answers may have together.")
