"""What the tests of the data room share: folders and archives of small images, and a server on this machine."""

import hashlib
import io
import pickle
import tarfile
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from mixsuite.data.cifar import LAYOUTS


@pytest.fixture
def image_folder(tmp_path):
    """Make FOLDER/SPLIT/CLASS/NUMBER.png of random pixels: (splits, classes, images per class, side) -> folder."""

    def make(splits=("train", "test"), classes=("cat", "dog"), n_images=3, side=8, name="pets"):
        rng = np.random.default_rng(0)
        for split in splits:
            for label in classes:
                folder = tmp_path / name / split / label
                folder.mkdir(parents=True)
                for number in range(n_images):
                    pixels = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
                    Image.fromarray(pixels).save(folder / f"{number}.png")
        return tmp_path / name

    return make


@pytest.fixture
def imagenet_folder(tmp_path, monkeypatch):
    """Make train/WNID/IMAGE.JPEG and val/ of random pixels and sizes, with class folders or flat -> folder.

    Three images of each class to train; in val/ two, taking turns. To the reader, ImageNet has as many classes.
    """

    def make(classes=("n02", "n01", "n03"), flat=False, inside=""):
        monkeypatch.setattr("mixsuite.data.imagenet.N_CLASSES", len(classes))
        rng = np.random.default_rng(0)
        folder = tmp_path / "photos"
        base = folder / inside
        validation = [base / "val" / ("" if flat else wnid) for _ in range(2) for wnid in classes]
        paths = [base / "train" / wnid / f"{wnid}_{number}.JPEG" for wnid in classes for number in range(3)]
        paths += [path / f"ILSVRC2012_val_{number:08d}.JPEG" for number, path in enumerate(validation, start=1)]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            height, width = rng.integers(16, 40, 2)
            Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(path, "JPEG")
        return folder

    return make


@pytest.fixture
def cifar(tmp_path):
    """Make a small archive of the official layout: kind -> (its layout with the right checksums, archive, contents)."""

    def make(kind="cifar10", n_images=4, change=lambda name, content: content):
        layout, rng = LAYOUTS[kind], np.random.default_rng(1)
        contents, files = {}, {}
        for name in (*layout.train, *layout.test):
            data = rng.integers(0, 256, (n_images, 3072), dtype=np.uint8)
            labels = rng.integers(0, layout.n_classes, n_images).tolist()
            contents[name] = (data, labels)
            files[name] = pickle.dumps({b"data": data, layout.labels.encode(): labels}, protocol=2)
        names = [f"class {number}".encode() for number in range(layout.n_classes)]
        files[layout.meta] = pickle.dumps({layout.names.encode(): names}, protocol=2)
        files = {name: change(name, content) for name, content in files.items()}
        archive = tmp_path / layout.archive
        with tarfile.open(archive, "w:gz") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(f"{layout.folder}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        md5s = {name: hashlib.md5(content).hexdigest() for name, content in files.items()}
        archive_md5 = hashlib.md5(archive.read_bytes()).hexdigest()
        return replace(layout, md5=archive_md5, files=md5s), archive, contents

    return make


@pytest.fixture
def server():
    """Serve on this machine: every request is answered by `server.answer(request)`; `server.url` is the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.headers.get("Range"))
            self.server.answer(self)

        def log_message(self, *_):
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.url = f"http://127.0.0.1:{http.server_port}"
        http.asked = []
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield http
        http.shutdown()
