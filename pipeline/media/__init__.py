"""The only room with FFmpeg in it, through PyAV. Everything here blocks: call it in worker processes or threads.

    pictures/    encoded, decoded, compared
    sound/       as arrays, as AAC, measured
    h264/        the bits that are written without an encoder
    container/   files with packets in them
    spans        what FFmpeg's filters find in a film, and what is looked for beside them    (span: a part of it,
                 steady: a sound that never changes)
    survey/      a film by anybody, decoded to its end
    versions     which FFmpeg there is, and what it can do

PyAV keeps FFmpeg's own log off the terminal unless it is told otherwise; nothing here tells it.
"""
