"""The processes in which a film's work is done: all cores are used, and a crash costs a scene, no more.

Read in this order::

    workers     what the orchestrator asks for work
    within      what runs inside a worker process, around the work
    forks       workers that are forked from one process that has loaded everything      (nursery: that process)

Nothing is imported here: a worker process pays for every import when it starts.
"""
