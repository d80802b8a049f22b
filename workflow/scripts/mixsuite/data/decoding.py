"""Worker processes that decode, crop and look at images, and keep the order in which they were asked."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from mixsuite.data.batches import Hint
from mixsuite.data.class_folders import open_as_stored
from mixsuite.data.errors import DatasetError
from mixsuite.data.index import ImageIndex
from mixsuite.data.resized_crop import ResizedCrop, central_view, random_view
from mixsuite.randomness import stream

_BATCHES_AHEAD = 2


class Request(NamedTuple):
    """A batch that is asked for: `places` int64 (B,) in the split; `draws`, a seed and an epoch, for random views."""

    places: np.ndarray
    draws: tuple[int, int] | None


class Decoder(Dataset):
    """What a worker does: from a Request to pixels uint8 (B, 3, size, size) and what `hint` says of them.

    Of a file that does not decode it returns what is wrong with it. A random view depends on the seed, the epoch and
    the image's place alone, whoever makes it.
    """

    def __init__(self, index: ImageIndex, crop: ResizedCrop, flip: bool, hint: Hint | None) -> None:
        self.index, self.crop, self.flip, self.hint = index, crop, flip, hint

    def __getitem__(self, request: Request) -> tuple[torch.Tensor, torch.Tensor | None] | str:
        size = self.crop.size
        pixels = np.empty((len(request.places), 3, size, size), np.uint8)
        try:
            for place, row in zip(request.places.tolist(), pixels, strict=True):
                row[:] = self._view(place, request.draws).transpose(2, 0, 1)
        except DatasetError as error:
            # As text: a DataLoader would wrap a raised error in the worker's traceback.
            return str(error)
        images = torch.from_numpy(pixels)
        return images, None if self.hint is None else self.hint(images)

    def _view(self, place: int, draws: tuple[int, int] | None) -> np.ndarray:
        image = open_as_stored(self.index.path(place))
        if draws is None:
            return central_view(image, self.crop)
        seed, epoch = draws
        return random_view(image, self.crop, self.flip, stream(seed, "augmentation", epoch, place))


class Decoders:
    """Processes that share a Decoder and live as long as this: `workers` for each series of answers that is open.

    With 0, the caller itself decodes. With `pinned`, what they return lies in memory from which a GPU copies beside its
    computing. Each worker keeps up to two batches ready.
    """

    def __init__(self, decoder: Decoder, workers: int, pinned: bool) -> None:
        self._decoder, self._workers, self._pinned = decoder, workers, pinned
        self._idle: list[DataLoader] = []

    def answers(self, requests: Sequence[Request]) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
        """Yield pixels and hints for each of `requests`, in their order; several such series may be open at once.

        Raises:
            DatasetError: an image cannot be read or does not decode; the file is named.
            ChildProcessError: a worker was killed.
        """
        # A loader serves one series at a time, and then the next, with the same processes.
        loader = self._idle.pop() if self._idle else self._new_loader()
        loader.sampler[:] = requests
        try:
            for answer in _started(loader):
                if isinstance(answer, str):
                    raise DatasetError(answer)
                yield answer
        except RuntimeError as error:
            if not str(error).startswith("DataLoader worker (pid"):
                raise
            lost = str(error).splitlines()[0]
            reason = f"a process that decodes images is gone, perhaps for lack of memory: {lost}"
            raise ChildProcessError(reason) from None
        finally:
            self._idle.append(loader)

    def _new_loader(self) -> DataLoader:
        return DataLoader(
            self._decoder,
            # A request is what this calls an index; a list, which can hold the next series' requests, too.
            sampler=[],
            batch_size=None,
            num_workers=self._workers,
            persistent_workers=self._workers > 0,
            prefetch_factor=_BATCHES_AHEAD if self._workers else None,
            pin_memory=self._pinned,
            # It draws a seed, which must not come from torch's global stream.
            generator=torch.Generator(),
        )


def _started(loader: DataLoader) -> Iterator[Any]:
    """Return the loader's iterator, the handlers of signals being left as they are."""
    if threading.current_thread() is not threading.main_thread():
        return iter(loader)
    # The loader's own handler would raise its error wherever the caller is when a worker dies; without it, the loss
    # shows at the next answer.
    before = signal.getsignal(signal.SIGCHLD)
    iterator = iter(loader)
    signal.signal(signal.SIGCHLD, before or signal.SIG_DFL)
    return iterator
