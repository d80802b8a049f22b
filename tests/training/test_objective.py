import copy
import json

import pytest
import torch
from torch import nn

from mixsuite.mixing.input_gradient import input_saliency
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.models.auxiliary import WithAuxiliary
from mixsuite.models.drop_path import DropPath
from mixsuite.training.loop import train_epoch
from mixsuite.training.objective import objective
from mixsuite.training.outputs import write_model, write_run
from mixsuite.training.specification import check_run
from mixsuite.training.task import assemble
from mixsuite.training.trained import load_trained

CPU = torch.device("cpu")
ROW = dict.fromkeys(("epoch", "train_loss", "test_loss", "top1_error", "top5_error", "top1_error_even"), 1.0)
HISTORY = [{**ROW, "top1_error_odd": 1.0, "seconds": 1.0, "images_per_second": 1.0}]
CELL = {"edges": [["sep_conv_3x3", 0], ["max_pool_3x3", 1]], "concat": [2]}
SEARCHED = {"family": "searched_cifar", "genotype": {"normal": CELL, "reduce": CELL}, "channels": 4, "cells": 3}


def test_the_auxiliary_loss_is_added_with_its_weight():
    logits, auxiliary, targets = torch.randn(3, 4, 5).softmax(dim=2)
    loss = objective(soft_cross_entropy)
    expected = soft_cross_entropy(logits, targets) + 0.4 * soft_cross_entropy(auxiliary, targets)
    torch.testing.assert_close(loss(WithAuxiliary(logits, auxiliary, 0.4), targets), expected)
    torch.testing.assert_close(loss(logits, targets), soft_cross_entropy(logits, targets))


def test_a_searched_network_trains_with_drop_paths_of_the_epoch(new_run, splits):
    run = new_run(model=SEARCHED, recipe={"method": "vanilla"})
    task = assemble(run, *splits, CPU)
    before = copy.deepcopy(task.model.state_dict())
    train_epoch(task, 2)
    drops = [part for part in task.model.modules() if isinstance(part, DropPath)]
    assert {drop.probability for drop in drops} == {0.3 * 2 / 4}
    changed = [name for name, tensor in task.model.named_parameters() if not torch.equal(tensor, before[name])]
    assert any(name.startswith("auxiliary.") for name in changed)


@pytest.mark.parametrize("limit", [0.01, 1e6])
def test_gradients_are_cut_to_their_norm(new_run, splits, limit):
    """The one step's update is that of torch's own clipping."""
    run = new_run(gradient_norm=limit, momentum=0.0, nesterov=False, weight_decay=0, batch_size=72, milestones=[])
    run["recipe"] = {"method": "vanilla"}
    task = assemble(run, *splits, CPU)
    literal = copy.deepcopy(task.model)
    batch = next(task.train.training_batches(72, run["seed"], 0))
    nn.functional.cross_entropy(literal.train()(batch.images), batch.labels).backward()
    norm = nn.utils.clip_grad_norm_(literal.parameters(), limit)
    assert (norm > limit) == (limit < 1)
    train_epoch(task, 0)
    for ours, theirs in zip(task.model.parameters(), literal.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs - 0.1 * theirs.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"annealing": "cosin", "milestones": []}, "annealing: found 'cosin'.*'cosine'"),
        ({"annealing": "cosine"}, "milestones: found .*, expected none with annealing 'cosine'"),
        ({"gradient_norm": 0}, "gradient_norm: found 0, expected a number above 0"),
    ],
)
def test_a_wrong_annealing_or_norm_is_named(new_run, changes, message):
    with pytest.raises(ValueError, match=message):
        check_run(new_run(**changes))


def test_saliency_by_the_input_gradient_asks_the_main_logits(new_run, splits):
    model = assemble(new_run(model=SEARCHED, recipe={"method": "vanilla"}), *splits, CPU).model
    images, targets = torch.randn(4, 1, 8, 8), torch.eye(6)[:4]
    saliency = input_saliency(model.train(), images, targets, clean_weight=1.0, loss="cross_entropy")
    leaf = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(soft_cross_entropy(model(leaf).logits, targets), leaf)
    torch.testing.assert_close(saliency, gradient.abs()[:, 0])


def test_a_network_that_names_a_search_is_built_of_what_it_found(new_run, splits, tmp_path):
    named = {key: value for key, value in SEARCHED.items() if key != "genotype"} | {"genotype": "abc"}
    run = new_run(model=named, recipe={"method": "vanilla"})
    with pytest.raises(ValueError, match="genotype: found 'abc', expected settings normal, reduce"):
        assemble(run, *splits, CPU)
    task = assemble(run, *splits, CPU, genotype=SEARCHED["genotype"])
    write_model(tmp_path / "model.safetensors", task)
    write_run(tmp_path / "run.json", task, HISTORY, {}, "d1gest", {})
    content = json.loads((tmp_path / "run.json").read_text())
    assert content["specification"]["model"]["genotype"] == "abc"
    assert content["genotype"] == SEARCHED["genotype"]
    trained = load_trained(tmp_path, splits[1], "d1gest", CPU)
    images = next(task.test.plain_batches(30)).images
    torch.testing.assert_close(trained.model(images), task.model.eval()(images))
