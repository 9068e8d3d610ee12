"""The parts that a larger site swaps: a Chroma server (CHROMA_URL) and one database of its own (DATABASE_URL)."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import chromadb
import pytest
from sqlalchemy import create_engine, text

from index.build import build, verify_live
from index.settings import IndexSettings
from index.store import generation_folder, open_index, read_pointer

PATIENCE = 60  # seconds for the server to listen


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Chroma server on an empty store."""
    folder = tmp_path_factory.mktemp("chroma")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("chroma")),
        "run",
        "--path",
        str(folder),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < until
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def collections(url: str) -> set[str]:
    client = chromadb.HttpClient(host="127.0.0.1", port=int(url.rsplit(":", 1)[1]))
    return {collection.name for collection in client.list_collections()}


def rows(url: str) -> dict[str, int]:
    """Generation -> number of its chunks in the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("select generation, count(*) from chunks group by generation")).all()
    engine.dispose()
    return {str(generation): int(number) for generation, number in found}


def test_index_in_a_server_and_a_database(small: IndexSettings, chroma: str, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    settings = replace(small, index_dir=tmp_path / "elsewhere", chroma_url=chroma, database_url=database)
    first = build(settings)
    assert verify_live(settings) == first.generation
    folder = generation_folder(settings, first.generation)
    assert not (folder / "chroma").exists() and not (folder / "ledger.sqlite").exists()
    index = open_index(settings)
    near = index.dense("财政局负责什么", 1)
    assert len(near) == 1
    assert rows(database) == {first.generation: first.chunks}
    index.close()  # what is read is not swept

    source = next(settings.policy_dir.iterdir())
    for number in range(2):  # the generation before the last goes, here and there
        source.write_text(
            source.read_text("utf-8") + f"\n附则{number}：本办法由市财政局负责解释。\n", "utf-8"
        )
        last = build(settings)
    kept = set(read_pointer(settings).values())
    assert first.generation not in kept
    assert set(rows(database)) == kept
    assert {name.removeprefix("policies-") for name in collections(chroma)} == kept
    assert verify_live(settings) == last.generation
