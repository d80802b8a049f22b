# Where a build stands, and what is shared of it. The first three build nothing, take no lock and run beside a build.
include: "common/overview.smk"


rule status:
    input:
        script=ancient(script("show_status")),
    log:
        f"results/{CATALOG.scale}/logs/status.log",
    localrule: True
    conda:
        "../../envs/overview.yaml"
    params:
        config=settings,
        json=f"results/{CATALOG.scale}/status.json",
    message:
        "Looking for what runs"
    shell:
        "python {input.script} --config {params.config:q} --output-json {params.json} 2>&1 | tee {log}"


rule plan:
    input:
        script=ancient(script("show_plan")),
    log:
        f"results/{CATALOG.scale}/logs/plan.log",
    localrule: True
    conda:
        "../../envs/overview.yaml"
    params:
        config=settings,
        json=f"results/{CATALOG.scale}/plan.json",
    message:
        "Counting what there is to do"
    shell:
        "python {input.script} --config {params.config:q} --output-json {params.json} 2>&1 | tee {log}"


rule verify:
    input:
        script=ancient(script("verify_results")),
    log:
        f"results/{CATALOG.scale}/logs/verify.log",
    localrule: True
    conda:
        "../../envs/overview.yaml"
    params:
        config=settings,
        json=f"results/{CATALOG.scale}/verify.json",
    message:
        "Holding results against the present code, settings and data"
    shell:
        "python {input.script} --config {params.config:q} --output-json {params.json} 2>&1 | tee {log}"


rule archive:
    input:
        f"results/{CATALOG.scale}/archive.zip",
    localrule: True


rule archive_with_weights:
    input:
        f"results/{CATALOG.scale}/archive_with_weights.zip",
    localrule: True


rule archive_results:
    input:
        script=ancient(script("archive_results")),
        artefacts=[CATALOG.files(name) for name in CATALOG.built],
        scorecard=scorecard_files(),
    output:
        "results/{scale}/{archive}.zip",
    log:
        "results/{scale}/logs/{archive}.log",
    benchmark:
        "results/{scale}/benchmarks/{archive}.jsonl"
    wildcard_constraints:
        archive="archive|archive_with_weights",
    conda:
        "../../envs/overview.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        config=settings,
        weights=lambda wildcards: "--weights" if wildcards.archive == "archive_with_weights" else "",
        code=code("archive_results"),
    message:
        "Packing {output}"
    shell:
        "python {input.script} --config {params.config:q} {params.weights} --output {output} > {log} 2>&1"
