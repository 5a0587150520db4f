"""The only room with FFmpeg in it, through PyAV. Everything here blocks: call it in worker processes or threads.

    encode     pictures to H.264, H.265 or AV1
    aac        sound to AAC
    planes     a picture as encoders want it, changed in place
    h264       the bits that are written without an encoder, and repeats, which knows them again when they are read
    bits       the bits of either
    mux        packets into an MP4, demux out of one, and join from many into one
    boxes      the structure of an MP4, read without FFmpeg; riff, that of a WAV
    probe      what a film is made of
    decode     the pictures of a film as a viewer sees them; hearing, its sound; span, a part of either
    stills     a few of the pictures, small; scaling, a part of one at another size
    intact     whether the data of a JPEG is whole
    looks      what a picture looks like, in 64 bits; ssim, how much two films are alike
    survey/    a film by anybody, decoded to its end
    spans      what FFmpeg's filters find in it, and what is looked for beside them: speech, and what is steady
    stereo     whether both channels are there and go together, in any film; clicks, whether its sound is torn
    audio      sound as arrays, from anything and from our WAV clips
    loudness   measured and set; meter, so that the loudness of a film follows from its scenes
    versions   which FFmpeg there is, and what it can do

PyAV keeps FFmpeg's own log off the terminal unless it is told otherwise; nothing here tells it.
"""
