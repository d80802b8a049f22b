# Mixed images, for the figures that show images.
composition = run_of_kind("composition")


rule compose_images:
    input:
        script=ancient(script("compose_images")),
        dataset=dataset_files_of(composition),
    output:
        record="results/{scale}/compositions/{run}/composition.json",
        arrays="results/{scale}/compositions/{run}/images.npz",
    log:
        "results/{scale}/logs/compose_images/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/compose_images/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        composition=specification_of(composition),
        code=code_of_run(composition),
        dataset_sha256=dataset_sha256_of(composition),
        dataset=dataset_folder_of(composition),
        label=label_of(composition),
    message:
        "Composing {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --composition {params.composition:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output-record {output.record} --output-arrays {output.arrays} --threads {threads} > {log} 2>&1"
