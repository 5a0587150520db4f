"""Jobs and batches, saved and read.

store       `CheckpointStore`: what is known of every job and batch
documents   as JSON, and back
saves       many at once
copies      of a batch, as it stood once
"""
