"""Video: encoding, decoding, comparison.

encode            to H.264, H.265 or AV1
decode            from the first picture to the last, as shown    (stills: a few small ones)
subsampling       planes of decoded pictures as small arrays
tile_colours      mean colours of the parts of a picture
scaling           resample a region with sub-pixel edges
perceptual_hash   64-bit fingerprints of pictures
ssim              structural similarity of two films
jpeg              integrity of JPEG data
"""
