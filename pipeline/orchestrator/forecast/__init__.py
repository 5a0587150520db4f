"""What a run would do, without doing it: `nightreel run --dry-run`.

outlook      `forecast`: time, money, days of quota and disk
survey       the whole run: what is there, what would be made, what would stop it
look         film by film: what of it the cache has, and what is wrong
findings     what came of that
experience   how fast films were here, and what they cost
"""

from pipeline.orchestrator.forecast.outlook import Forecast, Quota, forecast

__all__ = ["Forecast", "Quota", "forecast"]
