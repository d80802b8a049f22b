# What is refused before any job starts, and after the last one.
from mixsuite.catalog.cluster import check_submissions
from mixsuite.catalog.staleness import stale_results


def refuse_stale_results():
    # Snakemake compares a job's parameters before it prepares datasets: with a dataset that came out otherwise in this
    # very build, what is made of it is made again in the next one.
    stale = stale_results(CATALOG, asked_targets())
    if stale:
        raise WorkflowError(f"{len(stale)} results are of other images than are prepared now: start Snakemake again")


def refuse_unfinished_work():
    # Where a dataset is prepared again, Snakemake passes over all that is made of it in that build, even if it is not
    # there: these jobs have the dataset as an `ancient` input, and are looked at in the next build only.
    dag, is_there = workflow.dag, lambda file: Path(file).exists()
    prepared = [job for job in dag.finished_jobs if job.rule.name in ("prepare_dataset", "index_dataset")]
    later = {job for job in dag.bfs(dag.depending, *prepared) if job.output and not dag.finished(job)}
    left = [job for job in later if not all(map(is_there, job.output)) or workflow.persistence.params_changed(job)]
    if left:
        datasets = ", ".join(sorted({job.wildcards.dataset for job in prepared}))
        raise WorkflowError(
            f"{datasets} was prepared again, and {len(left)} results are still to be made: start Snakemake again"
        )


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
