"""Where an image is most salient, by OpenCV's fine-grained static saliency (Montabone and Soto 2010).

SaliencyMix (Uddin et al. 2021) and jeong2021's Saliency-DCutMix cut their patches around that pixel.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from mixsuite.checks import SettingError, check_choice

SALIENCIES = ("uint8", "as_released")
"""What the saliency of an image is computed from: its pixels, or what the released code gives to OpenCV."""


def check_saliency(saliency: str) -> None:
    """Raise SettingError unless `saliency` is one of SALIENCIES."""
    check_choice("saliency", saliency, SALIENCIES)


def most_salient_pixels(pixels: torch.Tensor) -> torch.Tensor:
    """Return the place (row, column) of the most salient pixel of each image, int64 (B, 2).

    pixels: uint8 (B, C, H, W) on the CPU, RGB or grey.

    Of several the first is taken, row by row, as in the released code. Often there are two: OpenCV scales what is
    brighter than its surroundings and what is darker to the same maximum.

    Raises:
        SettingError: other pixels than these; OpenCV is not installed.
    """
    return _places_of_maxima(saliency_maps(pixels))


def most_salient_pixel_as_released(image: torch.Tensor) -> torch.Tensor:
    """Return the place (row, column), int64 (2) on the image's device, that the released code of SaliencyMix finds.

    image: floating point (C, H, W), normalised. It goes to OpenCV as it is (afm-shahab-uddin/SaliencyMix,
    SaliencyMix_CIFAR/saliencymix.py), whose routine reads the bytes of the floats as if they were grey values
    (opencv/opencv_contrib, modules/saliency/src/staticSaliencyFineGrained.cpp): the place says next to nothing of the
    image. A GPU is waited for.

    Raises:
        SettingError: OpenCV is not installed.
    """
    released = image.float().cpu().numpy().transpose(1, 2, 0)
    return _places_of_maxima(_by_opencv(released)[None])[0].to(image.device)


def saliency_maps(pixels: torch.Tensor) -> torch.Tensor:
    """Return the saliency of each pixel, float32 (B, H, W) in [0, 1].

    pixels: uint8 (B, C, H, W) on the CPU, RGB or grey. Images are shared out to as many threads as torch has.

    Raises:
        SettingError: other pixels than these; OpenCV is not installed.
    """
    _check_pixels(pixels)
    # OpenCV weights blue, green and red in this order to grey.
    images = pixels.flip(1).permute(0, 2, 3, 1).numpy()
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        maps = list(threads.map(_by_opencv, images))
    return torch.stack(maps) if maps else torch.empty(0, *pixels.shape[2:])


def _check_pixels(pixels: torch.Tensor) -> None:
    # OpenCV would read the bytes of other numbers as if they were grey values, and say nothing.
    if not isinstance(pixels, torch.Tensor):
        found = type(pixels).__name__
    elif pixels.dtype == torch.uint8 and pixels.ndim == 4 and pixels.shape[1] in (1, 3) and pixels.device.type == "cpu":
        return
    else:
        found = f"{str(pixels.dtype).removeprefix('torch.')} {tuple(pixels.shape)} on {pixels.device}"
    raise SettingError(
        f"pixels: found {found}, expected the raw pixels before normalisation: uint8 (B, C, H, W) on the CPU, C = 3 "
        "(RGB) or 1 (grey)"
    )


def _by_opencv(image: np.ndarray) -> torch.Tensor:
    # Here, because its import takes longer than that of this whole room.
    try:
        import cv2

        detector = cv2.saliency.StaticSaliencyFineGrained_create()
    except (ImportError, AttributeError) as error:
        raise SettingError(
            f"OpenCV with its saliency: not found ({error}), expected for salient pixels; install it with "
            '`pip install ".[saliency]"` in this suite\'s folder or `pip install opencv-contrib-python-headless`'
        ) from None
    # An image is too small to be shared out.
    cv2.setNumThreads(1)
    return torch.from_numpy(detector.computeSaliency(np.ascontiguousarray(image))[1])


def _places_of_maxima(maps: torch.Tensor) -> torch.Tensor:
    first = maps.flatten(1).argmax(1)
    return torch.stack([first // maps.shape[2], first % maps.shape[2]], 1)
