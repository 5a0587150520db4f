"""When the last film is over, if those that wait are dealt out to the places at work: the makespan of a list schedule.

No film is like the average: they are drawn from the last ones that were made, in size and in luck.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Collection, Sequence

# So many waiting films are dealt out one by one, so many times; beyond that every place gets the same.
_DEALT, _DEALS = 64, 9


def makespan_s(rest_s: Sequence[float], waiting: float, film_s: float, made: Collection[tuple[float, float]]) -> float:
    """Seconds until all are over: those at work end after `rest_s`, and each place then takes the next that waits.

    One that waits takes `film_s` on average; `made` are the weights and seconds of the last ones.
    """
    if not made:
        return max(rest_s, default=0.0) + waiting * film_s / (len(rest_s) or 1)
    draw = random.Random(0)  # noqa: S311 - the same draws each time, so that the answer is calm
    weight = sum(one for one, _ in made) / len(made)
    per_weight = sum(seconds for _, seconds in made) / weight / len(made)
    kinds = [(one / weight, seconds / one / per_weight) for one, seconds in made]
    dealt = min(round(waiting), _DEALT)
    more_s = (waiting - dealt) * film_s / (len(rest_s) or 1)
    ends = 0.0
    for _ in range(_DEALS):
        heap = [rest * draw.choice(kinds)[1] for rest in rest_s] or [0.0]
        heapq.heapify(heap)
        for _ in range(dealt):
            size, luck = draw.choice(kinds)
            heapq.heapreplace(heap, heap[0] + film_s * size * luck)
        ends += max(heap)
    return max(0.0, ends / _DEALS + more_s)
