import hashlib
import http.client

import pytest

from mixsuite.data.download import fetch, md5_of
from mixsuite.data.errors import DatasetError

CONTENT = bytes(range(256)) * 2000
MD5 = hashlib.md5(CONTENT).hexdigest()


def send(request, content, status=200, length=None, headers=()):
    request.send_response(status)
    request.send_header("Content-Length", str(len(content) if length is None else length))
    for name, value in headers:
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(content)


def whole(request):
    send(request, CONTENT)


def start_of_range(request):
    return int(request.headers["Range"].removeprefix("bytes=").removesuffix("-")) if request.headers["Range"] else 0


def test_a_file_is_fetched_once(server, tmp_path):
    server.answer = whole
    path = tmp_path / "cache" / "a.bin"
    assert fetch(server.url, path, MD5) == path
    fetch(server.url, path, MD5)
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 1
    assert list(path.parent.iterdir()) == [path]


def test_a_sha256_will_do_as_well(server, tmp_path):
    server.answer = whole
    path = tmp_path / "a.bin"
    assert fetch(server.url, path, hashlib.sha256(CONTENT).hexdigest()).read_bytes() == CONTENT
    with pytest.raises(DatasetError, match=r"what arrived has sha256 .* expected 00"):
        fetch(server.url, path, "0" * 64, attempts=1)


def test_a_damaged_file_in_the_cache_is_fetched_anew(server, tmp_path):
    server.answer = whole
    (tmp_path / "a.bin").write_bytes(CONTENT[:-1])
    fetch(server.url, tmp_path / "a.bin", MD5)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_broken_connection_is_gone_on_from(server, tmp_path, capsys):
    def answer(request):
        start = start_of_range(request)
        piece = CONTENT[start : start + 200_000]
        send(request, piece, 206 if start else 200, length=len(CONTENT) - start)

    server.answer = answer
    fetch(server.url, tmp_path / "a.bin", MD5, pause=0)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=200000-", "bytes=400000-"]
    assert "a.bin: the connection broke" in capsys.readouterr().err


def test_what_arrived_before_the_network_was_lost_is_kept_for_the_next_start(server, tmp_path):
    server.answer = lambda request: send(request, CONTENT[:1000], length=len(CONTENT))
    with pytest.raises(DatasetError, match=r"not fetched in 1 attempts: .* \(1000 of 512000 bytes arrived\)"):
        fetch(server.url, tmp_path / "a.bin", MD5, attempts=1)
    assert not (tmp_path / "a.bin").exists()
    server.answer = lambda request: send(request, CONTENT[start_of_range(request) :], 206)
    fetch(server.url, tmp_path / "a.bin", MD5, attempts=1)
    assert server.asked == [None, "bytes=1000-"]
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_server_without_ranges_sends_all_of_it_again(server, tmp_path):
    def answer(request):
        send(request, CONTENT if len(server.asked) > 1 else CONTENT[:1000], length=len(CONTENT))

    server.answer = answer
    fetch(server.url, tmp_path / "a.bin", MD5, pause=0)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_leftover_longer_than_the_file_is_dropped(server, tmp_path):
    def answer(request):
        send(request, b"", 416) if request.headers["Range"] else whole(request)

    server.answer = answer
    (tmp_path / "a.bin.part").write_bytes(CONTENT + b"more")
    fetch(server.url, tmp_path / "a.bin", MD5, pause=0)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_server_in_trouble_is_asked_again(server, tmp_path):
    def answer(request):
        send(request, b"", 503) if len(server.asked) < 3 else whole(request)

    server.answer = answer
    fetch(server.url, tmp_path / "a.bin", MD5, pause=0)
    assert len(server.asked) == 3


def test_a_wrong_checksum_is_told_and_nothing_is_kept(server, tmp_path):
    server.answer = lambda request: send(request, b"another file")
    found = hashlib.md5(b"another file").hexdigest()
    with pytest.raises(DatasetError, match=f"not fetched in 2 attempts: what arrived has md5 {found}, expected {MD5}"):
        fetch(server.url, tmp_path / "a.bin", MD5, attempts=2, pause=0)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_asked_for_once(server, tmp_path):
    server.answer = lambda request: send(request, b"", http.client.NOT_FOUND)
    with pytest.raises(DatasetError, match="the server answers 404"):
        fetch(server.url, tmp_path / "a.bin", MD5)
    assert len(server.asked) == 1


def test_no_server_is_one_message(server, tmp_path):
    url = server.url
    server.server_close()
    with pytest.raises(DatasetError, match="not fetched in 2 attempts: the connection broke"):
        fetch(url, tmp_path / "a.bin", MD5, attempts=2, pause=0)


def test_md5(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    assert md5_of(tmp_path / "a") == MD5
