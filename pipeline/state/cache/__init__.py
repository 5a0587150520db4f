"""The content-addressed cache: whatever is expensive to make is made and paid for once.

content   `Cache`, with LRU eviction
digests   its files, each with a digest in its name
leases    protects files that other processes use from eviction
usage     hits and misses of one piece of work
"""
