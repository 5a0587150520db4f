"""report.html: one self-contained file without scripts or external resources; all values are escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from pipeline.files import replacing
from pipeline.language.text import clean_text
from pipeline.model import JobStatus
from pipeline.reporting import formatting
from pipeline.reporting.axes import Axis, seconds_axis
from pipeline.reporting.distribution import Distribution
from pipeline.reporting.documents import BATCH_REPORT, ERROR_LOG, METRICS
from pipeline.reporting.facts import RunFacts
from pipeline.reporting.groups import kind_name, place_of, stage_of, what_to_do
from pipeline.reporting.pictures import link, picture_uri
from pipeline.reporting.tally import Tally, work_s

REPORT = "report.html"
REPORT_STYLE = "report.css"

# The order in the bar at the top: ready, in trouble, waiting.
_STATUSES = (
    JobStatus.COMPLETED,
    JobStatus.REVIEW,
    JobStatus.FAILED,
    JobStatus.PARKED,
    JobStatus.CANCELLED,
    JobStatus.IN_PROGRESS,
    JobStatus.PENDING,
)


def write_page(folder: Path, facts: RunFacts, tally: Tally) -> Path:
    """Write report.html into an existing folder; returns its path. Raises `StorageError`."""
    stages = tally.stages()
    names = {
        "facts": facts,
        "tally": tally,
        "statuses": [status for status in _STATUSES if tally.counts[status]],
        "groups": tally.groups.ordered(),
        "stages": stages,
        "stage_axis": _stage_axis(stages),
        "documents": (BATCH_REPORT, METRICS, ERROR_LOG),
        "link": partial(link, folder=folder),
    }
    return render(folder / REPORT, names, styles=(REPORT_STYLE,))


def render(path: Path, names: Mapping[str, object], *, styles: Sequence[str]) -> Path:
    """Write a page to `path`, from the template of that name; returns `path`. Raises `StorageError`."""
    template = environment().get_template(f"{path.name}.jinja")
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(template.generate(names, **_style_of(styles)))
    return path


def _stage_axis(stages: dict[str, Distribution]) -> Axis:
    return seconds_axis(max((durations.p95_s for durations in stages.values()), default=1.0))


@cache
def environment() -> Environment:
    """The Jinja environment of all pages, which cleans and escapes every value. Cached with its compiled templates."""
    environment = Environment(
        loader=FunctionLoader(read_asset),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    environment.globals |= {
        "picture_uri": picture_uri,
        "work_s": work_s,
        "stage_of": stage_of,
        "place_of": place_of,
        "what_to_do": what_to_do,
        "kind_name": kind_name,
        **{name: getattr(formatting, name) for name in formatting.__all__},
    }
    return environment


def _style_of(assets: Sequence[str]) -> dict[str, str]:
    """The style sheet of a page, and its hash for the Content-Security-Policy, which allows nothing else.

    Scripts, frames, fonts and external resources are all forbidden.
    """
    css = "".join(map(read_asset, assets))
    return {"css": css, "css_hash": base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")}


def read_asset(name: str) -> str:
    """A file of this package."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _clean(value: object) -> object:
    """Remove control and bidi characters that could reorder or hide text. Applied to every expression."""
    return clean_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value
