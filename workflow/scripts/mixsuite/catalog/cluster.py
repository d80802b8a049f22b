"""Asking SLURM, before any job starts, whether it would take the jobs that are to be sent to it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from mixsuite.config.strict import ConfigError

# Resources of a Snakemake job, and the options of sbatch that ask for them.
_OPTIONS = {
    "slurm_partition": "--partition",
    "slurm_account": "--account",
    "qos": "--qos",
    "constraint": "--constraint",
    "runtime": "--time",
    "mem_mb": "--mem",
}


def check_submissions(jobs: Iterable[tuple[str, int, Mapping[str, Any]]], status_seconds: int) -> None:
    """Let SLURM judge the `jobs`, each the name of its rule, its threads and its resources; nothing is submitted.

    `status_seconds` are those between two looks at the jobs.

    Raises:
        ConfigError: no SLURM here, or one that could never tell how a job ended; or it refuses a job, in its own words.
    """
    if shutil.which("sbatch") is None:
        raise ConfigError("SLURM: found no sbatch on this machine, expected a cluster's login node")
    settings = _settings()
    # Snakemake knows a job's end from squeue, which forgets it after MinJobAge, or from SLURM's accounts.
    keeps_accounts = settings.get("AccountingStorageType", "") != "accounting_storage/none"
    remembered = int(re.match(r"\d*", settings.get("MinJobAge", "")).group() or 0)
    if not keeps_accounts and remembered < 3 * status_seconds:
        raise ConfigError(
            f"SLURM: MinJobAge: found {remembered} s on a cluster without accounts, expected at least"
            f" {3 * status_seconds} s (3 x --slurm-init-seconds-before-status-checks): a job's end would go unseen"
        )
    refused = {}
    for rule, threads, resources in jobs:
        if not keeps_accounts and resources.get("slurm_account"):
            raise ConfigError(
                f"slurm_account: found {resources['slurm_account']!r} on a cluster without accounts, expected none"
            )
        options = _options(threads, resources)
        if options not in refused:
            refused[options] = _refusal(options)
        if refused[options]:
            raise ConfigError(f"SLURM takes no job of {rule} ({shlex.join(options)}): {refused[options]}")


def _options(threads: int, resources: Mapping[str, Any]) -> tuple[str, ...]:
    options = [f"{option}={resources[name]}" for name, option in _OPTIONS.items() if resources.get(name)]
    if resources.get("gpu"):
        model = f"{resources['gpu_model']}:" if resources.get("gpu_model") else ""
        options.append(f"--gpus={model}{resources['gpu']}")
    return (*options, f"--cpus-per-task={threads}", *shlex.split(resources.get("slurm_extra") or ""))


def _refusal(options: tuple[str, ...]) -> str:
    asked = subprocess.run(["sbatch", "--test-only", *options, "--wrap", "true"], capture_output=True, text=True)
    if asked.returncode == 0:
        return ""
    lines = (line.strip().removeprefix("sbatch: ").removeprefix("error: ") for line in asked.stderr.splitlines())
    return "; ".join(line for line in lines if line)


def _settings() -> dict[str, str]:
    shown = subprocess.run(["scontrol", "show", "config"], capture_output=True, text=True)
    if shown.returncode != 0:
        raise ConfigError(f"SLURM: {' '.join(shown.stderr.split())}")
    return dict(re.findall(r"^(\w+) *= (.*?) *$", shown.stdout, re.MULTILINE))
