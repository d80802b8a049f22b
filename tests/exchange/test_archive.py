import json
import stat
import subprocess
import warnings
import zipfile

import pytest

from mixsuite.exchange import archive as module
from mixsuite.exchange.archive import MANIFEST, write_archive
from mixsuite.exchange.sources import SourceError, open_source
from mixsuite.files import write_text


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    for name in ("results/demo/runs/b/run.json", "results/demo/figures/a.pdf"):
        write_text(root / name, f"content of {name}")
    return root


FILES = ["results/demo/runs/b/run.json", "results/demo/figures/a.pdf"]


def test_the_same_files_give_the_same_bytes(project, tmp_path):
    write_archive(tmp_path / "a.zip", project, FILES, {"scale": "demo"})
    for name in FILES:
        (project / name).touch()
    write_archive(tmp_path / "b.zip", project, [*reversed(FILES), FILES[0]], {"scale": "demo"})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_anyone_can_check_it_without_the_suite(project, tmp_path):
    manifest = write_archive(tmp_path / "a.zip", project, FILES, {"scale": "demo"})
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "out")
        assert archive.testzip() is None
    assert json.loads((tmp_path / "out" / MANIFEST).read_text()) == manifest
    assert manifest["files"].keys() == set(FILES)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    subprocess.run(command, cwd=tmp_path / "out", check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "out" / FILES[1]).read_text() == f"content of {FILES[1]}"


def test_what_changes_while_it_is_packed_leaves_no_archive(project, tmp_path, monkeypatch):
    sums = iter(("first", "second", "another"))
    monkeypatch.setattr(module, "sha256_of", lambda path: next(sums))
    with pytest.raises(OSError, match="changed while it was packed"):
        write_archive(tmp_path / "a.zip", project, FILES, {})
    assert not list(tmp_path.glob("*.zip"))


def test_a_missing_file_leaves_no_archive(project, tmp_path):
    with pytest.raises(FileNotFoundError):
        write_archive(tmp_path / "a.zip", project, ["results/none"], {})
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_runs_come_home_from_an_archive(made, training, take, home, tmp_path):
    made(training)
    root = tmp_path / "away"
    names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    write_archive(tmp_path / "a.zip", root, names, {})
    (outcome,) = take(tmp_path / "a.zip")
    assert outcome.state == "taken"
    assert all((home / file).is_file() for file in training.files)


def test_without_weights_a_training_does_not_come_home(made, training, take, tmp_path):
    made(training)
    root = tmp_path / "away"
    names = [
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.suffix != ".safetensors"
    ]
    write_archive(tmp_path / "a.zip", root, names, {})
    (outcome,) = take(tmp_path / "a.zip")
    assert (outcome.state, outcome.reason) == ("refused", "model.safetensors is missing")


def hostile(path, entries, manifest=None):
    """Write an archive as write_archive would not."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        names = {name: {"sha256": "0"} for name, *_ in entries}
        archive.writestr(MANIFEST, json.dumps({"format": 1, "files": names} if manifest is None else manifest))
        for name, content, *mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = (mode[0] if mode else 0o100644) << 16
            archive.writestr(entry, content)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("../../etc/run.json", "{}")], "expected names within the archive"),
        ([("/etc/run.json", "{}")], "expected names within the archive"),
        ([("C:/run.json", "{}")], "expected names within the archive"),
        ([("..\\run.json", "{}")], "expected names within the archive"),
        ([("run.json", "/etc/passwd", stat.S_IFLNK | 0o777)], "is a link or a folder"),
        ([("run.json", "{}"), ("run.json", "[]")], "holds a name twice"),
    ],
)
def test_hostile_names_and_links_are_refused(tmp_path, entries, said):
    hostile(tmp_path / "a.zip", entries)
    with pytest.raises(SourceError, match=said):
        open_source(tmp_path / "a.zip")


@pytest.mark.parametrize("manifest", [{}, [], {"format": 2}, "text", {"format": 1, "files": []}])
def test_what_is_no_archive_of_results_is_refused(tmp_path, manifest):
    hostile(tmp_path / "a.zip", [("run.json", "{}")], manifest)
    with pytest.raises(SourceError, match=r"a\.zip"):
        list(open_source(tmp_path / "a.zip").records())


def test_files_that_the_manifest_does_not_list_are_not_taken(made, training, take, tmp_path):
    record = made(training)
    entries = [(f"x/{file.name}", file.read_bytes()) for file in record.parent.iterdir()]
    hostile(tmp_path / "a.zip", entries, {"format": 1, "files": {}})
    assert take(tmp_path / "a.zip") == []


def test_a_listed_file_that_is_missing_is_refused(tmp_path, take):
    hostile(tmp_path / "a.zip", [], {"format": 1, "files": {"run.json": {"sha256": "0"}}})
    with pytest.raises(SourceError, match=r"run\.json"):
        take(tmp_path / "a.zip")


def test_a_record_that_is_not_the_one_listed_is_refused(tmp_path, take):
    hostile(tmp_path / "a.zip", [("run.json", "{}")])
    with pytest.raises(SourceError, match="is not the file that"):
        take(tmp_path / "a.zip")


def test_a_damaged_archive_takes_nothing_damaged(made, training, take, home, tmp_path):
    made(training)
    root = tmp_path / "away"
    names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    write_archive(tmp_path / "a.zip", root, names, {})
    content = bytearray((tmp_path / "a.zip").read_bytes())
    place = content.index(f"model.safetensors of {training.identity}".encode())
    content[place] ^= 1
    (tmp_path / "a.zip").write_bytes(content)
    (outcome,) = take(tmp_path / "a.zip")
    assert outcome.state == "refused"
    assert "model.safetensors" in outcome.reason
    assert not (home / training.record).exists()


@pytest.mark.parametrize("left_out", [0, 1])
def test_an_archive_that_was_cut_off_is_called_so(project, tmp_path, left_out):
    arrays = project / "results/demo/a.npz"
    with zipfile.ZipFile(arrays, "w") as file:
        file.writestr("scores.npy", "scores")
    write_archive(tmp_path / "a.zip", project, ["results/demo/a.npz"], {})
    content = (tmp_path / "a.zip").read_bytes()
    # It is packed as it is: where it is whole, zipfile takes the rest for the archive that it is.
    end = content.index(arrays.read_bytes()) + arrays.stat().st_size
    (tmp_path / "a.zip").write_bytes(content[: end - left_out])
    with pytest.raises(SourceError, match=r"a\.zip: is a damaged archive of results or a part of one \("):
        open_source(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["none.zip", "text.zip"])
def test_what_cannot_be_opened_is_named(tmp_path, name):
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(SourceError, match=name):
        open_source(tmp_path / name)
