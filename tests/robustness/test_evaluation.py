import dataclasses

import numpy as np
import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays
from mixsuite.data.errors import DatasetError
from mixsuite.data.loader import to_device
from mixsuite.robustness.detection import detection_measures
from mixsuite.robustness.evaluation import Sets, check_evaluation, evaluate_robustness
from mixsuite.robustness.pixels import ArrayPixels, split_pixels
from mixsuite.training.evaluation import evaluate

CPU = torch.device("cpu")
FGSM = {"method": "fgsm", "epsilon": 8, "space": "pixels"}
EVALUATION = {
    "run": "abc",
    "white_box": {"fgsm": FGSM},
    "adversarial_sets": {},
    "shifted_sets": {},
    "unknown_set": None,
    "class_mask": "masked",
    "seed": 0,
}
NONE = Sets({}, {}, None)


@pytest.fixture
def test_set(splits, trained):
    return split_pixels(splits[1], trained, CPU, 0)


@pytest.fixture
def probabilities(splits, trained):
    """Tell what the network says of images uint8 (N, H, W, C): softmax (N, classes)."""

    def of(images):
        images = torch.tensor(images).permute(0, 3, 1, 2).float() / 255
        with torch.no_grad():
            return trained.model((images - trained.mean) / trained.std).double().softmax(dim=1).numpy()

    return of


@pytest.fixture
def new_set(splits):
    """Make a set of images of some classes: classes, labels, images -> Pixels."""

    def make(classes, labels, images):
        description = {**splits[1].description, "classes": classes, "source": "a set"}
        return ArrayPixels(ImageArrays(images, np.array(labels), description), CPU)

    return make


def test_clean_accuracy_is_that_of_the_training(test_set, trained, splits):
    found = evaluate_robustness(EVALUATION, trained, test_set, NONE, CPU)
    images = to_device(splits[1], splits[1].description["mean"], splits[1].description["std"], CPU)
    error = evaluate(trained.model, images, CPU)["top1_error"]
    assert found["accuracy"]["clean"] == {"accuracy": pytest.approx(100 - error), "n": 300}
    assert found["detection"] is None


def test_white_box_accuracy_is_that_of_images_attacked_with_the_network_itself(test_set, trained, splits):
    found = evaluate_robustness(EVALUATION, trained, test_set, NONE, CPU)["accuracy"]
    pixels = (torch.tensor(splits[1].images).permute(0, 3, 1, 2).float() / 255).requires_grad_()
    labels = torch.tensor(splits[1].labels)
    torch.nn.functional.cross_entropy(trained.model((pixels - trained.mean) / trained.std), labels).backward()
    attacked = (pixels + 8 / 255 * pixels.grad.sign()).clamp(0, 1)
    correct = trained.model((attacked - trained.mean) / trained.std).argmax(dim=1) == labels
    assert found["fgsm"] == {"accuracy": pytest.approx(100 * correct.double().mean().item()), "n": 300}
    assert found["fgsm"]["accuracy"] < found["clean"]["accuracy"]


def adversarial(pixels, sha256):
    """Say of `pixels` that they were made of images with that sha256."""
    made = {**pixels.description, "substitute": {}, "dataset": {"sha256": sha256}}
    return ArrayPixels(dataclasses.replace(pixels.split, description=made), CPU)


def test_adversarial_sets_are_shown_as_they_are(test_set, trained, splits, new_set, probabilities):
    images = splits[1].images[:, ::-1].copy()
    gray = adversarial(new_set(list("abcdef"), splits[1].labels, images), trained.run["dataset"]["sha256"])
    evaluation = {**EVALUATION, "adversarial_sets": {"gray": "id"}}
    found = evaluate_robustness(evaluation, trained, test_set, Sets({"gray": gray}, {}, None), CPU)["accuracy"]["gray"]
    assert found["accuracy"] == pytest.approx(100 * np.mean(probabilities(images).argmax(1) == splits[1].labels))


def test_what_is_no_adversarial_set_of_these_images_is_refused(test_set, trained, splits, new_set):
    plain = new_set(list("abcdef"), splits[1].labels, splits[1].images)
    evaluation = {**EVALUATION, "adversarial_sets": {"gray": "id"}}
    for given, message in (
        (plain, "gray: found a set, expected what make_adversarial"),
        (adversarial(plain, "other"), "gray: made of other images"),
    ):
        with pytest.raises(DatasetError, match=message):
            evaluate_robustness(evaluation, trained, test_set, Sets({"gray": given}, {}, None), CPU)


@pytest.mark.parametrize("protocol", ["masked", "unmasked"])
def test_a_shifted_set_of_some_classes(test_set, trained, splits, new_set, probabilities, protocol):
    chosen = np.isin(splits[1].labels, [1, 4])
    noise = np.random.default_rng(0).integers(0, 60, splits[1].images[chosen].shape, dtype=np.uint8)
    images = splits[1].images[chosen] // 2 + noise
    # The set numbers its classes by their names, of which it has two.
    labels = (splits[1].labels[chosen] == 4).astype(np.int64)
    sets = Sets({}, {"shifted": new_set(["b", "e"], labels, images)}, None)
    evaluation = {**EVALUATION, "shifted_sets": {"shifted": {}}, "class_mask": protocol}
    found = evaluate_robustness(evaluation, trained, test_set, sets, CPU)["accuracy"]["shifted"]
    said = probabilities(images)
    said = np.array([1, 4])[said[:, [1, 4]].argmax(1)] if protocol == "masked" else said.argmax(1)
    expected = 100 * np.mean(said == splits[1].labels[chosen])
    assert found == {"accuracy": pytest.approx(expected), "n": int(chosen.sum())}


@pytest.mark.parametrize("protocol", ["masked", "unmasked"])
def test_unknown_images_are_told_from_the_test_images_of_their_classes(
    test_set, trained, splits, new_set, probabilities, protocol
):
    images = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 1), dtype=np.uint8)
    sets = Sets({}, {}, new_set(["b", "e", "f"], np.zeros(30, np.int64), images))
    evaluation = {**EVALUATION, "unknown_set": {}, "class_mask": protocol}
    found = evaluate_robustness(evaluation, trained, test_set, sets, CPU)["detection"]
    known = splits[1].images[np.isin(splits[1].labels, [1, 4, 5])]
    logits = [np.log(probabilities(each)) for each in (images, known)]
    if protocol == "masked":
        logits = [each[:, [1, 4, 5]] for each in logits]
    scores = [-(np.exp(each) / np.exp(each).sum(1, keepdims=True)).max(1) for each in logits]
    assert found == pytest.approx({**detection_measures(*scores), "n_unknown": 30, "n_known": 150})


@pytest.mark.parametrize("what", ["shifted", "unknown"])
def test_a_class_that_the_network_does_not_know_is_one_message(test_set, trained, splits, new_set, what):
    foreign = new_set(["b", "n09"], splits[1].labels % 2, splits[1].images)
    sets = Sets({}, {"s": foreign}, None) if what == "shifted" else Sets({}, {}, foreign)
    evaluation = {**EVALUATION, **({"shifted_sets": {"s": {}}} if what == "shifted" else {"unknown_set": {}})}
    with pytest.raises(DatasetError, match="1 of its 2 classes are none of the network's 6: n09"):
        evaluate_robustness(evaluation, trained, test_set, sets, CPU)


def test_an_adversarial_set_of_other_images_is_refused(test_set, trained, splits, new_set):
    fewer = new_set(list("abcdef"), splits[1].labels[:50], splits[1].images[:50])
    evaluation = {**EVALUATION, "adversarial_sets": {"gray": "id"}}
    with pytest.raises(DatasetError, match="gray: found 50 images of 6 classes, expected adversarial images"):
        evaluate_robustness(evaluation, trained, test_set, Sets({"gray": fewer}, {}, None), CPU)


def test_a_network_in_training_mode_is_refused(test_set, trained):
    network = dataclasses.replace(trained, model=trained.model.train())
    with pytest.raises(ValueError, match="the network: is in training mode"):
        evaluate_robustness(EVALUATION, network, test_set, NONE, CPU)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": "0"}, "seed: found '0'"),
        ({"white_box": [FGSM]}, "white_box: found"),
        ({"shifted_sets": {"fgsm": {}}}, "found the names fgsm, fgsm, expected each once"),
        ({"white_box": {"clean": FGSM}}, "none of clean, unknown"),
        ({"attack": {}}, "unknown key 'attack'"),
    ],
)
def test_a_wrong_setting_is_named(changes, message):
    with pytest.raises(SettingError, match=message):
        check_evaluation({**EVALUATION, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"adversarial_sets": {"gray": "id"}}, "adversarial_sets: found none, expected gray"),
        ({"shifted_sets": {"a": {}}}, "shifted_sets: found none, expected a"),
        ({"unknown_set": {}}, "unknown_set: found settings without images"),
        ({"white_box": {"fgsm": {**FGSM, "epsilon": -1}}}, "epsilon: found -1"),
        ({"class_mask": "half"}, "class_mask: found 'half'"),
    ],
)
def test_what_does_not_fit_the_images_is_named(test_set, trained, splits, changes, message):
    with pytest.raises(SettingError, match=message):
        evaluate_robustness({**EVALUATION, **changes}, trained, test_set, NONE, CPU)
