"""Jobs and batches, saved and read.

store       `CheckpointStore`: what is known of every job and batch
documents   as JSON, and back                     (fields: where in a job a kind of value may lie)
saves       many at once
copies      of a batch, as it stood once
"""
