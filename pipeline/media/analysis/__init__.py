"""Quality control of a third-party film: decode all of it and look for faults in picture and sound.

film             open, demux, decode
video_track      every picture goes through every detector    (audio_track: the same for sound)
results          the findings, as frozen dataclasses
timestamps       presentation times of packets, whatever the container stores
missing_frames   gaps in H.264's frame_num
missing_slices   lower parts of pictures that were never decoded
solid_colour     pictures of one colour, or with a lost chroma plane
dark_scenes      black pictures that show something after all
snow             noise
partial_freeze   a part of the picture hangs
combing          interlaced fields shown as one picture
black_bars       letterbox and pillarbox
small_motion     motion below freezedetect's threshold
frame_order      frames out of order, and single frames of another shot
flashes          flashing light and saturated red
"""

from pipeline.media.analysis.film import analyse_film

__all__ = ["analyse_film"]
