import json
import os
import subprocess
import sys
import time

import pytest

from mixsuite.files import write_json
from mixsuite.liveness import this_process
from mixsuite.overview.status import read_status
from mixsuite.overview.status_text import status_text
from mixsuite.told_progress import told_progress

NOW = 1_800_000_000.0


@pytest.fixture
def tell(tmp_path):
    """Write the progress of the run `name`."""

    def write(name, seconds_ago=10.0, process=None, **changes):
        told = {
            "status": "training",
            "epoch": 4,
            "epochs": 10,
            "loss": 1.25,
            "top1_error": 30.5,
            "seconds": 8.0,
            "eta": 60.0,
        }
        told |= {"written": NOW - seconds_ago, "process": process or this_process(), **changes}
        write_json(tmp_path / name / "progress.json", told)

    return write


@pytest.fixture
def look(tmp_path):
    """The trainings and unreadable files below tmp_path."""
    return lambda finished=(): read_status(tmp_path, {"one": "Mixup, seed 0"}, finished, NOW)


def ended():
    """A process that has ended."""
    code = "import json; from mixsuite.liveness import this_process; print(json.dumps(this_process()))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return json.loads(
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    )


def test_a_living_training_runs_and_its_time_left_goes_on(tell, look):
    tell("one")
    ((training,), unreadable) = look()
    assert (training.state, training.part, training.done, training.total) == ("running", "epoch", 4, 10)
    assert training.note == "loss 1.2500, top-1 error 30.50 %"
    assert training.seconds_left == 50.0
    assert training.label == "Mixup, seed 0"
    assert unreadable == []


def test_other_steps_tell_of_themselves_too(look, tmp_path):
    with pytest.raises(KeyboardInterrupt), told_progress(tmp_path / "one" / "progress.json", "treatment", 8) as bar:
        bar.move(3, "mixup: 80 %")
        ((run,), unreadable) = read_status(tmp_path, {}, [], time.time())
        raise KeyboardInterrupt
    assert (run.state, run.part, run.done, run.total, run.note) == ("running", "treatment", 3, 8, "mixup: 80 %")
    assert unreadable == []
    ((run,), _) = read_status(tmp_path, {}, [], time.time())
    assert "treatment 3 of 8  mixup: 80 %" in status_text("demo", [run], [], {"done": 0, "all": 1})


def test_a_dead_one_does_not_run(tell, look):
    tell("one", process=ended())
    ((training,), _) = look()
    assert training.state == "stopped"
    assert training.seconds_left == 60.0


@pytest.mark.parametrize(
    ("seconds_ago", "changes", "state"),
    [
        (100, {}, "running"),
        (130, {}, "silent"),
        (290, {"eta": 600.0}, "running"),
        (310, {"eta": 600.0}, "silent"),
        (3000, {"eta": None, "epoch": 0}, "running"),
    ],
    ids=["fresh", "long silent", "slow epochs", "slow and silent", "first epoch"],
)
def test_on_another_machine_silence_decides(tell, look, seconds_ago, changes, state):
    tell("one", seconds_ago, {**this_process(), "host": "elsewhere"}, **changes)
    ((training,), _) = look()
    assert training.state == state


def test_a_clock_that_was_set_back_makes_nothing_old_or_negative(tell, look):
    tell("one", seconds_ago=-5000, process={**this_process(), "host": "elsewhere"})
    ((training,), _) = look()
    assert (training.state, training.seconds_since, training.seconds_left) == ("running", 0.0, 60.0)


def test_what_is_done_is_not_shown(tell, look):
    tell("one", status="done")
    tell("two", process=ended())
    assert look(finished=["two"]) == ([], [])


def test_what_cannot_be_read_is_named(tell, look, tmp_path):
    for name, text in (("one", "{"), ("two", "[1]"), ("three", '{"status": "training"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "progress.json").write_text(text)
    trainings, unreadable = look()
    assert trainings == []
    assert len(unreadable) == 3


def test_running_ones_come_first_and_the_text_tells_all(tell, look):
    tell("one", process=ended())
    tell("two", process=this_process() | {"job": "77"})
    trainings, unreadable = look()
    text = status_text("demo", trainings, unreadable, {"done": 3, "all": 5})
    assert "Scale demo: 3 of 5 trainings done; 1 running, 1 stopped" in text
    lines = text.splitlines()
    two, one = (next(line for line in lines if line.startswith(name)) for name in ("two", "one"))
    assert lines.index(two) < lines.index(one)
    assert "epoch 4 of 10  loss 1.2500, top-1 error 30.50 %" in two
    assert "50 s" in two
    assert "job 77" in two
    assert "of another configuration" in two
    assert "stopped 10 s ago" in one
    assert "Trainings, searches, fine-tunings and estimates of C-scores go on from there" in text


def test_with_no_training_there_is_no_table(look):
    assert status_text("demo", *look(), {"done": 0, "all": 1}) == "Scale demo: 0 of 1 training done; none running"
