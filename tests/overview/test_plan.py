from dataclasses import replace

import pytest
import torch

from mixsuite.catalog.runs import Run
from mixsuite.config.strict import ConfigError
from mixsuite.files import write_text
from mixsuite.models.registry import build_model
from mixsuite.overview.costs import Costs
from mixsuite.overview.devices import CPU, Device, chosen_device, read_devices
from mixsuite.overview.effort import PASSES, USUAL_SECONDS
from mixsuite.overview.operations import network_operations
from mixsuite.overview.plan import Planner
from mixsuite.overview.plan_text import plan_text
from mixsuite.overview.sizes import Size, size_of
from mixsuite.overview.verification import Verifier
from mixsuite.overview.workloads import workload_of
from mixsuite.search.specification import NETWORK_KEYS
from mixsuite.search.supernet import Supernet
from mixsuite.steps import STEPS

SLOW = Device(title="slow", multiply_adds_per_second={"float32": 1e6, "bfloat16": 1e6}, because="made up")
DIGITS = Size(600, 1197, 10, 1, 8, (600 + 1197) * 64)


@pytest.fixture
def costs(tmp_path):
    """Costs below tmp_path on the slow device, by finished results."""
    return lambda *finished, on_gpu=False: Costs(tmp_path, "demo", SLOW, on_gpu, finished)


@pytest.fixture
def planned(tmp_path, catalog, costs):
    """The plan of what is below tmp_path."""

    def plan():
        verifier = Verifier(tmp_path, catalog, whole=False)
        return Planner(tmp_path, catalog, verifier, costs(), on_gpu=False).plan("slow")

    return plan


def test_the_operations_of_a_network_are_those_that_its_layers_take():
    model = {"family": "demo_cnn", "width": 16, "blocks": 1}
    network = build_model(model, n_classes=10, in_channels=1, image_size=8).eval()
    taken = []
    for layer in network.modules():
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
            # Every number that comes out is a sum of as many products as it has weights.
            layer.register_forward_hook(lambda layer, _, out: taken.append(out.numel() * layer.weight[0].numel()))
    network(torch.zeros(1, 1, 8, 8))
    operations, weights = network_operations(model, DIGITS)
    assert operations == sum(taken) > 100_000
    assert weights == sum(each.numel() for each in network.parameters())


def test_a_training_sends_each_image_forward_and_backward_and_each_test_image_forward(first):
    specification = first("training").run.specification
    epochs = specification["schedule"]["epochs"]
    assert PASSES["training"](specification, DIGITS) == epochs * (3 * 600 + 1197)
    puzzle_mix = {**specification, "recipe": {"method": "puzzle_mix"}}
    assert PASSES["training"](puzzle_mix, DIGITS) == epochs * (6 * 600 + 1197)


def test_a_landscape_is_products_and_evaluations(first):
    specification = {
        "hessian": {"iterations": 7, "images": 100, "split": "test"},
        "spectrum": {"probes": 2, "steps": 5, "trace_probes": 3},
        "surface": {"points": 3, "images": None},
        "gaussian": {"sigmas": [1, 2], "draws": 4, "images": 10},
    }
    assert PASSES["landscape"](specification, DIGITS) == 6 * 20 * 100 + 9 * 1197 + 8 * 10
    specification["hessian"]["images"] = None
    assert PASSES["landscape"](specification, DIGITS) == 6 * 20 * 1197 + 9 * 1197 + 8 * 10


def test_an_attack_is_a_forward_and_a_backward_pass_for_each_of_its_steps():
    pgd, fgsm = {"method": "pgd", "steps": 7}, {"method": "fgsm"}
    evaluation = {"white_box": {"a": pgd, "b": fgsm}, "adversarial_sets": {"c": "1"}, "shifted_sets": {"d": {}}}
    assert PASSES["evaluation"](evaluation, DIGITS) == 1197 * (1 + (3 * 7 + 1) + (3 + 1) + 1 + 1)
    assert PASSES["adversarial_set"]({"attack": pgd}, DIGITS) == 1197 * (3 * 7 + 2)


def test_the_size_of_a_dataset_is_that_published_until_it_is_prepared(first, tmp_path):
    training = first("training").run.specification
    assert size_of(tmp_path, "demo", training["dataset"], None) == DIGITS
    cifar = {"kind": "cifar100", "name": "cifar100"}
    assert size_of(tmp_path, "demo", cifar, None) == Size(50_000, 10_000, 100, 3, 32, 60_000 * 3072)
    own = {"kind": "folder", "name": "flowers", "image_size": 32}
    assert size_of(tmp_path, "demo", own, None) is None


def test_every_kind_of_run_is_reckoned_and_in_one_way():
    assert PASSES.keys() | USUAL_SECONDS.keys() == STEPS.keys()
    assert not PASSES.keys() & USUAL_SECONDS.keys()


def test_every_result_of_the_suite_has_a_cost(results, costs):
    reckoned = {result.run.kind: costs().of(result) for result in results.values()}
    assert {cost.by for cost in reckoned.values()} == {"counted", "usual"}
    assert {kind for kind, cost in reckoned.items() if cost.by == "counted"} == PASSES.keys() & reckoned.keys()
    assert all(cost.seconds > 0 for cost in reckoned.values())


def test_a_training_on_a_subset_sees_no_more_than_that(results, costs, tmp_path):
    of_part = next(
        result
        for result in results.values()
        if result.run.kind == "training" and "subset" in result.run.specification["dataset"]
    )
    t = of_part.run.needed("subset").specification["t"]
    assert workload_of(tmp_path, "demo", of_part).size.n_train == int(600 * t)
    whole = {**of_part.run.specification, "dataset": {"kind": "digits", "name": "digits"}}
    on_all = replace(of_part, run=Run("training", 0, whole, "on all"))
    assert costs().operations(of_part) < costs().operations(on_all)


def test_a_search_trains_a_supernet_at_two_levels(first, tmp_path):
    search = first("search")
    settings = search.run.specification["search"]
    network = workload_of(tmp_path, "demo", search)
    share = settings["weight_share"] * network.size.n_train
    steps = settings["epochs"] + (settings["epochs"] - settings["warmup_epochs"])
    assert PASSES["search"](search.run.specification, network.size) == pytest.approx(3 * steps * share)
    shape = {"n_classes": 10, "in_channels": 1, "image_size": 8}
    supernet = Supernet(**shape, **{key: settings[key] for key in NETWORK_KEYS})
    assert network_operations(*network)[1] == sum(weights.numel() for weights in supernet.parameters())
    assert network_operations(*network)[0] > 0


def test_what_is_measured_of_several_networks_counts_all(first):
    held_out = {"subsets": dict.fromkeys("abc", "part")}
    assert PASSES["held_out"](held_out, DIGITS) == 3 * 600
    mixed = {"runs": ["a", "b"], "pairs": 7, "shares": [1, 0.5]}
    assert PASSES["mixed_outputs"](mixed, DIGITS) == 2 * 7 * 4
    scores = {"kind": "mixed_losses", "draws": 10, "places": 2}
    assert PASSES["scores"](scores, DIGITS) == 20 * 600
    assert PASSES["scores"]({"kind": "features"}, DIGITS) == 600
    estimate = {"schedule": {"epochs": 4}, "ratios": [0.5, 0.75], "repeats": 3}
    assert PASSES["estimated_cscores"](estimate, DIGITS) == 6 * (12 * 300 + 600) + 12 * (12 * 450 + 600)
    phases = [{"epochs": 2}, {"epochs": 3}]
    transfer = {"images_per_class": 5, "treatments": {"a": {"phases": phases}, "b": {"phases": phases[:1]}}}
    assert PASSES["transfer"](transfer, DIGITS) == 3 * 7 * 50 + 2 * (50 + 1197)
    bridge = {"training": {"epochs": 4}, "seeds": 2}
    assert PASSES["bridge"](bridge, DIGITS) == 2 * (13 * 600 + 1197)


def test_without_finished_runs_operations_and_device_decide(first, costs):
    training = first("training")
    cost = costs().of(training)
    operations = (
        PASSES["training"](training.run.specification, DIGITS)
        * network_operations(training.run.specification["model"], DIGITS)[0]
    )
    assert cost.by == "counted"
    assert cost.seconds == pytest.approx(operations / 1e6, rel=0.01)
    assert cost.bytes > 4 * network_operations(training.run.specification["model"], DIGITS)[1]


def test_finished_runs_like_it_decide_and_those_most_like_it_first(results, finish, costs):
    trainings = [result for result in results.values() if result.run.kind == "training"]
    asked = trainings[0]
    method, model = (
        (lambda each: each.run.specification["recipe"]["method"]),
        (lambda each: each.run.specification["model"]),
    )
    twin = next(each for each in trainings[1:] if method(each) == method(asked) and model(each) == model(asked))
    cousin = next(each for each in trainings[1:] if method(each) != method(asked) and model(each) == model(asked))
    finish(twin, seconds=11.0, device="cpu (x86_64)")
    finish(cousin, seconds=33.0, device="cpu (x86_64)")
    assert costs(twin, cousin).of(asked).seconds == pytest.approx(11.0)
    assert costs(cousin).of(asked).by == "measured"
    assert costs(cousin, on_gpu=True).of(asked).by == "counted", "a CPU says nothing of a GPU"


def test_what_snakemake_measured_goes_before_what_the_record_says(first, finish, costs, tmp_path):
    descent = first("descent")
    finish(descent, seconds=1.0, device="cpu (x86_64)")
    assert costs(descent).of(descent).seconds == pytest.approx(1.0)
    write_text(tmp_path / descent.benchmark, '{"s": 5.0}\n')
    assert costs(descent).of(descent).seconds == pytest.approx(5.0)


def test_a_kind_that_nobody_reckoned_is_unknown_until_one_is_finished(first, finish, costs, monkeypatch):
    stranger = first("evaluation")
    monkeypatch.delitem(PASSES, "evaluation")
    assert costs().of(stranger).seconds is None
    finish(stranger, seconds=2.0)
    assert costs(stranger).of(stranger).seconds == pytest.approx(2.0)


def test_an_empty_folder_has_everything_left(planned, catalog, results):
    plan = planned()
    datasets = {result.dataset for result in results.values() if result.dataset}
    assert plan.total.left == len(results) + len(catalog.built) + len(datasets) + 1
    assert plan.total.done == 0
    assert plan.total.bytes_there == 0
    assert plan.total.core_hours > 0
    lines = {line.name: line for line in plan.lines}
    assert lines["oh2024_phase"].left == 3 + 1
    assert sum(line.left for line in plan.lines) > plan.total.left, "artefacts share runs"
    assert plan.total.unknown == 0


def test_finished_runs_and_datasets_are_not_left_and_stale_ones_are(planned, first, finish, prepare):
    before = planned().total
    finish(first("descent"))
    finish(first("training"), code="0ld")
    prepare("a" * 64)
    plan = planned()
    assert plan.total.left == before.left - 2
    assert plan.total.done == 1
    assert plan.stale == 1
    assert plan.total.bytes_there > 0


def test_the_text_has_a_line_per_artefact_and_says_what_it_reckons_with(planned, catalog):
    text = plan_text(planned(), "made up")
    for name in (*catalog.built, "all together"):
        assert f"\n{name} " in text
    assert "reckoned for slow" in text
    assert "by counted operations on slow" in text
    assert "The rate of slow: made up." in text


def test_the_device_is_the_one_asked_for_or_what_the_setting_comes_to(root, monkeypatch):
    devices = read_devices(root)
    assert chosen_device(devices, "nvidia-a100", "cpu") == "nvidia-a100"
    assert chosen_device(devices, None, "cuda") == "nvidia-h100"
    assert chosen_device(devices, None, "cpu") == CPU
    with pytest.raises(ConfigError, match=r"--device: found 'nvidia-h10' \(did you mean 'nvidia-h100'"):
        chosen_device(devices, "nvidia-h10", "cpu")


def test_a_mistake_in_the_devices_is_named(tmp_path):
    write_text(
        tmp_path / "workflow" / "devices.yaml", "cpu: {title: t, because: b, multiply_adds_per_second: {float32: -1}}"
    )
    with pytest.raises(ConfigError, match=r"workflow/devices\.yaml: cpu: multiply_adds_per_second"):
        read_devices(tmp_path)
