import os
import signal
import threading
import time
from contextlib import ExitStack

import pytest
import torch

from mixsuite import device
from mixsuite.checks import SettingError
from mixsuite.device import lease, limit_threads


@pytest.fixture
def two_gpus(monkeypatch):
    """Pretend that torch sees two GPUs; no lease touches one."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", lambda index: None)
    monkeypatch.setattr(device, "_POLL_SECONDS", 0.01)


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


def test_holders_get_distinct_gpus_and_a_third_waits(two_gpus, tmp_path):
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


def test_jobs_that_see_different_gpus_do_not_wait_for_each_other(two_gpus, monkeypatch, tmp_path):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with ExitStack() as held:
        for visible in ("4", "6"):
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
            assert held.enter_context(lease("auto", tmp_path)).index == 0
        assert {path.stem for path in tmp_path.iterdir()} == {"4", "6"}


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
