"""Anchors whose loss varies most and least with what they are mixed with, and mixes of them (jeong2021, Fig. 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.data.arrays import ImageArrays
from mixsuite.subsampling.draws import Mixes, draw_anchor
from mixsuite.subsampling.measures import coefficient_of_variation
from mixsuite.subsampling.mixed_losses import compose_mixes
from mixsuite.subsampling.partners import PartnerPool
from mixsuite.subsampling.scores import Scores

SIDES = ("high", "low")
"""Anchors of the highest and of the lowest coefficient of variation."""


def check_gallery(gallery: Any) -> None:
    """Raise SettingError unless `gallery` is {"anchors", "composites", "ddof", "scores"}, with counts of at least 1."""
    check_keys("gallery", gallery, ("anchors", "composites", "ddof", "scores"))
    for key in ("anchors", "composites"):
        check_count(f"gallery: {key}", gallery[key], at_least=1)


def compose_gallery(
    gallery: dict[str, Any], scores: Scores, split: ImageArrays
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what is shown, in plain values, and the images, by name.

    On each side stand `anchors` images, at most one per class, those first whose CV is most extreme. Of each, so many
    `composites` are shown, those with the smallest and the largest loss among them and the others evenly between.

        anchors: side, place in the training split, class, cv, losses (all of them), and per composite its loss, boxes
            (top, left, bottom, right), the sources' classes and shares

    Arrays: `anchors` (2 · anchors, H, W, C) and `composites` (2 · anchors, composites, H, W, C), uint8.

    Raises:
        SettingError: a setting is missing, unknown or out of range, or asks for more than there is.
    """
    check_gallery(gallery)
    if (kind := scores.specification["kind"]) != "mixed_losses":
        raise SettingError(f"scores: found {kind}, expected mixed_losses, whose anchors have mixes to show")
    losses = np.asarray(scores.values)
    if gallery["composites"] > losses.shape[1]:
        raise SettingError(
            f"gallery: composites: found {gallery['composites']}, expected at most the {losses.shape[1]} of an anchor"
        )
    cv = coefficient_of_variation(losses, gallery["ddof"])
    images = torch.from_numpy(np.array(split.images.transpose(0, 3, 1, 2), order="C"))
    pool = PartnerPool(torch.from_numpy(np.array(split.labels)), scores.specification["partners"])
    shown, composites = [], []
    for side in SIDES:
        for place in extreme_anchors(cv, split.labels, gallery["anchors"], side):
            mixes = draw_anchor(place, scores.specification, pool, len(images), images.shape[2:])
            draws = spread_by_loss(losses[place], gallery["composites"])
            mixed = compose_mixes(mixes, images)[torch.from_numpy(draws)]
            composites.append(mixed.permute(0, 2, 3, 1).numpy())
            shown.append(
                {
                    "side": side,
                    "place": place,
                    "class": split.description["classes"][split.labels[place]],
                    "cv": float(cv[place]),
                    "losses": losses[place].tolist(),
                    "composites": [_made_of(mixes, draw, losses[place], split) for draw in draws.tolist()],
                }
            )
    anchors = np.stack([split.images[each["place"]] for each in shown])
    return {"anchors": shown}, {"anchors": anchors, "composites": np.stack(composites)}


def extreme_anchors(cv: np.ndarray, labels: np.ndarray, count: int, side: str) -> list[int]:
    """Return the places of `count` images with the highest (or lowest) CV, no two of one class."""
    order = np.argsort(-cv if side == "high" else cv, kind="stable")
    first_of_class: dict[int, int] = {}
    for place in order.tolist():
        first_of_class.setdefault(int(labels[place]), place)
    if len(first_of_class) < count:
        raise SettingError(f"gallery: anchors: found {count}, expected at most {len(first_of_class)}, one per class")
    return list(first_of_class.values())[:count]


def spread_by_loss(losses: np.ndarray, count: int) -> np.ndarray:
    """Return `count` places in `losses` (M,), by rising loss, from the smallest to the largest at even ranks."""
    ranks = np.linspace(0, len(losses) - 1, count).round().astype(int)
    return np.argsort(losses, kind="stable")[ranks]


def _made_of(mixes: Mixes, draw: int, losses: np.ndarray, split: ImageArrays) -> dict[str, Any]:
    start, end = (edge[:, :, draw].tolist() for edge in mixes.boxes)
    return {
        "loss": float(losses[draw]),
        "boxes": [[*from_, *to] for from_, to in zip(start, end, strict=True)],
        "classes": [split.description["classes"][label] for label in split.labels[mixes.sources[:, draw].numpy()]],
        "shares": mixes.shares[:, draw].tolist(),
    }
