"""A pool of worker processes: it uses all cores, and a crash costs one scene instead of the run.

Read in this order::

    workers        runs a function in a worker process, when a core is free
    worker_entry   what runs inside a worker process, around the function
    fork_pool      workers forked from one process with everything loaded   (fork_server: that process)

Nothing is imported here: a worker process pays for every import when it starts.
"""
