# How well a trained network knows the images that it was trained on.
fit = run_of_kind("fit")
network_of_fit = needed_by(fit, "training")


rule measure_fit:
    input:
        script=ancient(script("measure_fit")),
        trained=files_of_run(network_of_fit),
        dataset=dataset_files_of(network_of_fit),
    output:
        "results/{scale}/fits/{run}.json",
    log:
        "results/{scale}/logs/measure_fit/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/measure_fit/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        fit=specification_of(fit),
        code=code_of_run(fit),
        dataset_sha256=dataset_sha256_of(network_of_fit),
        trained=folder_of_run(network_of_fit),
        dataset=dataset_folder_of(network_of_fit),
        label=label_of(fit),
        device=device,
        progress=progress_file,
    message:
        "Measuring {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --fit {params.fit:q} --run-folder {params.trained}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {output} --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"
