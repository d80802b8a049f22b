# What trained networks withstand: attacks, shifted images, images of no known class.
include: "common/robustness.smk"


# Once per substitute, for all networks that are attacked with its gradients.
rule make_adversarial:
    input:
        script=ancient(script("make_adversarial")),
        trained=files_of_run(substitute),
        dataset=dataset_files_of(substitute),
    output:
        "results/{scale}/adversarial_sets/{run}/dataset.json",
        "results/{scale}/adversarial_sets/{run}/images.npy",
        "results/{scale}/adversarial_sets/{run}/labels.npy",
    log:
        "results/{scale}/logs/make_adversarial/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/make_adversarial/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(8000),
        runtime=growing(240),
    params:
        adversarial_set=specification_of(adversarial_set),
        code=code_of_run(adversarial_set),
        dataset_sha256=dataset_sha256_of(substitute),
        trained=folder_of_run(substitute),
        dataset=dataset_folder_of(substitute),
        folder="results/{scale}/adversarial_sets/{run}",
        label=label_of(adversarial_set),
        device=device,
        progress=progress_file,
    message:
        "Attacking: {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --adversarial-set {params.adversarial_set:q} --run-folder {params.trained}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {params.folder} --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"


rule make_stand_in_set:
    input:
        script=ancient(script("make_stand_in_set")),
        dataset=dataset_files_of(stand_in_set),
    output:
        "results/{scale}/stand_in_sets/{run}/dataset.json",
        "results/{scale}/stand_in_sets/{run}/images.npy",
        "results/{scale}/stand_in_sets/{run}/labels.npy",
    log:
        "results/{scale}/logs/make_stand_in_set/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/make_stand_in_set/{run}.jsonl"
    conda:
        "../../envs/data.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        set=stand_in_set_settings,
        code=code_of_run(stand_in_set),
        dataset_sha256=dataset_sha256_of(stand_in_set),
        dataset=dataset_folder_of(stand_in_set),
        folder="results/{scale}/stand_in_sets/{run}",
        label=label_of(stand_in_set),
    message:
        "Making {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --set {params.set:q} --dataset {params.dataset}"
        " --dataset-sha256 {params.dataset_sha256} --code {params.code} --output {params.folder} > {log} 2>&1"


rule evaluate_robustness:
    input:
        script=ancient(script("evaluate_robustness")),
        evaluated=evaluated_files,
        dataset=dataset_files_of(network_of_evaluation),
    output:
        "results/{scale}/evaluations/{run}.json",
    log:
        "results/{scale}/logs/evaluate_robustness/{run}.log",
    benchmark:
        "results/{scale}/benchmarks/evaluate_robustness/{run}.jsonl"
    conda:
        "../../envs/training.yaml"
    threads: 1
    resources:
        gpu=gpus,
        mem_mb=growing(8000),
        runtime=growing(720),
    params:
        evaluation=specification_of(evaluation),
        code=code_of_run(evaluation),
        dataset_sha256=dataset_sha256_of(network_of_evaluation),
        trained=folder_of_run(network_of_evaluation),
        dataset=dataset_folder_of(network_of_evaluation),
        sets=evaluated_sets,
        contents=contents_of_sets,
        label=label_of(evaluation),
        device=device,
        progress=progress_file,
    message:
        "Measuring {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --evaluation {params.evaluation:q} --run-folder {params.trained} {params.sets:q}"
        " {params.contents:q} --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {output} --device {params.device} --progress {params.progress} --threads {threads} > {log} 2>&1"
