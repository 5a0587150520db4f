"""What a run would do, without doing it: `nightreel run --dry-run`.

dry_run          `forecast`: the whole result, with a check of the disk
survey           all films of a run: what exists, what would be made, what would stop it
surveyor         one film at a time: cache hits and problems
findings         the results of the survey
script_costs     the price of model-written scripts, and the days that a quota takes
history          speed and cost of earlier films
contact_sheet    a contact sheet of the films of some rows
"""

from pipeline.orchestrator.forecast.dry_run import Forecast, forecast
from pipeline.orchestrator.forecast.script_costs import Quota

__all__ = ["Forecast", "Quota", "forecast"]
