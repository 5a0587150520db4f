"""What moves: a composition becomes frames, of which only what changes is painted.

moves         how things enter and rest: poses, frame by frame
composition   a scene laid out: its ground, and elements that move over it
sprites       the elements                        (reveal: only near their front, stills: pan and zoom)
picture       as it is encoded; everything is painted on its planes
canvas        one picture, painted on as elements move
timeline      frames, at last: what differs, and how long each is held
transitions   from one scene to the next
bursts        how a scene changes where nothing may move
"""
