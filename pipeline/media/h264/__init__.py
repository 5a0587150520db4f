"""The bits that are written without an encoder.

held      a picture that only repeats the one before it
repeats   the same, known again when it is read
bits      out of bytes and into them
"""
