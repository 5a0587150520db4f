"""What the stages work with: one workspace, with the settings of one request.

run_context  `RunContext`: settings become providers, formats and looks; `open_context` opens one
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

from pipeline.orchestrator.context.run_context import RunContext, open_context

__all__ = ["RunContext", "open_context"]
