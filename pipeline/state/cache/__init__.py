"""Everything expensive, kept by content: made once, and never paid for twice.

content   `Cache`
sealed    its files, each with a digest           (signs: which are held by a process that works)
use       what a piece of work got from it
"""
