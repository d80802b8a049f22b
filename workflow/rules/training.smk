# One training per run: dataset x network x recipe x schedule x seed, whatever artefacts show it.
from mixsuite.catalog.datasets import form_of

# What a training of large images gets for each of its processes; --set-threads train_classifier=N changes it.
DECODING_THREADS = 8

training = run_of_kind("training")
timing = run_of_kind("timing")


def training_processes(wildcards):
    return CATALOG.processes(training(wildcards))


def training_gpus(wildcards):
    return gpus(wildcards) * training_processes(wildcards)


def large_images(wildcards):
    return form_of(training(wildcards).specification["dataset"]["kind"]) == "index"


def training_threads(wildcards):
    # Large images are decoded while the network computes; small ones lie ready.
    return training_processes(wildcards) * (DECODING_THREADS if large_images(wildcards) else 1)


def training_memory(wildcards, attempt):
    return training_processes(wildcards) * (16000 if large_images(wildcards) else 4000) * attempt


def threads_each(wildcards, threads):
    return max(1, threads // training_processes(wildcards))


def launcher(wildcards, resources):
    # Several processes that train one network together find each other through torch's launcher. It would take our
    # --run for its own --run-path but for the two dashes.
    processes = training_processes(wildcards)
    return f"-m torch.distributed.run --standalone --nproc-per-node={processes} --" if processes > 1 else ""


def genotype_of(run_of):
    # The cells of a network, where they are searched for.
    return lambda wildcards: [outputs_of(run)["genotype"] for run in run_of(wildcards).needs if run.kind == "search"]


def genotype_option_of(run_of):
    return lambda wildcards: [part for file in genotype_of(run_of)(wildcards) for part in ("--genotype", file)]


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
        compiling=compiling,
    message:
        "Timing {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --timing {params.timing:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --output {output}"
        " --device {params.device} --threads 1 {params.compiling} > {log} 2>&1"
