"""The only package that uses FFmpeg, through PyAV. All calls block: make them in worker processes or threads.

    pictures/    video: encoding, decoding, comparison, scaling
    sound/       audio: arrays, AAC, loudness, defects
    h264/        the H.264 bitstream: parameter sets, slice headers, skipped pictures
    container/   demuxing, muxing, probing; MP4 boxes and RIFF chunks
    analysis/    a third-party film, decoded to its end
    filters      FFmpeg's detectors: blackdetect, freezedetect, silencedetect, ebur128
    span         a part of a film, in seconds
    bitstream    a bit reader and a bit writer
    versions     the installed FFmpeg and its encoders

PyAV keeps FFmpeg's log off the terminal by default, and nothing here turns it on.
"""
