"""One film, from a brief to a video host.

Read in this order::

    stages      the story of a film, as a table: script, narration, subtitles, scenes, film, quality, publishing
    scripts     how a film gets its script      (kept: what of that the cache has, lengths: and how long it lasts)
    pictures    what is shown in it             (stock: photos that are searched for)
    room        and whether each scene has room for its texts
    studio      where its scenes are ordered, each once
    scenes      where drawing and encoding meet, in a worker process
    soundtrack  where voice and music meet, likewise
    likeness    whether the batch has the same film already
    leaving     whether a film may leave the house          (beside: and what goes with it)
    outgoing    a film goes to video hosts, and what goes with it follows   (episodes: of one series)
    attempt     what the stages of one attempt share
    jobs        one job from its checkpoint to its film     (afresh: made once more, delivered: or still there)
    failures    what stops it, and whether it goes on by itself

Nothing is imported here: worker processes load `scenes` and what that takes, not all this.
"""
