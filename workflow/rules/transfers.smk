# A pretrained network on few images of another dataset: all treatments of its fine-tuning, and what comes of them.
include: "common/transfers.smk"


rule fetch_weights:
    input:
        script=ancient(script("fetch_weights")),
    output:
        record="results/{scale}/weights/{run}/weights.json",
        model="results/{scale}/weights/{run}/model.safetensors",
    log:
        "results/{scale}/logs/fetch_weights/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/fetch_weights/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        weights=specification_of(weights),
        code=code_of_run(weights),
        source=weights_source,
        cache="results/{scale}/weights/.downloads",
        label=label_of(weights),
    message:
        "Fetching {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --weights {params.weights:q} --source {params.source:q} --cache {params.cache} --code {params.code}"
        " --output-model {output.model} --output-record {output.record} > {log} 2>&1"


rule fine_tune:
    input:
        script=ancient(script("fine_tune")),
        pretrained=pretrained_files,
        dataset=dataset_files_of(transfer),
    output:
        record="results/{scale}/transfers/{run}.json",
        predictions="results/{scale}/transfers/{run}.npz",
    log:
        "results/{scale}/logs/fine_tune/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/fine_tune/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(720),
    params:
        transfer=specification_of(transfer),
        code=code_of_run(transfer),
        dataset_sha256=dataset_sha256_of(transfer),
        pretrained=pretrained_options,
        dataset=dataset_folder_of(transfer),
        label=label_of(transfer),
        device=device,
        # Not an output: it outlives a killed job, and Snakemake would delete it before the next attempt.
        state="results/{scale}/.state/{run}",
    message:
        "Fine-tuning {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --transfer {params.transfer:q} {params.pretrained:q}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --state {params.state} --output {output.record} --output-predictions {output.predictions}"
        " --device {params.device} --threads {threads} > {log} 2>&1"
