# What the rules of artefacts.smk read and are told.
def artefact_description(wildcards):
    return canonical_json(CATALOG.description(wildcards.artefact))


def artefact_paper(wildcards):
    return CATALOG.artefacts[wildcards.artefact].paper


def artefact_labels(wildcards):
    # Short, since the report's list takes the place that they need from what it is to show.
    where = CATALOG.artefacts[wildcards.artefact].definition.where
    return {"artefact": wildcards.artefact, "where": where.split(";")[0].split(" (")[0]}


def records_of(*kinds):
    def records(wildcards):
        runs = (run for kind in kinds for run in CATALOG.artefacts[wildcards.artefact].runs(kind).values())
        return [paths.record(wildcards.scale, run.kind, run.identity) for run in runs]

    return records


def files_of(*kinds):
    def files(wildcards):
        runs = (run for kind in kinds for run in CATALOG.artefacts[wildcards.artefact].runs(kind).values())
        return [file for run in runs for file in outputs_of(run).values()]

    return files


def sweep_results(wildcards):
    return paths.sweep_files(wildcards.scale, wildcards.artefact)


def bridge_results(wildcards):
    return sweep_results(wildcards) + records_of("bridge")(wildcards)


# What each step of a table or a figure reads, and the options that say where that lies.
TABLES = {
    "tabulate_classification": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_error_and_time": (
        records_of("training", "timing"),
        "--runs results/{scale}/runs --timings results/{scale}/timings",
    ),
    "tabulate_accuracy": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_cscores": (records_of("held_out"), "--runs results/{scale}/held_out"),
    "tabulate_selection": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_sensitivity": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_searches": (
        records_of("training", "search", "sizes"),
        "--runs results/{scale}/runs --searches results/{scale}/searches --sizes results/{scale}/sizes",
    ),
    "tabulate_fit": (records_of("fit"), "--runs results/{scale}/fits"),
    "tabulate_robustness": (records_of("evaluation"), "--runs results/{scale}/evaluations"),
    "tabulate_detection": (records_of("evaluation"), "--runs results/{scale}/evaluations"),
    "tabulate_claims": (files_of("transfer"), "--runs results/{scale}/transfers"),
    "tabulate_theorems": (records_of("descent"), "--runs results/{scale}/patches"),
    "tabulate_summary": (records_of("descent"), "--runs results/{scale}/patches"),
    "tabulate_mixings": (records_of("descent"), "--runs results/{scale}/patches"),
}
FIGURES = {
    "plot_composition": (files_of("composition"), "--runs results/{scale}/compositions"),
    "plot_soft_labels": (files_of("composition"), "--runs results/{scale}/compositions"),
    "plot_perturbation": (records_of("landscape"), "--runs results/{scale}/landscapes"),
    "plot_sharpness": (records_of("landscape"), "--runs results/{scale}/landscapes"),
    "plot_surfaces": (records_of("landscape"), "--runs results/{scale}/landscapes"),
    "plot_cscores": (records_of("held_out"), "--runs results/{scale}/held_out"),
    "plot_mixed_outputs": (records_of("mixed_outputs"), "--runs results/{scale}/mixed_outputs"),
    "plot_calibration": (files_of("transfer"), "--runs results/{scale}/transfers"),
    "plot_feature_outputs": (files_of("descent"), "--runs results/{scale}/patches"),
    "plot_bridge": (bridge_results, "--runs results/{scale}/patches --bridges results/{scale}/bridges"),
    "plot_anchors": (files_of("anchors", "scores"), "--runs results/{scale}/anchors --scores results/{scale}/scores"),
    "plot_subset_errors": (records_of("training"), "--runs results/{scale}/runs"),
    "plot_search_cost": (
        records_of("training", "search"),
        "--runs results/{scale}/runs --searches results/{scale}/searches",
    ),
    "plot_cells": (records_of("search"), "--runs results/{scale}/searches"),
    "plot_phase": (sweep_results, "--runs results/{scale}/patches"),
}
# Figures that can be turned with the mouse have a page beside. It is not in the report, within which Chromium opens no page
# of more than 2 MB.
PAGES = ("plot_surfaces",)
