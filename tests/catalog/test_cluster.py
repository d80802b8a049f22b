"""What is asked of SLURM before any job starts, of commands that answer as SLURM's do."""

from __future__ import annotations

import re

import pytest

from mixsuite.catalog.cluster import check_submissions
from mixsuite.config.strict import ConfigError

JOB = {"slurm_partition": "gpu", "mem_mb": 4000, "runtime": 60, "gpu": 2, "gpu_model": "a100"}
WITHOUT_ACCOUNTS = "AccountingStorageType = accounting_storage/none\nMinJobAge               = 300 sec"


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """Commands in the place of SLURM's: what sbatch is asked is kept, and answered with `refusal` if there is one."""

    def make(settings=WITHOUT_ACCOUNTS, refusal=""):
        asked = tmp_path / "asked"
        asked.touch()
        answer = "".join(f"echo '{line}' >&2\n" for line in refusal.splitlines()) + "exit 1\n" if refusal else ""
        for name, text in {
            "sbatch": f'printf "%s " "$@" >> {asked}\necho >> {asked}\n{answer}',
            "scontrol": f"echo '{settings}'\n",
        }.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return asked

    return make


def test_each_kind_of_job_is_tried_once_and_none_submitted(slurm):
    asked = slurm()
    check_submissions([("train", 8, JOB), ("train", 8, JOB), ("time", 1, {"slurm_extra": "--exclusive"})], 20)
    assert asked.read_text().splitlines() == [
        "--test-only --partition=gpu --time=60 --mem=4000 --gpus=a100:2 --cpus-per-task=8 --wrap true ",
        "--test-only --cpus-per-task=1 --exclusive --wrap true ",
    ]


def test_a_refusal_is_told_in_slurm_s_words_in_one_line(slurm):
    slurm(
        refusal="sbatch: error: invalid partition specified: gpu\nallocation failure: Invalid partition name specified"
    )
    said = (
        "SLURM takes no job of train (--partition=gpu --time=60 --mem=4000 --gpus=a100:2 --cpus-per-task=8): "
        "invalid partition specified: gpu; allocation failure: Invalid partition name specified"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(said)}$"):
        check_submissions([("train", 8, JOB)], 20)


def test_an_account_where_none_are_kept_is_refused(slurm):
    slurm()
    with pytest.raises(ConfigError, match="slurm_account: found 'lab' on a cluster without accounts, expected none"):
        check_submissions([("train", 1, {"slurm_account": "lab"})], 20)


def test_an_account_where_some_are_kept_is_slurm_s_to_judge(slurm):
    asked = slurm("AccountingStorageType = accounting_storage/slurmdbd\nMinJobAge = 2 sec")
    check_submissions([("train", 1, {"slurm_account": "lab"})], 20)
    assert "--account=lab" in asked.read_text()


def test_a_cluster_that_forgets_jobs_at_once_is_refused(slurm):
    slurm(WITHOUT_ACCOUNTS.replace("300", "30"))
    with pytest.raises(
        ConfigError, match="MinJobAge: found 30 s on a cluster without accounts, expected at least 60 s"
    ):
        check_submissions([], 20)


def test_a_machine_without_slurm_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="SLURM: found no sbatch on this machine, expected a cluster's login node"):
        check_submissions([], 20)


def test_a_controller_that_does_not_answer_is_told(slurm):
    slurm()
    path = slurm().parent / "scontrol"
    path.write_text("#!/bin/sh\necho 'slurm_load_ctl_conf error: Unable to contact slurm controller' >&2\nexit 1\n")
    with pytest.raises(ConfigError, match=r"^SLURM: slurm_load_ctl_conf error: Unable to contact slurm controller$"):
        check_submissions([], 20)
