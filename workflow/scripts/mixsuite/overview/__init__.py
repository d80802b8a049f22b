"""Where a build stands: what there is, what runs, what is stale, what is left to do."""
