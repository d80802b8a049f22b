# One training per run: dataset x network x recipe x schedule x seed, whatever artefacts show it.
include: "common/training.smk"


rule train_classifier:
    input:
        script=ancient(script("train_classifier")),
        dataset=dataset_files_of(training),
        genotype=genotype_of(training),
    output:
        model="results/{scale}/runs/{run}/model.safetensors",
        history="results/{scale}/runs/{run}/history.csv",
        run="results/{scale}/runs/{run}/run.json",
    log:
        "results/{scale}/logs/train_classifier/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/train_classifier/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: training_threads
    resources:
        gpu=training_gpus,
        mem_mb=training_memory,
        runtime=growing(1440),
    params:
        run=specification_of(training),
        code=code_of_run(training),
        dataset_sha256=dataset_sha256_of(training),
        dataset=dataset_folder_of(training),
        label=label_of(training),
        device=device,
        genotype=genotype_option_of(training),
        launcher=launcher,
        compiling=compiling,
        threads=threads_each,
        # Not an output: it outlives a killed job, and Snakemake would delete it before the next attempt.
        state="results/{scale}/.state/{run}",
    message:
        "Training {params.label} (run {wildcards.run})"
    shell:
        "python {params.launcher} {input.script} --run {params.run:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --state {params.state}"
        " --output-model {output.model} --output-history {output.history} --output-run {output.run}"
        " {params.genotype} --device {params.device} --threads {params.threads} {params.compiling} > {log} 2>&1"


# How long a step takes with each recipe: measured side by side, and not by what trainings took, which share a machine.
rule time_steps:
    input:
        script=ancient(script("time_steps")),
        dataset=dataset_files_of(timing),
    output:
        "results/{scale}/timings/{run}.json",
    log:
        "results/{scale}/logs/time_steps/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/time_steps/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: every_core
    resources:
        gpu=gpus,
        mem_mb=growing(8000),
        runtime=growing(60),
    params:
        timing=specification_of(timing),
        code=code_of_run(timing),
        dataset_sha256=dataset_sha256_of(timing),
        dataset=dataset_folder_of(timing),
        label=label_of(timing),
        device=device,
        progress=progress_file,
        compiling=compiling,
    message:
        "Timing {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --timing {params.timing:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --output {output}"
        " --device {params.device} --progress {params.progress} --threads 1 {params.compiling} > {log} 2>&1"
