"""The makespan of a list schedule: when the last film ends if waiting films go to the next free place.

Films differ from the average: their sizes and speeds are sampled from the last ones that were made.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Collection, Sequence

# Waiting films that are simulated, the rest being spread evenly; and the number of simulations.
_SIMULATED, _RUNS = 64, 9


def makespan_s(rest_s: Sequence[float], waiting: float, film_s: float, made: Collection[tuple[float, float]]) -> float:
    """Seconds until all films have ended: active ones after `rest_s`, and each place then takes the next waiting one.

    A waiting film takes `film_s` on average; `made` are the weights and seconds of the last films.
    """
    if not made:
        return max(rest_s, default=0.0) + waiting * film_s / (len(rest_s) or 1)
    draw = random.Random(0)  # noqa: S311 - a fixed seed, so that the estimate is stable
    weight = sum(one for one, _ in made) / len(made)
    per_weight = sum(seconds for _, seconds in made) / weight / len(made)
    kinds = [(one / weight, seconds / one / per_weight) for one, seconds in made]
    simulated = min(round(waiting), _SIMULATED)
    more_s = (waiting - simulated) * film_s / (len(rest_s) or 1)
    ends = 0.0
    for _ in range(_RUNS):
        heap = [rest * draw.choice(kinds)[1] for rest in rest_s] or [0.0]
        heapq.heapify(heap)
        for _ in range(simulated):
            size, speed = draw.choice(kinds)
            heapq.heapreplace(heap, heap[0] + film_s * size * speed)
        ends += max(heap)
    return max(0.0, ends / _RUNS + more_s)
