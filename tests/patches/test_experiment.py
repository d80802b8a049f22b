from itertools import pairwise

import pytest
import torch

from mixsuite.patches.cutmix import CutMix
from mixsuite.patches.experiment import Experiment, parse_run, record_steps
from mixsuite.patches.mixing import Mixing
from mixsuite.patches.record import trajectory
from mixsuite.patches.setting import METHODS

CPU = torch.device("cpu")


@pytest.mark.parametrize("steps", [1, 2, 3, 50, 10_000])
def test_records_are_at_increasing_steps_from_the_first_to_the_last(steps):
    recorded = record_steps(steps)
    assert recorded == sorted(set(recorded))
    assert (recorded[0], recorded[-1]) == (0, steps)
    assert len(recorded) <= 120
    assert all(step in recorded for step in range(min(steps, 10) + 1))
    gaps = [later / earlier for earlier, later in pairwise(recorded[20:])]
    assert all(gap < 1.12 for gap in gaps)


@pytest.mark.parametrize("method", METHODS)
def test_a_seed_fixes_everything(method, setting):
    def rows(seed):
        return list(trajectory(Experiment(setting(), method, seed, CPU).run(), setting()))

    assert rows(0) == rows(0)
    assert rows(0) != rows(1)


def test_methods_of_a_seed_share_data_weights_and_test_noise(setting):
    one, *others = [Experiment(setting(), method, 3, CPU) for method in METHODS]
    for other in others:
        assert torch.equal(one.data.images(), other.data.images())
        assert torch.equal(one.descent.projections, other.descent.projections)
        assert torch.equal(one.noise.normals, other.noise.normals)
    assert len({type(experiment.objective).__name__ for experiment in (one, *others)}) == 2


def test_a_run_reports_each_record_and_learns(setting):
    reported = []
    chosen = setting(steps=200, samples=12)
    records = Experiment(chosen, "cutout", 0, CPU).run(lambda step, loss: reported.append((step, loss)))
    assert reported == [(record.step, record.loss) for record in records]
    assert [record.step for record in records] == record_steps(200)
    first, last = records[0], records[-1]
    assert last.loss < first.loss / 10
    assert last.gradient_norm < first.gradient_norm
    assert (last.training_fit, last.augmented_fit) == (1, 1)
    assert last.test_accuracy(chosen) > 0.7


def test_activations_are_summed_up_on_their_own_side(setting):
    experiment = Experiment(setting(), "erm", 0, CPU)
    experiment.descent.advance(10)
    record = experiment.record()
    signed = [
        y * a
        for y, row in zip(experiment.data.labels.tolist(), experiment.descent.activations().tolist(), strict=True)
        for a in row
    ]
    mean = sum(signed) / len(signed)
    assert record.activation_mean == pytest.approx(mean)
    assert record.activation_spread == pytest.approx((sum((a - mean) ** 2 for a in signed) / len(signed)) ** 0.5)


def test_fits_are_those_of_whole_images_and_of_cut_ones(setting):
    experiment = Experiment(setting(samples=40), "erm", 0, CPU)
    experiment.descent.advance(5)
    record = experiment.record()
    signed = (experiment.data.labels[:, None] * experiment.descent.activations()).tolist()
    whole = [sum(row) > 0 for row in signed]
    cut = [sum(row) - row[p] > 0 for row in signed for p in range(3)]
    assert record.training_fit == pytest.approx(sum(whole) / len(whole))
    assert record.augmented_fit == pytest.approx(sum(cut) / len(cut))
    assert record.training_fit != record.augmented_fit


def test_drawn_images_are_counted_per_label_and_feature(setting):
    experiment = Experiment(setting(samples=50), "erm", 0, CPU)
    counts = experiment.drawn_images()
    assert counts.shape == (2, 3)
    assert counts.sum() == 50
    assert counts[0].sum() == (experiment.data.labels > 0).sum()
    assert counts[1, 2] == sum((experiment.data.index == 5).any(1))


def test_a_run_with_a_mixing_mixes_by_it(mapping, setting):
    mixing = {"beta": 0.5, "shape": "box", "layout": [1, 3]}
    parsed = parse_run({"setting": mapping(), "method": "cutmix", "seed": 2, "mixing": mixing})
    assert parsed == (setting(), "cutmix", 2, Mixing.from_mapping(mixing))
    setting_, method, seed, chosen = parsed
    experiment = Experiment(setting_, method, seed, CPU, chosen)
    table = torch.randn(6, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = CutMix(experiment.data.labels, chosen.probabilities(3)).loss(table)
    assert experiment.objective.loss(table) == expected
    assert experiment.objective.loss(table) != Experiment(setting_, method, seed, CPU).objective.loss(table)


def test_only_cutmix_has_a_mixing(setting):
    mixing = Mixing(beta=1, shape="free", layout=None)
    with pytest.raises(ValueError, match="mixing: found one for cutout, expected none"):
        Experiment(setting(), "cutout", 0, CPU, mixing)


def test_a_run_is_parsed_and_checked(mapping, setting):
    assert parse_run({"setting": mapping(), "method": "erm", "seed": 2}) == (setting(), "erm", 2, None)
    for change, message in [
        ({"method": "sgd"}, "method: found 'sgd'"),
        ({"seed": -1}, "seed: found -1"),
        ({"epochs": 3}, "run: unknown key 'epochs'"),
        ({"setting": mapping(alpha=-1)}, "alpha: found -1"),
    ]:
        with pytest.raises(ValueError, match=message):
            parse_run({"setting": mapping(), "method": "erm", "seed": 2} | change)
    with pytest.raises(ValueError, match="run: missing key 'setting'"):
        parse_run({})
