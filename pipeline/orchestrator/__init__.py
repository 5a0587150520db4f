"""How films are made: runs jobs through stages, and batches of jobs on a pool of worker processes.

Read in this order::

    film         one film, from a brief to a video host: start with its `stages`, the pipeline as a table
    batch        many films, from a list or table to the results of a run
    processes    the pool of worker processes for CPU-bound work
    context      what the stages work with: settings, providers, paths, limits
    control      commands for existing jobs: cancel, retry, review, publish, checkpoints, cleanup
    forecast     dry runs: what a run would do
    templates    listing, previewing and checking templates
    resources    limits of memory and disk
    events       the events of a run            (progress: the state computed from them)
    naming       output folders that are safe on every system
    voices       the voices of the narrators, and samples of them
    logins       logins at video hosts          (uploads: the days that publishing takes under their quota)
    qc           quality control of third-party films       (vmaf: comparison with a reference film)
    diagnostics  checks of the installation on this machine

Nothing is imported here: worker processes load only `film.segments` and what it needs.
"""
