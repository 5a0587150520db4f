"""How often, how many at once, and how long to try again.

throttle     the door in front of a service   (calls: what passes it; availability, breaker: when it is closed;
             bandwidth: of a line)
retry        what is tried again
budget       tokens by the minute             (purse: and money)
cores        who may use one
strategy     how many films at once           (resources, cgroups: as the machine has room)
times        the wall clock
"""

from pipeline.limits.bandwidth import Bandwidth
from pipeline.limits.budget import CallLedger, ToldLimits
from pipeline.limits.calls import Call, ThrottleLimits
from pipeline.limits.cores import Cores, Rank
from pipeline.limits.purse import Budget, Purchase, Purse
from pipeline.limits.resources import Load, ResourceLimits, ResourceWatch, resource_limits, total_memory_bytes
from pipeline.limits.retry import RetryPolicy, with_retries
from pipeline.limits.strategy import STRATEGIES, Situation, Strategy, make_strategy
from pipeline.limits.throttle import Throttle

__all__ = [
    "STRATEGIES",
    "Bandwidth",
    "Budget",
    "Call",
    "CallLedger",
    "Cores",
    "Load",
    "Purchase",
    "Purse",
    "Rank",
    "ResourceLimits",
    "ResourceWatch",
    "RetryPolicy",
    "Situation",
    "Strategy",
    "Throttle",
    "ThrottleLimits",
    "ToldLimits",
    "make_strategy",
    "resource_limits",
    "total_memory_bytes",
    "with_retries",
]
