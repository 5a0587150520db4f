"""The run context: one workspace with the settings of one request, and the objects built from them.

run_context       `RunContext`, handed to every stage; `open_context` creates one
overrides         flags of a request: what jobs, batches and this run alone keep of them
runtime           shared by all requests: checkpoints, cache, cores, throttles, resource limits
paths             where sources and pictures are read from, and films and reports are written to
job_ids           job ids: hashes of everything that shapes a film
brief_resolver    completes briefs: flags override the brief, the brief overrides the settings
series            series settings, episode ledgers and neighbouring episodes
appearance        theme, fonts, captions and motion
encoding          frame size, encoder, cue limits and audio mix
hosts             video hosts, as destinations
release           privacy and publication time
providers         script writers, translators, narrators and picture sources
provider_factory  creates providers and their throttle limits from the settings
budgets           budgets of a batch and of a day
"""

from pipeline.orchestrator.context.run_context import RunContext, open_context

__all__ = ["RunContext", "open_context"]
