"""How often, how many at once, and how long to try again."""

from pipeline.limits.gate import Gate
from pipeline.limits.retry import RetryPolicy, with_retries

__all__ = ["Gate", "RetryPolicy", "with_retries"]
