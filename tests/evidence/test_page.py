"""The page says what is in the folder, and what is not."""

from __future__ import annotations

import json
import re

import pytest

from mixsuite.evidence.folder import read_evidence
from mixsuite.evidence.page import evidence_page
from mixsuite.files import write_json, write_text
from mixsuite.records import write_record

CODE = "0123456789abcdef"


@pytest.fixture
def page():
    return lambda folder: evidence_page(read_evidence(folder))


def section(page, heading):
    return re.split(r"^##+ ", page.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_claims_stand_under_what_became_of_them(page, evidence_folder):
    text = page(evidence_folder())
    assert "Of 3 claims 1 held, 1 did not hold, 1 are undecided, and 0 could not be judged." in text
    assert re.findall(r"\*\*The claim (.*?)\.\*\*", section(text, "Held")) == ["cutmix-beats-vanilla"]
    failed = section(text, "Did not hold")
    assert re.findall(r"\*\*The claim (.*?)\.\*\*", failed) == ["vanilla-beats-dcutmix"]
    assert "1 contrary, 0 undecided" in failed
    undecided = section(text, "Undecided")
    assert re.findall(r"\*\*The claim (.*?)\.\*\*", undecided) == ["dcutmix-beats-cutmix"]
    assert "# Not judged" not in text


def test_differences_stand_with_both_intervals(page, evidence_folder):
    lines = [line for line in page(evidence_folder()).splitlines() if re.match(r"\| .*: cutmix-beats-vanilla ", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [line[1] for line in cells] == ["Top-1 error, last epoch", "Top-1 error, best epoch"]
    # s = 0.7638, t(0.975, 2) = 4.3027: -5.1667 ± 1.8974
    assert cells[0][4:] == ["3 of 3", "-5.17", "[-6.00, -4.50]", "[-7.06, -3.27]"]


def test_a_missing_run_is_named(page, evidence_folder):
    text = page(evidence_folder(missing=(("cutmix", 1), ("cutmix", 2))))
    assert "7 of 9 runs are here" in text
    assert "**Missing (2):** CutMix on data, seeds 1, 2." in text
    assert "[cutmix0" in text and "[cutmix1" not in text


def test_what_was_not_built_says_so(page, evidence_folder):
    text = page(evidence_folder(missing=(("cutmix", 1),), built=False))
    assert "**Not built**: 1 training behind it missing, named under [Runs](#runs)." in text
    assert "and 3 could not be judged" in text
    assert "Differences, seed by seed" not in text


def test_no_run_at_all_is_no_mistake(page, evidence_folder):
    every = tuple((method, seed) for method in ("vanilla", "cutmix", "dcutmix") for seed in range(3))
    assert "None of 9 runs is here." in page(evidence_folder(missing=every, built=False))


def test_cost_and_origin_of_the_runs_stand_there(page, evidence_folder):
    text = page(evidence_folder())
    assert "9 of 9 runs are here: 0.2 hours of training in all, 1.5 to 1.5 minutes each." in text
    assert re.search(r"\| CutMix on data +\| +0 \| +24\.00 \| +3 \| +25\.00 \| +1\.5 \| +1,000 \| +500 \|", text)
    assert f"`{CODE}` (9 runs)" in text
    assert "torch 2.0 (9 runs)" in text
    assert "(10,000 images to train, 10,000 images to test), sha256 `abc`" in text
    assert "made by the code of the time when this was collected" in text


def test_a_seed_within_a_label_is_left_out_too(page, evidence_folder):
    folder = evidence_folder()
    index = json.loads((folder / "evidence.json").read_text())
    for training in index["trainings"]:
        training["label"] += ", random 0.1 of data"
    write_json(folder / "evidence.json", index)
    assert "mean over the runs: Vanilla on data, random 0.1 of data 1,000; CutMix on data, random" in page(folder)


def test_other_code_and_other_data_are_named(page, evidence_folder):
    folder = evidence_folder()
    file = folder / "runs" / "cutmix100000" / "run.json"
    content = json.loads(file.read_text())
    content["provenance"]["code"], content["dataset"]["sha256"] = "fedcba9876543210", "def"
    write_json(file, content)
    text = page(folder)
    assert "**Made by other code than that of the time when this was collected (1):** CutMix on data, seeds 1." in text
    assert "**Other data than these**, sha256 `def`" in text


def test_settings_that_stand_in_are_listed_once(page, evidence_folder):
    text = section(page(evidence_folder()), "How the settings differ from the papers'")
    assert "- epochs 4 for 300\n- a for b\n" in text
    assert "- A footnote." in text


def test_notes_of_a_person_stand_there_word_for_word(page, evidence_folder):
    folder = evidence_folder()
    assert "Nothing on it is typed.\n" in page(folder)
    write_text(folder / "notes.md", "First *line*.\n\nSecond.\n")
    assert "> First *line*.\n>\n> Second.\n" in page(folder)


def test_throughput_stands_there_or_is_said_to_be_missing(page, evidence_folder):
    folder = evidence_folder()
    assert "**Not measured.**" in page(folder)
    seconds = {"our epoch": 2, "our data": 0.5, "plain epoch": 3, "plain data": 1}
    about = {"images": 1000, "rounds": 1, "workers": 0, "model": {"family": "f"}, "batch_size": 64, "threads": 1}
    about["precision"] = "bfloat16"
    write_json(folder / "throughput.json", {**about, "seconds": seconds, "epoch_ratio": 1.5, "processor": "P"})
    text = page(folder)
    assert re.search(r"\| This suite \| +500 \| +2,000 \|", text)
    assert re.search(r"\| Plain loop \| +333 \| +1,000 \|", text)
    assert "1.50 times as fast" in text
    assert "The suite computes in bfloat16; the plain loop" in text


def test_the_table_is_shown_without_its_title_and_notes(page, evidence_folder):
    text = section(page(evidence_folder()), "Errors")
    assert "| a |\n| - |\n| 1 |" in text
    assert "A note." not in text
    assert "(tables/evidence_classification.md)" in text


def test_commands_that_make_it_again_carry_the_settings(page, evidence_folder):
    told = section(page(evidence_folder()), "To make it again")
    config = "--config scale=laptop 'papers=[evidence]' 'schedules={\"cifar\": {\"epochs\": 4}}'"
    assert f"snakemake evidence {config}\n" in told
    assert f"collect_evidence.py evidence {config}\n" in told


def test_equal_evidence_gives_equal_text(page, evidence_folder):
    folder = evidence_folder()
    assert page(folder) == page(folder)


@pytest.mark.parametrize("file", ["tables/evidence_classification.md", "measurements/evidence_classification.csv"])
def test_a_changed_number_is_refused(page, evidence_folder, file):
    changed = evidence_folder() / file
    changed.write_text(changed.read_text(encoding="utf-8").replace("1", "2"), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{file}: was changed: its sha256 is .*, expected"):
        page(changed.parents[1])


def test_a_record_without_checksums_is_refused(page, evidence_folder):
    folder = evidence_folder()
    write_record(folder / "records" / "evidence_classification.json", {"specification": {}}, CODE)
    with pytest.raises(ValueError, match=r"records/evidence_classification.json: missing key 'forms'"):
        page(folder)


def test_a_folder_that_lacks_something_is_refused(page, evidence_folder):
    folder = evidence_folder()
    write_json(folder / "evidence.json", {"scale": "laptop"})
    with pytest.raises(ValueError, match=r"evidence\.json: missing key 'scale_title'"):
        page(folder)
