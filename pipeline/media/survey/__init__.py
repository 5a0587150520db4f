"""A film by anybody, decoded to its end: what is seen and heard in it that no film should have.

film      from the first packet to the last, each given to all that watch
heard     its sound, as it is decoded
times     when its packets are shown, whatever the container says
lost      pictures that are missing in the stream; missing parts of them are gaps
plain     one colour, or one that is lost
lights    what is seen on black
snow      noise
stuck     a part that hangs
combs     two half pictures in one
bars      what stays black beside the picture
stirs     what moves in a picture that stands
jumps     pictures that come back
flashes   light and red that flash
found     what all of them say
"""

from pipeline.media.survey.film import survey

__all__ = ["survey"]
