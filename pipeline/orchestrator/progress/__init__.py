"""The progress of a run, computed from its events, for every kind of display.

progress    `Progress` takes in events, and returns a `Snapshot` on request
remaining   the estimated time remaining
snapshot    the state at one moment; also computed from rows, for `status --watch`
"""

from pipeline.orchestrator.progress.progress import Progress

__all__ = ["Progress"]
