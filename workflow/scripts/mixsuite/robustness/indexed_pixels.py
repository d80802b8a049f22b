"""Large images that lie in files as pixels in [0, 1]: a prepared index's, or those of a folder of class folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mixsuite.contents import sha256_of_images
from mixsuite.data.class_folders import labelled_paths, list_images
from mixsuite.data.image_files import check_files
from mixsuite.data.index import ImageIndex
from mixsuite.data.indexed import Augmentation, IndexedImages, open_indexed
from mixsuite.data.resized_crop import ResizedCrop
from mixsuite.robustness.pixels import BATCH_SIZE
from mixsuite.training.trained import Trained


@dataclass(frozen=True, eq=False)
class IndexedPixels:
    """Images decoded and cut to their centre as they are asked for; see `mixsuite.robustness.pixels.Pixels`."""

    images: IndexedImages
    description: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.images)

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield pixels and labels; see `mixsuite.robustness.pixels.Pixels`."""
        for batch in self.images.plain_batches(BATCH_SIZE):
            yield batch.images, batch.labels


def index_pixels(index: ImageIndex, trained: Trained, device: torch.device, workers: int) -> IndexedPixels:
    """Return the images of `index` as `trained` is tested on them."""
    crop = ResizedCrop(**trained.run["specification"]["schedule"]["resized_crop"])
    augmentation = Augmentation(crop, flip=False, colour_jitter=0, lighting=0)
    # Not normalised: the attacked network does it.
    images = open_indexed(index, (0, 0, 0), (1, 1, 1), augmentation, device, workers)
    return IndexedPixels(images, index.description)


def folder_pixels(folder: Path, trained: Trained, device: torch.device, workers: int) -> IndexedPixels:
    """Return the images of `folder`/CLASS/IMAGE, classes and images in the order of their names.

    Raises:
        DatasetError: there are fewer than two class folders, one without images, or a file that is no image.
    """
    found = list_images(folder)
    classes = list(found)
    paths, labels = zip(*labelled_paths(found, classes, folder), strict=True)
    check_files(folder, paths, checksums=False)
    description = {"classes": classes, "sha256": sha256_of_images(folder), "source": f"the folder {folder.name}"}
    encoded = np.array([path.encode() for path in paths])
    return index_pixels(ImageIndex(folder, encoded, np.array(labels, np.int64), description), trained, device, workers)
