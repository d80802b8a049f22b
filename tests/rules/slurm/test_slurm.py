"""Builds through a real SLURM: GPUs shared out, jobs killed and requeued, several processes, groups, refusals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.slurm]

EPOCHS = 25
FEW = ["--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "5"]
# In the training with mixup, once it has some epochs behind it: more memory than the first attempt may have.
HUNGER = """
import json, sys, threading, time
from pathlib import Path

def eat(state):
    while not (state / "progress.json").exists() or json.loads((state / "progress.json").read_text())["epoch"] < 3:
        time.sleep(0.1)
    global eaten
    eaten = b"." * 1_300_000_000

arguments = sys.orig_argv
if "workflow/scripts/train_classifier.py" in arguments and '"method":"mixup"' in " ".join(arguments):
    state = Path(arguments[arguments.index("--state") + 1])
    threading.Thread(target=eat, args=[state], daemon=True).start()
"""


@dataclass
class Build:
    """What came of a build: its project, what Snakemake said, and SLURM's jobs by rule and wildcards, in order."""

    folder: Path
    status: int
    said: str

    def submitted(self, rule: str) -> dict[str, list[str]]:
        jobs: dict[str, list[str]] = {}
        for number, name in re.findall(rf"SLURM jobid (\d+) \(log: .*/{rule}/(.*)/\d+\.log", self.said):
            jobs.setdefault(name, []).append(number)
        return jobs

    def runs(self) -> dict[str, tuple[str, dict]]:
        """Return identity and record of the trainings, by method."""
        files = (self.folder / "results/demo/runs").glob("*/run.json")
        records = ((path.parent.name, json.loads(path.read_text(encoding="utf-8"))) for path in files)
        return {record["specification"]["recipe"]["method"]: (run, record) for run, record in records}


@dataclass(frozen=True)
class Training:
    """A running training of a project."""

    process: int
    method: str
    state: Path
    environment: dict[str, str]


def start(project, environment, *arguments):
    """Start Snakemake with the profile for SLURM; its words go to `said.log` in the project."""
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", *arguments, *FEW]
    with (project.folder / "said.log").open("w") as said:
        return subprocess.Popen(
            command,
            cwd=project.folder,
            env=environment | {"OMP_NUM_THREADS": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
        )


def finished(project, running, timeout):
    try:
        status = running.wait(timeout)
    finally:
        running.kill()
    return Build(project.folder, status, (project.folder / "said.log").read_text(encoding="utf-8"))


def running_trainings(project):
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().decode().split("\0")
            if (
                arguments[1:2] != ["workflow/scripts/train_classifier.py"]
                or (process / "cwd").resolve() != project.folder
            ):
                continue
            variables = (process / "environ").read_bytes().decode().split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        method = json.loads(arguments[arguments.index("--run") + 1])["recipe"]["method"]
        state = project.folder / arguments[arguments.index("--state") + 1]
        environment = dict(variable.split("=", 1) for variable in variables if "=" in variable)
        found[method] = Training(int(process.name), method, state, environment)
    return found


def epoch_of(training):
    progress = training.state / "progress.json"
    return json.loads(progress.read_text(encoding="utf-8"))["epoch"] if progress.exists() else 0


def wait_for(condition, project, running):
    deadline = time.monotonic() + 300
    while not condition():
        assert running.poll() is None and time.monotonic() < deadline, (project.folder / "said.log").read_text()
        time.sleep(0.02)


@pytest.fixture(scope="module")
def disturbed_and_several(small_project, cluster, tmp_path_factory):
    """Two builds at once: four trainings, three of them disturbed; and one of two processes beside a group of jobs.

    While the first waits for SLURM to end a training that has stopped, the second is made.
    """
    project = small_project("disturbed")
    project.edit("config.yaml", "[vanilla, cutmix-a1-p0.5]", "[vanilla, cutout, mixup-a1, cutmix-a1-p0.5]")
    project.edit("workflow/scales/demo.yaml", "cifar: {epochs: 1", f"cifar: {{epochs: {EPOCHS}")
    project.edit("workflow/rules/training.smk", "runtime=growing(1440)", "runtime=growing(1)")
    project.edit("workflow/rules/common/training.smk", "else 4000", "else 1500")
    hunger = tmp_path_factory.mktemp("hunger")
    (hunger / "sitecustomize.py").write_text(HUNGER)
    path = f"{hunger}{os.pathsep}{cluster.environment['PYTHONPATH']}"
    disturbed = start(project, cluster.environment | {"PYTHONPATH": path}, "comparison")
    wait_for(lambda: len(running_trainings(project)) == 4, project, disturbed)
    trainings = running_trainings(project)
    wait_for(lambda: epoch_of(trainings["cutout"]) >= 3, project, disturbed)
    os.kill(trainings["cutout"].process, signal.SIGSTOP)
    wait_for(lambda: epoch_of(trainings["cutmix"]) >= 3, project, disturbed)
    cluster.ask("scontrol", "requeue", trainings["cutmix"].environment["SLURM_JOB_ID"])

    second = small_project("several")
    second.edit("config.yaml", "[vanilla, cutmix-a1-p0.5]", "[vanilla]")
    data = "results/demo/data"
    shutil.copytree(project.folder / data, second.folder / data)
    settings = ["--config", "processes=2", "patches={paper: {steps: 50}}"]
    targets = ["comparison", "oh2024_theorems", "--until", "train_classifier", "train_patches"]
    several = finished(second, start(second, cluster.environment, *targets, *settings), 500)
    return finished(project, disturbed, 500), several, trainings


@pytest.fixture(scope="module")
def disturbed(disturbed_and_several):
    return disturbed_and_several[0]


@pytest.fixture(scope="module")
def several(disturbed_and_several):
    return disturbed_and_several[1]


def test_concurrent_jobs_see_different_gpus(disturbed_and_several):
    build, _, trainings = disturbed_and_several
    shown = [training.environment["CUDA_VISIBLE_DEVICES"] for training in trainings.values()]
    assert sorted(shown) == ["0", "1", "2", "3"]
    _, record = build.runs()["vanilla"]
    assert record["provenance"]["environment"] == {
        name: trainings["vanilla"].environment[name] for name in ("SLURM_JOB_ID", "CUDA_VISIBLE_DEVICES")
    }


def test_an_artefact_is_built_though_jobs_are_killed(disturbed):
    assert disturbed.status == 0, disturbed.said
    assert (disturbed.folder / "results/demo/tables/comparison.html").exists()
    for run, _ in disturbed.runs().values():
        history = (disturbed.folder / f"results/demo/runs/{run}/history.csv").read_text(encoding="utf-8")
        assert [int(row.split(",")[0]) for row in history.splitlines()[1:]] == list(range(1, EPOCHS + 1))


@pytest.mark.parametrize(
    ("method", "resource", "attempts"),
    [
        ("cutout", "TimeLimit", ["00:01:00", "00:02:00"]),
        ("mixup", "MinMemoryNode", ["1500M", "3000M"]),
    ],
)
def test_a_job_killed_by_its_limit_comes_back_with_more_and_goes_on(disturbed, cluster, method, resource, attempts):
    run, record = disturbed.runs()[method]
    jobs = [cluster.job(number) for number in disturbed.submitted("rule_train_classifier")[f"demo_{run}"]]
    assert [job[resource] for job in jobs] == attempts
    assert jobs[0]["JobState"] in {"TIMEOUT", "OUT_OF_MEMORY", "FAILED"}
    assert jobs[1]["JobState"] == "COMPLETED"
    assert record["provenance"]["environment"]["SLURM_JOB_ID"] == jobs[1]["JobId"]
    assert resumed_after(disturbed, run) >= 3


def test_a_requeued_job_goes_on(disturbed, cluster):
    run, _ = disturbed.runs()["cutmix"]
    (number,) = disturbed.submitted("rule_train_classifier")[f"demo_{run}"]
    assert cluster.job(number)["Restarts"] == "1"
    assert resumed_after(disturbed, run) >= 3


def resumed_after(build, run):
    log = build.folder / f"results/demo/logs/train_classifier/{run}.log"
    (epoch,) = re.findall(r"after epoch (\d+)", log.read_text(encoding="utf-8"))
    return int(epoch)


def test_a_training_of_several_processes_gets_a_gpu_and_a_core_for_each(several, cluster):
    assert several.status == 0, several.said
    run, record = several.runs()["vanilla"]
    assert record["processes"] == 2
    assert len(record["provenance"]["environment"]["CUDA_VISIBLE_DEVICES"].split(",")) == 2
    (number,) = several.submitted("rule_train_classifier")[f"demo_{run}"]
    job = cluster.job(number)
    assert (job["NumCPUs"], job["NumTasks"]) == ("2", "1")


def test_small_steps_share_a_job_and_a_core(several, cluster):
    records = [json.loads(path.read_text()) for path in (several.folder / "results/demo/patches").glob("*/run.json")]
    assert len(records) > 3
    (number,) = {record["provenance"]["environment"]["SLURM_JOB_ID"] for record in records}
    job = cluster.job(number)
    assert (job["NumCPUs"], job["MinMemoryNode"]) == ("1", "2000M")
    assert job["TimeLimit"] == f"{len(records) * 10 // 60:02}:{len(records) * 10 % 60:02}:00"
    # The profile gives them no GPU.
    assert all("CUDA_VISIBLE_DEVICES" not in record["provenance"]["environment"] for record in records)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--default-resources", "slurm_partition=gpuu"],
            r"SLURM takes no job of prepare_dataset \(--partition=gpuu .*: invalid partition specified: gpuu; ",
        ),
        (
            ["--set-resources", "train_classifier:gpu_model=a100"],
            r"train_classifier \(.*--gpus=a100:1 .*: .*not available",
        ),
        (["--default-resources", "slurm_account=lab"], "slurm_account: found 'lab' on a cluster without accounts"),
        (["--config", "processes=9"], "processes: found 9, expected at most 8, the GPUs that Snakemake may use"),
    ],
)
def test_what_slurm_refuses_is_said_before_any_job_starts(small_project, cluster, arguments, said):
    project = small_project("refused")
    found = finished(project, start(project, cluster.environment, "comparison", *arguments), 60)
    assert found.status != 0
    assert re.search(said, found.said), found.said
    assert "Traceback" not in found.said
    assert "has been submitted" not in found.said
    assert not (project.folder / "results").exists()


def test_ctrl_c_takes_the_jobs_back(small_project, cluster):
    project = small_project("interrupted")
    running = start(project, cluster.environment, "comparison")
    wait_for(lambda: "has been submitted" in (project.folder / "said.log").read_text(), project, running)
    # The plugin says so before it knows the job as one of its own.
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    build = finished(project, running, 60)
    assert build.status != 0
    ((number,),) = build.submitted("rule_prepare_dataset").values()
    assert cluster.job(number)["JobState"] == "CANCELLED"


@pytest.fixture
def without_slurm(with_plugin, tmp_path):
    """The environment of a machine that has what Snakemake needs, and no SLURM."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "bash", "which"):
        (folder / name).symlink_to(shutil.which(name))
    return with_plugin | {"PATH": str(folder)}


def test_without_slurm_that_is_said_before_any_job_starts(project, without_slurm):
    found = finished(project, start(project, without_slurm, "oh2024_theorems"), 60)
    assert found.status != 0
    assert "SLURM: found no sbatch on this machine, expected a cluster's login node" in found.said
    assert "Traceback" not in found.said
    assert not (project.folder / "results").exists()


def test_a_dry_run_needs_no_slurm(project, without_slurm, planned_jobs):
    found = finished(project, start(project, without_slurm, "-n", "oh2024_theorems"), 60)
    assert found.status == 0, found.said
    assert "Using workflow specific profile profiles/slurm" in found.said
    assert planned_jobs(found.said)["train_patches"] > 3
