# oh2024's synthetic experiments: exact, and of full size at every scale.
include: "common/patches.smk"


rule train_patches:
    input:
        script=ancient(script("train_patches")),
    output:
        trajectory="results/{scale}/patches/{run}/trajectory.csv",
        run="results/{scale}/patches/{run}/run.json",
    log:
        "results/{scale}/logs/train_patches/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/train_patches/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        run=specification_of(descent),
        code=code_of_run(descent),
        label=label_of(descent),
        device=device,
    message:
        "Descending: {params.label} (run {wildcards.run})"
    shell:
        "python {input.script} --run {params.run:q} --code {params.code}"
        " --output-trajectory {output.trajectory} --output-run {output.run}"
        " --device {params.device} --threads {threads} > {log} 2>&1"


rule sweep_patches:
    input:
        script=ancient(script("sweep_patches")),
    output:
        csv="results/{scale}/patches/sweeps/{sweep}/{method}.csv",
        run="results/{scale}/patches/sweeps/{sweep}/{method}.json",
    log:
        "results/{scale}/logs/sweep_patches/{sweep}_{method}.log",
    benchmark:
        "results/{scale}/benchmarks/sweep_patches/{sweep}_{method}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        sweep=sweep_specification,
        code=code_of_run(sweep),
        device=device,
    message:
        "Sweeping noise and rarity: {wildcards.method} ({wildcards.sweep})"
    shell:
        "python {input.script} --sweep {params.sweep:q} --method {wildcards.method} --code {params.code}"
        " --output {output.csv} --output-run {output.run} --device {params.device} --threads {threads} > {log} 2>&1"
