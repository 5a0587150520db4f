"""What a run would do, without doing it: `nightreel run --dry-run`.

outlook      `forecast`: all that can be said of a run, and whether the disk has room for it
survey       the whole run: what is there, what would be made, what would stop it
surveyor     film by film: what of it the cache has, and what is wrong
findings     what came of that
scripts      what models would be paid, and when their allowance ends
experience   how fast films were here, and what they cost
rowsheet     what the films of some rows will look like
"""

from pipeline.orchestrator.forecast.outlook import Forecast, forecast
from pipeline.orchestrator.forecast.scripts import Quota

__all__ = ["Forecast", "Quota", "forecast"]
