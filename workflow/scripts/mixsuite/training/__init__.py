"""Training a classifier: the specification of a run, its schedule, the loop, checkpoints, evaluation and outputs."""
