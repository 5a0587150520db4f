"""How a film is made, from the outside in.

Read in this order::

    film        one film, from a brief to a video host: begin with its `stages`, the story as a table
    batch       many films, from a list or a table to a night's results
    processes   where the work is done that keeps a core busy
    context    what the stages work with
    control     what can be asked of jobs that exist: cancel, retry, review, publish, copies, cleaning up
    forecast    what a run would do
    templates   what can be asked about templates
    events      what whoever listens is told  (progress: and makes of it)
    naming      folders that are safe on every system
    voices      who can speak, and how it sounds
    logins      logins at video hosts         (uploads: how many days their quota takes)
    judging     films by anybody, found and judged      (vmaf: and beside what they were made of)
    checkup     what works on this machine

Nothing is imported here: worker processes load `film.scenes` and what that takes, not all this.
"""
