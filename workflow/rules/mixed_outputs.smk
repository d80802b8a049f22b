# How trained networks answer mixed images of two classes.
mixed_outputs = run_of_kind("mixed_outputs")


rule measure_mixed_outputs:
    input:
        script=ancient(script("measure_mixed_outputs")),
        networks=files_needed_by(mixed_outputs),
        dataset=dataset_files_of(mixed_outputs),
    output:
        "results/{scale}/mixed_outputs/{run}.json",
    log:
        "results/{scale}/logs/measure_mixed_outputs/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/measure_mixed_outputs/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        measurement=specification_of(mixed_outputs),
        code=code_of_run(mixed_outputs),
        dataset_sha256=dataset_sha256_of(mixed_outputs),
        dataset=dataset_folder_of(mixed_outputs),
        label=label_of(mixed_outputs),
        device=device,
        progress=progress_file,
        runs="results/{scale}/runs",
        subsets="results/{scale}/subsets",
    message:
        "Showing {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --measurement {params.measurement:q} --runs {params.runs} --subsets {params.subsets}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code} --output {output}"
        " --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"
