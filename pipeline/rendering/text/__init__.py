"""Typesetting: from a string to masks of its lines.

fitting      line breaks and size that fit a box   (line_breaking, break_opportunities: where; styles: weight, tracking,
                                                   leading; uppercase)
line         one line, shaped and measured         (bidi: visual order; shaping: kerning and glyphs)
fonts        font fallback and loading             (advances: glyph widths; emoji: in colour; coverage: scripts)
rasterising  a line as a mask
"""
