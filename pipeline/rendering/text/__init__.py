"""From a string to ink: letters, lines, boxes.

fitting     into its box: broken, then shrunk     (breaking: into lines; styles: how large, how heavy; capitals)
line        one line, set and measured            (bidi: in which order it is read)
fonts       that have its letters                 (advances: how wide these are, emoji: in colour,
            coverage: what there is)
lettering   the line, drawn                       (shaping: a letter becomes a glyph)
"""
