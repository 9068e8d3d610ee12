"""The parts that a larger site swaps: a Chroma server (CHROMA_URL) and a database of its own (DATABASE_URL).

What holds of any index is tested with both kinds of stores where it stands (``both_stores``); here is what machines
that share one need.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import chromadb
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import Pool

from index import shared
from index.build import build, verify_live
from index.chroma import connect
from index.errors import (
    IndexBusyError,
    IndexMissingError,
    IndexWriteError,
    NoPoliciesError,
    StoreError,
)
from index.folder import is_stale
from index.keywords import tokenise
from index.library import add
from index.lock import one_builder
from index.pointer import generation_folder, read_pointer, write_pointer
from index.settings import IndexSettings
from index.store import open_index
from tests.index.conftest import copied, moved, run_index
from tests.servers import PASSWORD, Chroma, Postgres

THIRD = "第一条 为了加强第三项工作，制定本办法。\n\n第二条 市财政局负责本市第三项工作的管理。\n"


def collections(url: str) -> set[str]:
    client = chromadb.HttpClient(host="127.0.0.1", port=int(url.rsplit(":", 1)[1]))
    return {collection.name.removeprefix("policies-") for collection in client.list_collections()}


def rows(url: str, table: str = "chunks") -> dict[str, int]:
    """Generation -> number of its rows in a table of the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(
            text(f"select generation, count(*) from {table} group by generation")
        ).all()
    engine.dispose()
    return {str(generation): int(number) for generation, number in found}


def change(settings: IndexSettings, number: int) -> None:
    """Another text of a policy."""
    source = settings.policy_dir / "other.txt"
    source.write_text(f"{source.read_text('utf-8')}\n附则{number}：本办法由市财政局负责解释。\n", "utf-8")


@pytest.fixture
def own_chroma() -> Iterator[Chroma]:
    """A Chroma server that this test alone uses."""
    server = Chroma()
    yield server
    server.close()


def test_index_in_a_server_and_a_file_of_sqlite(
    small: IndexSettings, own_chroma: Chroma, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    settings = replace(small, index_dir=tmp_path / "new", chroma_url=own_chroma.url, database_url=database)
    first = build(settings)
    assert verify_live(settings) == first.generation
    folder = generation_folder(settings, first.generation)
    assert not (folder / "chroma").exists() and not (folder / "ledger.sqlite").exists()
    index = open_index(settings)
    assert len(index.dense("财政局负责什么", 1)) == 1
    assert rows(database) == {first.generation: first.chunks}
    index.close()  # what is read is not swept
    for number in range(2):  # the generation before the last goes, here and there
        change(settings, number)
        last = build(settings)
    kept = set(read_pointer(settings).values())
    assert first.generation not in kept
    assert set(rows(database)) == collections(own_chroma.url) == kept
    assert verify_live(settings) == last.generation


# --- machines that share a database -----------------------------------------------------------------

in_servers = pytest.mark.parametrize("stores", [pytest.param("servers", marks=pytest.mark.servers)])


@pytest.fixture(scope="module")
def library(
    _small: IndexSettings, postgres: Postgres, chroma: Chroma, tmp_path_factory: pytest.TempPathFactory
) -> IndexSettings:
    """An index in both servers, for tests that publish nothing."""
    index = copied(_small, tmp_path_factory.mktemp("library"))
    return moved(index, {"database_url": postgres.database(), "chroma_url": chroma.url})


def another(settings: IndexSettings, folder: Path) -> IndexSettings:
    """The settings of another machine, where nothing is yet."""
    return replace(settings, policy_dir=folder / "no-policies", index_dir=folder / "machine" / "index")


@pytest.mark.servers
def test_a_machine_where_nothing_is_answers_from_what_another_published(
    library: IndexSettings, tmp_path: Path
) -> None:
    there = another(library, tmp_path)
    one, other = open_index(library), open_index(there)
    assert not (other.folder / "chroma").exists()
    assert (one.manifest, one.policies, one.chunks) == (other.manifest, other.policies, other.chunks)
    assert one.vocabulary.words == other.vocabulary.words
    for question in ("示范企业要达到多少家", "谁来建设示范园区"):
        assert one.dense(question, 9) == other.dense(question, 9)
        assert one.keywords.search(tokenise(question), 9) == other.keywords.search(tokenise(question), 9)
        vector = one.vector(question)
        for position in range(len(one.chunks)):
            assert one.sentences.similar(position, vector) == other.sentences.similar(position, vector)
    assert not is_stale(other)  # its folder of policies says nothing
    assert verify_live(there) == one.manifest.generation
    assert run_index(there, "status").status == 0
    other.close()
    one.close()


@pytest.mark.servers
def test_without_a_chroma_server_each_machine_makes_its_own(
    small: IndexSettings, postgres: Postgres, tmp_path: Path
) -> None:
    here = replace(small, index_dir=tmp_path / "here", database_url=postgres.database())
    build(here)
    there = another(here, tmp_path)
    one, other = open_index(here), open_index(there)
    assert (other.folder / "chroma" / "chroma.sqlite3").exists()
    near = [
        [(position, round(score, 5)) for position, score in i.dense("示范园区由谁建设", 9)]
        for i in (one, other)
    ]
    assert near[0] == near[1]
    one.close()
    other.close()


@in_servers
def test_a_generation_is_kept_for_its_readers_and_then_gone_everywhere(
    small: IndexSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = another(small, tmp_path)
    reader = open_index(there)
    first = reader.manifest.generation
    for number, builder in enumerate((small, replace(small, index_dir=tmp_path / "third" / "index"))):
        change(small, number)
        report = build(builder)
        assert report.embedded < report.chunks  # of what has not changed, the database holds the vectors
    expected = reader.dense("示范企业", 2)
    assert first not in read_pointer(small).values()
    assert len(expected) == 2 and first in rows(small.database_url)
    monkeypatch.setattr("index.shared.GRACE", timedelta(0))
    assert build(small).unchanged
    kept = set(read_pointer(small).values())
    for table in ("chunks", "index_vectors", "index_generations"):
        assert set(rows(small.database_url, table)) == kept
    assert first not in collections(small.chroma_url)
    reader.close()
    open_index(there).close()
    assert not generation_folder(there, first).exists()  # the copy, too


@pytest.mark.servers
def test_a_damaged_copy_is_made_anew(library: IndexSettings) -> None:
    folder = generation_folder(library, read_pointer(library)["current"])
    for name in ("words.npz", "manifest.json"):
        (folder / name).write_bytes(b"")
        index = open_index(library)
        assert index.manifest.generation == folder.name and index.vocabulary.words
        index.close()


@pytest.mark.servers
@pytest.mark.parametrize("command", ["build", "add"])
def test_a_folder_without_the_policies_does_not_take_the_place_of_the_library(
    library: IndexSettings, tmp_path: Path, command: str
) -> None:
    there = replace(another(library, tmp_path), policy_dir=tmp_path / "empty")
    there.policy_dir.mkdir()
    pointer, file = read_pointer(library), tmp_path / "third.txt"
    file.write_text(THIRD, "utf-8")
    if command == "build":
        shutil.copy(file, there.policy_dir)
    with pytest.raises(NoPoliciesError, match=r"^文件夹 .+只有现有索引 2 份政策中的 0 份"):
        build(there) if command == "build" else add(there, [file])
    assert read_pointer(library) == pointer
    assert [path.name for path in there.policy_dir.glob("*.txt")] == ["third.txt"] * (command == "build")


@pytest.mark.servers
def test_a_builder_of_another_machine_is_told_who_builds(library: IndexSettings, tmp_path: Path) -> None:
    there = replace(library, index_dir=tmp_path / "machine" / "index")
    with (
        one_builder(library),
        pytest.raises(IndexBusyError, match=r"^另一个进程正在建索引（进程 \d+，主机 .+，开始于 2"),
    ):
        build(there)
    assert build(there).unchanged


@pytest.mark.servers
def test_the_next_builder_need_not_wait_until_the_server_has_seen_the_end_of_a_connection(
    library: IndexSettings,
) -> None:
    held: list[int] = []
    engine = create_engine(library.database_url)
    query = text("select pid from pg_locks where locktype = 'advisory' and objid > 0")

    def look(_: object) -> None:
        with engine.connect() as connection:
            held.append(len(connection.scalars(query).all()))

    event.listen(Pool, "close_detached", look)
    try:
        with one_builder(library):
            look(None)
    finally:
        event.remove(Pool, "close_detached", look)
        engine.dispose()
    assert held == [1, 0]  # while it builds; as its connection is closed


@pytest.mark.servers
def test_a_builder_that_lost_its_lock_publishes_nothing(
    library: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = read_pointer(library)
    engine = create_engine(library.database_url)
    with one_builder(library):
        with engine.begin() as connection:
            ended = connection.scalars(
                text(
                    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid > 0"
                )
            ).all()
        assert ended == [True]
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(shared, "_me", lambda: {"pid": 1, "host": "another"})
            with one_builder(library):
                pass
        with pytest.raises(IndexWriteError, match="没有发布"):
            write_pointer(library, "one", "")
    engine.dispose()
    assert read_pointer(library) == pointer


# --- servers that go away and come back ---------------------------------------------------------------


@pytest.mark.servers
def test_a_database_that_is_away_is_one_sentence_and_answers_go_on(
    small: IndexSettings, postgres: Postgres, tmp_path: Path
) -> None:
    settings = replace(small, index_dir=tmp_path / "new", database_url=postgres.database())
    with pytest.raises(IndexMissingError):
        open_index(settings)
    generation = build(settings).generation
    index = open_index(settings)
    postgres.stop()
    try:
        for use in (open_index, read_pointer, build):
            with pytest.raises(StoreError, match=r"^DATABASE_URL 指向的服务用不了（.+），.+。$") as caught:
                use(settings)
            assert PASSWORD not in str(caught.value)
        assert len(index.dense("示范企业", 2)) == 2
    finally:
        postgres.start()
    assert read_pointer(settings)["current"] == generation
    assert build(settings).unchanged
    index.close()


def test_a_chroma_server_that_is_away_is_one_sentence_and_an_empty_one_is_filled_again(
    small: IndexSettings, own_chroma: Chroma, tmp_path: Path
) -> None:
    settings = replace(small, index_dir=tmp_path / "new", chroma_url=own_chroma.url)
    first = build(settings)
    index = open_index(settings)
    near = index.dense("示范企业", 2)
    own_chroma.stop()
    for use in (lambda: index.dense("示范企业", 2), lambda: build(settings)):
        with pytest.raises(StoreError, match=r"^CHROMA_URL 指向的服务用不了（.+），.+。$"):
            use()
    own_chroma.start()
    assert index.dense("示范企业", 2) == near
    assert build(settings).unchanged
    index.close()
    own_chroma.stop()
    shutil.rmtree(own_chroma.folder)
    own_chroma.folder.mkdir()
    own_chroma.start()
    again = build(settings)
    assert (again.unchanged, again.embedded, again.chunks) == (False, 0, first.chunks)


def test_a_chroma_server_that_is_silent_is_away(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StoreError, match=r"^CHROMA_URL 指向的服务用不了（.+），.+。$"):
            connect(IndexSettings(tmp_path, tmp_path, chroma_url=url), tmp_path, 0.1)


@pytest.mark.parametrize("url", ["10.0.0.10:8000", "chroma:8000", "http://:8000"])
def test_an_address_of_no_chroma_server_is_not_this_machines(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match="http://HOST:PORT"):
        connect(IndexSettings(tmp_path, tmp_path, chroma_url=url), tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://policy:{0}@127.0.0.1:9/policy",
        "postgresql+psycopg://policy:{0}@127.0.0.1:9/policy",
        "postgresql://policy:half@{0}@127.0.0.1:9/policy",
        "postgresql://policy:{0}:9@x:{0}@127.0.0.1:9/policy",
        "postgresql://policy:{0}@127.0.0.1:port{0}/policy",
        "postgresql+none://policy:{0}@127.0.0.1:9/policy",
        "postgresql:/policy:{0}@127.0.0.1:9/policy",
        "postgresql://127.0.0.1:9/policy?password={0}&user=policy",
    ],
)
def test_no_error_shows_a_password(small: IndexSettings, url: str) -> None:
    settings = replace(small, database_url=url.format("hidden"))
    for use in (open_index, build, read_pointer):
        with pytest.raises(StoreError, match=r"^DATABASE_URL 指向的服务用不了（.+），.+。$") as caught:
            use(settings)
        assert "hidden" not in str(caught.value)
    assert "hidden" not in repr(settings)


def test_the_command_line_shows_no_password(small: IndexSettings) -> None:
    settings = replace(small, database_url="postgresql://policy:hidden@127.0.0.1:9/policy")
    done = run_index(settings, "build")
    assert (done.status, done.out) == (3, "")
    assert (
        done.error.startswith("DATABASE_URL") and "hidden" not in done.error and done.error.count("\n") == 1
    )
