"""The labels of ImageNet's validation images, and its classes in words, from whichever file there is.

LOC_val_solution.csv    Kaggle: ImageId,PredictionString, where the latter starts with the WNID
ILSVRC2012_devkit_t12/  the development kit: data/meta.mat numbers the WNIDs, a line of
                        data/ILSVRC2012_validation_ground_truth.txt is such a number (read as torchvision does, in
                        torchvision/datasets/imagenet.py of pytorch/vision)
LOC_synset_mapping.txt  Kaggle: a WNID and its words
"""

from __future__ import annotations

import csv
from pathlib import Path

from mixsuite.data.errors import DatasetError

_SOLUTION = "LOC_val_solution.csv"
_META = "ILSVRC2012_devkit_t12/data/meta.mat"
_TRUTH = "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt"
_WORDS = "LOC_synset_mapping.txt"


def validation_labels(folder: Path, val: Path) -> tuple[dict[str, str], Path]:
    """Return the WNID of each validation image by its name without suffix, and the file that says so.

    Raises:
        DatasetError: none of the files is there, or the first that is does not hold what it should.
    """
    for file, read in ((folder / _SOLUTION, _read_solution), (folder / _TRUTH, _read_truth)):
        if file.is_file():
            return read(file), file
    raise DatasetError(
        f"{val}: holds images without class folders, and nothing says their classes: expected {folder / _SOLUTION} "
        f"or {folder / _TRUTH} (with meta.mat beside it)"
    )


def class_names(folder: Path) -> dict[str, str]:
    """Return the words for each WNID, as far as a file of `folder` tells."""
    if (folder / _WORDS).is_file():
        pairs = (line.split(None, 1) for line in _lines(folder / _WORDS))
        return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}
    if (folder / _META).is_file():
        return dict(_low_level_synsets(folder / _META).values())
    return {}


def _read_solution(file: Path) -> dict[str, str]:
    rows = csv.DictReader(_lines(file))
    labels = {}
    for row in rows:
        image, prediction = row.get("ImageId"), row.get("PredictionString")
        if not image or not (prediction or "").split():
            raise DatasetError(f"{file}: line {rows.line_num}: expected ImageId and PredictionString, a WNID and a box")
        labels[image] = prediction.split()[0]
    return labels


def _read_truth(file: Path) -> dict[str, str]:
    if not (meta := file.with_name("meta.mat")).is_file():
        raise DatasetError(f"{file}: lacks {meta.name} beside it, which says what its numbers mean")
    synsets = _low_level_synsets(meta)
    labels = {}
    for number, line in enumerate(_lines(file), start=1):
        synset = synsets.get(int(line)) if line.strip().isdigit() else None
        if synset is None:
            raise DatasetError(f"{file}: line {number}: found {line!r}, expected the number of a class of {meta.name}")
        labels[f"ILSVRC2012_val_{number:08d}"] = synset[0]
    return labels


def _low_level_synsets(meta: Path) -> dict[int, tuple[str, str]]:
    """Return WNID and words by ILSVRC2012_ID, without the synsets that only group others."""
    # Here, because it takes a while and only the development kit needs it.
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        synsets = loadmat(meta, squeeze_me=True)["synsets"]
        return {
            int(synset["ILSVRC2012_ID"]): (str(synset["WNID"]), str(synset["words"]))
            for synset in synsets
            if synset["num_children"] == 0
        }
    except (OSError, ValueError, TypeError, LookupError, NotImplementedError, MatReadError) as error:
        raise DatasetError(f"{meta}: cannot be read as the development kit's table of synsets ({error})") from None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file}: cannot be read ({error})") from None
