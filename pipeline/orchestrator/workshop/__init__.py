"""What the stages work with: one workspace, with the settings of one request.

workshop    `Workshop`: settings become providers, formats and looks; `open_workshop` opens one
request     what its flags come to: what jobs and batches keep of them
machine     what all requests share: checkpoints, cache, cores, throttles, memory and disk
places      where films come from and go to
identity    what jobs are called, by what shapes their films
wishes      what is wanted of a brief: flags, the brief and settings, in this order
serials     what is wanted of the episodes of a series
appearance  what films look like     (encoding: and how they are encoded)
strictness  how they are judged
hosts       the video hosts that films are published to     (release: who sees them there, and when)
crew        who writes, translates, speaks and finds pictures
providers   how these are made, and how much of a service may be used
budgets     what may be spent
"""

from pipeline.orchestrator.workshop.workshop import Workshop, open_workshop

__all__ = ["Workshop", "open_workshop"]
