"""Backgrounds, shapes, photographs and logos: what text is set on and beside.

background    gradients with soft lights          (motif: decorative figures; motif_element)
photographs   cropped to their frame              (scrims: darkening under text)
shapes        anti-aliased masks: cards, bars, rings, discs
logos         the user's logo, on a plate where contrast needs one
"""
