# From a source to a form that every later step reads alike: arrays of small images, an index of large ones.
include: "common/data.smk"


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
    wildcard_constraints:
        dataset=one_of(CATALOG.names_prepared_as("arrays")),
    conda:
        "../../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        dataset=dataset_specification,
        source=dataset_source,
        code=dataset_code("prepare_dataset"),
        folder="results/{scale}/data/{dataset}",
        cache="results/{scale}/data/.downloads",
    message:
        "Preparing the dataset {wildcards.dataset}"
    shell:
        "python {input.script} --dataset {params.dataset:q} {params.source:q}"
        " --cache {params.cache} --output {params.folder} > {log} 2>&1"


rule index_dataset:
    input:
        script=ancient(script("index_dataset")),
    output:
        "results/{scale}/data/{dataset}/dataset.json",
        "results/{scale}/data/{dataset}/train/index.csv",
        "results/{scale}/data/{dataset}/train/dataset.json",
        "results/{scale}/data/{dataset}/test/index.csv",
        "results/{scale}/data/{dataset}/test/dataset.json",
    log:
        "results/{scale}/logs/index_dataset/{dataset}.log",
    benchmark:
        "results/{scale}/benchmarks/index_dataset/{dataset}.jsonl"
    wildcard_constraints:
        dataset=one_of(CATALOG.names_prepared_as("index")),
    conda:
        "../../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        dataset=dataset_specification,
        source=dataset_source,
        code=dataset_code("index_dataset"),
        folder="results/{scale}/data/{dataset}",
    message:
        "Indexing the dataset {wildcards.dataset}"
    shell:
        "python {input.script} --dataset {params.dataset:q} {params.source:q} --output {params.folder} > {log} 2>&1"
