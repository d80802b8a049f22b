import io
import json
import time

import pytest

from mixsuite.liveness import lives
from mixsuite.training import progress as module
from mixsuite.training.progress import Progress


def rows(n_epochs, seconds=2.0):
    row = {"train_loss": 1.5, "top1_error": 40.0, "images_per_second": 100.0, "seconds": seconds}
    return [{"epoch": epoch + 1, **row} for epoch in range(n_epochs)]


@pytest.fixture
def clock(monkeypatch):
    """Set the time that the progress sees."""

    def set_to(seconds):
        monkeypatch.setattr(module.time, "monotonic", lambda: seconds)

    set_to(0.0)
    return set_to


def content(path):
    told = json.loads((path / "progress.json").read_text())
    assert lives(told.pop("process"))
    assert abs(told.pop("written") - time.time()) < 60
    return told


def test_the_file_tells_where_the_training_is(tmp_path, clock):
    progress = Progress(tmp_path / "progress.json", 5, io.StringIO())
    progress.start([])
    assert content(tmp_path) == {
        "status": "training",
        "epoch": 0,
        "epochs": 5,
        "loss": None,
        "top1_error": None,
        "seconds": 0,
        "eta": None,
    }
    progress.advance(rows(2))
    assert content(tmp_path) == {
        "status": "training",
        "epoch": 2,
        "epochs": 5,
        "loss": 1.5,
        "top1_error": 40.0,
        "seconds": 4.0,
        "eta": 6.0,
    }
    progress.finish(rows(5))
    assert content(tmp_path)["status"] == "done"
    assert content(tmp_path)["eta"] == 0


def test_the_time_left_follows_the_latest_epochs(tmp_path, clock):
    progress = Progress(tmp_path / "progress.json", 40, io.StringIO())
    progress.start(rows(20, seconds=9.0) + rows(10, seconds=1.0))
    assert content(tmp_path)["eta"] == 10.0


def test_a_log_gets_lines_with_the_results(tmp_path, clock):
    stream = io.StringIO()
    progress = Progress(tmp_path / "progress.json", 9, stream)
    progress.say("going on")
    progress.start(rows(3))
    clock(60.0)
    progress.advance(rows(4))
    assert stream.getvalue().splitlines() == [
        "going on",
        "epoch 4 of 9, loss 1.5000, top-1 error 40.00 %, 100 images/s, 300 s left",
    ]


def test_fast_epochs_rewrite_the_file_once_a_second_and_at_the_end(tmp_path, clock):
    progress = Progress(tmp_path / "progress.json", 5, io.StringIO())
    progress.start([])
    told = []
    for epoch, seconds in enumerate((0.0, 0.5, 1.5, 2.0, 2.1), start=1):
        clock(seconds)
        progress.advance(rows(epoch))
        told.append(content(tmp_path)["epoch"])
    assert told == [1, 1, 3, 3, 5]
