"""H.264 without an encoder or a decoder: pictures that consist of skipped macroblocks.

syntax             NAL units, parameter sets and slice headers, read and written; a whole skipped picture
skipped_pictures   drop such pictures before decoding
"""
