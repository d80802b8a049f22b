import multiprocessing
import os
import signal
import threading
import time
from contextlib import ExitStack
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch

from mixsuite import device
from mixsuite.checks import SettingError
from mixsuite.device import lease, limit_threads


@pytest.fixture
def pretend_gpus(monkeypatch):
    """Pretend that torch sees these GPUs, given by what is theirs alone, in this order; no lease touches one."""
    monkeypatch.setattr(torch.cuda, "set_device", lambda index: None)
    monkeypatch.setattr(device, "_POLL_SECONDS", 0.01)

    def pretend(*uuids):
        monkeypatch.setattr(torch.cuda, "device_count", lambda: len(uuids))
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: SimpleNamespace(uuid=uuids[index]))

    return pretend


@pytest.fixture
def two_gpus(monkeypatch, pretend_gpus):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    pretend_gpus("8a1f", "77b2")


def test_without_a_gpu_auto_is_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with lease("auto") as found:
        assert found == torch.device("cpu")


def test_cuda_without_a_gpu_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(SettingError, match="found 'cuda' where torch sees no GPU"), lease("cuda"):
        pass


def test_an_unknown_device_is_refused():
    with pytest.raises(SettingError, match="device: found 'gpu'"), lease("gpu"):
        pass


def test_cpu_takes_no_gpu(two_gpus, tmp_path):
    with lease("cpu", tmp_path) as found:
        assert found.type == "cpu"
    assert not list(tmp_path.iterdir())


def test_holders_get_distinct_gpus_and_a_third_waits_and_says_so_once(two_gpus, tmp_path, capfd):
    third = []
    with ExitStack() as held:
        first = held.enter_context(lease("auto", tmp_path))
        second = held.enter_context(lease("auto", tmp_path))
        assert {first.index, second.index} == {0, 1}

        def wait():
            with lease("auto", tmp_path) as found:
                third.append(found.index)

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)
        assert third == []
    waiting.join(timeout=5)
    assert third in ([0], [1])
    assert capfd.readouterr().err == "waiting for a GPU: other jobs hold all 2 that this one is shown\n"


def test_a_killed_holder_s_gpu_is_free_again(two_gpus, tmp_path):
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with lease("auto", tmp_path) as found:
            os.write(told, str(found.index).encode())
            time.sleep(60)
        os._exit(0)
    assert os.read(ready, 1) == b"0"
    with lease("auto", tmp_path) as found:
        assert found.index == 1
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with lease("auto", tmp_path) as found:
        assert found.index == 0


def test_six_jobs_on_two_gpus_never_share_one(two_gpus, tmp_path):
    def work(results):
        with lease("auto", tmp_path) as found:
            start = time.monotonic()
            time.sleep(0.1)
            results.put((found.index, start, time.monotonic()))

    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    jobs = [fork.Process(target=work, args=[results]) for _ in range(6)]
    for job in jobs:
        job.start()
    spans = [results.get(timeout=30) for _ in jobs]
    for job in jobs:
        job.join(10)
        assert job.exitcode == 0
    for index in (0, 1):
        ordered = sorted((start, end) for gpu, start, end in spans if gpu == index)
        assert ordered, "a GPU was never used"
        assert all(end <= start for (_, end), (start, _) in pairwise(ordered))


def test_jobs_that_call_different_gpus_by_the_same_number_do_not_wait(pretend_gpus, monkeypatch, tmp_path):
    # Two SLURM jobs on one node: each is shown its own GPU alone, as number 0.
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with ExitStack() as held:
        for uuid in ("8a1f", "77b2"):
            pretend_gpus(uuid)
            assert held.enter_context(lease("auto", tmp_path)).index == 0


@pytest.mark.parametrize("other", ["5", "GPU-8a1f", None])
def test_jobs_that_call_one_gpu_differently_do_not_share_it(pretend_gpus, monkeypatch, tmp_path, other):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    pretend_gpus("8a1f")
    with lease("auto", tmp_path):
        if other is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", other)
        pretend_gpus("8a1f", "77b2")
        with lease("auto", tmp_path) as found:
            assert found.index == 1


def test_parts_of_one_gpu_are_leased_each(pretend_gpus, monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-GPU-8a1f/1/0,MIG-GPU-8a1f/2/0")
    pretend_gpus("8a1f", "8a1f")
    with lease("auto", tmp_path) as first, lease("auto", tmp_path) as second:
        assert {first.index, second.index} == {0, 1}


SHOWN = "CUDA_VISIBLE_DEVICES shows 3 where torch sees no GPU: computing on the CPU\n"


@pytest.mark.parametrize(("visible", "said"), [("", ""), ("-1", ""), ("3", SHOWN)])
def test_a_user_s_choice_that_shows_no_gpu(pretend_gpus, monkeypatch, capfd, visible, said):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    pretend_gpus()
    with lease("auto") as found:
        assert found.type == "cpu"
    assert capfd.readouterr().err == said


def test_fewer_gpus_than_processes_by_a_user_s_choice_are_refused(pretend_gpus, monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-77b2")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    pretend_gpus("77b2")
    with pytest.raises(SettingError, match="found 1 GPUs for 2 processes"), lease("auto", tmp_path):
        pass


def test_more_processes_of_a_training_than_gpus_are_refused(two_gpus, monkeypatch, tmp_path):
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    with pytest.raises(SettingError, match="device: found 2 GPUs for 3 processes"), lease("auto", tmp_path):
        pass
    with lease("cpu", tmp_path) as found:
        assert found.type == "cpu"
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    with lease("auto", tmp_path) as first, lease("auto", tmp_path) as second:
        assert {first.index, second.index} == {0, 1}


def test_threads_are_limited():
    before = torch.get_num_threads()
    try:
        limit_threads(1)
        assert torch.get_num_threads() == 1
        with pytest.raises(SettingError, match="threads: found 0"):
            limit_threads(0)
    finally:
        torch.set_num_threads(before)
