"""Pictures: encoded, decoded, compared.

encode   to H.264, H.265 or AV1
decode   as a viewer sees them                    (stills: a few of them, small)
scaling  a part of one at another size
looks    what one looks like, in 64 bits; ssim, how much two films are alike
intact   whether the data of a JPEG is whole
"""
