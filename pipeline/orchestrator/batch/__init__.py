"""Many films: from a list or a table to the results of a run.

Read in this order::

    batches          make one film, make a batch, add to a batch, resume one
    source           read and check the source that a command names
                     (tables: options for tables, row_validation: can a film be made of this row)
    planning         turn briefs into jobs and save them
                     (planner: match briefs with known jobs, plan: the result, folders: output folders,
                     numbering: episode numbers)
    bulk             claim and change many jobs, a few at a time
    sampling         choose the films that a person reviews before the rest is published
    run              one run of a batch, and its report
    scheduler        admit and supervise jobs
                     (admission: memory, disk and failure limits, cancellation: requests to stop a job)
    queues           the next jobs to start, and backoff per job
    results          reports and the manifest     (archive: all films in a ZIP)
"""
