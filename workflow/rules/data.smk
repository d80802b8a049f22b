# From a source to arrays that every later step reads alike.


rule prepare_dataset:
    input:
        # A changed script shows in `code`, which a comment or a touch does not change.
        script=ancient(script("prepare_dataset")),
    output:
        "results/{scale}/data/{dataset}/dataset.json",
        "results/{scale}/data/{dataset}/train/images.npy",
        "results/{scale}/data/{dataset}/train/labels.npy",
        "results/{scale}/data/{dataset}/train/dataset.json",
        "results/{scale}/data/{dataset}/test/images.npy",
        "results/{scale}/data/{dataset}/test/labels.npy",
        "results/{scale}/data/{dataset}/test/dataset.json",
    log:
        "results/{scale}/logs/prepare_dataset/{dataset}.log",
    benchmark:
        "results/{scale}/benchmarks/prepare_dataset/{dataset}.jsonl"
    conda:
        "../../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        dataset=dataset_specification,
        source=dataset_source,
        code=dataset_code,
        folder="results/{scale}/data/{dataset}",
        cache="results/{scale}/data/.downloads",
    message:
        "Preparing the dataset {wildcards.dataset}"
    shell:
        "python {input.script} --dataset {params.dataset:q} {params.source:q}"
        " --cache {params.cache} --output {params.folder} > {log} 2>&1"
