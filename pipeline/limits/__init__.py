"""How often, how many at once, and how long to try again.

gate         the door in front of a service   (calls: what passes it; availability, breaker: when it is closed;
             bandwidth: of a line)
retry        what is tried again
budget       tokens by the minute             (purse: and money)
cores        who may use one
strategy     how many films at once           (resources, cgroups: as the machine has room)
times        the wall clock
"""

from pipeline.limits.bandwidth import Bandwidth
from pipeline.limits.budget import CallLedger, ToldLimits
from pipeline.limits.calls import Call, GateLimits
from pipeline.limits.cores import Cores, Rank
from pipeline.limits.gate import Gate
from pipeline.limits.purse import Budget, Purchase, Purse
from pipeline.limits.resources import Load, ResourceLimits, ResourceWatch, resource_limits, total_memory_bytes
from pipeline.limits.retry import RetryPolicy, with_retries
from pipeline.limits.strategy import STRATEGIES, Situation, Strategy, make_strategy

__all__ = [
    "STRATEGIES",
    "Bandwidth",
    "Budget",
    "Call",
    "CallLedger",
    "Cores",
    "Gate",
    "GateLimits",
    "Load",
    "Purchase",
    "Purse",
    "Rank",
    "ResourceLimits",
    "ResourceWatch",
    "RetryPolicy",
    "Situation",
    "Strategy",
    "ToldLimits",
    "make_strategy",
    "resource_limits",
    "total_memory_bytes",
    "with_retries",
]
