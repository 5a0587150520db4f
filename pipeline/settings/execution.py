"""How a batch is executed: retries, circuit breaker, concurrency, error policy, time limits."""

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
    """Retries of calls to external services, with exponential backoff."""

    attempts: int = Field(5, ge=1, le=100, description="Maximum number of attempts, including the first.")
    wait_initial_s: float = Field(
        1, ge=0, le=DAY_S, description="Delay before the first retry in seconds; doubled for each further one."
    )
    wait_max_s: float = Field(30, ge=0, le=DAY_S, description="Maximum delay in seconds.")
    retry_after_max_s: float = Field(
        300,
        ge=0,
        le=DAY_S,
        description="Longest delay that is waited for when a service requests one (Retry-After), in seconds; for a "
        "longer one, the film is parked.",
    )

    @model_validator(mode="after")
    def _waits_in_order(self) -> RetrySettings:
        if self.wait_initial_s > self.wait_max_s:
            raise ValueError("wait_initial_s must be at most wait_max_s")
        return self


class BreakerSettings(SettingsGroup):
    """Circuit breaker: a service that keeps failing is not called for a while."""

    failures: int = Field(5, ge=1, le=1000, description="Consecutive failures that open the breaker.")
    cooldown_s: float = Field(
        60, gt=0, le=DAY_S, description="Seconds until a trial call; doubled each time that fails."
    )
    cooldown_max_s: float = Field(1800, gt=0, le=DAY_S, description="Maximum cooldown in seconds.")


class WorkSettings(SettingsGroup):
    """Concurrency and resource limits."""

    workers: Annotated[int, AfterValidator(_cores_for_zero)] = Field(
        0, ge=0, le=1024, description="Number of rendering and encoding processes; 0: one per core."
    )
    strategy: Strategy = Field(
        "adaptive",
        description="How many films are made concurrently: sequential (one), fixed (max_concurrent), adaptive (as many "
        "as keep the cores busy and fit into memory), or smart (adaptive, with films that share work and short films "
        "first).",
    )
    max_concurrent: int = Field(8, ge=1, le=1000, description="Maximum number of concurrent films.")
    max_memory_gb: float = Field(
        0,
        ge=0,
        le=MAX_GB,
        description="Memory limit of all processes together, in gigabytes; 0: three quarters of the machine's memory.",
    )
    min_free_memory_gb: float = Field(
        0.5,
        ge=0,
        le=MAX_GB,
        description="Gigabytes of memory to keep free for other programs. With less, films are made one at a time.",
    )
    min_free_disk_gb: float = Field(
        2, ge=0, le=MAX_GB, description="Gigabytes of disk space that must be free to start a film."
    )


class ErrorSettings(SettingsGroup):
    """What a failed film means for the rest of the batch."""

    on_error: OnError = Field("continue", description="After a failed film: continue with the others, or stop.")
    max_failures: int = Field(0, ge=0, le=MAX_INT, description="Stop after this many failed films; 0: never.")
    retries: int = Field(
        1,
        ge=0,
        le=100,
        description="How often a film is retried after a transient failure (a service, a time limit).",
    )
    retry_wait_s: float = Field(60, ge=0, le=DAY_S, description="Seconds before the first retry; doubled each time.")


class TimeLimitSettings(SettingsGroup):
    """Time limits of the stages of a film, in seconds."""

    script_s: float = Field(
        900,
        gt=0,
        le=WEEK_S,
        description="Writing the script, including waits for the model. If a length is set, narration_s is added, "
        "because the script is spoken to measure it. One request takes at most two thirds of the remaining time, to "
        "leave some for the next writer.",
    )
    narration_s: float = Field(1800, gt=0, le=WEEK_S, description="Narration, including waits for the voice service.")
    subtitles_s: float = Field(60, gt=0, le=WEEK_S, description="Subtitles.")
    scenes_s: float = Field(
        3600, gt=0, le=WEEK_S, description="Rendering and encoding, including waits for a free core."
    )
    film_s: float = Field(900, gt=0, le=WEEK_S, description="Joining the scenes.")
    quality_s: float = Field(900, gt=0, le=WEEK_S, description="The quality check.")
    publishing_s: float = Field(7200, gt=0, le=WEEK_S, description="Publishing.")
