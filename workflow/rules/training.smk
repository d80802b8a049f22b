# One training per run: dataset x network x recipe x schedule x seed, whatever artefacts show it.


rule train_classifier:
    input:
        script=ancient(script("train_classifier")),
        dataset=training_dataset,
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
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(1440),
    params:
        run=training_specification,
        code=training_code,
        dataset_sha256=training_dataset_sha256,
        dataset=training_dataset_folder,
        label=training_label,
        device=device,
        # Not an output: it outlives a killed job, and Snakemake would delete it before the next attempt.
        state="results/{scale}/.state/{run}",
    message:
        "Training {params.label} (run {wildcards.run})"
    shell:
        "python {input.script} --run {params.run:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --state {params.state}"
        " --output-model {output.model} --output-history {output.history} --output-run {output.run}"
        " --device {params.device} --threads {threads} > {log} 2>&1"
