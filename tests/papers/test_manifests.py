"""The manifests hold what the papers print: every cell, digit for digit, and names that exist."""

from __future__ import annotations

import re
import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
import torch

from mixsuite.catalog.runs import setting_of
from mixsuite.config.load import load_house
from mixsuite.config.manifest import Artefact, Bound, Claim, Manifest, Order, Row
from mixsuite.config.patches import PatchSetting
from mixsuite.models.registry import build_model
from mixsuite.patches.setting import Setting
from mixsuite.reporting.clauses import CLAUSES

# The tables of jeong2021 line by line, as its text has them: a second transcription, made apart from the manifest's.
PRINTED_LINES = {
    "table1": [
        "1.7 M | 19.85",
        "1.7 M | 18.92 (-0.93)",
        "1.7 M | 17.97 (-1.88)",
        "1.7 M | 18.60 (-1.25)",
        "1.7 M | 16.95 (-2.90)",
        "26.8 M | 16.45",
        "26.8 M | 15.86 (-0.59)",
        "26.8 M | 16.73 (+0.28)",
        "26.8 M | 16.53 (+0.08)",
        "26.8 M | 15.73 (-0.72)",
        "26.8 M | 15.63 (-0.82)",
        "26.8 M | 15.09 (-1.36)",
        "26.8 M | 14.47 (-1.98)",
        "26.8 M | 15.07 (-1.38)",
        "26.8 M | 13.86 (-2.59)",
        "3.85",
        "3.10 (-0.75)",
        "3.09 (-0.76)",
        "3.15 (-0.7)",
        "2.88 (-0.97)",
        "2.90 (-0.95)",
        "2.42 (-1.43)",
    ],
    "table2": [
        "23.59 (1x) | 22.43 (1.04x) | 21.29 (1.1x) | 20.62 (2.73x) | 19.87 (29.34x) | 21.68 (1.14x) | 20.50 (1.07x)",
        "21.70 (1x) | 20.08 (1.02x) | 20.55 (1.04x) | 19.24 (2.25x) | 19.15 (13.46x) | 19.13 (1.02x) | 18.64 (1.01x)",
        "21.79 (1x) | 21.70 (1.02x) | 22.28 (1.05x) | 21.12 (2.22x) | 19.78 (6.93x) | 20.09 (1.02x) | 20.48 (1.02x)",
    ],
    "table3": [
        "23.68 | 7.05",
        "22.58 | 6.40",
        "22.50 | 6.21",
        "21.40 | 5.92",
        "21.88 | 6.15",
        "21.76 | 5.91",
        "21.38 | 5.87",
        "21.62 | 5.92",
        "22.17 | 6.23",
        "22.02 | 6.05",
        "22.39 | 6.17",
        "22.58 | 6.34",
        "21.40 | 5.87",
        "21.55 | 6.00",
        "21.70 | 5.93",
        "21.44 | 5.93",
    ],
    "table4": [
        "14.34 | 40.74 | 46.01 | 3.38",
        "40.89 (+26.55) | 43.38 (+2.64) | 51.06 (+5.05) | 7.46 (+4.08)",
        "32.90 (+18.56) | 43.63 (+2.89) | 51.73 (+5.72) | 5.84 (+2.46)",
        "41.37 (+27.03) | 44.27 (+3.53) | 51.91 (+5.90) | 7.69 (+4.31)",
    ],
    "table5": [
        "24.3 | 7.6 | 6.4 | 570 | 3150 | evolution",
        "25.2 | 8.0 | 4.4 | 388 | - | RL",
        "24.9 | 7.5 | 7.1 | 465 | 8.3 | gradient-based",
        "27.3 | 9.2 | 4.3 | 522 | 1.5 | gradient-based",
        "26.5 | 8.9 | 3.9 | - | 0.2 | gradient-based",
        "25.1 | 7.8 | 5.3 | 586 | 0.1 | gradient-based",
        "24.2 | 7.3 | 5.3 | 597 | 3.8 | gradient-based",
        "23.8 | 7.09 | 6.3 | 730 | 0.1 | gradient-based",
        "24.3 | 7.2 | 5.8 | 671 | 0.01 | gradient-based",
    ],
    "sm_table1": ["21.29 | 21.34", "22.01 | 21.01", "22.20 | 20.5", "- | 21.01", "- | 20.9", "- | 20.93"],
    "sm_table2": [
        "15.68 | 15.35 | 15.58 | 15.80 | 15.07 | 0.28",
        "14.74 | 14.18 | 13.67 | 14.23 | 13.86 | 0.40",
    ],
    "sm_table3": ["16.96", "16.30", "16.87", "15.85", "16.73", "16.00"],
    # Read by eye, per model at the smallest and the largest sigma.
    "fig3b": ["0.79 | 3.1", "0.75 | 1.36", "0.93 | 3.16", "0.67 | 1.16", "0.57 | 0.65", "0.54 | 0.62"],
    # Printed in sentences alone.
    "fig4a": ["5.79"],
    "fig4b": ["7.7", "16"],
    "sm_fig3b": ["4.15", "1.08"],
    "sm_fig3c": ["5.79"],
    **{
        name: []
        for name in ("fig1", "fig2", "fig3a", "sm_fig1", "sm_fig2", "sm_fig3a", "sm_fig4", "sharpness", "cells")
    },
}
# In these, a row of the manifest is a cell of a printed column, top to bottom, column after column.
BY_COLUMN = {"table4", "sm_table1", "fig3b"}
OWN_AND_COPIED = {
    "table1": (19, 37),
    "table2": (27, 15),
    "table3": (24, 8),
    "table4": (28, 0),
    "table5": (12, 42),
    "fig3b": (12, 0),
    "fig4a": (1, 0),
    "fig4b": (2, 0),
    "sm_table1": (6, 6),
    "sm_table2": (12, 0),
    "sm_table3": (6, 0),
    "sm_fig3b": (2, 0),
    "sm_fig3c": (1, 0),
}
# Pairs of claims that the paper's own digits contradict.
CONTRADICTED = {
    ("table1", "dmixup-beats-the-others"): {
        ("cifar100/pyramidnet110/dmixup", "cifar100/pyramidnet110/cutmix"),
        ("cifar100/pyramidnet200/dmixup", "cifar100/pyramidnet200/cutmix"),
    },
    ("table4", "mixing-strengthens-k-images-further"): {("white_box_fgsm/dcutmix", "white_box_fgsm/cutmix")},
}

# What claims of jeong2021 about subsets and searches test, in the same form; None where nothing tests a claim.
SUBSET_CLAIMS = {
    "fig2": {"loss-depends-on-occlusion": ("at_least", "cv_reliability", ["scored >= 0"], True)},
    "fig4a": {
        "cv-beats-random": (
            "lower",
            "top1_error",
            [f"t{t}/cv-high < t{t}/random" for t in ("0.05", "0.1")],
            True,
        ),
        "cv-beats-all": (
            "lower",
            "top1_error",
            [
                f"t{t}/cv-high < t{t}/{other}"
                for t in ("0.05", "0.1")
                for other in ("random", "mean-low", "mean-high", "std-high")
            ],
            True,
        ),
        "easy-or-hard-only-worse": (
            "higher",
            "top1_error",
            [f"t{t}/{only} > t{t}/random" for t in ("0.05", "0.1") for only in ("mean-low", "mean-high")],
            True,
        ),
        "hard-only-severe": None,
        "std-like-mean": None,
        "cv-good-for-few-samples": ("lower", "top1_error", ["t0.05/cv-high < t0.05/random"], True),
    },
    "fig4b": {
        "cv-saves-search-time": ("at_least", "speedup", ["cv-high/t0.13 >= 7"], False),
        "cv-beats-random": (
            "higher",
            "accuracy",
            [f"cv-high/t{t} > random/t{t}" for t in ("0.05", "0.13")],
            True,
        ),
        "no-degradation": None,
    },
    "table5": {
        "cv-comparable-to-pc-darts": None,
        "cv-beats-pc-darts-cifar10": ("at_most", "top1_error", ["pc-darts/cv-cifar100 <= 25.1"], False),
        "cv-best-accuracy": ("at_most", "top1_error", ["pc-darts/cv-cifar100 <= 24.3"], False),
        "cv-least-search-cost": ("at_most", "search_cost", ["pc-darts/cv-cifar100 <= 0.1"], False),
        "cv-cheaper-than-whole": ("lower", "search_cost", ["pc-darts/cv-cifar100 < pc-darts/cifar100"], False),
    },
    "sm_fig3a": {
        "cv-beats-random": (
            "lower",
            "top1_error",
            [f"t0.1/cv-{function} < t0.1/random" for function in ("deterministic", "interval")],
            True,
        ),
        "interval-best": (
            "lower",
            "top1_error",
            [f"t{t}/cv-interval < t{t}/cv-deterministic" for t in ("0.05", "0.1")],
            True,
        ),
    },
    "sm_fig3b": {
        "interval-beats-deterministic": (
            "lower",
            "top1_error",
            ["best-interval/against-interval-1 < interval-1"],
            True,
        ),
        "interval-beats-random": ("lower", "top1_error", ["best-interval/against-random < random"], True),
    },
    "sm_fig3c": {
        "phi-half-beats-random": ("lower", "top1_error", ["phi0.5 < random"], True),
        "phi-half-optimal": ("lower", "top1_error", ["phi0.5 < phi0.1", "phi0.5 < phi-near-1"], True),
        "phi-near-one-drops": ("higher", "top1_error", ["phi-near-1 > phi0.5"], True),
        "phi-small-like-random": None,
    },
    "sm_fig4": {
        "cv-beats-other-methods": (
            "lower",
            "top1_error",
            [
                f"t{t}/cv-high < t{t}/{other}"
                for t in ("0.05", "0.1")
                for other in ("bald", "variation-ratios", "k-center")
            ],
            True,
        ),
    },
}

# What claims of oh2024 about images and other mixings test, written down apart from the manifest: kind, metric, then
# the pairs, or the rows with their bound; and whether a stand-in can test it.
OH_CLAIMS = {
    "cifar10_accuracy": {
        "order-on-cifar10": ("higher", "accuracy", ["cutout > erm", "cutmix > cutout"], False),
    },
    "cscores": {
        "cutmix-errors-have-lower-scores": (
            "lower",
            "score",
            [f"cutmix/{what} < {other}/{what}" for what in ("mean", "q1", "q2", "q3") for other in ("cutout", "erm")],
            True,
        ),
        "cutout-errors-have-lower-scores": (
            "lower",
            "score",
            [f"cutout/{what} < erm/{what}" for what in ("mean", "q1", "q2", "q3")],
            True,
        ),
    },
    "cscores_distribution": {},
    "mixed_outputs": {
        "cutmix-acts-evenly-on-images": (
            "lower",
            "output_departure",
            [
                f"cutmix/lambda{share} < {other}/lambda{share}"
                for share in ("0.8", "0.6")
                for other in ("erm", "cutout")
            ],
            True,
        ),
        "cutmix-output-follows-the-share": (
            "at_most",
            "output_share_error",
            [f"cutmix/lambda{share} <= 0.05" for share in ("0.8", "0.6")],
            False,
        ),
    },
    "bridge": {
        "patch-network-needs-augmentation": (
            "lower",
            "images_needed",
            ["patch/cutout < patch/erm", "patch/cutmix < patch/erm"],
            False,
        ),
        "patch-network-cutmix-needs-fewest": ("lower", "images_needed", ["patch/cutmix < patch/cutout"], False),
        "cnn-needs-augmentation": ("lower", "images_needed", ["cnn/cutout < cnn/erm", "cnn/cutmix < cnn/erm"], False),
        "cnn-is-better-on-rarer-features": (
            "higher",
            "class_accuracy",
            ["cnn/cutout > cnn/erm", "cnn/cutmix > cnn/erm"],
            False,
        ),
        "cnn-cutmix-needs-fewest": ("lower", "images_needed", ["cnn/cutmix < cnn/cutout"], False),
        "patch-network-erm-threshold": ("at_least", "images_needed", ["patch/erm >= 17.3"], False),
        "patch-network-cutout-threshold": ("at_most", "images_needed", ["patch/cutout <= 6.2"], False),
        "cnn-erm-threshold": ("at_least", "images_needed", ["cnn/erm >= 17.3"], False),
    },
    "mixing_distributions": {
        "same-conclusion": (
            "at_least",
            "class_accuracy",
            [
                f"beta-{form}/{rarity} >= 0.75"
                for form in ("subset", "box")
                for rarity in ("common", "rare", "extremely_rare")
            ],
            False,
        ),
        **{
            f"{name}-even-from-{side}": (
                kind,
                "feature_output",
                [f"{row}/{rarity} {sign} {value}" for rarity in ("common", "rare", "extremely_rare")],
                False,
            )
            for name, row, values in (
                ("free-sets", "beta-subset", ("1.3375", "1.6347")),
                ("boxes-features", "beta-box", ("1.3278", "1.6228")),
            )
            for side, kind, sign, value in (
                ("below", "at_least", ">=", values[0]),
                ("above", "at_most", "<=", values[1]),
            )
        },
        "free-sets-activate-all-patches-evenly": (
            "at_most",
            "activation_unevenness",
            ["uniform-subset <= 5", "beta-subset <= 5"],
            False,
        ),
        "boxes-activate-all-patches-evenly": ("at_most", "activation_unevenness", ["beta-box <= 5"], False),
    },
}
SIGNS = {"lower": "<", "higher": ">", "at_least": ">=", "at_most": "<="}


@pytest.fixture(scope="module")
def house(root):
    config = {"scale": "paper", "papers": ["oh2024", "jeong2021"], "protocol": "text"}
    return load_house(root, config)


@pytest.fixture(scope="module")
def jeong(house) -> Manifest:
    return house.manifests["jeong2021"]


@pytest.fixture(scope="module")
def oh(house) -> Manifest:
    return house.manifests["oh2024"]


def cells(artefact: Artefact) -> list[str]:
    return [printed.text for row in artefact.rows for printed in row.printed.values()]


def transcribed(name: str) -> list[str]:
    lines = [line.split(" | ") for line in PRINTED_LINES[name]]
    if name in BY_COLUMN:
        lines = list(zip(*lines, strict=True))
    return [re.sub(r"[()]| M$|x\)$", "", part) for line in lines for cell in line for part in split_change(cell)]


def split_change(cell: str) -> list[str]:
    return cell.split(" ") if cell.endswith(")") else [cell]


def printed_number(row: Row, metric: str) -> float | None:
    return row.printed[metric].value if metric in row.printed else None


def test_rows_name_what_exists(house):
    runs = [row.run for manifest in house.manifests.values() for a in manifest.artefacts.values() for row in a.rows]
    runs = [run for run in runs if run]
    assert {run.recipe for run in runs} <= set(house.recipes)
    assert {run.model for run in runs} <= set(house.models)
    estimates = [house.settings("cscores", name).estimate for name in house.named["cscores"]]
    sources = [house.settings("transfers", name).source for name in house.named["transfers"]]
    assert {each.schedule for each in (*runs, *estimates, *sources)} == set(house.protocols)
    assert {run.dataset for run in runs} == set(house.datasets) - {"digits", "digits-pairs", "photographs"}


def test_jeong2021_has_every_artefact(jeong):
    assert set(jeong.artefacts) == set(PRINTED_LINES)


@pytest.mark.parametrize("name", PRINTED_LINES)
def test_every_printed_value_is_there_digit_for_digit(jeong, name):
    assert cells(jeong.artefacts[name]) == transcribed(name)


@pytest.mark.parametrize("name", OWN_AND_COPIED)
def test_own_and_copied_cells(jeong, name):
    rows = jeong.artefacts[name].rows
    origins = [printed.origin or row.origin for row in rows for printed in row.printed.values()]
    assert (origins.count("own"), origins.count("copied")) == OWN_AND_COPIED[name]


def test_the_manifest_holds_260_printed_values(jeong):
    assert sum(len(cells(artefact)) for artefact in jeong.artefacts.values()) == 260
    assert sum(own + copied for own, copied in OWN_AND_COPIED.values()) == 260


def test_copied_cells_name_their_source(house):
    for manifest in house.manifests.values():
        for artefact in manifest.artefacts.values():
            for row in artefact.rows:
                for printed in row.printed.values():
                    if (printed.origin or row.origin) == "copied":
                        assert printed.source or row.source, row.id


def test_only_values_read_by_eye_are_approximate(jeong):
    for name, artefact in jeong.artefacts.items():
        for row in artefact.rows:
            for printed in row.printed.values():
                assert printed.approximate == (name == "fig3b")
                assert not printed.recalled


def test_changes_are_value_minus_baseline(jeong):
    checked = 0
    for artefact in jeong.artefacts.values():
        rows = {row.id: row for row in artefact.rows}
        for row in artefact.rows:
            for change, metrics in {
                "top1_error_change": ["top1_error"],
                "accuracy_change": ["robust_accuracy", "accuracy"],
            }.items():
                if change in row.printed:
                    metric = next(metric for metric in metrics if metric in row.printed)
                    value, base = (Decimal(rows[i].printed[metric].text) for i in (row.id, row.baseline))
                    assert Decimal(row.printed[change].text) == value - base, row.id
                    checked += 1
    assert checked == 19 + 12


def test_printed_standard_deviations_are_cut_off_not_rounded(jeong):
    rows = jeong.artefacts["sm_table2"].rows
    for method, printed, rounded in (("dmixup", "0.28", "0.29"), ("dcutmix", "0.40", "0.41")):
        errors = [printed_number(row, "top1_error") for row in rows if row.id.startswith(f"{method}/a")]
        deviation = statistics.stdev(errors)
        assert f"{deviation:.2f}" == rounded
        assert f"{int(deviation * 100) / 100:.2f}" == printed


def test_rows_of_the_same_run_print_the_same_value(jeong):
    values = {}
    for artefact in jeong.artefacts.values():
        for row in artefact.rows:
            if row.run:
                for metric in ("top1_error", "top5_error"):
                    if metric in row.printed:
                        values.setdefault((row.run, row.search, metric), set()).add(row.printed[metric].text)
    assert all(len(printed) == 1 for printed in values.values())
    assert len(values) > 60


def test_the_recipe_has_the_k_and_alpha_of_the_label(house, jeong):
    checked = {"images": 0, "alpha": 0}
    for artefact in jeong.artefacts.values():
        for row in artefact.rows:
            recipe = house.recipes[row.run.recipe] if row.run else None
            for setting, symbol in (("images", "K"), ("alpha", "α")):
                label = re.search(rf"{symbol} = ([\d./]+)", row.label)
                if label and hasattr(recipe, setting):
                    assert getattr(recipe, setting) == pytest.approx(float(Fraction(label[1]))), row.id
                    checked[setting] += 1
    # Tables 1, 3 and 4, the grid of supplementary Table 1, and of supplementary Table 2 alone α is printed.
    assert checked == {"images": 6 + 12 + 8 + 30, "alpha": 6 + 12 + 8 + 30 + 10}


def test_the_networks_have_the_parameters_that_table_1_prints(house, jeong):
    sizes = {}
    for row in jeong.artefacts["table1"].rows:
        if "parameters" in row.printed:
            sizes.setdefault(row.run.model, set()).add(row.printed["parameters"].text)
    for name, printed in sizes.items():
        model = house.models[name]
        with torch.device("meta"):
            network = build_model(
                {"family": model.family, **model.settings}, n_classes=100, in_channels=3, image_size=32
            )
        assert printed == {f"{sum(weights.numel() for weights in network.parameters()) / 1e6:.1f}"}
    assert len(sizes) == 2


def test_claims_agree_with_the_printed_digits(jeong):
    for name, artefact in jeong.artefacts.items():
        rows = {row.id: row for row in artefact.rows}
        for claim in artefact.claims:
            if isinstance(claim.test, Order):
                wrong = {pair for pair in claim.test.pairs if contradicts(claim.test, *(rows[i] for i in pair))}
                assert wrong == CONTRADICTED.get((name, claim.id), set()), (name, claim.id)


def contradicts(test: Order, first: Row, second: Row) -> bool:
    values = printed_number(first, test.metric), printed_number(second, test.metric)
    if None in values:
        return False
    return not (values[0] < values[1] if test.kind == "lower" else values[0] > values[1])


def test_claims_are_named_once(house):
    for manifest in house.manifests.values():
        for artefact in manifest.artefacts.values():
            names = [claim.id for claim in artefact.claims]
            assert len(set(names)) == len(names)


def test_oh2024_has_every_artefact(oh):
    assert list(oh.artefacts) == [
        "feature_outputs",
        "theorems",
        "summary",
        "phase",
        "cifar10_accuracy",
        "cscores",
        "cscores_distribution",
        "mixed_outputs",
        "bridge",
        "mixing_distributions",
    ]
    counts = {name: len(cells(artefact)) for name, artefact in oh.artefacts.items()}
    assert {name: count for name, count in counts.items() if count} == {
        "theorems": 16,
        "summary": 9,
        "cifar10_accuracy": 3,
    }


def compared_by(claim: Claim) -> tuple | None:
    """Return what the claim's test compares: kind, metric, comparisons in words, whether a stand-in can test it."""
    if claim.test is None:
        return None
    test, sign = claim.test, SIGNS[claim.test.kind]
    if isinstance(test, Bound):
        compared = [f"{row} {sign} {test.value:g}" for row in test.of]
    else:
        compared = [f"{first} {sign} {second}" for first, second in test.pairs]
    return test.kind, test.metric, compared, claim.stand_in


@pytest.mark.parametrize("name", OH_CLAIMS)
def test_claims_of_oh2024_test_what_they_say(oh, name):
    claims = oh.artefacts[name].claims
    assert [(claim.id, compared_by(claim)) for claim in claims] == list(OH_CLAIMS[name].items())


@pytest.mark.parametrize("name", SUBSET_CLAIMS)
def test_claims_of_subsets_and_searches_test_what_they_say(jeong, name):
    claims = jeong.artefacts[name].claims
    assert [(claim.id, compared_by(claim)) for claim in claims] == list(SUBSET_CLAIMS[name].items())


@pytest.mark.parametrize("name", SUBSET_CLAIMS)
def test_claims_of_subsets_and_searches_speak_of_rows_that_are_run(jeong, name):
    rows = {row.id: row for row in jeong.artefacts[name].rows}
    for claim in jeong.artefacts[name].claims:
        for row in claim.test.rows() if claim.test else ():
            assert rows[row].run or rows[row].best_of, (claim.id, row)


def test_bounds_of_table_5_are_what_it_prints_for_the_others(jeong):
    artefact = jeong.artefacts["table5"]
    own = {"pc-darts/cifar100", "pc-darts/cv-cifar100"}
    errors = {row.id: printed_number(row, "top1_error") for row in artefact.rows}
    costs = {row.id: printed_number(row, "search_cost") for row in artefact.rows}
    bounds = {claim.id: claim.test.value for claim in artefact.claims if isinstance(claim.test, Bound)}
    assert bounds == {
        "cv-beats-pc-darts-cifar10": errors["pc-darts/cifar10"],
        "cv-best-accuracy": min(error for row, error in errors.items() if not row.startswith("pc-darts")),
        "cv-least-search-cost": min(cost for row, cost in costs.items() if cost is not None and row not in own),
    }


def test_thresholds_of_the_bridge_follow_from_its_noise(oh):
    artefact, sweep = oh.artefacts["bridge"], oh.patch_sweeps["bridge"]
    dominant = sweep.sigma_d[0] ** 2 * sweep.base.dimension
    background = sweep.sigma_ratio**2 * dominant
    claims = {claim.id: claim for claim in artefact.claims}
    for name, predicted, factor in (
        ("patch-network-erm-threshold", dominant, 1 / 4),
        ("cnn-erm-threshold", dominant, 1 / 4),
        ("patch-network-cutout-threshold", background, 4),
    ):
        assert claims[name].test.value == pytest.approx(factor * predicted, abs=0.05)
        assert f"{claims[name].test.value:g}" in claims[name].text
        assert f"= {predicted:.3g} images".replace("69.1", "69") in claims[name].text
    measured = [sweep.base.samples * share for share in sweep.base.rho]
    assert background < min(measured) < max(measured) < dominant


def test_the_synthetic_settings_are_those_known(oh):
    expected = {"patches": 3, "samples": 300, "alpha": 0.005, "rho": [0.8, 0.15, 0.05], "beta": 0.1, "r": 1}
    expected |= {"learning_rate": 1, "cut_size": 1, "steps": 10_000}
    own = {
        "paper": {"dimension": 2000, "sigma_d": 0.25, "sigma_b": 0.15},
        "theory": {"dimension": 8000, "sigma_d": 0.125, "sigma_b": 0.075},
    }
    assert set(oh.patch_settings) == set(own)
    assert oh.patch_seeds == 5
    for name, setting in oh.patch_settings.items():
        values = setting.model_dump()
        assert {key: values[key] for key in expected | own[name]} == expected | own[name]


def test_every_unread_field_of_a_setting_is_labelled(oh):
    labels = {"title", "recalled", "chosen"}
    read = {"paper": {"patches", "dimension"}, "theory": {"patches"}}
    for name, setting in oh.patch_settings.items():
        assert not set(setting.recalled) & set(setting.chosen)
        assert set(setting.recalled) | set(setting.chosen) == set(PatchSetting.model_fields) - labels - read[name]


def test_theorem_accuracies_follow_from_the_features_not_learned(oh):
    marks = {row.id: printed_number(row, "learned") for row in oh.artefacts["summary"].rows}
    for row in oh.artefacts["theorems"].rows:
        setting = oh.patch_settings[row.patches.setting]
        missed = [
            share
            for share, rarity in zip(setting.rho, setting.rarity, strict=True)
            if not marks[f"paper/{row.patches.method}/{rarity}"]
        ]
        printed = row.printed["test_accuracy"]
        assert printed.value is None
        assert float(printed.text.removeprefix("about ")) == pytest.approx(1 - sum(missed) / 2)


def test_claims_of_accuracy_have_the_bounds_of_the_theorem_table(oh):
    artefact = oh.artefacts["theorems"]
    claimed = {}
    for claim in artefact.claims:
        if isinstance(claim.test, Bound) and claim.test.metric == "test_accuracy":
            [row] = claim.test.of
            assert (row, claim.test.kind) not in claimed
            assert str(claim.test.value) in claim.text
            claimed[row, claim.test.kind] = claim.test.value
    clauses = {clause.method: clause for clause in CLAUSES if clause.metric == "test_accuracy"}
    expected = {}
    for row in artefact.rows:
        setting = Setting.from_mapping(setting_of(oh.patch_settings[row.patches.setting]))
        window = clauses[row.patches.method].window(setting)
        expected[row.id, "at_least"] = pytest.approx(window.low)
        # No accuracy is above 1, which needs no claim.
        if window.high < 1:
            expected[row.id, "at_most"] = pytest.approx(window.high)
    assert claimed == expected
    assert len(claimed) == 10


def test_the_marks_are_inferred_and_held_against_one_setting(oh):
    printed = {row.id: row.printed.get("learned") for row in oh.artefacts["summary"].rows}
    assert {row for row, mark in printed.items() if mark} == {row for row in printed if row.startswith("paper/")}
    assert len(printed) == 18
    theorems = {"erm": "Theorem 3.1", "cutout": "Theorem 3.2", "cutmix": "Theorem 3.3"}
    for row, mark in printed.items():
        if mark:
            assert mark.doubts == [f"inferred from {theorems[row.split('/')[1]]}"]


def test_recalled_numbers_are_labelled_so(oh):
    for row in oh.artefacts["cifar10_accuracy"].rows:
        assert row.printed["accuracy"].recalled
    for row in oh.artefacts["theorems"].rows:
        derived = row.patches.method != "cutmix"
        assert row.printed["test_accuracy"].recalled == row.printed["test_accuracy"].inferred == derived


def test_the_released_code_differs_where_the_notes_say(house):
    differing = {name for name, recipe in house.recipes.items() if recipe.released}
    salient = {name for name in house.recipes if name.startswith("saliency")}
    assert differing - salient == {f"dcutmix-k5-a{alpha}-pyramidnet200" for alpha in ("0.1", "0.3", "0.5", "0.7", "1")}
    assert all(house.recipes[name].released == {"saliency": "as_released"} for name in salient)
    assert len(salient) == 5 + 2
    released = house.protocols["cifar"].released
    assert (released["weight_decay"], released["milestones"]) == (4e-5, [0.75, 0.9])
    text = house.protocols["cifar"].text
    assert [round(milestone * text.epochs) for milestone in text.milestones] == [150, 225]
    comixup = house.protocols["comixup"].text
    assert [round(milestone * comixup.epochs) for milestone in comixup.milestones] == [100, 200]
    assert (comixup.loss, house.protocols["comixup"].released) == ("binary_cross_entropy", {})
    assert house.protocols["imagenet"].released == {"colour_jitter": 0.4, "lighting": 0.1}


def test_supplementary_table_1_selects_from_the_whole_grid(house, jeong):
    rows = {row.id: row for row in jeong.artefacts["sm_table1"].rows}
    chosen = {
        row.id: [house.recipes[rows[name].run.recipe] for name in row.best_of] for row in rows.values() if row.best_of
    }
    assert list(chosen) == ["k2", "k3", "k4", "k5", "k7", "k9"]
    for name, recipes in chosen.items():
        assert {recipe.images for recipe in recipes} == {int(name[1:])}
        assert [recipe.alpha for recipe in recipes] == pytest.approx([1 / 3, 1 / 4, 1 / 5, 1 / 7, 1])
