# The tables and figures. All steps of a kind are called alike; what they read and show is said in TABLES and FIGURES.
include: "common/artefacts.smk"


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
    return {"page": "results/{scale}/figures/{artefact}.html"} if step in PAGES else {}


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
