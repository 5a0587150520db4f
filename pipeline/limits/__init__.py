"""Rate limits, retries, budgets and concurrency.

throttle      a rate limiter for one service    (calls: its requests; breaker, availability: when it is closed)
token_budget  tokens per minute                 (billing: US dollars)
retry         retry with backoff
bandwidth     bytes per second, shared by uploads
cores         a semaphore with priorities for the machine's cores
strategy      how many films run concurrently   (resources, cgroups: memory, CPU and disk)
times         clocks, and the Retry-After header
"""

from pipeline.limits.bandwidth import Bandwidth
from pipeline.limits.billing import Billing, Budget, Purchase
from pipeline.limits.calls import Call, ThrottleLimits
from pipeline.limits.cores import Cores, Rank
from pipeline.limits.resources import Load, ResourceLimits, ResourceWatch, resource_limits, total_memory_bytes
from pipeline.limits.retry import RetryPolicy, with_retries
from pipeline.limits.strategy import Situation, Strategy, make_strategy
from pipeline.limits.throttle import Throttle
from pipeline.limits.token_budget import CallLedger, ReportedLimits

__all__ = [
    "Bandwidth",
    "Billing",
    "Budget",
    "Call",
    "CallLedger",
    "Cores",
    "Load",
    "Purchase",
    "Rank",
    "ReportedLimits",
    "ResourceLimits",
    "ResourceWatch",
    "RetryPolicy",
    "Situation",
    "Strategy",
    "Throttle",
    "ThrottleLimits",
    "make_strategy",
    "resource_limits",
    "total_memory_bytes",
    "with_retries",
]
