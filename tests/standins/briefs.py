"""Briefs for script writers."""

from pipeline.model import Brief, BulletList, Paragraph, Section

TOPIC = Brief(title="Why is the sky blue?", origin="topics/space.txt:3")
NOTES = Brief(
    title="Why the sky is blue",
    language="de",
    tags=("physics",),
    kicker="Light, explained",
    sections=(
        Section(heading="", blocks=(Paragraph(text="Look up. The sky is blue, and nobody asks why."),)),
        Section(
            heading="Three things happen",
            blocks=(
                Paragraph(text="Every ray does the same:"),
                BulletList(items=(Paragraph(text="It arrives white."), Paragraph(text="It meets molecules."))),
                Paragraph(text="Blue light is scattered most.", strong=("scattered",)),
            ),
        ),
        Section(heading="In the end", blocks=(Paragraph(text="Red is what is left in the evening."),)),
    ),
)
