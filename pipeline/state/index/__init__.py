"""The rows of a batch, in SQLite: a table of contents over its job files.

batch         `BatchIndex`: all of it
rows          a job in short                      (stamps: as its file stood when it was read)
sums          how many there are of each          (turns: and whose turn is next)
reconciling   with the job files
database      its file                            (keeper: usable, whatever happens to it)
"""
