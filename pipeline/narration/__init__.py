"""Script -> Narration: every scene spoken, in one voice, with a timestamp for every word.

narrate             `narrate`, which the orchestrator calls
narrator            the interface of a voice service (`Narrator`), and its result (`Speech`)
edge, espeak, piper, silence
                    the voice services        (subprocesses: those that run in a child process)
spoken_text         written text -> the text sent to a voice
                                              (normalisation: numbers, dates, symbols, abbreviations…)
character_coverage  characters that a voice can't read, and when there are too many
utterances          what one request speaks: a sentence, and the pause after it
synthesis           one voice speaking one script                          (speech_files: its results, cached)
pace                speaking rate, measured on one of the sample_texts
alignment           reported word events -> word timestamps                (estimate: from the text alone)
mastering           speeches -> a clip: joined, loudness set, silence at both ends (trimming: idle silence cut)
clips               clips and the metadata in their files                  (clip_metadata: its schema)

Narrators are tried in order. The first that can speak the whole script does so, in one voice; a script is never shared
between two. Nothing is imported here: processes that only master audio load only what that takes.
"""
