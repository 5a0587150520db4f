"""How a film is made, from the outside in.

Read in this order::

    stages      the story of a film, as a table: script, narration, subtitles, scenes, film, quality, publishing
    scenes      where drawing and encoding meet, in a worker process
    workers     the processes that they meet in
    jobs        one job from its checkpoint to its film
    plan        briefs become jobs
    batches     many jobs side by side
    workshop    what the stages work with
    providers   settings become writers and narrators
    checkup     what works on this machine
"""

from pipeline.orchestrator.jobs import JobEvent, Listener, ignore, run_job
from pipeline.orchestrator.stages import STAGES
from pipeline.orchestrator.workshop import Workshop, open_workshop

__all__ = ["STAGES", "JobEvent", "Listener", "Workshop", "ignore", "open_workshop", "run_job"]
