# What trained networks withstand: attacks, shifted images, images of no known class.
from mixsuite.catalog.image_sets import folder_of_image_set

adversarial_set = run_of_kind("adversarial_set")
stand_in_set = run_of_kind("stand_in_set")
evaluation = run_of_kind("evaluation")
substitute = needed_by(adversarial_set, "training")
network_of_evaluation = needed_by(evaluation, "training")


def stand_in_set_settings(wildcards):
    return canonical_json(stand_in_set(wildcards).specification["set"])


def evaluated_files(wildcards):
    return [file for run in evaluation(wildcards).needs for file in outputs_of(run).values()]


def evaluated_sets(wildcards):
    # The options that say where the sets lie; a user's own folder is no part of what an evaluation is made of.
    run = evaluation(wildcards)
    made = {canonical_json(of.specification["set"]): of for of in run.needs if of.kind == "stand_in_set"}
    runs = {run.identity: run for run in run.needs}

    def folder(settings):
        if "folder" in settings:
            return str(folder_of_image_set(CATALOG.house, settings["folder"]))
        return folder_of(made[canonical_json(settings)])

    specification = run.specification
    adversarial = {name: folder_of(runs[of]) for name, of in specification["adversarial_sets"].items()}
    shifted = {name: folder(settings) for name, settings in specification["shifted_sets"].items()}
    return [
        *(part for name, of in adversarial.items() for part in ("--adversarial-set", f"{name}={of}")),
        *(part for name, of in shifted.items() for part in ("--shifted-set", f"{name}={of}")),
        *(["--unknown-set", folder(specification["unknown_set"])] if specification["unknown_set"] else []),
    ]


# Once per substitute, for all networks that are attacked with its gradients.
rule make_adversarial:
    input:
        script=ancient(script("make_adversarial")),
        trained=trained_files_of(substitute),
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
        trained=trained_folder_of(substitute),
        dataset=dataset_folder_of(substitute),
        folder="results/{scale}/adversarial_sets/{run}",
        label=label_of(adversarial_set),
        device=device,
    message:
        "Attacking: {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --adversarial-set {params.adversarial_set:q} --run-folder {params.trained}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {params.folder} --device {params.device} --threads {threads} > {log} 2>&1"


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
        trained=trained_folder_of(network_of_evaluation),
        dataset=dataset_folder_of(network_of_evaluation),
        sets=evaluated_sets,
        label=label_of(evaluation),
        device=device,
    message:
        "Measuring {params.label} ({wildcards.run})"
    shell:
        "python {input.script} --evaluation {params.evaluation:q} --run-folder {params.trained} {params.sets:q}"
        " --dataset {params.dataset} --dataset-sha256 {params.dataset_sha256} --code {params.code}"
        " --output {output} --device {params.device} --threads {threads} > {log} 2>&1"
