"""The model's file: fetched from a mirror, resumed, checked, removed; every failure is one sentence."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from assistant import model_file
from assistant.__main__ import main
from assistant.model_file import ModelFileError, fetch, model_path, remove
from assistant.settings import Settings

DATA = bytes(range(256)) * 9000  # more than two blocks
ABOUT = {
    "name": "small",
    "file": "small.gguf",
    "bytes": len(DATA),
    "sha256": hashlib.sha256(DATA).hexdigest(),
    "part_bytes": 1 << 20,
    "part": [],
}


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache of its own, and a small file in place of the model's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(model_file, "described", lambda: ABOUT)
    return model_file.cache_folder()


@contextmanager
def mirror(data: bytes = DATA, ranges: bool = True) -> Iterator[tuple[str, list[str]]]:
    """The address of a mirror, and the ranges that it was asked for."""
    asked: list[str] = []

    class Mirror(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted and ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            self.wfile.write(data[start:])

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/small.gguf", asked
    finally:
        server.shutdown()
        server.server_close()


def test_it_is_fetched_once_with_progress() -> None:
    seen: list[int] = []
    with mirror() as (url, asked):
        settings = replace(Settings(), llm_gguf_url=url)
        path = fetch(settings, seen.append)
        assert fetch(settings) == path
        assert asked == [""]
    assert path.read_bytes() == DATA
    assert sum(seen) == len(DATA)
    assert model_path(Settings()) == path


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_goes_on_where_it_stopped(cache: Path, ranges: bool) -> None:
    cache.mkdir(parents=True)
    (cache / "small.part").write_bytes(DATA[:100_000])
    seen: list[int] = []
    with mirror(ranges=ranges) as (url, asked):
        path = fetch(replace(Settings(), llm_gguf_url=url), seen.append)
        assert asked == ["bytes=100000-"]
    assert path.read_bytes() == DATA
    assert sum(seen) == len(DATA)


def test_another_file_is_not_kept(cache: Path) -> None:
    with mirror(DATA[:-1] + b"x") as (url, _), pytest.raises(ModelFileError, match="校验"):
        fetch(replace(Settings(), llm_gguf_url=url))
    assert [path.name for path in cache.iterdir()] == ["fetch.lock"]


def test_a_file_that_is_too_long_is_not_kept(cache: Path) -> None:
    with mirror(DATA * 3) as (url, _), pytest.raises(ModelFileError, match="校验"):
        fetch(replace(Settings(), llm_gguf_url=url))
    assert not (cache / "small.part").exists()


def test_what_is_cut_short_is_kept_and_goes_on(cache: Path) -> None:
    with mirror(DATA[:500_000]) as (url, _), pytest.raises(ModelFileError, match="连接中断"):
        fetch(replace(Settings(), llm_gguf_url=url))
    with mirror() as (url, asked):
        assert fetch(replace(Settings(), llm_gguf_url=url)).read_bytes() == DATA
        assert asked == ["bytes=500000-"]


def test_a_download_that_was_killed_at_its_end_is_not_asked_for_again(cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "small.part").write_bytes(DATA)
    with mirror() as (url, asked):
        assert fetch(replace(Settings(), llm_gguf_url=url)).read_bytes() == DATA
        assert asked == []


@pytest.mark.parametrize("url", ["foo", "http://[::1/x", "http://a b/c", "ftp://"])
def test_a_wrong_address_is_one_sentence(url: str) -> None:
    with pytest.raises(ModelFileError, match="没有下载成功"):
        fetch(replace(Settings(), llm_gguf_url=url))


def test_what_a_killed_download_left_is_removed_too(cache: Path) -> None:
    (cache / "tmpabc").mkdir(parents=True)
    (cache / "tmpabc" / "part.whl").write_bytes(b"x")
    remove()
    assert [path.name for path in cache.iterdir()] == ["fetch.lock"]


def test_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 0))
    with pytest.raises(ModelFileError, match="空间不足"):
        fetch(replace(Settings(), llm_gguf_url="http://127.0.0.1:9/"))


def test_no_network_and_no_mirror(cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv("LLM_GGUF_URL", "http://127.0.0.1:9/small.gguf")
    assert main(["model", "fetch"]) == 1
    out, err = capsys.readouterr()
    assert "0.0 GB" in out  # its size is said before it starts
    assert "没有下载成功" in err
    assert "Traceback" not in err


def test_a_path_is_used_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    settings = replace(Settings(), llm_gguf=str(own))
    assert model_path(settings) is None
    with pytest.raises(ModelFileError, match=r"own\.gguf"):
        fetch(settings)
    own.write_bytes(b"x")
    assert fetch(settings) == model_path(settings) == own


def test_half_a_file_is_none(cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "small.gguf").write_bytes(DATA[:10])
    assert model_path(Settings()) is None


def test_the_command(cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    with mirror() as (url, asked):
        monkeypatch.setenv("LLM_GGUF_URL", url)
        monkeypatch.setenv("LLM", "none")
        assert main(["model", "fetch"]) == 0
        assert asked == []  # LLM=none make run skips it
        monkeypatch.setenv("LLM", "auto")
        assert main(["model", "status"]) == 0
        assert main(["model", "fetch"]) == 0
        assert main(["model", "status"]) == 0
    assert "model fetch" in capsys.readouterr().out
    assert main(["model", "remove"]) == 0
    assert not (cache / "small.gguf").exists()
    assert remove() == 0


def test_every_part_has_version_and_hash() -> None:
    about = tomllib.loads(Path(model_file.__file__).with_name("model_file.toml").read_text("utf-8"))
    assert (
        len(about["part"]) * about["part_bytes"]
        >= about["bytes"]
        > (len(about["part"]) - 1) * about["part_bytes"]
    )
    assert all(len(part["wheel_sha256"]) == 64 and part["version"] for part in about["part"])
