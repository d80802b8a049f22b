# The tables and figures. All steps of a kind are called alike; what they read and show is said in TABLES and FIGURES.
def artefact_description(wildcards):
    return canonical_json(CATALOG.description(wildcards.artefact))


def artefact_paper(wildcards):
    return CATALOG.artefacts[wildcards.artefact].paper


def artefact_labels(wildcards):
    definition = CATALOG.artefacts[wildcards.artefact].definition
    return {"artefact": wildcards.artefact, "where": definition.where, "shows": definition.title}


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
    "tabulate_robustness": (records_of("evaluation"), "--runs results/{scale}/evaluations"),
    "tabulate_detection": (records_of("evaluation"), "--runs results/{scale}/evaluations"),
    "tabulate_claims": (records_of("transfer"), "--runs results/{scale}/transfers"),
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
    "plot_calibration": (records_of("transfer"), "--runs results/{scale}/transfers"),
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
# Figures that can be turned with the mouse have a page beside.
PAGES = ("plot_surfaces",)


for step in TABLES:

    rule:
        name:
            step
        input:
            script=ancient(script(step)),
            results=TABLES[step][0],
        output:
            html=report(
                "results/{scale}/tables/{artefact}.html",
                category=artefact_paper,
                subcategory="Tables",
                labels=artefact_labels,
                caption=f"../report/{step}.rst",
            ),
            md="results/{scale}/tables/{artefact}.md",
            csv="results/{scale}/tables/{artefact}.csv",
            tex="results/{scale}/tables/{artefact}.tex",
            measurements="results/{scale}/measurements/{artefact}.csv",
            record="results/{scale}/records/{artefact}.json",
        log:
            f"results/{{scale}}/logs/{step}/{{artefact}}.log",
        benchmark:
            f"results/{{scale}}/benchmarks/{step}/{{artefact}}.jsonl"
        wildcard_constraints:
            artefact=one_of(CATALOG.names_built_by(step)),
        conda:
            "../../envs/reporting.yaml"
        threads: 1
        resources:
            mem_mb=growing(1000),
            runtime=growing(10),
        params:
            artefact=artefact_description,
            code=code(step),
            recorder=script("record_artefact"),
            where=TABLES[step][1],
        message:
            "Tabulating {wildcards.artefact}"
        shell:
            "python {input.script} --artefact {params.artefact:q} {params.where} --output-html {output.html}"
            " --output-md {output.md} --output-csv {output.csv} --output-tex {output.tex}"
            " --output-measurements {output.measurements} > {log} 2>&1"
            " && python {params.recorder} --name {wildcards.artefact} --description {params.artefact:q}"
            " --code {params.code} --made-of {input.results} --files {output} --output {output.record} >> {log} 2>&1"


def page_of(step):
    if step not in PAGES:
        return {}
    page = report(
        "results/{scale}/figures/{artefact}.html",
        category=artefact_paper,
        subcategory="Figures to turn",
        labels=artefact_labels,
        caption=f"../report/{step}.rst",
    )
    return {"page": page}


for step in FIGURES:

    rule:
        name:
            step
        input:
            script=ancient(script(step)),
            results=FIGURES[step][0],
        output:
            **page_of(step),
            png=report(
                "results/{scale}/figures/{artefact}.png",
                category=artefact_paper,
                subcategory="Figures",
                labels=artefact_labels,
                caption=f"../report/{step}.rst",
            ),
            pdf="results/{scale}/figures/{artefact}.pdf",
            csv="results/{scale}/figures/{artefact}.csv",
            measurements="results/{scale}/measurements/{artefact}.csv",
            record="results/{scale}/records/{artefact}.json",
        log:
            f"results/{{scale}}/logs/{step}/{{artefact}}.log",
        benchmark:
            f"results/{{scale}}/benchmarks/{step}/{{artefact}}.jsonl"
        wildcard_constraints:
            artefact=one_of(CATALOG.names_built_by(step)),
        conda:
            "../../envs/reporting.yaml"
        threads: 1
        resources:
            mem_mb=growing(1000),
            runtime=growing(10),
        params:
            artefact=artefact_description,
            code=code(step),
            recorder=script("record_artefact"),
            where=FIGURES[step][1],
            page="--output-html results/{scale}/figures/{artefact}.html" if step in PAGES else "",
        message:
            "Drawing {wildcards.artefact}"
        shell:
            "python {input.script} --artefact {params.artefact:q} {params.where} --output-png {output.png}"
            " --output-pdf {output.pdf} --output-csv {output.csv} {params.page}"
            " --output-measurements {output.measurements} > {log} 2>&1"
            " && python {params.recorder} --name {wildcards.artefact} --description {params.artefact:q}"
            " --code {params.code} --made-of {input.results} --files {output} --output {output.record} >> {log} 2>&1"
