# The settings, and the functions that the rules share; no rules here.
import json
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir).resolve()
# What a training of large images gets for each of its processes; --set-threads train_classifier=N changes it.
DECODING_THREADS = 8
if Path.cwd() != ROOT:
    # Inputs are named from there: with absolute paths a project that was moved would be built again.
    raise WorkflowError(f"Snakemake was started for the folder {Path.cwd()}; start it in the project's folder {ROOT}")
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.catalog.cluster import check_submissions
from mixsuite.catalog.cscores import cscores_of, file_of_cscores
from mixsuite.catalog.datasets import form_of
from mixsuite.catalog.machine import has_gpu, put_interpreter_first
from mixsuite.catalog.image_sets import folder_of_image_set
from mixsuite.catalog.modules import module_of_dataset
from mixsuite.catalog.staleness import stale_results
from mixsuite.catalog.targets import asked_targets, check_targets
from mixsuite.catalog.transfers import weights_place
from mixsuite.config.strict import ConfigError
from mixsuite.config.yaml_file import read_yaml
from mixsuite.files import canonical_json
from mixsuite.gpus import shown_gpus
from mixsuite.provenance import code_fingerprint
from mixsuite.steps import code_of, sweep_run

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


def refuse_stale_results():
    # Snakemake compares a job's parameters before it prepares datasets: with a dataset that came out otherwise in this
    # very build, what is made of it is made again in the next one.
    stale = stale_results(CATALOG, asked_targets())
    if stale:
        raise WorkflowError(f"{len(stale)} results are of other images than are prepared now: start Snakemake again")


def check_gpus():
    # Snakemake would cut the request down to its limit, and the training would miss a GPU when it starts.
    processes, limit, shown = CATALOG.house.config.processes, gpu_limit(), shown_gpus()
    if workflow.remote_exec or not gpus(None):
        return
    if limit is not None and processes > limit:
        raise WorkflowError(
            f"config.yaml: processes: found {processes}, expected at most {limit}, the GPUs that Snakemake may use; "
            f"say --resources gpu={processes} where there are as many"
        )
    if workflow.local_exec and shown is not None and processes > len(shown):
        raise WorkflowError(
            f"config.yaml: processes: found {processes}, expected at most {len(shown)}, the GPUs that "
            "CUDA_VISIBLE_DEVICES shows"
        )


def check_cluster():
    if workflow.executor_plugin.name != "slurm":
        return
    jobs = sorted(
        (job for job in workflow.dag.needrun_jobs() if not job.is_local),
        key=lambda job: job.rule.name,
    )
    try:
        check_gpus()
        check_submissions(
            ((job.rule.name, job.threads, job.resources) for job in jobs),
            workflow.executor_settings.init_seconds_before_status_checks,
        )
    except ConfigError as error:
        raise WorkflowError(str(error)) from None


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


def dataset_code(step):
    def of_dataset(wildcards):
        kind = CATALOG.dataset_specification(wildcards.dataset)["kind"]
        return code(step, [module_of_dataset(kind)])

    return of_dataset


# Runs. `run_of` gives the run that a job's wildcards name; the others say what such a job reads and is told.


def run_of_kind(kind):
    return lambda wildcards: CATALOG.runs[kind][wildcards.run]


training = run_of_kind("training")
timing = run_of_kind("timing")
composition = run_of_kind("composition")
landscape = run_of_kind("landscape")
adversarial_set = run_of_kind("adversarial_set")
stand_in_set = run_of_kind("stand_in_set")
evaluation = run_of_kind("evaluation")
weights = run_of_kind("weights")
transfer = run_of_kind("transfer")
descent = run_of_kind("descent")
bridge = run_of_kind("bridge")
cscores = run_of_kind("cscores")
estimated_cscores = run_of_kind("estimated_cscores")
held_out = run_of_kind("held_out")
mixed_outputs = run_of_kind("mixed_outputs")
scores = run_of_kind("scores")
subset = run_of_kind("subset")
anchors = run_of_kind("anchors")
search = run_of_kind("search")
sizes = run_of_kind("sizes")


def needed_by(run_of, kind):
    return lambda wildcards: run_of(wildcards).needed(kind)


network_of_landscape = needed_by(landscape, "training")
substitute = needed_by(adversarial_set, "training")
network_of_evaluation = needed_by(evaluation, "training")
network_of_scores = needed_by(scores, "training")
scores_of_anchors = needed_by(anchors, "scores")


def network_of_anchors(wildcards):
    return scores_of_anchors(wildcards).needed("training")


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


# Trainings


def training_processes(wildcards):
    return CATALOG.processes(training(wildcards))


def training_gpus(wildcards):
    return gpus(wildcards) * training_processes(wildcards)


def large_images(wildcards):
    return form_of(training(wildcards).specification["dataset"]["kind"]) == "index"


def training_threads(wildcards):
    # Large images are decoded while the network computes; small ones lie ready.
    return training_processes(wildcards) * (DECODING_THREADS if large_images(wildcards) else 1)


def training_memory(wildcards, attempt):
    return training_processes(wildcards) * (16000 if large_images(wildcards) else 4000) * attempt


def threads_each(wildcards, threads):
    return max(1, threads // training_processes(wildcards))


def launcher(wildcards, resources):
    # Several processes that train one network together find each other through torch's launcher. It would take our
    # --run for its own --run-path but for the two dashes.
    processes = training_processes(wildcards)
    return f"-m torch.distributed.run --standalone --nproc-per-node={processes} --" if processes > 1 else ""


def trained_files_of(run_of):
    return lambda wildcards: list(outputs_of(run_of(wildcards)).values())


def folder_of(run):
    return str(Path(paths.record(CATALOG.scale, run.kind, run.identity)).parent)


def trained_folder_of(run_of):
    return lambda wildcards: folder_of(run_of(wildcards))


# Searched cells


def genotype_of(run_of):
    # The cells of a network, where they are searched for.
    return lambda wildcards: [outputs_of(run)["genotype"] for run in run_of(wildcards).needs if run.kind == "search"]


def genotype_option_of(run_of):
    return lambda wildcards: [part for file in genotype_of(run_of)(wildcards) for part in ("--genotype", file)]


def genotypes_option(wildcards):
    return ["--genotypes", *files] if (files := genotype_of(sizes)(wildcards)) else []


# Fine-tunings. The pretrained network comes from a training of the suite, or from weights that others trained.


def weights_source(wildcards, resources):
    return weights_place(CATALOG.house, weights(wildcards))


def pretrained_files(wildcards):
    (network,) = transfer(wildcards).needs
    dataset = CATALOG.data_files(network) if network.kind == "training" else []
    return [*outputs_of(network).values(), *ancient(dataset)]


def pretrained_options(wildcards):
    (network,) = transfer(wildcards).needs
    if network.kind == "weights":
        return ["--weights-folder", folder_of(network)]
    source = str(Path(CATALOG.data_files(network)[0]).parent)
    sha256 = dataset_sha256_of(lambda _: network)(wildcards)
    return ["--run-folder", folder_of(network), "--source", source, "--source-sha256", sha256]


# Robustness


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


# Subsets


def scores_of_subset(wildcards):
    # A random subset is selected by none.
    return [file for run in subset(wildcards).needs for file in outputs_of(run).values()]


def scores_option(wildcards):
    return [part for run in subset(wildcards).needs for part in ("--scores", folder_of(run))]


# C-scores and mixed outputs


def cscores_file(wildcards):
    file = file_of_cscores(CATALOG.house, cscores(wildcards))
    return [str(file)] if file else []


def cscores_source(wildcards):
    return [part for file in cscores_file(wildcards) for part in ("--source", file)]


def cscores_of_held_out(wildcards):
    return outputs_of(cscores_of(held_out(wildcards)))["cscores"]


def files_needed_by(run_of):
    # Of its networks, and what these were trained on.
    def files(wildcards):
        networks = [run for run in run_of(wildcards).needs if run.kind == "training"]
        runs = [each for run in networks for each in (run, *run.needs)]
        return list(dict.fromkeys(file for run in runs for file in outputs_of(run).values()))

    return files


# Synthetic experiments


def sweep(wildcards):
    return sweep_run(CATALOG, wildcards.sweep, wildcards.method)


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


def records_of(*kinds):
    def records(wildcards):
        runs = (run for kind in kinds for run in CATALOG.artefacts[wildcards.artefact].runs(kind).values())
        return [paths.record(wildcards.scale, run.kind, run.identity) for run in runs]

    return records


def files_of(*kinds):
    def files(wildcards):
        runs = (run for kind in kinds for run in CATALOG.artefacts[wildcards.artefact].runs(kind).values())
        return [file for run in runs for file in outputs_of(run).values()]

    return files


def sweep_results(wildcards):
    return paths.sweep_files(wildcards.scale, wildcards.artefact)


def bridge_results(wildcards):
    return sweep_results(wildcards) + records_of("bridge")(wildcards)


# What each step of a table or a figure reads, and the options that say where that lies.
TABLES = {
    "tabulate_classification": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_error_and_time": (
        records_of("training", "timing"),
        "--runs results/{scale}/runs --timings results/{scale}/timings",
    ),
    "tabulate_accuracy": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_cscores": (records_of("held_out"), "--runs results/{scale}/held_out"),
    "tabulate_selection": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_sensitivity": (records_of("training"), "--runs results/{scale}/runs"),
    "tabulate_searches": (
        records_of("training", "search", "sizes"),
        "--runs results/{scale}/runs --searches results/{scale}/searches --sizes results/{scale}/sizes",
    ),
    "tabulate_robustness": (records_of("evaluation"), "--runs results/{scale}/evaluations"),
    "tabulate_detection": (records_of("evaluation"), "--runs results/{scale}/evaluations"),
    "tabulate_claims": (records_of("transfer"), "--runs results/{scale}/transfers"),
    "tabulate_theorems": (records_of("descent"), "--runs results/{scale}/patches"),
    "tabulate_summary": (records_of("descent"), "--runs results/{scale}/patches"),
    "tabulate_mixings": (records_of("descent"), "--runs results/{scale}/patches"),
}
FIGURES = {
    "plot_composition": (files_of("composition"), "--runs results/{scale}/compositions"),
    "plot_soft_labels": (files_of("composition"), "--runs results/{scale}/compositions"),
    "plot_perturbation": (records_of("landscape"), "--runs results/{scale}/landscapes"),
    "plot_sharpness": (records_of("landscape"), "--runs results/{scale}/landscapes"),
    "plot_surfaces": (records_of("landscape"), "--runs results/{scale}/landscapes"),
    "plot_cscores": (records_of("held_out"), "--runs results/{scale}/held_out"),
    "plot_mixed_outputs": (records_of("mixed_outputs"), "--runs results/{scale}/mixed_outputs"),
    "plot_calibration": (records_of("transfer"), "--runs results/{scale}/transfers"),
    "plot_feature_outputs": (files_of("descent"), "--runs results/{scale}/patches"),
    "plot_bridge": (bridge_results, "--runs results/{scale}/patches --bridges results/{scale}/bridges"),
    "plot_anchors": (files_of("anchors", "scores"), "--runs results/{scale}/anchors --scores results/{scale}/scores"),
    "plot_subset_errors": (records_of("training"), "--runs results/{scale}/runs"),
    "plot_search_cost": (
        records_of("training", "search"),
        "--runs results/{scale}/runs --searches results/{scale}/searches",
    ),
    "plot_cells": (records_of("search"), "--runs results/{scale}/searches"),
    "plot_phase": (sweep_results, "--runs results/{scale}/patches"),
}
# Figures that can be turned with the mouse have a page beside.
PAGES = ("plot_surfaces",)
