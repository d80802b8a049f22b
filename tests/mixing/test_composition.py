"""Compositions against the mixes that the training uses, and their measures against counting pixel by pixel."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mixsuite.array_files import write_arrays
from mixsuite.checks import SettingError
from mixsuite.mixing import dcutmix, saliency_dcutmix
from mixsuite.mixing.composition import (
    LEAST_SHOWN,
    balanced_proportions,
    compose_drawn,
    draw,
    salient_pixels,
)
from mixsuite.mixing.composition_measures import REPETITIONS, measure_areas, measure_saliency, visible_saliency
from mixsuite.mixing.composition_record import compose_images
from mixsuite.mixing.draws import dirichlet, permuted_partners
from mixsuite.mixing.saliency import most_salient_pixels, saliency_maps
from mixsuite.mixing.stick_breaking import nested_boxes

SHARED = {"images": 3, "alpha": 1.0, "probability": 1.0}
DCUTMIX = {"method": "dcutmix", **SHARED}
SALIENCY = {"method": "saliency_dcutmix", **SHARED, "saliency": "uint8"}


@pytest.fixture
def pictures():
    """Give 20 pictures of 5 classes: a soft ground, a bright dot and below it a dark one."""
    rng = np.random.default_rng(0)
    images = rng.integers(80, 120, (20, 24, 24, 3), dtype=np.uint8)
    rows, columns = rng.integers(2, 20, (2, 20))
    images[np.arange(20), rows, columns] = 255
    images[:, 22, 12] = 0
    return SimpleNamespace(
        labels=np.repeat(np.arange(5), 4),
        names=["ant", "bee", "cow", "dog", "eel"],
        sha256="abc",
        read=lambda places: np.stack([images[place] for place in places]),
    )


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def test_sources_differ_in_class_and_are_read_once(pictures):
    drawn = draw(pictures, dirichlet(1.0, 4, 50, seeded(0)), seeded(1))
    labels = pictures.labels[drawn.places[drawn.which]]
    assert all(len(set(column)) == 4 for column in labels.T)
    assert len(drawn.places.unique()) == len(drawn.places) == len(drawn.pictures)
    np.testing.assert_array_equal(drawn.pictures.permute(0, 2, 3, 1), pictures.read(drawn.places.tolist()))
    assert set(labels.flatten()) == set(range(5))


def test_too_few_classes_are_told(pictures):
    with pytest.raises(SettingError, match="images: found 6, expected at most 5, one of each class"):
        draw(pictures, dirichlet(1.0, 6, 2, seeded(0)), seeded(0))


@pytest.mark.parametrize("recipe", [DCUTMIX, SALIENCY], ids=lambda recipe: recipe["method"])
def test_a_composition_is_what_the_mix_gives_for_the_same_draws(pictures, recipe):
    pixels = torch.from_numpy(pictures.read(range(20))).permute(0, 3, 1, 2)
    module = dcutmix if recipe["method"] == "dcutmix" else saliency_dcutmix
    mix = module.build(**{key: value for key, value in recipe.items() if key != "method"})
    hints = [most_salient_pixels(pixels)] if recipe is SALIENCY else []
    images, targets = mix(pixels.double(), torch.eye(20, dtype=torch.float64), seeded(3), *hints)
    generator = seeded(3)
    partners = permuted_partners(3, 20, generator)
    phi = dirichlet(1.0, 3, 20, generator)
    boxes = nested_boxes(phi, 24, 24, generator)
    drawn = SimpleNamespace(pictures=pixels, which=partners, phi=phi, boxes=boxes)
    composed = compose_drawn(recipe, drawn)
    assert torch.equal(composed.images.double(), images)
    shares = torch.zeros(20, 20, dtype=torch.float64).scatter_add_(1, partners.t(), composed.owners.shares.t())
    torch.testing.assert_close(shares, targets)


def test_all_recipes_share_sources_and_boxes_but_not_cuts(pictures):
    drawn = draw(pictures, dirichlet(1.0, 3, 8, seeded(0)), seeded(1))
    plain, salient = (compose_drawn(recipe, drawn) for recipe in (DCUTMIX, SALIENCY))
    assert torch.equal(plain.owners.owner, salient.owners.owner)
    assert not plain.offsets.any()
    assert salient.offsets.any()
    first = plain.owners.owner == 0
    assert torch.equal(plain.images.movedim(1, 3)[first], salient.images.movedim(1, 3)[first])


def test_salient_pixels_as_released_are_others(pictures):
    pixels = torch.from_numpy(pictures.read(range(20))).permute(0, 3, 1, 2)
    assert salient_pixels(pixels, "uint8").tolist() == most_salient_pixels(pixels).tolist()
    assert (salient_pixels(pixels, "as_released") != salient_pixels(pixels, "uint8")).any(1).float().mean() > 0.8


@pytest.mark.parametrize("recipe", [DCUTMIX, SALIENCY], ids=lambda recipe: recipe["method"])
def test_what_is_visible_is_counted_pixel_by_pixel(pictures, recipe):
    drawn = draw(pictures, dirichlet(1.0, 3, 6, seeded(0)), seeded(1))
    composition = compose_drawn(recipe, drawn)
    pixels, maps = most_salient_pixels(drawn.pictures), saliency_maps(drawn.pictures)
    shown, share = visible_saliency(drawn, composition, pixels, maps)
    for k in range(3):
        for b in range(6):
            which = drawn.which[k, b]
            seen = [
                (row + composition.offsets[k, 0, b].item(), column + composition.offsets[k, 1, b].item())
                for row in range(24)
                for column in range(24)
                if composition.owners.owner[b, row, column] == k
            ]
            assert shown[k, b] == (tuple(pixels[which].tolist()) in seen)
            expected = sum(maps[which][place].item() for place in seen) / maps[which].sum().item()
            assert share[k, b] == pytest.approx(expected, abs=1e-5)


def test_areas_follow_the_dirichlet_distribution():
    found = list(measure_areas(3, 1.0, (224, 224), 4000, seed=0))
    assert [each["seed"] for each in found[::6]] == list(range(REPETITIONS))
    deviations = [each["value"] for each in found if each["metric"] == "area_deviation"]
    distances = [each["value"] for each in found if each["metric"] == "distance_to_dirichlet"]
    assert len(deviations) == len(distances) == 3 * REPETITIONS
    # Half a pixel at each end of two sides of 224 is 0.45 points at most.
    assert 0.05 < max(deviations) < 0.45
    # 1.95 / sqrt(n) is passed once in a thousand.
    assert max(distances) < 1.95 / 4000**0.5 + 0.005


def test_areas_of_small_images_deviate_more_and_another_alpha_is_told_apart(monkeypatch):
    def mean_of(metric, size):
        found = measure_areas(3, 1.0, (size, size), 500, seed=0)
        return np.mean([each["value"] for each in found if each["metric"] == metric])

    of_size = {size: mean_of("area_deviation", size) for size in (8, 32, 224)}
    assert of_size[8] > 2 * of_size[32] > 4 * of_size[224]
    right = mean_of("distance_to_dirichlet", 224)
    monkeypatch.setattr(
        "mixsuite.mixing.composition_measures.dirichlet", lambda alpha, *rest: dirichlet(2 * alpha, *rest)
    )
    assert right < 0.06 < 0.12 < mean_of("distance_to_dirichlet", 224)


def test_salient_patches_show_more_salient_pixels(pictures):
    recipes = {"plain": DCUTMIX, "salient": SALIENCY}
    found = list(measure_saliency(recipes, pictures, 3, 1.0, 60, seed=0))
    assert len(found) == 2 * 2 * REPETITIONS
    values = {
        (each["recipe"], each["seed"]): each["value"] for each in found if each["metric"] == "salient_pixel_visible"
    }
    for seed in range(REPETITIONS):
        assert 15 < values["plain", seed] < 50
        assert values["salient", seed] > values["plain", seed] + 10
    assert found == list(measure_saliency(recipes, pictures, 3, 1.0, 60, seed=0))


def test_shown_proportions_are_even_enough_to_be_seen():
    phi = balanced_proportions(1 / 3, 3, 6, seeded(0))
    assert phi.shape == (3, 6)
    assert (phi.amin(0) >= LEAST_SHOWN / 3).all()
    torch.testing.assert_close(phi.sum(0), torch.ones(6, dtype=torch.float64))
    assert balanced_proportions(1e-3, 9, 2, seeded(0)).shape == (9, 2)


def test_the_record_says_what_the_arrays_hold(pictures):
    specification = {
        "dataset": {"kind": "folder"},
        "recipes": {"plain": DCUTMIX, "salient": SALIENCY},
        "samples": 2,
        "draws": 5,
        "seed": 1,
    }
    record, arrays = compose_images(specification, pictures)
    json.dumps(record)
    assert record["dataset"] == {"sha256": "abc"}
    assert record["specification"] == specification
    assert record["size"] == (24, 24)
    assert arrays["sources"].shape == (2, 3, 24, 24, 3)
    assert len(record["areas"]) == 3 * 2 * REPETITIONS
    assert len(record["saliency"]) == 2 * 2 * REPETITIONS
    for number, sample in enumerate(record["samples"]):
        np.testing.assert_array_equal(arrays["sources"][number], pictures.read(sample["places"]))
        assert sample["classes"] == [pictures.names[pictures.labels[place]] for place in sample["places"]]
        assert sample["v"][0] == pytest.approx(sample["phi"][0])
        assert sample["v"][1] == pytest.approx(sample["phi"][1] / (1 - sample["phi"][0]))
        for name in ("plain", "salient"):
            image = arrays["sources"][number, 0].copy()
            area = [24 * 24, 0, 0]
            for k, (box, cut) in enumerate(zip(sample["boxes"], sample["cuts"][name], strict=True), start=1):
                (top, left, bottom, right), (cut_top, cut_left, cut_bottom, cut_right) = box, cut
                patch = arrays["sources"][number, k, cut_top:cut_bottom, cut_left:cut_right]
                image[top:bottom, left:right] = patch
                area[k] = (bottom - top) * (right - left)
                area[k - 1] -= area[k]
            np.testing.assert_array_equal(arrays[f"images_{name}"][number], image)
            assert sample["shares"] == pytest.approx([each / 24**2 for each in area])


@pytest.mark.parametrize("name", ["plain", "file", "sources", "allow_pickle"])
def test_arrays_are_read_back_whatever_a_recipe_is_called(pictures, tmp_path, name):
    specification = {"dataset": {}, "recipes": {name: DCUTMIX}, "samples": 2, "draws": 1, "seed": 1}
    _, arrays = compose_images(specification, pictures)
    write_arrays(tmp_path / "images.npz", arrays)
    with np.load(tmp_path / "images.npz", allow_pickle=False) as file:
        assert set(file) == {"sources", f"images_{name}"}
        assert file["sources"].shape == (2, 3, 24, 24, 3)
        np.testing.assert_array_equal(file[f"images_{name}"], arrays[f"images_{name}"])


def test_opencv_is_needed_only_for_saliency(pictures, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    specification = {"dataset": {}, "recipes": {"plain": DCUTMIX}, "samples": 1, "draws": 5, "seed": 1}
    record, _ = compose_images(specification, pictures)
    assert record["saliency"] == []
    assert record["samples"][0]["salient_pixels"] is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, "composition: samples: found 0"),
        ({"draws": "many"}, "composition: draws: found 'many'"),
        ({"seed": -1}, "composition: seed: found -1"),
        ({"size": 3}, "unknown key 'size'"),
        ({"recipes": {"mine": {**DCUTMIX, "method": "mixup"}}}, "recipes: mine: method: found 'mixup'"),
        ({"recipes": {"a": DCUTMIX, "b": {**SALIENCY, "images": 4}}}, "expected the same in all"),
        ({"recipes": {"a": {**SALIENCY, "saliency": "float"}}}, "saliency: found 'float'"),
        ({"recipes": {"a": {**DCUTMIX, "method": "saliency_dcutmix"}}}, "saliency: found None"),
        ({"recipes": {"a": {"method": "dcutmix"}}}, "recipes: a: missing key 'images'"),
        ({"recipes": []}, r"recipes: found \[\], expected at least one"),
    ],
)
def test_wrong_compositions_are_named(pictures, changes, message):
    specification = {"dataset": {}, "recipes": {"a": DCUTMIX}, "samples": 1, "draws": 1, "seed": 0, **changes}
    with pytest.raises(SettingError, match=message):
        compose_images(specification, pictures)
