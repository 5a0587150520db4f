"""Files with packets in them.

mux     packets into an MP4                       (demux: out of one, join: from many into one)
probe   what a film is made of, without decoding it
boxes   the structure of an MP4, read without FFmpeg; riff, that of a WAV
"""
