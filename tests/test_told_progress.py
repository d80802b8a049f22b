"""Progress in a file beside the bar."""

from __future__ import annotations

import json

import pytest

from mixsuite import told_progress as module
from mixsuite.liveness import this_process
from mixsuite.overview.effort import PASSES
from mixsuite.steps import script, step_of
from mixsuite.told_progress import told_progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds of a clock that stands."""
    seconds = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def told(tmp_path):
    """What the file says."""
    return lambda: json.loads((tmp_path / "progress.json").read_text())


def test_the_file_tells_how_far_it_is(clock, told, tmp_path, capsys):
    with told_progress(tmp_path / "progress.json", "image", 10) as bar:
        assert (told()["status"], told()["done"], told()["eta"]) == ("running", 0, None)
        clock[0] += 6
        bar.move(4, "loss 2")
        assert {key: told()[key] for key in ("part", "done", "total", "note")} == {
            "part": "image",
            "done": 4,
            "total": 10,
            "note": "loss 2",
        }
        assert told()["eta"] == pytest.approx(9)
        assert told()["process"] == this_process()
    assert (told()["status"], told()["done"]) == ("done", 10)
    assert "image 4 of 10, loss 2" in capsys.readouterr().err


def test_it_is_held_back_where_the_work_is_fast(clock, told, tmp_path):
    with told_progress(tmp_path / "progress.json", "image", 10) as bar:
        bar.move(1, "")
        clock[0] += 0.5
        bar.move(2, "")
        assert told()["done"] == 1
        clock[0] += 0.6
        bar.move(3, "")
        assert told()["done"] == 3


def test_what_was_done_before_says_nothing_of_the_speed(clock, told, tmp_path):
    with told_progress(tmp_path / "progress.json", "training", 10) as bar:
        bar.start(5)
        clock[0] += 2
        bar.move(6, "")
        assert told()["eta"] == pytest.approx(8)


def test_an_error_leaves_it_unfinished(told, tmp_path):
    with pytest.raises(ValueError, match="loss"), told_progress(tmp_path / "progress.json", "image", 10):
        raise ValueError("loss")
    assert told()["status"] == "running"


def test_without_a_place_there_is_the_bar_alone(tmp_path, capsys):
    with told_progress(None, "image", 2) as bar:
        bar.move(2, "done")
    assert "image 2 of 2" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", PASSES)
def test_every_step_that_sends_images_through_a_network_tells_of_itself(kind):
    text = script(step_of(kind)).read_text(encoding="utf-8")
    assert "told_progress(" in text or "Progress(options.state" in text
