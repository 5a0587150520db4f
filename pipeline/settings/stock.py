"""Services that give photos away, each by a key of the user's."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.kinds import DAY_S, MOST, Group, HttpUrl, Key


class StockSettings(Group):
    """How much of a service with photos may be used."""

    root_url: HttpUrl = Field(description="Address of the service, without the path; a proxy works.")
    api_key: Key = Field(None, description="Key of the service. Better set outside this file, in the environment.")
    requests_per_min: float = Field(
        0, ge=0, le=1e6, description="Searches a minute, at most, by all processes of a workspace; 0: no limit."
    )
    requests_per_day: int = Field(0, ge=0, le=MOST, description="Searches a day (UTC), likewise; 0: no limit.")
    concurrency: int = Field(2, ge=1, le=100, description="Searches at the same time.")
    timeout_s: float = Field(20, gt=0, le=DAY_S, description="Seconds to wait for an answer.")


class PexelsSettings(StockSettings):
    """Photos of Pexels, for pictures that are searched for (`stock:red fox in snow`). None without a key."""

    root_url: HttpUrl = Field(
        "https://api.pexels.com", description="Address of the service, without the path; a proxy works."
    )
    api_key: Key = Field(
        None, description="Key of the service. Better set outside this file, as PEXELS_API_KEY in the environment."
    )


class PixabaySettings(StockSettings):
    """Photos of Pixabay, asked when Pexels has no key or nothing. None without a key."""

    root_url: HttpUrl = Field(
        "https://pixabay.com", description="Address of the service, without the path; a proxy works."
    )
    api_key: Key = Field(
        None, description="Key of the service. Better set outside this file, as PIXABAY_API_KEY in the environment."
    )
    requests_per_min: float = Field(
        100, ge=0, le=1e6, description="Searches a minute, at most, by all processes of a workspace; 0: no limit."
    )
