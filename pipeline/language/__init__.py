"""Writing systems and languages: what every room has to know about text. No I/O, no waiting.

tags             BCP-47 language tags, and table lookup by tag        (detection: the language of a text)
writing_systems  direction, ideographs, phrase model                  (hyphenation: where a word may be divided)
display_width    columns: East Asian wide characters count as two
text             sanitised for speech, display and logs
sentences        sentence segmentation                                (abbreviations: a full stop that ends none)
words            tokens: the unit of speech and captions              (phrases: tokens that a line break keeps together)
function_words   articles, prepositions, conjunctions: where a phrase begins and where it must not end
graphemes        grapheme clusters, and which are emoji
typography       quotes, dashes, no-break spaces; quantities and formulas kept whole
locales          CLDR's numbers, dates and currencies
"""
