import pytest

from mixsuite.data.errors import DatasetError
from mixsuite.data.replacement import replaced_folder

FILES = ("labels.npy",)


def write(folder, text):
    (folder / "train").mkdir()
    (folder / "train" / "labels.npy").write_text(text)


def test_the_folder_appears_at_the_end(tmp_path):
    destination = tmp_path / "a" / "digits"
    with replaced_folder(destination, FILES) as folder:
        write(folder, "new")
        assert not destination.exists()
    assert (destination / "train" / "labels.npy").read_text() == "new"
    assert list(destination.parent.iterdir()) == [destination]


def test_an_earlier_preparation_is_replaced_whole(tmp_path):
    destination = tmp_path / "digits"
    for text in ("old", "new"):
        with replaced_folder(destination, FILES) as folder:
            write(folder, text)
            (folder / text).mkdir()
    assert sorted(path.name for path in destination.iterdir()) == ["new", "train"]
    assert list(tmp_path.iterdir()) == [destination]


def test_after_an_error_everything_is_as_before(tmp_path):
    destination = tmp_path / "digits"
    with replaced_folder(destination, FILES) as folder:
        write(folder, "old")
    with pytest.raises(RuntimeError), replaced_folder(destination, FILES) as folder:
        write(folder, "half")
        raise RuntimeError
    assert (destination / "train" / "labels.npy").read_text() == "old"
    assert list(tmp_path.iterdir()) == [destination]


def test_what_a_killed_process_left_is_cleared(tmp_path):
    (tmp_path / ".digits.partial" / "train").mkdir(parents=True)
    with replaced_folder(tmp_path / "digits", FILES) as folder:
        assert list(folder.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["digits"]


def test_a_folder_with_other_files_is_never_touched(tmp_path):
    photo = tmp_path / "photos" / "train" / "cat" / "1.png"
    photo.parent.mkdir(parents=True)
    photo.write_text("irreplaceable")
    with (
        pytest.raises(DatasetError, match=r"photos: holds .*1\.png, which would be lost"),
        replaced_folder(tmp_path / "photos", FILES),
    ):
        pass
    assert photo.read_text() == "irreplaceable"


def test_a_file_in_the_place_is_never_touched(tmp_path):
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(DatasetError, match="would be lost"), replaced_folder(tmp_path / "notes", FILES):
        pass
    assert (tmp_path / "notes").read_text() == "mine"
