# The loss around a trained network: Hessian directions, surface, noise.
landscape = run_of_kind("landscape")
network_of_landscape = needed_by(landscape, "training")


rule measure_landscape:
    input:
        script=ancient(script("measure_landscape")),
        trained=files_of_run(network_of_landscape),
        dataset=dataset_files_of(network_of_landscape),
    output:
        "results/{scale}/landscapes/{run}.json",
    log:
        "results/{scale}/logs/measure_landscape/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/measure_landscape/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(8000),
        runtime=growing(720),
    params:
        landscape=specification_of(landscape),
        code=code_of_run(landscape),
        dataset_sha256=dataset_sha256_of(network_of_landscape),
        trained=folder_of_run(network_of_landscape),
        dataset=dataset_folder_of(network_of_landscape),
        label=label_of(landscape),
        device=device,
        progress=progress_file,
    message:
        "Measuring {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --landscape {params.landscape:q} --run-folder {params.trained}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {output} --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"
