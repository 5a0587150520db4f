"""Containers and their packets.

mux     write packets to an MP4                   (demux: read them, join: concatenate segments by stream copy)
probe   streams and packets of a file, without decoding
boxes   MP4 boxes, read without FFmpeg            (riff: WAV chunks)
"""
