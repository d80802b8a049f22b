from __future__ import annotations

import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.mixings import measure_mixings, mixing_table, tidy
from mixsuite.reporting.results import read_results

RARITIES = ("common", "rare", "extremely_rare")


@pytest.fixture
def artefact(describe, patch_runs, tmp_path):
    """Two distributions, of which the second shows what Cutout's runs say."""
    rows = [
        {"id": f"{law}{suffix}", "block": f"the {law} one", "runs": patch_runs(method, 3)}
        for law, method in (("uniform", "cutmix"), ("beta", "cutout"))
        for suffix in ("", *(f"/{rarity}" for rarity in RARITIES))
    ]
    description = read_description(describe(rows, name="oh2024_mixing_distributions"))
    return description, read_results(description, tmp_path / "patches")


def test_a_distribution_is_a_line_with_predictions_before_measurements(artefact):
    table = mixing_table(*artefact)
    assert [column.heading for column in table.columns] == [
        "Patches of the first image",
        "Predicted: c*",
        "Predicted: features",
        "Feature output: common",
        "Feature output: rare",
        "Feature output: extremely rare",
        "Test accuracy: common",
        "Test accuracy: rare",
        "Test accuracy: extremely rare",
        "Test accuracy: all",
        "Spread of patches (%)",
        "Seeds",
    ]
    (block,) = table.blocks
    first, second = [[cell.text for cell in line] for line in block.lines]
    assert first[:6] == ["the uniform one", "1.395", "1.475", "1.40 ± 0.00", "1.40 ± 0.00", "1.39 ± 0.00"]
    assert first[6:] == ["0.998 ± 0.001", "0.998 ± 0.001", "0.997 ± 0.001", "0.931 ± 0.001", "10.0 ± 2.0", "3"]
    assert second[0] == "the beta one"
    assert second[3] == "6.50 ± 0.00"


def test_measurements_are_of_the_class_or_of_all(artefact):
    values = measure_mixings(*artefact).set_index(["row", "metric", "seed"])["value"].sort_index()
    assert values["beta/rare", "feature_output"].tolist() == [2.8, 2.8, 2.8]
    assert values["beta/rare", "class_accuracy", 2] == pytest.approx(0.948)
    # Spread over mean, in percent.
    assert values["uniform", "activation_unevenness"].tolist() == pytest.approx([8, 10, 12])
    assert values["uniform", "test_accuracy", 1] == pytest.approx(0.931)
    assert len(values) == 2 * 4 * 2 * 3


def test_tidy_file(artefact):
    written = tidy(*artefact).set_index(["row", "metric"])
    line = written.loc[("uniform/rare", "feature_output")]
    assert (line["predicted"], line["mean"], line["std"], line["seeds"]) == pytest.approx((1.4753, 1.4, 0, 3))
    assert written.isna().loc[("uniform/rare", "class_accuracy"), "predicted"]
    assert written.loc[("beta", "activation_unevenness"), "std"] == pytest.approx(2)


def test_a_changed_setting_is_a_stand_in_and_said_to_be(describe, patch_runs, tmp_path):
    rows = [{"id": "uniform", "block": "one", "runs": patch_runs("cutmix", 3), "stand_in": True}]
    changes = {"stand_in": True, "stand_in_note": "steps 10 for 10000"}
    description = read_description(describe(rows, **changes))
    results = read_results(description, tmp_path / "patches")
    table = mixing_table(description, results)
    assert "steps 10 for 10000" in table.warning
    assert not any("full size" in text for _, text in table.notes)
    # Classes without a row of their own stay empty.
    assert [cell.text for cell in table.blocks[0].lines[0]][3:9] == [""] * 6
