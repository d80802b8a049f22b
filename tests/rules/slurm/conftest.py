"""A real SLURM of one node on this machine, with four pretended GPUs and without an accounting database.

It needs Debian's packages slurmctld, slurmd, slurm-client and munge, and touches nothing outside its own folder.
Snakemake's plugin lies in a folder beside the packages of the other tests: installed among them, it would be loaded at
each start of Snakemake.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PLUGIN = Path(sys.prefix) / "slurm"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
# SLURM wants devices as GPUs; nobody opens these.
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/urandom")
CONFIGURATION = """
ClusterName=pretended
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
# A requeued job waits until its credentials have expired.
AuthInfo=socket={folder}/munge.socket,cred_expire=5
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
ReturnToService=2
MinJobAge=300
KillWait=2
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
GresTypes=gpu
# The node may have fewer processors than it says.
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=64000 Gres=gpu:{gpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


@dataclass(frozen=True)
class Cluster:
    """A running SLURM; commands and jobs that get `environment` belong to it."""

    environment: dict[str, str]

    def ask(self, *command: str) -> str:
        """Run one of SLURM's commands and return what it prints."""
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=30
        ).stdout

    def job(self, number: str) -> dict[str, str]:
        """Return what SLURM knows of a job, also for a while after its end."""
        return dict(re.findall(r"(\S+?)=(\S*)", self.ask("scontrol", "show", "job", number)))


@pytest.fixture(scope="session")
def with_plugin() -> dict[str, str]:
    """The environment in which Snakemake finds its plugin for SLURM."""
    if not PLUGIN.is_dir():
        pytest.fail(
            f"{PLUGIN}: not found. To install Snakemake's plugin there: pip install --no-deps --target {PLUGIN}"
            " -r requirements-slurm.txt. To leave these tests out: -m 'not slurm'"
        )
    path = os.pathsep.join([str(PLUGIN), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


@pytest.fixture(scope="session")
def cluster(with_plugin: dict[str, str]) -> Iterator[Cluster]:
    """SLURM, started for the tests that ask for it and stopped after them."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_search_path()) is None]
    if missing:
        pytest.fail(
            f"{', '.join(missing)}: not found. These tests start a SLURM of their own, from Debian's packages: apt-get"
            " install --no-install-recommends slurmctld slurmd slurm-client munge. To leave them out: -m 'not slurm'"
        )
    # Names of sockets must be short, which pytest's own folders are not.
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        # munged wants everyone to be able to reach its socket.
        Path(folder).chmod(0o711)
        yield from _run(Path(folder), with_plugin)


def _run(folder: Path, with_plugin: dict[str, str]) -> Iterator[Cluster]:
    host = socket.gethostname().split(".")[0]
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir()
    settings = folder / "slurm.conf"
    settings.write_text(
        CONFIGURATION.format(
            host=host,
            user=getpass.getuser(),
            folder=folder,
            controller_port=_free_port(),
            node_port=_free_port(),
            gpus=len(DEVICES),
        )
    )
    (folder / "gres.conf").write_text("".join(f"NodeName={host} Name=gpu File={file}\n" for file in DEVICES))
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    # Snakemake's plugin takes SLURM_CONF from the environment of the srun that it runs in each job.
    srun = folder / "bin" / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={settings} exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    environment = {**with_plugin, "PATH": f"{folder / 'bin'}:{_search_path()}", "SLURM_CONF": str(settings)}
    environment.pop("CUDA_VISIBLE_DEVICES", None)
    munge = [f"--{what}={folder / 'munge'}.{what.removesuffix('-file')}" for what in ("socket", "key-file", "pid-file")]
    seeds = [f"--log-file={folder / 'munged'}", f"--seed-file={folder / 'munge.seed'}"]
    cluster = Cluster(environment)
    with ExitStack() as daemons:

        def run(*command: str) -> None:
            daemons.enter_context(_daemon(list(command), environment, folder / f"{command[0]}.log"))

        run("munged", "--foreground", *munge, *seeds)
        _wait_until((folder / "munge.socket").exists, folder)
        run("slurmctld", "-D")
        run("slurmd", "-D")
        _wait_until(lambda: _state(cluster) == "idle", folder)
        try:
            yield cluster
        finally:
            cluster.ask("scancel", "--me")
            _wait_until(lambda: _state(cluster) == "idle", folder)


def _state(cluster: Cluster) -> str:
    try:
        return cluster.ask("sinfo", "--noheader", "--format=%T").strip()
    except subprocess.CalledProcessError:
        return "no answer"


@contextmanager
def _daemon(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as said:
        running = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait_until(condition: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in folder.glob("*.log"))
            pytest.fail(f"SLURM does not start or stop; its logs end with:\n{logs}")
        time.sleep(0.1)


def _search_path() -> str:
    # Daemons lie where only root's path leads.
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
