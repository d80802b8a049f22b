# What the rules of subsampling.smk read and are told.
scores = run_of_kind("scores")
subset = run_of_kind("subset")
anchors = run_of_kind("anchors")
network_of_scores = needed_by(scores, "training")
scores_of_anchors = needed_by(anchors, "scores")


def network_of_anchors(wildcards):
    return scores_of_anchors(wildcards).needed("training")


def scores_of_subset(wildcards):
    # A random subset is selected by none.
    return [file for run in subset(wildcards).needs for file in outputs_of(run).values()]


def scores_option(wildcards):
    return [part for run in subset(wildcards).needs for part in ("--scores", folder_of(run))]
