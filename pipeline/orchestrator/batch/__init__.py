"""Many films, from a list or a table to a night's results.

Read in this order::

    batches     what can be asked for: one film, a batch, more work for it, going on
    asking      what a command asks for, read      (tabular: a table, suitable: and whether its rows make films)
    plan        briefs become jobs                 (planner: which are known, planned: what that says,
                folders: which film gets which, numbering: and which episode it is)
    sampling    which films a person looks at before the rest is published
    run         one run of a batch, and its report
    scheduler   how many films at once, and what stops a night   (floor: no room for more, cancelling: wanted no more)
    turns       whose turn it is, and who is left alone for a while
    pulse       how the run is, each second
    results     what became of the batch           (packing: and all its films in a ZIP)
"""
