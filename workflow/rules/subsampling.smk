# Which training images matter: scores under a trained network, and the subsets selected by them.
include: "common/subsampling.smk"


rule score_images:
    input:
        script=ancient(script("score_images")),
        trained=files_of_run(network_of_scores),
        dataset=dataset_files_of(network_of_scores),
    output:
        record="results/{scale}/scores/{run}/scores.json",
        values="results/{scale}/scores/{run}/values.npy",
    log:
        "results/{scale}/logs/score_images/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/score_images/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        scoring=specification_of(scores),
        code=code_of_run(scores),
        dataset_sha256=dataset_sha256_of(network_of_scores),
        trained=folder_of_run(network_of_scores),
        dataset=dataset_folder_of(network_of_scores),
        label=label_of(scores),
        device=device,
        progress=progress_file,
    message:
        "Scoring the training images: {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --scoring {params.scoring:q} --run-folder {params.trained}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output-record {output.record} --output-values {output.values}"
        " --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"


rule select_subset:
    input:
        script=ancient(script("select_subset")),
        scores=scores_of_subset,
        dataset=dataset_files_of(subset),
    output:
        "results/{scale}/subsets/{run}/dataset.json",
        "results/{scale}/subsets/{run}/indices.npy",
    log:
        "results/{scale}/logs/select_subset/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/select_subset/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        subset=specification_of(subset),
        code=code_of_run(subset),
        scores=scores_option,
        dataset_sha256=dataset_sha256_of(subset),
        dataset=dataset_folder_of(subset),
        folder="results/{scale}/subsets/{run}",
        label=label_of(subset),
    message:
        "Selecting {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --subset {params.subset:q} {params.scores:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --output {params.folder} > {log} 2>&1"


rule compose_anchors:
    input:
        script=ancient(script("compose_anchors")),
        scores=files_of_run(scores_of_anchors),
        dataset=dataset_files_of(network_of_anchors),
    output:
        record="results/{scale}/anchors/{run}/anchors.json",
        arrays="results/{scale}/anchors/{run}/images.npz",
    log:
        "results/{scale}/logs/compose_anchors/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/compose_anchors/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        gallery=specification_of(anchors),
        code=code_of_run(anchors),
        scores=folder_of_run(scores_of_anchors),
        dataset_sha256=dataset_sha256_of(network_of_anchors),
        dataset=dataset_folder_of(network_of_anchors),
        label=label_of(anchors),
    message:
        "Composing {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --gallery {params.gallery:q} --scores {params.scores} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output-record {output.record} --output-arrays {output.arrays} --threads {threads} > {log} 2>&1"
