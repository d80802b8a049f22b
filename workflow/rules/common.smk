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
from mixsuite.catalog.targets import asked_targets, check_settings_given_once, check_targets
from mixsuite.config.strict import ConfigError
from mixsuite.config.yaml_file import read_yaml
from mixsuite.files import canonical_json
from mixsuite.gpus import shown_gpus
from mixsuite.provenance import code_fingerprint
from mixsuite.steps import code_of

put_interpreter_first()
try:
    check_settings_given_once()
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
    return int(chosen == "cuda" or (chosen == "auto" and gpu_at_hand()))


def gpu_at_hand():
    if workflow.remote_exec:
        # In a cluster's job: the node may have others, which are not for it.
        return bool(shown_gpus())
    if workflow.non_local_exec:
        return bool(gpu_limit())
    return has_gpu()


def gpu_limit():
    limit = workflow.global_resources.get("gpu")
    return None if limit is None else limit.value


def growing(amount):
    # A job that ran out of memory or time gets more of it at each further attempt (--retries).
    return lambda wildcards, attempt: amount * attempt


def every_core(wildcards):
    # On this machine nothing else shall run beside such a job; elsewhere it gets a place of its own.
    return workflow.cores if workflow.local_exec else 1


# Snakemake does not compare parameters whose function takes `resources`: a label or a device retrains nothing.


def device(wildcards, resources):
    # A profile may give a step no GPU.
    return CATALOG.house.config.device if resources.get("gpu") else "cpu"


def progress_file(wildcards, resources):
    # Not an output: it is read while the job runs.
    return f"results/{wildcards.scale}/.state/{wildcards.run}/progress.json"


def label_of(run_of):
    return lambda wildcards, resources: run_of(wildcards).label


def compiling(wildcards, resources):
    return "--compile" if CATALOG.house.config.compile else ""


def settings(wildcards, resources):
    # What config.yaml and the command line say together, for programs that look at the whole project.
    return [f"{key}={canonical_json(value)}" for key, value in config.items()]


def one_of(names):
    # A pattern that matches nothing when there are no names.
    return "|".join(names) or "(?!)"


def scorecard_files():
    return paths.scorecard_files(CATALOG.scale)


def manifest_files():
    return [f"workflow/papers/{paper}.yaml" for paper in CATALOG.house.config.papers]


# Runs. `run_of` gives the run that a job's wildcards name; the others say what such a job reads and is told.


def run_of_kind(kind):
    return lambda wildcards: CATALOG.runs[kind][wildcards.run]


def needed_by(run_of, kind):
    return lambda wildcards: run_of(wildcards).needed(kind)


def outputs_of(run):
    return paths.outputs(CATALOG.scale, run.kind, run.identity)


def code_of_run(run_of):
    # By what program a kind of run is made, and what that loads by name: mixsuite/steps.py.
    return lambda wildcards: code_of(run_of(wildcards))


def specification_of(run_of):
    return lambda wildcards: canonical_json(run_of(wildcards).specification)


def dataset_files_of(run_of):
    def files(wildcards):
        # Prepared again, byte for byte the same, a dataset makes nothing anew: its sha256 is among the parameters. Of a
        # job whose subset is about to be selected anew Snakemake would not compare the parameters.
        run = run_of(wildcards)
        whole = CATALOG.dataset_files(run.specification["dataset"]["name"])
        return [*CATALOG.subset_files(run), *map(ancient, whole)]

    return files


def dataset_folder_of(run_of):
    return lambda wildcards: str(Path(CATALOG.data_files(run_of(wildcards))[0]).parent)


def dataset_sha256_of(run_of):
    # Asked again when the job starts, and the dataset is there. As a function of `input` it would not be compared.
    def sha256(wildcards):
        description = Path(CATALOG.data_files(run_of(wildcards))[0])
        return (
            json.loads(description.read_text(encoding="utf-8"))["sha256"] if description.is_file() else "not prepared"
        )

    return sha256


def folder_of(run):
    return str(Path(paths.record(CATALOG.scale, run.kind, run.identity)).parent)


def files_of_run(run_of):
    return lambda wildcards: list(outputs_of(run_of(wildcards)).values())


def folder_of_run(run_of):
    return lambda wildcards: folder_of(run_of(wildcards))


def files_needed_by(run_of):
    # Of its networks, and what these were trained on.
    def files(wildcards):
        networks = [run for run in run_of(wildcards).needs if run.kind == "training"]
        runs = [each for run in networks for each in (run, *run.needs)]
        return list(dict.fromkeys(file for run in runs for file in outputs_of(run).values()))

    return files
