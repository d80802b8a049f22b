from __future__ import annotations

import pytest

from mixsuite.checks import SettingError
from mixsuite.landscape.specification import check_landscape


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hessian__engine": "pyhessian", "hessian__split": "train", "hessian__images": None},
        {"surface__scaling": "filter", "gaussian__scaling": "relative", "parameters": "without_normalisation"},
        {"gaussian__sigmas": [0.1]},
    ],
)
def test_what_can_be_measured_passes(new_landscape, changes):
    check_landscape(new_landscape(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parameters": "weights"}, "parameters: found 'weights'"),
        ({"colour": 1}, "landscape: unknown key 'colour'"),
        ({"spectrum": {"probes": 1}}, "spectrum: missing key 'steps'"),
        ({"surface": 3}, "surface: found 3, expected settings"),
        ({"seed": -1}, "seed: found -1"),
        ({"hessian__engine": "curvlinops"}, "hessian: engine: found 'curvlinops'"),
        ({"hessian__order": "smallest"}, "hessian: order: found 'smallest'"),
        ({"hessian__split": "both"}, "hessian: split: found 'both'; expected one of test, train"),
        ({"hessian__images": 0}, "hessian: images: found 0, expected a whole number of at least 1"),
        ({"hessian__batch_size": 2.5}, "hessian: batch_size: found 2.5"),
        ({"hessian__tolerance": 0}, "hessian: tolerance: found 0, expected a number above 0"),
        ({"hessian__iterations": 0}, "hessian: iterations: found 0"),
        ({"spectrum__probes": 0}, "spectrum: probes: found 0"),
        ({"surface__radius": -0.1}, "surface: radius: found -0.1"),
        ({"surface__points": 20}, "surface: points: found 20, expected an odd number"),
        ({"surface__points": 1}, "surface: points: found 1, expected a whole number of at least 3"),
        ({"surface__scaling": "layer"}, "surface: scaling: found 'layer'"),
        ({"gaussian__sigmas": []}, "gaussian: sigmas: found \\[\\], expected at least one"),
        ({"gaussian__sigmas": [0.2, 0.1]}, "gaussian: sigmas: found \\[0.2, 0.1\\]"),
        ({"gaussian__sigmas": 0.1}, "gaussian: sigmas: found 0.1, expected a list"),
        ({"gaussian__sigmas": [0]}, "gaussian: sigmas: found 0, expected a number above 0"),
        ({"gaussian__draws": 0}, "gaussian: draws: found 0"),
        ({"gaussian__scaling": "filter"}, "gaussian: scaling: found 'filter'"),
    ],
)
def test_what_is_wrong_is_named(new_landscape, changes, message):
    with pytest.raises(SettingError, match=message):
        check_landscape(new_landscape(**changes))
