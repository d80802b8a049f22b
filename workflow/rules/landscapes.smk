# The loss around a trained network: Hessian directions, surface, noise.


rule measure_landscape:
    input:
        script=ancient(script("measure_landscape")),
        trained=landscape_trained,
        dataset=landscape_dataset,
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
        landscape=landscape_specification,
        code=landscape_code,
        dataset_sha256=landscape_dataset_sha256,
        trained=landscape_trained_folder,
        dataset=landscape_dataset_folder,
        label=landscape_label,
        device=device,
    message:
        "Measuring {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --landscape {params.landscape:q} --run-folder {params.trained}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {output} --device {params.device} --threads {threads} > {log} 2>&1"
