import pytest

import archive_results
import import_results
import list_commands

TOLD = """Building DAG of jobs...
[Sat Nov 21 18:07:04 2026]
Job 3: Preparing the dataset digits
Reason: Missing output files: results/demo/data/digits/dataset.json
Shell command: python workflow/scripts/prepare_dataset.py --dataset '{}' > results/demo/logs/p/digits.log 2>&1

Job 2: Training Mixup (run abc)
Shell command: python  workflow/scripts/train.py --dataset-sha256 not prepared --device cpu --threads 1 > t/abc.log 2>&1

Job 4: Fine-tuning (run abd)
Shell command: python workflow/scripts/fine_tune.py --source d --source-sha256 'not prepared' --seed 1 > t/abd.log 2>&1

Job 1: Tabulating comparison
Shell command: python workflow/scripts/tabulate_classification.py > results/demo/logs/tabulate/c.log 2>&1
rule comparison:
Shell command: None
"""


@pytest.mark.parametrize(
    ("program", "arguments", "said"),
    [
        (import_results, ["/no/such.zip"], "error: /no/such.zip: no such folder or archive"),
        (import_results, ["x", "--config", "scale=dmeo"], "error: config.yaml: scale: found 'dmeo'"),
        (list_commands, ["--config", "seeds"], "error: --config: found 'seeds', expected KEY=VALUE"),
        (
            list_commands,
            ["--config", "seeds=1", "jeong2021_table1"],
            "found 'jeong2021_table1', expected KEY=VALUE; artefacts are named before --config",
        ),
        (list_commands, ["jeong2021_tabel1"], "unknown artefact 'jeong2021_tabel1' (did you mean 'jeong2021_table1'"),
        (archive_results, ["--output", "x.zip", "--config", "scale=lab"], "error: nothing is built at the scale lab"),
    ],
)
def test_a_mistake_is_one_message(program, arguments, said, capsys):
    assert program.main(arguments) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_a_file_that_is_no_archive_is_never_overwritten(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert archive_results.main(["--output", str(tmp_path / "thesis.txt")]) == 1
    assert "thesis.txt, which is no archive and would be lost" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_an_empty_folder_gives_nothing(tmp_path, capsys):
    assert import_results.main([str(tmp_path)]) == 1
    assert f"error: {tmp_path}: holds no result that the scale demo asks for" in capsys.readouterr().err


def test_the_commands_are_those_of_snakemake_without_what_only_shows_results():
    script = list_commands._script(TOLD).splitlines()
    assert "mkdir -p results/demo/logs/p t" in script
    assert [line for line in script if line.startswith("python")] == [
        "python workflow/scripts/prepare_dataset.py --dataset '{}' > results/demo/logs/p/digits.log 2>&1",
        "python  workflow/scripts/train.py --device auto --threads 1 > t/abc.log 2>&1",
        "python workflow/scripts/fine_tune.py --source d --seed 1 > t/abd.log 2>&1",
    ]
    assert "# Training Mixup (run abc)" in script


def test_a_device_that_was_asked_for_stays():
    assert " --device cpu --threads 1 > " in list_commands._script(TOLD, "cpu")


def test_with_nothing_missing_the_script_says_so():
    assert "# Nothing is missing." in list_commands._script("Nothing to be done")
