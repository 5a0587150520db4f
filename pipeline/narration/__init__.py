"""Script -> Narration: every scene spoken, in one voice, with a time for every word.

narrate      `narrate`: what the orchestrator calls
narrator     what a voice has to offer (`Narrator`), and what it gives (`Speech`)
edge, espeak, piper, silence
             the voices                        (processes: those that need a process of their own)
spoken       what of a text is said, and how   (saying: numbers, dates, signs, abbreviations…)
reading      what of a film a voice can't read, and when that is too much
phrases      what is spoken in one go: a sentence; and the breath after it   (parting: words set apart)
booth        one voice at work on one script   (recording: what it said, kept)
pace         how fast it speaks, measured on one of the samples
alignment    from a voice's reports to word times   (estimate: or from nothing)
mastering    from speeches to a clip: joined, as loud as the others, silence around it   (trimming: without their own)
clips        clips, ordered and read           (label: what their files say about themselves)

The narrators are asked in order. The first that can speak the whole script does, in one voice; none speaks
a part of it. Nothing is imported here: the processes that only master sound load only what that takes.
"""
