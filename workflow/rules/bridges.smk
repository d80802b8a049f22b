# The bridge: networks trained on images of oh2024's patches.
bridge = run_of_kind("bridge")


rule train_bridge:
    input:
        script=ancient(script("train_bridge")),
    output:
        "results/{scale}/bridges/{run}.json",
    log:
        "results/{scale}/logs/train_bridge/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/train_bridge/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(3000),
        runtime=growing(60),
    params:
        bridge=specification_of(bridge),
        code=code_of_run(bridge),
        label=label_of(bridge),
        device=device,
        progress=progress_file,
    message:
        "Training {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --bridge {params.bridge:q} --code {params.code} --output {output}"
        " --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"
