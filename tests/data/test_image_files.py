import hashlib
import os

import pytest
from PIL import Image

from mixsuite.data.class_folders import SUFFIXES
from mixsuite.data.errors import DatasetError
from mixsuite.data.image_files import FileFacts, check_files


@pytest.fixture
def images(tmp_path):
    for name, kind in (("a.jpg", "JPEG"), ("b.png", "PNG"), ("c.JPEG", "PNG")):
        Image.new("RGB", (4, 4)).save(tmp_path / name, kind)
    return ["a.jpg", "b.png", "c.JPEG"]


@pytest.mark.parametrize("checksums", [False, True])
def test_sizes_and_checksums_come_in_order(images, tmp_path, checksums):
    contents = [(tmp_path / name).read_bytes() for name in images]
    hashes = [hashlib.sha256(content).hexdigest() if checksums else None for content in contents]
    expected = [FileFacts(len(content), sha256) for content, sha256 in zip(contents, hashes, strict=True)]
    assert check_files(tmp_path, images, checksums) == expected


def test_the_order_holds_for_many_files(tmp_path):
    names = [f"{number}.jpg" for number in range(1000)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff" + bytes(number))
    assert [fact.size for fact in check_files(tmp_path, names, False)] == [3 + number for number in range(1000)]


def test_a_format_is_known_for_every_suffix(tmp_path):
    names = [f"image{suffix}" for suffix in SUFFIXES]
    for name in names:
        # A PGM holds no colours.
        Image.new("L" if name.endswith("pgm") else "RGB", (4, 4)).save(tmp_path / name)
    assert [fact.size for fact in check_files(tmp_path, names, False)] == [
        (tmp_path / name).stat().st_size for name in names
    ]


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP", "PPM"])
def test_a_format_that_was_not_asked_for_is_no_image(images, tmp_path, kind):
    Image.new("RGB", (4, 4)).save(tmp_path / "b.png", kind)
    with pytest.raises(DatasetError, match=r"b\.png \(does not start like a JPEG or PNG image\)"):
        check_files(tmp_path, images, False, ("PNG", "JPEG"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"b\.png \(is empty\)"),
        (bytes(100), r"b\.png \(does not start like a BMP, GIF, JPEG, PGM, PNG, PPM, TIFF or WebP image\)"),
        (b"RIFF1234WAVEfmt ", r"b\.png \(does not start like"),
        (b"<html>not found</html>", r"b\.png \(does not start like"),
        (b"\xff\xd8", r"b\.png \(does not start like"),
    ],
)
def test_what_is_no_image_is_named(images, tmp_path, content, message):
    (tmp_path / "b.png").write_bytes(content)
    with pytest.raises(DatasetError, match=f"found 1 files that cannot be used: .*{message}"):
        check_files(tmp_path, images, False)


def test_a_missing_file_is_named(images, tmp_path):
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(DatasetError, match=r"a\.jpg \(cannot be read: No such file"):
        check_files(tmp_path, images, False)


def test_of_many_the_first_three_are_named(tmp_path):
    names = [f"{number}.jpg" for number in range(5)]
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(DatasetError, match=r"found 5 files .*/0\.jpg .*/1\.jpg .*/2\.jpg \(is empty\), and 2 more$"):
        check_files(tmp_path, names, False)


def test_a_name_that_is_not_in_utf_8_is_refused(images, tmp_path):
    name = os.fsdecode(b"\xff.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / name)
    with pytest.raises(DatasetError, match=r"udcff\.jpg' \(its name is not in UTF-8\)"):
        check_files(tmp_path, [name], False)
