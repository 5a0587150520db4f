"""H.264 without an encoder or a decoder: pictures that only repeat the one before them.

syntax    NAL units, parameter sets and slice headers, read and written; a whole repeated picture
repeats   leaves repeated pictures out of what is decoded
bits      bits out of bytes and into them
"""
