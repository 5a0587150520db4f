"""Script -> Narration: every scene spoken, in one voice, with a time for every word.

    narrate.py     `narrate`: what the orchestrator calls
    narrator.py    what a voice has to offer (`Narrator`), and what it gives (`Speech`)
    edge/ · espeak/ · piper/ · silence.py      the voices; processes.py runs those that need a process of their own
    spoken.py      what of a text is said, and how; saying/ has the rules for numbers, dates, signs, abbreviations…
    reading.py     what of a film a voice can't read, and when that is too much
    phrases.py     what is spoken in one go: a sentence; and the breath after it; parting.py: words set apart
    booth.py       one voice at work on one script; recording.py keeps what it said
    pace.py        how fast it speaks, measured on one of samples.py
    alignment.py, estimate.py    from a voice's reports, or from nothing, to word times
    mastering.py, trimming.py    from speeches to a clip: trimmed, joined, as loud as the others, silence around it;
                   clips.py orders and reads them, label.py has what their files say about themselves

The narrators are asked in order. The first that can speak the whole script does, in one voice; none speaks
a part of it. Nothing is imported here: the processes that only master sound load only what that takes.
"""
