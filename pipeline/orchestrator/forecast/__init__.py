"""What a run would do, without doing it: `nightreel run --dry-run`.

outlook      `forecast`: time, money, days of quota and disk
survey       film by film: what is there, what would be made, what is wrong
experience   how fast films were here, and what they cost
"""

from pipeline.orchestrator.forecast.outlook import Forecast, Quota, forecast

__all__ = ["Forecast", "Quota", "forecast"]
