# A pretrained network on few images of another dataset: all treatments of its fine-tuning, and what comes of them.


rule fine_tune:
    input:
        script=ancient(script("fine_tune")),
        trained=trained_files_of(network_of_transfer),
        source=dataset_files_of(network_of_transfer),
        dataset=dataset_files_of(transfer),
    output:
        "results/{scale}/transfers/{run}.json",
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
        code=transfer_code,
        source_sha256=dataset_sha256_of(network_of_transfer),
        dataset_sha256=dataset_sha256_of(transfer),
        trained=trained_folder_of(network_of_transfer),
        source=dataset_folder_of(network_of_transfer),
        dataset=dataset_folder_of(transfer),
        label=label_of(transfer),
        device=device,
        # Not an output: it outlives a killed job, and Snakemake would delete it before the next attempt.
        state="results/{scale}/.state/{run}",
    message:
        "Fine-tuning {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --transfer {params.transfer:q} --run-folder {params.trained}"
        " --source {params.source} --source-sha256 {params.source_sha256}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --state {params.state} --output {output} --device {params.device} --threads {threads} > {log} 2>&1"
