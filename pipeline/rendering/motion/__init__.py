"""Animation: a composition is played as frames, and only what changes is repainted.

animation     entrances, fades and easing: the pose of an element in each frame
composition   a scene laid out: its background and its elements
sprites       masks filled with colour             (reveal: dirty rectangles of wipes; pan_zoom: moving photographs)
ycbcr         pictures as planar YCbCr 4:2:0, as encoders take them
canvas        one picture, repainted in dirty rectangles
timeline      distinct frames and how long each is held
transitions   fade, slide and wipe between scenes
coalescing    changes that follow closely, merged into one, for reduced motion
"""
