import io

from mixsuite.patches.progress import progress


def test_a_log_gets_a_handful_of_lines():
    log = io.StringIO()
    with progress("erm", 1000, log) as report:
        for done in range(0, 1001, 10):
            report(done, f"loss {done}")
    lines = log.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("erm: 200 of 1000, loss 200, ")
    assert lines[-1] == "erm: 1000 of 1000, loss 1000, 0 s left"


def test_a_terminal_gets_a_bar_with_the_note():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    with progress("erm", 10, terminal) as report:
        report(0, "loss 0.7")
        report(10, "loss 0.1")
    assert "10/10" in terminal.getvalue()
    assert "loss 0.1" in terminal.getvalue()
