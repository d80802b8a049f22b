# What the rules of robustness.smk read and are told.
from functools import cache

from mixsuite.catalog.image_sets import folder_of_image_set
from mixsuite.contents import sha256_of_images

content_of_images = cache(sha256_of_images)

adversarial_set = run_of_kind("adversarial_set")
stand_in_set = run_of_kind("stand_in_set")
evaluation = run_of_kind("evaluation")
substitute = needed_by(adversarial_set, "training")
network_of_evaluation = needed_by(evaluation, "training")


def stand_in_set_settings(wildcards):
    return canonical_json(stand_in_set(wildcards).specification["set"])


def evaluated_files(wildcards):
    return [file for run in evaluation(wildcards).needs for file in outputs_of(run).values()]


def evaluated_sets(wildcards, resources):
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


def contents_of_sets(wildcards):
    # Compared instead of their places, for the sets that are a user's own folders.
    specification = evaluation(wildcards).specification
    sets = {**specification["shifted_sets"], "unknown": specification["unknown_set"] or {}}
    own = {name: settings["folder"] for name, settings in sets.items() if "folder" in settings}
    contents = {name: content_of_images(folder_of_image_set(CATALOG.house, of)) for name, of in own.items()}
    return [part for name, sha256 in contents.items() for part in ("--set-sha256", f"{name}={sha256}")]
