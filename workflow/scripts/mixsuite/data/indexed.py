"""Batches from images that lie in files: decoded and cropped by worker processes, recoloured on the device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch

from mixsuite.data.batches import Batch, Hint
from mixsuite.data.colour import add_lighting, jitter_colours
from mixsuite.data.decoding import Decoder, Decoders, Request
from mixsuite.data.index import ImageIndex
from mixsuite.data.resized_crop import ResizedCrop
from mixsuite.processes import ALONE, Processes
from mixsuite.randomness import stream


@dataclass(frozen=True)
class Augmentation:
    """What happens to training images: crops, mirroring of half of them, colour jitter and lighting noise (0: none).

    Test images are resized and cut to the centre as `crop` says.
    """

    crop: ResizedCrop
    flip: bool
    colour_jitter: float
    lighting: float


@dataclass(frozen=True, eq=False)
class IndexedImages:
    """A split whose images are read as they are needed, with `mean` and `std` (3, 1, 1) of pixels in [0, 1].

    Neither the number of `workers` nor that of processes changes a bit of what comes out on one kind of device.
    """

    index: ImageIndex
    labels: torch.Tensor
    mean: torch.Tensor
    std: torch.Tensor
    augmentation: Augmentation
    workers: int
    _decoders: dict[Hint | None, Decoders] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.labels)

    def training_batches(
        self, batch_size: int, seed: int, epoch: int, hint: Hint | None = None, processes: Processes = ALONE
    ) -> Iterator[Batch]:
        """Yield one shuffled and augmented epoch; see `mixsuite.data.batches.Images`.

        Each process decodes its part of a batch, and all get the whole.
        """
        order = torch.randperm(len(self), generator=stream(seed, "shuffling", epoch))
        colours = stream(seed, "colour", epoch, device=self.labels.device)
        batches = order.split(batch_size)
        parts = [chosen[processes.part(len(chosen))] for chosen in batches]
        # No process asks for nothing: a hint of no image would have no shape.
        asked = (part if len(part) else chosen[:1] for part, chosen in zip(parts, batches, strict=True))
        requests = [Request(places.numpy(), (seed, epoch)) for places in asked]
        answers = self._answers(requests, hint)
        for chosen, part, answer in zip(batches, parts, answers, strict=True):
            pixels, hints = (
                None if local is None else processes.gather(self._moved(local[: len(part)]), len(chosen))
                for local in answer
            )
            index = self._moved(chosen)
            yield Batch(self._normalise(self._recolour(_scaled(pixels), colours)), self.labels[index], index, hints)

    def plain_batches(self, batch_size: int, processes: Processes = ALONE) -> Iterator[Batch]:
        """Yield this process's part of the split, in order; see `mixsuite.data.batches.Images`."""
        part = processes.part(len(self))
        places = torch.arange(part.start, part.stop)
        batches = places.split(batch_size) if len(places) else ()
        answers = self._answers([Request(chosen.numpy(), None) for chosen in batches], None)
        for chosen, (pixels, _) in zip(batches, answers, strict=True):
            index = self._moved(chosen)
            yield Batch(self._normalise(_scaled(self._moved(pixels))), self.labels[index], index, None)

    def _answers(self, requests: Sequence[Request], hint: Hint | None) -> Iterator[tuple[torch.Tensor, ...]]:
        if hint not in self._decoders:
            decoder = Decoder(self.index, self.augmentation.crop, self.augmentation.flip, hint)
            self._decoders[hint] = Decoders(decoder, self.workers, pinned=self.labels.device.type == "cuda")
        return self._decoders[hint].answers(requests)

    def _moved(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(self.labels.device, non_blocking=True)

    def _recolour(self, images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        if self.augmentation.colour_jitter:
            images = jitter_colours(images, self.augmentation.colour_jitter, generator)
        if self.augmentation.lighting:
            images = add_lighting(images, self.augmentation.lighting, generator)
        return images

    def _normalise(self, images: torch.Tensor) -> torch.Tensor:
        return images.sub_(self.mean).div_(self.std)


def open_indexed(
    index: ImageIndex,
    mean: Sequence[float],
    std: Sequence[float],
    augmentation: Augmentation,
    device: torch.device,
    workers: int,
) -> IndexedImages:
    """Return the images of `index` as batches on `device`, with the `mean` and `std` (of [0, 1]) to normalise by.

    Nothing is read yet; `workers` processes start with the first batch, and with 0 this process decodes.
    """
    labels = torch.from_numpy(index.labels.copy()).to(device)
    statistics = (torch.tensor(values, dtype=torch.float32, device=device).view(-1, 1, 1) for values in (mean, std))
    return IndexedImages(index, labels, *statistics, augmentation, workers)


def _scaled(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.float().div_(255)
