"""How a film is made, from the outside in.

Read in this order::

    film        one film, from a brief to a video host: begin with its `stages`, the story as a table
    batch       many films, from a list or a table to a night's results
    processes   where the work is done that keeps a core busy
    context    what the stages work with
    control     commands for jobs that exist: cancel, retry, review, publish, checkpoints, cleanup
    forecast    what a run would do
    templates   listing, previewing and checking templates
    events      the events of a run           (progress: and the state computed from them)
    naming      output folders that are safe on every system
    voices      the voices of the narrators, and samples of them
    logins      logins at video hosts         (uploads: the days that publishing takes under their quota)
    qc          quality control of third-party films      (vmaf: comparison with a reference film)
    diagnostics what works on this machine

Nothing is imported here: worker processes load `film.scenes` and what that takes, not all this.
"""
