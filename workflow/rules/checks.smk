# What is refused before any job starts, and after the last one.
from mixsuite.catalog.cluster import check_submissions
from mixsuite.catalog.staleness import stale_results


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
