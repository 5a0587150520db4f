"""Sound: as arrays, as AAC, and measured.

audio      from anything, and from our WAV clips; aac, to AAC
hearing    of a film, as a listener hears it
loudness   measured and set                       (meter: so that that of a film follows from its scenes)
stereo     whether both channels are there and go together
clicks     whether it is torn                      (rhythm: or played so)
speech     where somebody may be speaking
"""
