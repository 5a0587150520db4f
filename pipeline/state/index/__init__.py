"""An SQLite index of a batch's jobs: a cache of what its checkpoint files say.

batch         `BatchIndex`: all queries
rows          a job as a row, and back            (stamps: has its file changed since it was indexed?)
totals        counts and sums over a batch        (queue: which job comes next)
reconciling   brings the index up to date with the files
database      the SQLite file                     (recovery: rebuilt when it is damaged)
"""
