"""The only room with FFmpeg in it, through PyAV. Everything here blocks: call it in worker processes or threads.

    encode     pictures to H.264, H.265 or AV1
    aac        sound to AAC
    planes     a picture as encoders want it, changed in place
    h264       the bits that are written without an encoder
    mux        packets into an MP4; segments joined by copying packets
    boxes      the structure of an MP4, read without FFmpeg
    probe      what a film is made of
    decode     a few pictures of a film
    audio      sound as arrays, from anything and from our WAV clips
    loudness   measured and set

PyAV keeps FFmpeg's own log off the terminal unless it is told otherwise; nothing here tells it.
"""
