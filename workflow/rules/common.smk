# The settings, and the functions that the rules share; no rules here.
import json
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir).resolve()
if Path.cwd() != ROOT:
    # Inputs are named from there: with absolute paths a project that was moved would be built again.
    raise WorkflowError(f"Snakemake was started for the folder {Path.cwd()}; start it in the project's folder {ROOT}")
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.machine import has_gpu, put_interpreter_first
from mixsuite.catalog.staleness import stale_trainings
from mixsuite.catalog.runs import module_of_dataset, module_of_patch_method, modules_of
from mixsuite.catalog.targets import asked_targets, check_targets
from mixsuite.config.strict import ConfigError
from mixsuite.config.yaml_file import read_yaml
from mixsuite.files import canonical_json
from mixsuite.provenance import code_fingerprint

put_interpreter_first()
try:
    # Read here for its message alone: Snakemake's own names neither the file nor the line, and passes repeated keys.
    read_yaml(ROOT / "config.yaml", "config.yaml")
except ConfigError as error:
    raise WorkflowError(str(error)) from None


configfile: "config.yaml"


try:
    CATALOG = load_catalog(ROOT, config)
    check_targets(CATALOG, asked_targets())
except ConfigError as error:
    raise WorkflowError(str(error)) from None

PAPERS = {}
for _artefact in CATALOG.built.values():
    PAPERS.setdefault(_artefact.paper, []).append(_artefact.name)


def script(name):
    return f"workflow/scripts/{name}.py"


def code(name, modules=()):
    return code_fingerprint(script(name), modules)


def gpus(wildcards):
    # Zero without a GPU, so that the profile's limit on GPUs does not hold up a machine that has none.
    chosen = CATALOG.house.config.device
    return int(chosen == "cuda" or (chosen == "auto" and has_gpu()))


def growing(amount):
    # A job that ran out of memory or time gets more of it at each further attempt.
    return lambda wildcards, attempt: amount * attempt


# Snakemake does not compare parameters whose function takes `resources`: a label or a device retrains nothing.


def device(wildcards, resources):
    return CATALOG.house.config.device


def training_label(wildcards, resources):
    return CATALOG.trainings[wildcards.run].label


def descent_label(wildcards, resources):
    return CATALOG.descents[wildcards.run].label


def one_of(names):
    # A pattern that matches nothing when there are no names.
    return "|".join(names) or "(?!)"


def refuse_stale_trainings():
    # Snakemake compares a training's parameters before it prepares datasets: a dataset that came out otherwise in
    # this very build trains again in the next one.
    stale = stale_trainings(CATALOG, asked_targets())
    if stale:
        raise WorkflowError(f"{len(stale)} trainings are of other images than are prepared now: start Snakemake again")


def scorecard_files():
    return paths.scorecard_files(CATALOG.scale)


def manifest_files():
    return [f"workflow/papers/{paper}.yaml" for paper in CATALOG.house.config.papers]


# Datasets


def dataset_specification(wildcards):
    return canonical_json(CATALOG.dataset_specification(wildcards.dataset))


def dataset_source(wildcards):
    source = CATALOG.dataset_source(wildcards.dataset)
    return ["--source", str(source)] if source else []


def dataset_code(wildcards):
    kind = CATALOG.dataset_specification(wildcards.dataset)["kind"]
    return code("prepare_dataset", [module_of_dataset(kind)])


# Trainings


def _dataset_of(wildcards):
    return CATALOG.trainings[wildcards.run].specification["dataset"]["name"]


def training_dataset(wildcards):
    # A dataset that was prepared again, byte for byte the same, retrains nothing: its sha256 is among the parameters.
    return ancient(paths.dataset_files(wildcards.scale, _dataset_of(wildcards)))


def training_dataset_folder(wildcards):
    return paths.dataset(wildcards.scale, _dataset_of(wildcards))


def training_dataset_sha256(wildcards):
    # Asked again when the job starts, and the dataset is there. As a function of `input` it would not be compared.
    description = Path(paths.dataset_files(wildcards.scale, _dataset_of(wildcards))[0])
    return json.loads(description.read_text(encoding="utf-8"))["sha256"] if description.is_file() else "not prepared"


def training_specification(wildcards):
    return canonical_json(CATALOG.trainings[wildcards.run].specification)


def training_code(wildcards):
    return code("train_classifier", modules_of(CATALOG.trainings[wildcards.run].specification))


# Synthetic experiments


def descent_specification(wildcards):
    return canonical_json(CATALOG.descents[wildcards.run].specification)


def descent_code(wildcards):
    method = CATALOG.descents[wildcards.run].specification["method"]
    return code("train_patches", [module_of_patch_method(method)])


def sweep_code(wildcards):
    return code("sweep_patches", [module_of_patch_method(wildcards.method)])


def sweep_specification(wildcards):
    return canonical_json(CATALOG.sweep_specification(wildcards.sweep))


# Artefacts


def artefact_description(wildcards):
    return canonical_json(CATALOG.description(wildcards.artefact))


def artefact_paper(wildcards):
    return CATALOG.artefacts[wildcards.artefact].paper


def artefact_labels(wildcards):
    definition = CATALOG.artefacts[wildcards.artefact].definition
    return {"artefact": wildcards.artefact, "where": definition.where, "shows": definition.title}


def training_results(wildcards):
    runs = CATALOG.artefacts[wildcards.artefact].trainings
    return [paths.training_files(wildcards.scale, run)["run"] for run in runs]


def descent_results(wildcards):
    runs = CATALOG.artefacts[wildcards.artefact].descents
    return [paths.descent_files(wildcards.scale, run)["run"] for run in runs]


def descent_trajectories(wildcards):
    runs = CATALOG.artefacts[wildcards.artefact].descents
    return [file for run in runs for file in paths.descent_files(wildcards.scale, run).values()]


def sweep_results(wildcards):
    return paths.sweep_files(wildcards.scale, wildcards.artefact)


# What each step of a table or a figure reads, and the folder of the runs that it shows.
TABLES = {
    "tabulate_classification": (training_results, "results/{scale}/runs"),
    "tabulate_theorems": (descent_results, "results/{scale}/patches"),
    "tabulate_summary": (descent_results, "results/{scale}/patches"),
}
FIGURES = {
    "plot_feature_outputs": (descent_trajectories, "results/{scale}/patches"),
    "plot_phase": (sweep_results, "results/{scale}/patches"),
}
