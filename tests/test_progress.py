import io

import pytest

from mixsuite import progress as module
from mixsuite.progress import ProgressBar


@pytest.fixture
def clock(monkeypatch):
    """Set the time that the progress sees."""

    def set_to(seconds):
        monkeypatch.setattr(module.time, "monotonic", lambda: seconds)

    set_to(0.0)
    return set_to


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_log_gets_the_first_line_one_every_five_seconds_and_the_last(clock):
    log = io.StringIO()
    bar = ProgressBar("erm:", 100, log)
    for done in range(101):
        clock(0.25 * done)
        bar.move(done, f"loss {done}")
    bar.close()
    lines = log.getvalue().splitlines()
    assert [line.split(" of")[0] for line in lines] == [f"erm: {done}" for done in (0, 21, 42, 63, 84, 100)]
    assert lines[0] == "erm: 0 of 100, loss 0"
    assert lines[1] == "erm: 21 of 100, loss 21, 20 s left"
    assert lines[-1] == "erm: 100 of 100, loss 100, 0 s left"


def test_what_was_there_before_does_not_count_for_the_speed(clock):
    log = io.StringIO()
    bar = ProgressBar("epoch", 10, log)
    bar.start(6)
    clock(3.0)
    bar.move(7, "loss 1")
    assert log.getvalue() == "epoch 7 of 10, loss 1, 9 s left\n"


def test_a_terminal_gets_a_bar_with_the_note_and_lines_above_it():
    terminal = Terminal()
    bar = ProgressBar("erm:", 10, terminal)
    bar.start(3)
    bar.say("a line")
    bar.move(10, "loss 0.1")
    bar.close()
    assert "3/10" in terminal.getvalue()
    assert "10/10" in terminal.getvalue()
    assert "loss 0.1" in terminal.getvalue()
    assert "a line\n" in terminal.getvalue()
