"""What words stand on and beside: grounds, figures, signs, photographs.

background    quiet gradients                     (motif: the large figure on them, emblem: small, in a ring)
photographs   cut to their frame                  (scrims: behind words on them)
shapes        cards, bars, rings, shadows
logos         of somebody's own
"""
