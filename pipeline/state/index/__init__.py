"""The rows of a batch, in SQLite: a table of contents over its job files.

batch         `BatchIndex`: all of it
rows          a job in short
sums          how many there are of each          (turns: and whose turn is next)
reconciling   with the job files, by their stamps
database      its file                            (keeper: usable, whatever happens to it)
"""
