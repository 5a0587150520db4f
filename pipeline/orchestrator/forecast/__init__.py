"""What a run would do, without doing it: `nightreel run --dry-run`.

outlook      `forecast`: time, money, days of quota and disk
survey       the whole run: what is there, what would be made, what would stop it
look         film by film: what of it the cache has, and what is wrong
sharing      what its films have in common, and is made once
findings     what came of that
experience   how fast films were here, and what they cost
rowsheet     what the films of some rows will look like
"""

from pipeline.orchestrator.forecast.outlook import Forecast, Quota, forecast

__all__ = ["Forecast", "Quota", "forecast"]
