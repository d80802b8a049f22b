# Every printed value and every claim beside what was rebuilt.


rule scorecard:
    input:
        scorecard_files(),
    localrule: True


rule write_scorecard:
    input:
        script=ancient(script("write_scorecard")),
        manifests=manifest_files(),
        measurements=[paths.measurements(CATALOG.scale, name) for name in CATALOG.built],
    output:
        md="results/{scale}/scorecard.md",
        csv="results/{scale}/scorecard.csv",
        html=report(
            "results/{scale}/scorecard.html",
            category="All values and claims",
            labels={"page": "score card"},
            caption="../report/scorecard.rst",
        ),
        record="results/{scale}/records/scorecard.json",
    log:
        "results/{scale}/logs/write_scorecard.log",
    benchmark:
        "results/{scale}/benchmarks/write_scorecard.jsonl"
    conda:
        "../../envs/reporting.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        scale_title=CATALOG.house.scale.title,
        code=code("write_scorecard"),
        recorder=script("record_artefact"),
    message:
        "Writing the score card"
    shell:
        "python {input.script} --manifests {input.manifests} --measurements {input.measurements}"
        " --scale {wildcards.scale} --scale-title {params.scale_title:q}"
        " --output-md {output.md} --output-csv {output.csv} --output-html {output.html} > {log} 2>&1"
        " && python {params.recorder} --name scorecard --description {params.scale_title:q} --code {params.code}"
        " --made-of {input.manifests} {input.measurements} --files {output} --output {output.record} >> {log} 2>&1"
