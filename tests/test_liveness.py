import json
import os
import signal
import subprocess
import sys

import pytest

from mixsuite import liveness
from mixsuite.liveness import lives, this_process

TELL = "import json; from mixsuite.liveness import this_process; print(json.dumps(this_process()), flush=True); input()"


@pytest.fixture
def other(root):
    """Another process, and what it says of itself."""
    environment = os.environ | {"PYTHONPATH": str(root / "workflow" / "scripts"), "SLURM_JOB_ID": "17"}
    command = [sys.executable, "-c", TELL]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process, json.loads(process.stdout.readline())
    process.kill()
    process.communicate()


def test_this_process_lives():
    assert lives(this_process())


def test_a_killed_process_does_not_live_even_before_its_parent_noticed(other):
    process, told = other
    assert lives(told)
    assert told["job"] == "17"
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not lives(told), "a zombie"
    process.wait()
    assert not lives(told)


def test_a_number_that_was_given_again_is_another_process():
    told = this_process()
    assert not lives({**told, "started": told["started"] - 1})


def test_without_a_start_the_number_decides(monkeypatch, other):
    monkeypatch.setattr(liveness, "_started", lambda pid: None)
    process, told = other
    assert lives({**told, "started": None})
    process.kill()
    process.wait()
    assert not lives({**told, "started": None})


def test_of_another_machine_nothing_is_known():
    assert lives({**this_process(), "host": "elsewhere"}) is None
