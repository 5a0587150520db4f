"""How a run stands, made of what it tells: for displays of every kind.

progress    `Progress` hears events, and gives a `Snapshot` whenever it is asked
remaining   when it will be over, by how fast it goes         (makespan: of films dealt out to places)
snapshot    the picture of one moment; also made of rows, for `status --watch`
"""

from pipeline.orchestrator.progress.progress import Progress

__all__ = ["Progress"]
