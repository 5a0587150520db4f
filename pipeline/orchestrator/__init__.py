"""How a film is made, from the outside in.

Read in this order::

    stages      the story of a film, as a table: script, narration, subtitles, scenes, film, quality, publishing
    scripts     how a film gets its script      (kept: what of that the cache has, lengths: and how long it lasts)
    scenes      where drawing and encoding meet, in a worker process
    soundtrack  where voice and music meet, likewise
    workers     the processes that they meet in        (within: what runs in there around the work)
    attempt     what the stages of one attempt share
    jobs        one job from its checkpoint to its film        (afresh: made once more; leaving: and whether it may go)
    scheduler   how many films at once, and what stops a night
    turns       whose turn it is
    asking      what a command asks for, read      (tabular: a table, suitable: and whether its rows make films)
    plan        briefs become jobs      (planned: what that says, naming: folders, delivered: films that are there)
    batches     what can be asked for
    control     what can be asked of jobs that exist: cancel, retry, copies, cleaning up
    forecast    what a run would do
    workshop    what the stages work with
    events      what whoever listens is told  (progress: and makes of it)
    outgoing    a film goes to video hosts, and what goes with it follows
    results     what became of the rows of a table  (packing: and all films in a ZIP)
    voices      who can speak, and how it sounds
    judging     films by anybody, found and judged
    checkup     what works on this machine

Nothing is imported here: worker processes load `scenes` and what that takes, not all this.
"""
