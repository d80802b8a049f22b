# C-scores of a dataset's training images, taken over or estimated; and those of images that networks misclassify.
include: "common/cscores.smk"


rule obtain_cscores:
    input:
        script=ancient(script("obtain_cscores")),
        dataset=dataset_files_of(cscores),
    output:
        record="results/{scale}/cscores/{run}/cscores.json",
        cscores="results/{scale}/cscores/{run}/cscores.npz",
    log:
        "results/{scale}/logs/obtain_cscores/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/obtain_cscores/{run}.jsonl"
    wildcard_constraints:
        run=one_of(CATALOG.runs["cscores"]),
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        cscores=specification_of(cscores),
        source=cscores_source,
        content=cscores_content,
        code=code_of_run(cscores),
        dataset_sha256=dataset_sha256_of(cscores),
        dataset=dataset_folder_of(cscores),
        cache="results/{scale}/data/.downloads",
        label=label_of(cscores),
    message:
        "Taking over {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --cscores {params.cscores:q} {params.source:q} {params.content:q}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --cache {params.cache} --code {params.code}"
        " --output-cscores {output.cscores} --output-record {output.record} > {log} 2>&1"


rule estimate_cscores:
    input:
        script=ancient(script("estimate_cscores")),
        dataset=dataset_files_of(estimated_cscores),
    output:
        record="results/{scale}/cscores/{run}/cscores.json",
        cscores="results/{scale}/cscores/{run}/cscores.npz",
    log:
        "results/{scale}/logs/estimate_cscores/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/estimate_cscores/{run}.jsonl"
    wildcard_constraints:
        run=one_of(CATALOG.runs["estimated_cscores"]),
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(1440),
    params:
        estimate=specification_of(estimated_cscores),
        code=code_of_run(estimated_cscores),
        dataset_sha256=dataset_sha256_of(estimated_cscores),
        dataset=dataset_folder_of(estimated_cscores),
        label=label_of(estimated_cscores),
        device=device,
        # Not an output: it outlives a killed job, and Snakemake would delete it before the next attempt.
        state="results/{scale}/.state/{run}",
    message:
        "Finding {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --estimate {params.estimate:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --state {params.state}"
        " --output-cscores {output.cscores} --output-record {output.record}"
        " --device {params.device} --threads {threads} > {log} 2>&1"


rule score_misclassified:
    input:
        script=ancient(script("score_misclassified")),
        networks=files_needed_by(held_out),
        cscores=cscores_of_held_out,
        dataset=dataset_files_of(held_out),
    output:
        "results/{scale}/held_out/{run}.json",
    log:
        "results/{scale}/logs/score_misclassified/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/score_misclassified/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        scoring=specification_of(held_out),
        code=code_of_run(held_out),
        dataset_sha256=dataset_sha256_of(held_out),
        dataset=dataset_folder_of(held_out),
        label=label_of(held_out),
        device=device,
        progress=progress_file,
        runs="results/{scale}/runs",
        subsets="results/{scale}/subsets",
    message:
        "Scoring {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --scoring {params.scoring:q} --runs {params.runs} --subsets {params.subsets}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --cscores {input.cscores}"
        " --code {params.code} --output {output} --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"
