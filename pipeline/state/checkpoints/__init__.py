"""Jobs and batches as checkpoints: one JSON file each.

store         `CheckpointStore` saves and loads them
documents     to JSON and back, with validation
group_commit  concurrent saves written together
snapshots     named copies of a batch's checkpoints
"""
