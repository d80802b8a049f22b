from __future__ import annotations

import json
import shutil

import pytest

from mixsuite.contents import check_content, sha256_of_images


@pytest.fixture
def images(tmp_path):
    """A set as ImageNet-A is laid out."""
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path / "set"


def test_moved_or_touched_images_are_the_same(images, tmp_path):
    before = sha256_of_images(images)
    (images / "a" / "1.png").touch()
    (images / ".DS_Store").write_text("a file manager's")
    (images / "a" / ".hidden").mkdir()
    (images / "a" / ".hidden" / "1.png").touch()
    shutil.copytree(images, tmp_path / "elsewhere")
    assert sha256_of_images(images) == sha256_of_images(tmp_path / "elsewhere") == before


@pytest.mark.parametrize("change", ["renamed", "longer", "more", "fewer"])
def test_other_images_are_others(images, change):
    before, file = sha256_of_images(images), images / "a" / "1.png"
    match change:
        case "renamed":
            file.rename(images / "a" / "9.png")
        case "longer":
            file.write_bytes(b"another picture")
        case "more":
            (images / "b" / "2.png").touch()
        case "fewer":
            file.unlink()
    assert sha256_of_images(images) != before


def test_prepared_arrays_say_themselves(images):
    (images / "images.npy").touch()
    assert sha256_of_images(images) == "none"
    (images / "dataset.json").write_text(json.dumps({"sha256": "abc"}))
    assert sha256_of_images(images) == "abc"


def test_other_content_is_refused_where_some_is_expected(tmp_path):
    check_content(tmp_path, "abc", None)
    check_content(tmp_path, "abc", "abc")
    with pytest.raises(ValueError, match="has sha256 abc, expected abd: it was replaced; start Snakemake again"):
        check_content(tmp_path, "abc", "abd")
