"""One film, from a brief to a video host.

Start with ``stages``: the table of stages that every film passes through. The other modules, in reading order::

    runner           runs one job through its stages, with a checkpoint after each
    attempt          state that the stages of one attempt share: worker pool, time limit, costs
    failures         error handling: what is parked and until when, what fails for good
    scripts          script stage: write, fit to a length, translate   (cached_author: the same from the cache alone)
    target_length    scripts and narrations of a requested length
    pictures         images of the brief and the script: fetched, prepared, cached   (stock_photos: searched for)
    scene_fit        splits scenes whose texts do not fit their layout
    scene_renderer   schedules the scenes of a film on worker processes, each at most once
    segments         the work itself, in a worker process: draw a scene and encode it
    soundtrack       mixes voice and background music, also in a worker process
    duplicates       near-duplicate films within a batch
    approval         whether a film may be published: verdict, review, sample   (sidecars: files beside it)
    delivery         whether a delivered film is still there and up to date
    publication      uploads a film and its extras to the video hosts
    earlier_episodes what a series tells the writer   (episode_order: episodes wait for those before them)
    remake           discards results so that a film is made again from some stage on

Nothing is imported here: worker processes load only `segments` and what it needs.
"""
