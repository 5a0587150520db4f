"""What the stages work with: one workspace, with the settings of one request.

workshop    `Workshop`: settings become providers, formats and looks; `open_workshop` opens one
request     what its flags come to: what jobs and batches keep of them
machine     what all requests share: checkpoints, cache, cores, gates, memory and disk
places      where films come from and go to
hosts       the video hosts that films are published to
wishes      what is wanted of a brief: flags, the brief and settings, in this order
budgets     what may be spent
providers   which writer and which narrators, and how much of a service may be used
"""

from pipeline.orchestrator.workshop.workshop import Workshop, open_workshop

__all__ = ["Workshop", "open_workshop"]
