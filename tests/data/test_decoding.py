import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import transforms
from torchvision.datasets.folder import pil_loader

from mixsuite.data.decoding import Decoder, Decoders, Request
from mixsuite.data.errors import DatasetError
from mixsuite.data.index import load_index
from mixsuite.data.registry import index as index_dataset
from mixsuite.data.resized_crop import ResizedCrop
from mixsuite.randomness import derived_seed

CROP = ResizedCrop(size=8, resize=10, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3))
REQUESTS = [Request(np.array(places), (5, 2)) for places in ([0, 3], [8], [1, 2, 7], [4, 5, 6])]


@pytest.fixture
def split(imagenet_folder, tmp_path):
    index_dataset({"kind": "imagenet", "name": "imagenet"}, str(imagenet_folder()), tmp_path / "prepared")
    return load_index(tmp_path / "prepared")[0]


def brightest(pixels):
    """A hint: the place of the brightest pixel of each image, int64 (B, 2)."""
    return torch.tensor([np.unravel_index(image.sum(0).argmax(), image.shape[1:]) for image in pixels.numpy()])


def test_a_random_view_is_torchvisions_with_the_draws_of_its_place(split):
    theirs = transforms.Compose([transforms.RandomResizedCrop(8), transforms.RandomHorizontalFlip()])
    pixels, hints = Decoder(split, CROP, True, brightest)[Request(np.array([6, 1]), (5, 2))]
    with torch.random.fork_rng(devices=[]):
        for place, found in zip((6, 1), pixels, strict=True):
            torch.manual_seed(derived_seed(5, "augmentation", 2, place))
            expected = np.asarray(theirs(pil_loader(split.path(place))))
            np.testing.assert_array_equal(found.permute(1, 2, 0), expected)
    assert torch.equal(hints, brightest(pixels))


def test_a_plain_view_is_the_resized_centre(split):
    theirs = transforms.Compose([transforms.Resize(10), transforms.CenterCrop(8)])
    pixels, hints = Decoder(split, CROP, True, None)[Request(np.array([3]), None)]
    np.testing.assert_array_equal(pixels[0].permute(1, 2, 0), np.asarray(theirs(pil_loader(split.path(3)))))
    assert hints is None


@pytest.mark.filterwarnings("ignore:This DataLoader will create 3 worker processes")
@pytest.mark.parametrize("workers", [1, 3])
def test_workers_answer_as_the_caller_would_in_order_and_again(split, workers):
    decoder = Decoder(split, CROP, True, brightest)
    alone, helped = Decoders(decoder, 0, pinned=False), Decoders(decoder, workers, pinned=False)
    for requests in (REQUESTS, REQUESTS[::-1]):
        for request, expected, found in zip(requests, alone.answers(requests), helped.answers(requests), strict=True):
            assert len(found[0]) == len(request.places)
            assert all(torch.equal(theirs, ours) for theirs, ours in zip(expected, found, strict=True))


def test_an_epoch_that_was_left_halfway_does_not_disturb_the_next(split):
    decoders = Decoders(Decoder(split, CROP, True, None), 2, pinned=False)
    first = decoders.answers(REQUESTS)
    next(first)
    first.close()
    expected = Decoders(Decoder(split, CROP, True, None), 0, pinned=False).answers(REQUESTS)
    for theirs, ours in zip(expected, decoders.answers(REQUESTS), strict=True):
        assert torch.equal(theirs[0], ours[0])


def test_series_that_are_open_at_once_do_not_mix_and_the_processes_are_kept(split):
    decoder, before = Decoder(split, CROP, True, None), set(multiprocessing.active_children())
    decoders = Decoders(decoder, 1, pinned=False)
    expected = list(Decoders(decoder, 0, pinned=False).answers(REQUESTS))
    for _ in range(2):
        pairs = zip(decoders.answers(REQUESTS), decoders.answers(REQUESTS[::-1]), strict=True)
        for (one, other), first, last in zip(pairs, expected, reversed(expected), strict=True):
            assert torch.equal(one[0], first[0])
            assert torch.equal(other[0], last[0])
        assert len(set(multiprocessing.active_children()) - before) == 2


def test_no_number_is_taken_from_the_global_stream(split):
    before = torch.get_rng_state()
    for workers in (0, 1):
        list(Decoders(Decoder(split, CROP, True, None), workers, pinned=False).answers(REQUESTS))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_image_that_does_not_decode_is_named_in_one_line(split, workers):
    path = split.path(7)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DatasetError, match=rf"\A{path}: does not decode as an image \([^\n]*\)\Z"):
        list(Decoders(Decoder(split, CROP, True, None), workers, pinned=False).answers(REQUESTS))


@pytest.fixture
def no_garbage_collection():
    gc.disable()
    yield
    gc.enable()


def test_workers_end_by_themselves_after_an_error(split, no_garbage_collection):
    split.path(6).write_bytes(b"no image")
    before = set(multiprocessing.active_children())
    answers = Decoders(Decoder(split, CROP, True, None), 2, pinned=False).answers(REQUESTS)
    next(answers)
    workers = set(multiprocessing.active_children()) - before
    assert len(workers) == 2
    with pytest.raises(DatasetError):
        list(answers)
    # A DataLoader that only the garbage collector frees waits 5 s for each worker, and then terminates it.
    del answers
    assert {worker.exitcode for worker in workers} == {0}


@pytest.mark.slow
def test_a_worker_that_was_killed_is_told(split):
    before = set(multiprocessing.active_children())
    answers = Decoders(Decoder(split, CROP, True, None), 1, pinned=False).answers(REQUESTS * 20)
    next(answers)
    (worker,) = set(multiprocessing.active_children()) - before
    worker.kill()
    # Not here, in the middle of something else, but where the next answer is asked for.
    worker.join()
    with pytest.raises(ChildProcessError, match="a process that decodes images is gone, perhaps for lack of memory"):
        list(answers)


def test_a_decoder_can_be_sent_to_a_process_of_any_kind(split):
    decoder = Decoder(split, CROP, True, brightest)
    sent = pickle.loads(pickle.dumps(decoder))  # noqa: S301
    for ours, theirs in zip(decoder[REQUESTS[0]], sent[REQUESTS[0]], strict=True):
        assert torch.equal(ours, theirs)


def threads_of(pixels):
    """A hint: on how many threads the worker computes."""
    return torch.full((len(pixels),), torch.get_num_threads())


def test_workers_compute_on_one_thread_each(split):
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        answers = list(Decoders(Decoder(split, CROP, True, threads_of), 2, pinned=False).answers(REQUESTS))
    finally:
        torch.set_num_threads(before)
    assert {int(threads) for _, hints in answers for threads in hints} == {1}


PARENT = """
import multiprocessing, sys, time
from pathlib import Path
import numpy as np
from mixsuite.data.decoding import Decoder, Decoders, Request
from mixsuite.data.index import load_index
from mixsuite.data.resized_crop import ResizedCrop
split = load_index(Path(sys.argv[1]))[0]
decoder = Decoder(split, ResizedCrop(8, 10, (0.1, 1.0), (1.0, 1.0)), True, None)
answers = Decoders(decoder, 2, pinned=False).answers([Request(np.arange(9), (0, 0))] * 1000)
# One of each worker: until it has begun to work, a DataLoader's worker does not know whose it is.
next(answers), next(answers)
print(*(child.pid for child in multiprocessing.active_children()), flush=True)
time.sleep(60)
"""


@pytest.mark.slow
def test_workers_die_with_a_parent_that_is_killed(split, tmp_path, root):
    environment = {**os.environ, "PYTHONPATH": str(root / "workflow" / "scripts")}
    command = [sys.executable, "-c", PARENT, tmp_path / "prepared"]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
