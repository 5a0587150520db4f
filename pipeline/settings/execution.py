"""How a night goes: patience with services, how much at once, what an error stops, how long a stage may last."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from pipeline.choices import OnError, Strategy
from pipeline.settings.value_types import DAY_S, MAX_GB, MAX_INT, WEEK_S, SettingsGroup


def _cores_for_zero(value: int) -> int:
    if value:
        return value
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class RetrySettings(SettingsGroup):
    """How patient we are with services outside."""

    attempts: int = Field(5, ge=1, le=100, description="Calls in all, the first one included.")
    wait_initial_s: float = Field(
        1, ge=0, le=DAY_S, description="Seconds before the second call; doubled for each one after it."
    )
    wait_max_s: float = Field(30, ge=0, le=DAY_S, description="Seconds that the doubling ends at.")
    retry_after_max_s: float = Field(
        300,
        ge=0,
        le=DAY_S,
        description="When a service asks for a longer wait than this (in seconds), the film is parked until then.",
    )

    @model_validator(mode="after")
    def _waits_in_order(self) -> RetrySettings:
        if self.wait_initial_s > self.wait_max_s:
            raise ValueError("wait_initial_s must be at most wait_max_s")
        return self


class BreakerSettings(SettingsGroup):
    """When a service that keeps failing is left alone for a while."""

    failures: int = Field(5, ge=1, le=1000, description="Calls in a row that must fail before it is left alone.")
    cooldown_s: float = Field(
        60, gt=0, le=DAY_S, description="Seconds before one call tries again; doubled each time it fails."
    )
    cooldown_max_s: float = Field(1800, gt=0, le=DAY_S, description="Seconds that the doubling ends at.")


class WorkSettings(SettingsGroup):
    """How much happens at once."""

    workers: Annotated[int, AfterValidator(_cores_for_zero)] = Field(
        0, ge=0, le=1024, description="Processes that draw and encode; 0: one per core."
    )
    strategy: Strategy = Field(
        "adaptive",
        description="How many films are under way at once: sequential (one), fixed (max_concurrent), adaptive (as many "
        "as keep the cores busy and fit into memory), or smart (adaptive, and films that share work and short ones "
        "first).",
    )
    max_concurrent: int = Field(8, ge=1, le=1000, description="Films under way at once, at most.")
    max_memory_gb: float = Field(
        0,
        ge=0,
        le=MAX_GB,
        description="Gigabytes that all our processes together may use; 0: three quarters of the machine's.",
    )
    min_free_memory_gb: float = Field(
        0.5,
        ge=0,
        le=MAX_GB,
        description="Gigabytes of memory that stay free for other programs; below, no film is begun beside others; one "
        "always is.",
    )
    min_free_disk_gb: float = Field(
        2, ge=0, le=MAX_GB, description="Gigabytes that must be free on the disk before a new film is begun."
    )


class ErrorSettings(SettingsGroup):
    """What a failure does to the rest of a batch."""

    on_error: OnError = Field("continue", description="After a film has failed: continue with the others, or stop.")
    max_failures: int = Field(0, ge=0, le=MAX_INT, description="Stop after so many failed films; 0: never.")
    retries: int = Field(
        1,
        ge=0,
        le=100,
        description="How often a film is taken up again after a failure that may pass: a service, a time limit.",
    )
    retry_wait_s: float = Field(60, ge=0, le=DAY_S, description="Seconds before that; doubled each time.")


class TimeLimitSettings(SettingsGroup):
    """Seconds that each stage of a film may take."""

    script_s: float = Field(
        900,
        gt=0,
        le=WEEK_S,
        description="Writing, with all waiting for the model; narration_s more where a length is wanted, because the "
        "script is spoken then to see how long it lasts. One question takes two thirds of what is left at most, so "
        "that there is time for the next writer.",
    )
    narration_s: float = Field(1800, gt=0, le=WEEK_S, description="Speaking, with all waiting for the voices.")
    subtitles_s: float = Field(60, gt=0, le=WEEK_S, description="Cutting the subtitles.")
    scenes_s: float = Field(3600, gt=0, le=WEEK_S, description="Drawing and encoding, with the wait for a free core.")
    film_s: float = Field(900, gt=0, le=WEEK_S, description="Joining the scenes.")
    quality_s: float = Field(900, gt=0, le=WEEK_S, description="Inspecting the film.")
    publishing_s: float = Field(7200, gt=0, le=WEEK_S, description="Delivering it.")
