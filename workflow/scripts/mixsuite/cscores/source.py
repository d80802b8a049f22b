"""Where published C-scores come from: a file of the user's, or an address with the checksum of what it serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mixsuite.checks import SettingError, check_keys
from mixsuite.cscores.scores import CScores, check_order, read_cscores
from mixsuite.data.download import fetch


def obtain_cscores(published: dict[str, Any] | None, source: str | None, cache: Path, labels: np.ndarray) -> CScores:
    """Return the C-scores of the training images with these `labels`, in their order.

    Without a `source`, the file of the user's, they are fetched from `published`, {"url", "md5"}, into `cache`.

    Raises:
        SettingError: there is neither, or `published` lacks a key.
        DatasetError: nothing can be fetched, or what arrives has another checksum.
        ValueError: the file is missing, is none of C-scores, or is of another dataset or in another order.
    """
    if source is None and published is None:
        raise SettingError("--source: missing, expected the file of the C-scores where none are published")
    if source is None:
        check_keys("published", published, ("url", "md5"))
        path = fetch(published["url"], cache / published["url"].rpartition("/")[2], published["md5"])
    else:
        path = Path(source)
    cscores = read_cscores(path)
    check_order(cscores, labels, str(source or published["url"]))
    return cscores
