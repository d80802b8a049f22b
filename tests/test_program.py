import pytest

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def test_json_is_read_from_the_argument_or_a_file(tmp_path):
    (tmp_path / "run.json").write_text('{"seed": 1}')
    assert read_json("--run", '{"seed": 1}') == read_json("--run", f"@{tmp_path / 'run.json'}") == {"seed": 1}


def test_what_is_no_json_is_named_by_its_option():
    with pytest.raises(ValueError, match=r"--run: not JSON \(.*line 1 column 2"):
        read_json("--run", "{")


class DivergedError(RuntimeError):
    """A mistake of one program."""


@pytest.mark.parametrize("mistake", [ValueError("seed: found -1"), OSError("disk full"), DivergedError("by step 3")])
def test_a_mistake_is_one_message_and_status_1(capsys, mistake):
    def step():
        raise mistake

    assert exit_status(step, DivergedError) == 1
    assert capsys.readouterr().err == f"error: {mistake}\n"


def test_an_error_of_the_suite_itself_is_not_hidden():
    def step():
        raise TypeError

    with pytest.raises(TypeError):
        exit_status(step)


def test_what_succeeds_says_nothing(capsys):
    assert exit_status(lambda: 3) == 0
    assert capsys.readouterr() == ("", "")


def test_the_options_of_computing():
    parser = step_parser("A step.")
    add_computing_options(parser)
    options = parser.parse_args([])
    assert (options.code, options.device, options.threads) == ("", "auto", 1)
    assert "@FILE" in parser.format_help()
