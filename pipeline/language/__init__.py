"""How people write, in their languages: what every room has to know of texts. Nothing here reads, writes or waits.

tags          language tags, and which entry of a table is for which      (detection: in which language a text is)
writing       direction, script, where lines may be broken                (hyphenation: where a word may be divided)
text          made safe to say, show and log
sentences     the unit of breath                                         (abbreviations: whose a full stop is)
words         the unit of speech                                          (phrases: what a reader would not part)
graphemes     what a reader calls characters, and where a number and its unit stay together
locales       how a language writes numbers, dates and money
"""
