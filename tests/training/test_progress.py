import io
import json

import pytest

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
    return json.loads((path / "progress.json").read_text())


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


def test_a_log_gets_a_line_every_five_seconds_and_the_last_one(tmp_path, clock):
    stream = io.StringIO()
    progress = Progress(tmp_path / "progress.json", 100, stream)
    progress.start([])
    for epoch in range(100):
        clock(epoch * 0.25)
        progress.advance(rows(epoch + 1))
    lines = stream.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines] == [f"epoch {e}/100" for e in (1, 22, 43, 64, 85, 100)]
    assert lines[1] == "epoch 22/100: loss 1.5000, top-1 error 40.00 %, 100 images/s, 156 s left"


def test_slow_epochs_get_a_line_each(tmp_path, clock):
    stream = io.StringIO()
    progress = Progress(tmp_path / "progress.json", 9, stream)
    progress.start([])
    for epoch in range(4):
        clock(epoch * 60.0)
        progress.advance(rows(epoch + 1))
    assert len(stream.getvalue().splitlines()) == 4


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar(tmp_path, clock):
    stream = Terminal()
    progress = Progress(tmp_path / "progress.json", 4, stream)
    progress.say("before")
    progress.start(rows(1))
    progress.say("within")
    for epoch in range(1, 4):
        progress.advance(rows(epoch + 1))
    progress.finish(rows(4))
    shown = stream.getvalue()
    assert "4/4" in shown
    assert "loss 1.500, error 40.00 %" in shown
    assert "before\n" in shown
    assert "within\n" in shown
    assert "epoch 2/4:" not in shown
