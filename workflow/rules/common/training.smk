# What the rules of training.smk read and are told.
from mixsuite.catalog.datasets import form_of

# What a training of large images gets for each of its processes; --set-threads train_classifier=N changes it.
DECODING_THREADS = 8

training = run_of_kind("training")
timing = run_of_kind("timing")


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


def genotype_of(run_of):
    # The cells of a network, where they are searched for.
    return lambda wildcards: [outputs_of(run)["genotype"] for run in run_of(wildcards).needs if run.kind == "search"]


def genotype_option_of(run_of):
    return lambda wildcards: [part for file in genotype_of(run_of)(wildcards) for part in ("--genotype", file)]
